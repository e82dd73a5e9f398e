"""Going on from a picture: by its buttons, by quoting it, by words; and what becomes of it all."""

from __future__ import annotations

from bot.store.schema import jobs
from bot.texts import gettext
from simulator.client import Msg
from tests.scenarios.house import PATIENCE, House
from tests.scenarios.processes import eventually


def pictures(house: House, room: str, count: int) -> list[Msg]:
    """The pictures of a chat, as soon as there are so many and nothing more is under way."""

    def probe() -> list[Msg]:
        messages = house.pictures(room)
        return messages if len(messages) >= count else []

    messages = eventually(f"{count} pictures", probe, PATIENCE)
    house.settle()
    assert len(house.pictures(room)) == count
    return messages


def buttons(house: House, room: str) -> Msg:
    """The bubble with the buttons under the newest picture."""
    messages = house.simulator.bot_messages(room)
    return [message for message in messages if (message.flex or {}).get("type") == "bubble"][-1]


def requests(house: House, room: str) -> list[dict[str, object]]:
    """What was asked for in a chat, the oldest first."""
    rows = house.rows(jobs, jobs.c.chat_id == room)
    return [dict(row["request"]) for row in sorted(rows, key=lambda row: float(row["created_at"]))]


def test_buttons_work_after_every_process_was_killed(house: House) -> None:
    """別の絵で, 似た絵 (which starts from the picture itself), and a button of an older version;
    then all is taken back."""
    mio = house.person()
    wish = house.simulator.send(mio, "朝の海")
    pictures(house, mio, 1)
    first = buttons(house, mio)

    house.restart("web", "worker", "courier")
    house.simulator.tap(first, gettext("going_on.again", "ja"))
    pictures(house, mio, 2)
    house.simulator.tap(first, gettext("going_on.similar", "ja"))
    pictures(house, mio, 3)
    number = next(action["data"] for action in first.actions() if "data" in action).split(":")[1]
    house.simulator.postback(mio, f"fine:{number}:0", display_text="高精細")
    pictures(house, mio, 4)

    original, again, similar, fine = requests(house, mio)
    assert again["prompt"] == similar["prompt"] == fine["prompt"] == original["prompt"] == "朝の海"
    assert str(similar["source"]).startswith("p/")
    assert fine["seed"] is not None
    urls = [message.image["original"] for message in house.pictures(mio) if message.image]
    data = [house.get(url)[1] for url in urls]
    assert len(set(data)) == 4, "each is a picture of its own"

    house.simulator.unsend(mio, wish.id, wait=True)
    house.settle()
    assert [house.get(url)[0] for url in urls] == [404] * 4
    house.simulator.tap(first, gettext("going_on.again", "ja"))
    house.wait_for_text(mio, gettext("going_on.gone", "ja"))
    assert house.rows(jobs, jobs.c.chat_id == mio) == []


def test_words_and_quotes_change_a_picture(house: House) -> None:
    """The same seed, other words; and the answer to what is to be changed."""
    mio = house.person()
    house.simulator.send(mio, "朝の富士山")
    [first] = pictures(house, mio, 1)
    card = buttons(house, mio)
    house.simulator.send(mio, "もっと明るく")
    pictures(house, mio, 2)
    house.simulator.send(mio, "夜にして", quote=first.id)
    pictures(house, mio, 3)
    house.simulator.tap(card, gettext("going_on.change", "ja"))
    question = house.wait_for_text(mio, gettext("going_on.ask", "ja").splitlines()[0])
    house.simulator.send(mio, "赤い鳥居", quote=question.id)
    pictures(house, mio, 4)

    prompts = [request["prompt"] for request in requests(house, mio)]
    assert prompts == [
        "朝の富士山",
        "朝の富士山、明るい",
        "夜の富士山",
        "朝の富士山、赤い鳥居",
    ]
    seeds = {str(request["seed"]) for request in requests(house, mio)[1:]}
    assert len(seeds) == 1
    assert "None" not in seeds


def test_in_a_group_a_reply_to_a_picture_changes_it(house: House) -> None:
    """Without a mention; what people say of it among themselves is not for the bot."""
    group, rin = house.group()
    house.simulator.send(group, "@絵筆 朝の海", user=rin)
    [picture] = pictures(house, group, 1)
    house.simulator.send(group, "かわいい！", user=rin, quote=picture.id, wait=True)
    house.simulator.send(group, "夜にして", user=rin, quote=picture.id)
    pictures(house, group, 2)
    assert [request["prompt"] for request in requests(house, group)] == ["朝の海", "夜の海"]


def test_limits_are_told_with_when_they_open_again(house: House) -> None:
    """The day's pictures and the pace; a picture that never came counts no more."""
    mio, rin = house.person(), house.person()
    with house.set("courier", MAX_PICTURES_PER_DAY="2", COOLDOWN_SECONDS="0"):
        house.simulator.send(mio, "海、4枚")
        house.wait_for_text(mio, gettext("busy.daily_left", "ja", left=2))
        house.simulator.send(mio, "海、2枚")
        pictures(house, mio, 2)
        house.simulator.send(mio, "山")
        house.wait_for_text(mio, gettext("busy.daily", "ja", limit=2))
        house.settle()  # or the courier is killed over what it sends, and its claim must run out
    with house.set("courier", COOLDOWN_SECONDS="600"):
        house.simulator.send(rin, "海")
        pictures(house, rin, 1)
        house.simulator.send(rin, "山")
        message = house.wait_for_text(rin, "10分ほどたったら")
        assert message.via == "reply"
        house.settle()


def test_an_operator_gives_one_chat_limits_of_its_own(house: House) -> None:
    """By command; everybody else keeps those of the settings, and people can ask what is left."""
    mio, rin = house.person(), house.person()
    house.simulator.send(mio, "海")
    pictures(house, mio, 1)
    house.ask("limits", str(house.job(mio)["number"]), "--daily", "1")
    house.simulator.send(mio, "山")
    house.wait_for_text(mio, gettext("busy.daily", "ja", limit=1))
    house.simulator.send(mio, "あと何枚描けますか")
    reply = gettext("busy.daily", "ja", limit=1)
    eventually(
        "the same answer twice",
        lambda: [message.text for message in house.simulator.bot_messages(mio)].count(reply) == 2,
        PATIENCE,
    )
    house.simulator.send(rin, "山")
    pictures(house, rin, 1)


def test_what_was_given_up_counts_no_more(slow_house: House) -> None:
    """The day's only picture is cancelled, in a person's own words: another may be asked for."""
    house, mio = slow_house, slow_house.person()
    with house.set("courier", MAX_PICTURES_PER_DAY="1"):
        with house.paused("worker"):  # which might be done before it is given up
            house.simulator.send(mio, "赤いりんご", wait=True)
            house.simulator.send(mio, "青い車", wait=True)
            house.wait_for_text(mio, gettext("busy.daily", "ja", limit=1))
            house.simulator.send(mio, "やっぱりやめます", wait=True)
        house.wait_for_text(mio, "を取りやめました")
        house.simulator.send(mio, "青い車", wait=True)
        wishes = house.rows(jobs, jobs.c.chat_id == mio)
        assert sorted(wish["state"] == "cancelled" for wish in wishes) == [False, True]
        house.simulator.send(mio, "キャンセルしてください", wait=True)
        house.settle()

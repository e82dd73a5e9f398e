"""Photos in the conversation: which one is meant, what is wanted of it, who may use it, its end."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import bans, jobs, messages, photos, readback, showing, sweeping, tables
from bot.database import now
from bot.jobs import DELIVERED, FAILED, QUEUED
from bot.prompt import clean, read, request_of, source_of
from bot.prompt.pointing import about_photo, names_photo, of_photo, wish
from bot.prompt.wish import PHOTO_STRENGTH, PHOTO_STRENGTH_SMALL
from bot.queue import Wake
from bot.runtime import Runtime
from bot.settings import Settings
from bot.texts import say
from inference.catalog import ModelInfo
from tests.bot.house import AOI, GROUP, House, event, in_group
from tests.bot.test_conversation import HARUTO, Talk, bring_to, kinds

LARGE = ModelInfo("large", "cpu", "float32", 512, 50, 7.5, "", safety_checker=False)
SMALL = replace(LARGE, native_size=192, default_steps=8)
DAY = 86400.0


@pytest.fixture
def talk(house: House, settings: Settings) -> Talk:
    return Talk(house, replace(settings, max_queued_per_person=50, max_queued_per_group=0))


def photo_event(number: int | str, *, elsewhere: bool = False, **more: Any) -> dict[str, Any]:
    """A photo as LINE tells of it; its message id is `number`."""
    provider: dict[str, str] = {"type": "external" if elsewhere else "line"}
    if elsewhere:
        provider["originalContentUrl"] = "https://example.com/original.jpg"
    message = {"type": "image", "id": str(number), "quoteToken": "q", "contentProvider": provider}
    if place := more.pop("place", None):
        message["imageSet"] = {"id": "S" * 20, **place}
    return event(message=message, **more)


def send(talk: Talk, number: int | str = 7, **more: Any) -> dict[str, Any]:
    """A photo was sent; its row."""
    talk.tell(photo_event(number, **more))
    [row] = [it for it in talk.house.rows(tables.photos) if it["message_id"] == str(number)]
    return row


def quoting(text: str, message_id: str, **more: Any) -> dict[str, Any]:
    made = event(text, **more)
    made["message"]["quotedMessageId"] = message_id
    return made


def request(talk: Talk) -> dict[str, Any]:
    found: dict[str, Any] = talk.jobs[-1]["request"]
    return found


def photo_of(talk: Talk, number: int | str = 7) -> dict[str, Any]:
    [row] = [it for it in talk.house.rows(tables.photos) if it["message_id"] == str(number)]
    return row


# --- a photo comes


def test_a_photo_in_a_private_chat_is_fetched_at_once(talk: Talk) -> None:
    wakes = talk.tell(photo_event(7))
    row = photo_of(talk)
    assert wakes == [Wake("fetch_photo", row["id"])]
    assert (row["state"], row["chat_id"], row["user_id"]) == (photos.WAITING, AOI, AOI)
    assert row["next_at"] is not None
    assert row["id"] not in row["key"], "the key is told by nothing that stands in a log"
    assert talk.answers == [], "the courier answers, who knows whether it can be painted from"
    assert [it["job_id"] for it in talk.house.rows(tables.reply_tokens)] == [row["id"]]


def test_a_photo_in_a_group_is_left_alone(talk: Talk) -> None:
    assert talk.tell(photo_event(7, source=in_group())) == []
    row = photo_of(talk)
    assert (row["next_at"], row["user_id"]) == (None, AOI)
    assert talk.house.rows(tables.reply_tokens) == []
    with talk.house.database.write() as db:
        assert photos.due(db, 20) == []


def test_of_several_at_once_only_the_last_has_the_answer(talk: Talk) -> None:
    for number, index in ((1, 2), (2, 1), (3, 3)):  # in any order
        talk.tell(photo_event(number, place={"index": index, "total": 3}))
    talk.tell(photo_event(4, place={}))  # an old phone tells no place
    answered = {it["job_id"] for it in talk.house.rows(tables.reply_tokens)}
    assert answered == {photo_of(talk, 3)["id"], photo_of(talk, 4)["id"]}


def test_who_sends_many_has_the_later_ones_fetched_when_wanted(talk: Talk) -> None:
    for number in range(21):
        talk.tell(photo_event(number))
    assert photo_of(talk, 19)["next_at"] is not None
    assert photo_of(talk, 20)["next_at"] is None


def test_bytes_at_an_address_of_the_senders_are_never_asked_for(talk: Talk) -> None:
    assert kinds(talk.tell(photo_event(7, elsewhere=True))) == ["send"]
    assert messages.problem("elsewhere")[0]["text"] in talk.answers[-1]
    assert talk.tell(photo_event(8, elsewhere=True, source=in_group())) == []
    assert talk.house.rows(tables.photos) == []


def test_the_banned_send_photos_for_nothing(talk: Talk) -> None:
    with talk.house.database.write() as db:
        bans.ban(db, AOI, None)
    assert kinds(talk.tell(photo_event(7))) == ["send"]
    assert talk.house.rows(tables.photos) == []


def test_a_photo_that_was_taken_back_before_it_came_is_not_stored(talk: Talk) -> None:
    talk.tell(event(type="unsend", unsend={"messageId": "7"}))
    assert talk.tell(photo_event(7)) == []
    assert talk.house.rows(tables.photos) == []


def test_the_same_photo_told_of_twice_is_one(talk: Talk) -> None:
    talk.tell(photo_event(7))
    assert talk.tell(photo_event(7)) == []
    assert len(talk.house.rows(tables.photos)) == 1


# --- what is wanted of it


@pytest.mark.parametrize(
    ("text", "prompt", "styles", "strength"),
    [
        ("これを水彩画に", "水彩風", ("水彩風",), None),
        ("この写真を浮世絵風にして", "浮世絵風", ("浮世絵風",), None),
        ("これをアニメ調で、もう少し忠実に", "アニメ調", ("アニメ調",), 0.4),
        ("写真を水彩画に", "水彩風", ("水彩風",), None),
        ("これ水彩画にできますか？", "水彩風", ("水彩風",), None),
        ("さっき送った写真を油絵に", "油絵風", ("油絵風",), None),
        ("写真から浮世絵風に", "浮世絵風", ("浮世絵風",), None),
        ("これを写真に忠実に水彩で", "水彩風", ("水彩風",), 0.4),
        ("これを少しだけ変えて水彩に", "水彩風", ("水彩風",), 0.35),
        ("これを大胆に変えて油絵で", "油絵風", ("油絵風",), 0.8),
        ("この写真、自由に水彩で", "水彩風", ("水彩風",), 0.8),
        ("この子を水彩画に", "水彩風", ("水彩風",), None),
        ("これを夜にして", "夜", (), None),
        ("この写真の背景を海に", "海の背景", (), None),
        ("これに帽子をかぶせて", "帽子", (), None),
        ("この写真をもとに、夕焼けの海を描いて", "夕焼けの海", (), None),
        ("写真をもとに年賀状を描いて", "年賀状", (), None),
        ("これはうちの犬です。水彩画にして", "水彩風、うちの犬", ("水彩風",), None),
        ("これを描いて", "絵", (), None),
    ],
)
def test_words_that_point_at_a_photo(
    text: str, prompt: str, styles: tuple[str, ...], strength: float | None
) -> None:
    wanted = about_photo(clean(text), read(text))
    assert wanted is not None
    reading = wish(wanted)
    assert (reading.prompt, reading.styles, reading.strength) == (prompt, styles, strength)
    assert reading.fidelity is None


@pytest.mark.parametrize(
    "text",
    [
        *("赤いりんご", "写真を撮る人", "写真みたいな猫", "写真から飛び出す猫", "これからの街"),
        *(
            "これから始まる物語",
            "これまでの夢",
            "この街を歩く人",
            "この人が好き",
            "うちの犬を描いて",
        ),
        *("さっきのを夜にして", "画像を作って", "", "。", "これ", "これかわいい"),
    ],
)
@pytest.mark.parametrize("bare", [False, True])
def test_wishes_that_do_not_speak_of_a_photo(text: str, bare: bool) -> None:
    assert about_photo(clean(text), read(text), bare=bare) is None


def test_bare_words_count_only_where_they_are_asked_for() -> None:
    for text in ("水彩画に", "浮世絵風で縦長", "夜にして", "背景を青に", "もっと明るく"):
        assert about_photo(text, read(text)) is None
        assert about_photo(text, read(text), bare=True) is not None
        assert not names_photo(text)


@pytest.mark.parametrize(
    ("text", "prompt", "strength"),
    [
        ("うちの猫です！水彩画にしてください", "水彩風、うちの猫", None),
        ("元の写真に忠実に、水彩で", "水彩風", 0.4),
        ("変化30%で油絵に", "油絵風", 0.3),
        ("いい感じにして", "絵", 0.8),
        ("浮世絵っぽくしてもらえへん？", "浮世絵風", None),
    ],
)
def test_what_people_say_who_have_just_sent_a_photo(
    text: str, prompt: str, strength: float | None
) -> None:
    wanted = about_photo(clean(text), read(text), bare=True)
    assert wanted is not None
    assert (wish(wanted).prompt, wish(wanted).strength) == (prompt, strength)


def test_quoted_anything_counts() -> None:
    assert wish(of_photo("赤いりんご")).prompt == "赤いりんご"
    several = wish(of_photo("これを水彩画に、人物なしで2枚、縦長"))
    assert (several.negative, several.count, several.width) == ("人物", 2, 512)
    assert wish(of_photo("あ" * 1200)).problem == "too_long"


_POINTING = ("", "これ", "これを", "この写真", "この写真の", "写真を", "写真から", "この子に")
_REST = (
    "水彩画に",
    "夜にして",
    "変えて",
    "忠実に",
    "は",
    "の",
    "、",
    "です",
    "もとに",
    "4枚",
    "犬",
)


@given(
    st.sampled_from(_POINTING),
    st.lists(st.one_of(st.sampled_from(_REST), st.text(max_size=8)), max_size=4).map("".join),
)
def test_whatever_is_said_of_a_photo_something_can_be_painted(start: str, rest: str) -> None:
    text = clean(start + rest)
    for wanted in (of_photo(text), about_photo(text, read(text), bare=True)):
        if wanted is not None:
            assert wish(wanted).prompt


# --- which photo


def test_this_is_the_last_photo(talk: Talk) -> None:
    first, second = send(talk, 1), send(talk, 2)
    wakes = talk.says("これを水彩画に")
    [job] = talk.jobs
    assert kinds(wakes) == ["draw", "show_loading"], "it is fetched already"
    assert job["parent_id"] == second["id"] != first["id"]
    assert (request(talk)["source"], request(talk)["photo"]) == (second["key"], True)
    assert readback.line(request(talk)) == "こう読みました：水彩風、写真から"


def test_a_quoted_photo_is_meant_whoever_sent_it_and_whenever(talk: Talk) -> None:
    theirs = send(talk, 1, source=in_group(HARUTO))
    send(talk, 2, source=in_group())
    talk.house.set(tables.photos, tables.photos.c.message_id == "1", created_at=now() - DAY / 2)
    made = quoting("@絵筆 赤いりんご", "1", source=in_group())
    assert talk.tell(quoting("これを水彩画に", "1", source=in_group())) == [], "nobody spoke to it"
    bot = {"index": 0, "length": 3, "type": "user", "userId": "U0", "isSelf": True}
    made["message"]["mention"] = {"mentionees": [bot]}
    wakes = talk.tell(made)
    assert wakes[0] == Wake("fetch_photo", theirs["id"])
    assert (talk.jobs[0]["parent_id"], request(talk)["prompt"]) == (theirs["id"], "赤いりんご")
    assert photo_of(talk, 1)["next_at"] is not None
    assert photo_of(talk, 2)["next_at"] is None, "this one, nobody wanted"


def test_a_photo_of_another_chat_cannot_be_quoted(talk: Talk) -> None:
    send(talk, 1, source=in_group())
    talk.tell(quoting("赤いりんご", "1"))
    assert talk.jobs[0]["parent_id"] is None
    assert "source" not in request(talk)


def test_in_a_group_ones_own_photo_is_fetched_when_the_bot_is_told(talk: Talk) -> None:
    mine = send(talk, 1, source=in_group())
    send(talk, 2, source=in_group(HARUTO))
    assert kinds(talk.in_group("水彩画に")) == ["send"], "in a group one points at it"
    assert talk.in_group("これを水彩画に", mention=False) == []
    assert kinds(talk.in_group("これを水彩画に")) == ["fetch_photo", "draw"]
    assert talk.jobs[0]["parent_id"] == mine["id"]
    assert kinds(talk.in_group("これを油絵に", user="U" + "c" * 32)) == ["send"]
    assert len(talk.jobs) == 1, "who sent none has none"


def test_a_plain_wish_does_not_use_it(talk: Talk) -> None:
    send(talk)
    talk.says("赤いりんご")
    assert (talk.jobs[0]["parent_id"], request(talk).get("source")) == (None, None)


def test_words_that_overtake_their_photo_are_told_to_come_again(talk: Talk) -> None:
    talk.says("これを水彩画に")
    assert say("going_on.nothing") in talk.answers[-1]
    assert "写真を送ったところでしたら" in say("going_on.nothing")
    talk.says("水彩画に")
    assert say("problem.only_controls") in json.loads(talk.answers[-1])[0]["text"]
    assert talk.jobs == []
    photo = send(talk)
    talk.says("これを水彩画に")
    assert talk.jobs[0]["parent_id"] == photo["id"]


def test_an_old_photo_is_not_meant(talk: Talk) -> None:
    send(talk)
    talk.house.set(tables.photos, tables.photos.c.message_id == "7", created_at=now() - 700)
    talk.says("これを水彩画に")
    assert talk.jobs == []
    assert messages.nothing_to_go_on()[0]["text"] in talk.answers[-1]


def test_after_a_picture_this_is_the_picture_and_the_photo_is_named(talk: Talk) -> None:
    photo = send(talk)
    talk.says("これを水彩画に")
    painted = talk.jobs[0]
    bring_to(talk.house, painted["id"], DELIVERED)
    talk.says("これを油絵に")
    second = talk.jobs[1]
    assert second["parent_id"] == painted["id"], "the picture is gone on from"
    assert (request(talk)["source"], request(talk)["photo"]) == (photo["key"], True)
    assert request(talk)["prompt"] == "油絵風"
    talk.says("この写真を浮世絵風に")
    assert talk.jobs[2]["parent_id"] == photo["id"]


def test_after_a_photo_bare_words_mean_it_and_buttons_their_picture(talk: Talk) -> None:
    talk.says("朝の海")
    old = talk.jobs[0]
    bring_to(talk.house, old["id"], DELIVERED)
    photo = send(talk)
    talk.says("夜にして")
    assert talk.jobs[1]["parent_id"] == photo["id"]
    bring_to(talk.house, talk.jobs[1]["id"], DELIVERED)
    talk.tell(event(type="postback", postback={"data": f"change:{old['number']}:0"}))
    talk.says("夜にして")
    assert (talk.jobs[2]["parent_id"], request(talk)["prompt"]) == (old["id"], "夜の海")


def test_a_photo_ends_the_question_what_to_change(talk: Talk) -> None:
    talk.says("朝の海")
    bring_to(talk.house, talk.jobs[0]["id"], DELIVERED)
    number = talk.jobs[0]["number"]
    talk.tell(event(type="postback", postback={"data": f"change:{number}:0"}))
    photo = send(talk)
    with talk.house.database.read() as db:
        assert showing.asked(db, AOI, AOI) is None
    talk.says("水彩画に")
    assert talk.jobs[1]["parent_id"] == photo["id"]


def test_nothing_but_a_finger_asks_what_to_make_of_it(talk: Talk) -> None:
    send(talk)
    talk.says("これを")
    assert talk.jobs == []
    assert messages.photo_ask()[0]["text"] in json.loads(talk.answers[-1])[0]["text"]


def test_what_moderation_refuses_is_refused_of_a_photo_too(talk: Talk) -> None:
    send(talk)
    talk.says("これを裸にして")
    assert talk.jobs == []
    assert messages.refused("sexual")[0]["text"] in talk.answers[-1]


def test_a_photo_that_could_not_be_had_is_said_and_one_that_may_be_is_tried_again(
    talk: Talk,
) -> None:
    photo = send(talk)
    which = tables.photos.c.id == photo["id"]
    talk.house.set(tables.photos, which, state=photos.FAILED, error_code="photo_animated")
    talk.says("これを水彩画に")
    assert talk.jobs == []
    assert messages.photo_refused("photo_animated")[0]["text"] in talk.answers[-1]
    talk.house.set(tables.photos, which, error_code="photo_unavailable", next_at=None, tries=9)
    assert kinds(talk.says("これを水彩画に"))[0] == "fetch_photo"
    row = photo_of(talk)
    assert (row["state"], row["tries"], row["error_code"]) == (photos.WAITING, 0, None)


# --- what the worker makes of it


def test_how_far_a_photo_may_change_depends_on_the_model(talk: Talk) -> None:
    send(talk)
    talk.says("これを水彩画に")
    kept = {**request(talk), "image": b"x"}
    assert source_of(kept, SMALL) == source_of(kept, LARGE) == kept["source"]
    large, small = request_of(kept, LARGE), request_of(kept, SMALL)
    assert (large.strength, large.steps) == (PHOTO_STRENGTH, 50)
    assert small.strength == pytest.approx(PHOTO_STRENGTH_SMALL)
    assert small.steps == 16, "four steps of them are done"
    talk.says("この写真を水彩画に、もっと忠実に")
    kept = {**request(talk), "image": b"x"}
    assert request_of(kept, LARGE).strength == 0.4
    assert (request_of(kept, SMALL).strength or 1) < PHOTO_STRENGTH_SMALL
    assert request_of({**kept, "image": None}, SMALL).strength is None


def test_a_job_is_not_taken_before_its_photo_is_there(talk: Talk) -> None:
    photo = send(talk, source=in_group())
    talk.in_group("これを水彩画に")
    talk.in_group("赤いりんご", user=HARUTO)
    waiting, other = talk.jobs
    with talk.house.database.write() as db:
        taken = jobs.claim_next(db, "w", 30)
        assert taken is not None
        assert taken.id == other["id"]
        assert jobs.claim_next(db, "w", 30) is None
        assert photos.waiting_for(db, photo["id"]) == [waiting["id"]]
        held = photos.claim(db, photo["id"], 30)
        assert held is not None
        assert photos.ready(db, held, 64, 64)
        taken = jobs.claim_next(db, "w", 30)
        assert taken is not None
        assert taken.id == waiting["id"]


# --- taking back and forgetting


def erase_all(talk: Talk) -> set[str]:
    with talk.house.database.read() as db:
        return set(photos.to_erase(db))


def test_an_unsend_takes_the_photo_and_all_that_was_painted_from_it(talk: Talk) -> None:
    photo, other = send(talk, 7), send(talk, 8)
    talk.tell(quoting("水彩画に", "7"))
    talk.tell(quoting("油絵に", "8"))
    bring_to(talk.house, talk.jobs[0]["id"], DELIVERED)
    talk.tell(event(type="postback", postback={"data": f"again:{talk.jobs[0]['number']}:0"}))
    ids = [it["id"] for it in talk.jobs]
    wakes = talk.tell(event(type="unsend", unsend={"messageId": "7"}))
    assert set(wakes) == {
        Wake("erase", ids[0]), Wake("erase", ids[2]), Wake("erase_photo", photo["id"]),
    }  # fmt: skip
    assert [talk.house.job(it).request is None for it in ids] == [True, False, True]
    talk.says("これを浮世絵風に")
    assert talk.jobs[-1]["parent_id"] != photo["id"]
    assert photo_of(talk, 8)["erase_at"] is None
    assert other["id"] not in erase_all(talk)


def test_the_words_that_were_taken_back_leave_the_photo(talk: Talk) -> None:
    send(talk)
    made = event("これを水彩画に")
    talk.tell(made)
    talk.tell(event(type="unsend", unsend={"messageId": made["message"]["id"]}))
    assert photo_of(talk)["erase_at"] is None
    assert talk.jobs[0]["request"] is None


def test_leaving_a_group_erases_its_photos(talk: Talk) -> None:
    there, here = send(talk, 1, source=in_group()), send(talk, 2)
    wakes = talk.tell(event(type="leave", source=in_group(None)))
    assert Wake("erase_photo", there["id"]) in wakes
    assert here["id"] not in erase_all(talk)


def test_who_leaves_a_group_takes_along_the_photos_they_sent_there(talk: Talk) -> None:
    mine, unused = send(talk, 1, source=in_group()), send(talk, 2, source=in_group())
    private, others = send(talk, 3), send(talk, 4, source=in_group(HARUTO))
    bot = {"index": 0, "length": 3, "type": "user", "userId": "U0", "isSelf": True}
    for photo, person in (("1", AOI), ("1", HARUTO), ("4", HARUTO)):
        made = quoting("@絵筆 水彩画に", photo, source=in_group(person))
        made["message"]["mention"] = {"mentionees": [bot]}
        talk.tell(made)
    seen, waiting, from_others = (it["id"] for it in talk.jobs)
    bring_to(talk.house, seen, DELIVERED)
    left = {"members": [{"type": "user", "userId": AOI}]}
    wakes = talk.tell(event(type="memberLeft", left=left, source=in_group(None), replyToken=None))
    assert set(wakes) == {
        Wake("erase", waiting), Wake("erase_photo", mine["id"]), Wake("erase_photo", unused["id"]),
    }  # fmt: skip
    assert erase_all(talk) == {mine["id"], unused["id"]}
    assert photo_of(talk, 3)["id"] == private["id"]
    assert photo_of(talk, 4)["id"] == others["id"]
    kept = {it["id"]: it["request"] is not None for it in talk.jobs}
    assert kept == {seen: True, waiting: False, from_others: True}


def test_a_person_who_is_erased_takes_their_photos_from_every_chat(talk: Talk) -> None:
    mine = {send(talk, 1)["id"], send(talk, 2, source=in_group())["id"]}
    theirs = send(talk, 3, source=in_group(HARUTO))
    bot = {"index": 0, "length": 3, "type": "user", "userId": "U0", "isSelf": True}
    made = quoting("@絵筆 水彩画に", "2", source=in_group(HARUTO))
    made["message"]["mention"] = {"mentionees": [bot]}
    talk.tell(made)
    with talk.house.database.write() as db:
        dropped = jobs.drop_person(db, AOI)
    assert erase_all(talk) == mine
    assert dropped == [talk.jobs[0]["id"]], "it was painted from a photo of theirs"
    assert photo_of(talk, 3)["id"] == theirs["id"]


def test_photos_are_forgotten_after_a_day_or_with_everything_else(
    talk: Talk, settings: Settings
) -> None:
    unused, used, old = send(talk, 1), send(talk, 2), send(talk, 3)
    talk.tell(quoting("水彩画に", "2"))
    talk.tell(quoting("水彩画に", "3"))
    ages = {unused["id"]: 1.1, used["id"]: 1.1, old["id"]: settings.retention_days + 1}
    for photo_id, days in ages.items():
        talk.house.set(tables.photos, tables.photos.c.id == photo_id, created_at=now() - days * DAY)
    runtime = Runtime(settings)
    sweeping.forget(runtime)
    assert erase_all(talk) == {unused["id"], old["id"]}
    wakes = sweeping.sweep(runtime)
    assert {Wake("erase_photo", unused["id"]), Wake("erase_photo", old["id"])} <= set(wakes)
    runtime.database.close()


def test_the_sweep_finds_a_photo_that_nobody_fetches(talk: Talk, settings: Settings) -> None:
    photo = send(talk)
    runtime = Runtime(settings)
    assert Wake("fetch_photo", photo["id"]) in sweeping.sweep(runtime)
    assert sweeping.sweep(runtime) == [] or all(
        it.task != "fetch_photo" for it in sweeping.sweep(runtime)
    ), "it was just named"
    runtime.database.close()


def test_states_are_as_the_table_says(talk: Talk) -> None:
    assert {photos.WAITING, photos.READY, photos.FAILED} == {"waiting", "ready", FAILED}
    assert QUEUED == "queued", "as bot.photos asks for it"
    assert GROUP

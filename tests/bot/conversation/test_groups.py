"""Groups: when the bot is meant, by which word, whom it answers, who leaves, what was edited."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import jobs, messages
from bot.conversation import groups, router
from bot.jobs import CANCELLED, DELIVERED, DRAWING, DRAWN, QUEUED
from bot.messages import mentions
from bot.prompt import StoredRequest
from bot.queue.app import TaskMessage
from bot.settings import Settings
from bot.storage import FolderStorage
from bot.store import account, people, schema
from bot.tasks.delivery import Courier
from bot.texts import gettext
from simulator import rules
from simulator.rules.context import Context
from tests.bot.conversation.test_router import HARUTO, Talk, bring_to, kinds
from tests.bot.harness import (
    AOI,
    GROUP,
    House,
    Line,
    body_of,
    event,
    in_group,
    parse_events,
    stored,
)

TO_BOT = {"index": 0, "length": 3, "type": "user", "userId": "U0", "isSelf": True}


@pytest.fixture
def talk(house: House, settings: Settings) -> Talk:
    return Talk(house, settings)


def prompts(talk: Talk) -> list[str]:
    return [job["request"]["prompt"] for job in talk.jobs if job["request"]]


def chat(talk: Talk) -> dict[str, Any]:
    [row] = [row for row in talk.house.rows(schema.chats) if row["id"] == GROUP]
    return row


# --- the word


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("呼び名を『絵筆』にして", ("set", "絵筆")),
        ("呼び名は絵筆です", ("set", "絵筆")),
        ("呼びかけのことばを「えふで」に変えて", ("set", "えふで")),
        ("呼び名をやめて", ("unset", "")),
        ("呼び名は？", ("tell", "")),
        ("呼び名のない猫", None),
        ("合言葉を『絵筆』にして", ("set", "絵筆")),
        ("合言葉を「えふで」にしてください。", ("set", "えふで")),
        ("合言葉は『絵筆』でお願いします", ("set", "絵筆")),
        ("合い言葉「お絵描きさん」", ("set", "お絵描きさん")),
        ("合言葉を絵筆にして", ("set", "絵筆")),
        ("合言葉は絵筆です", ("set", "絵筆")),
        ("あいことばを えふで に変えて", ("set", "えふで")),
        ("合言葉を絵筆に変更してほしい", ("set", "絵筆")),
        ("prefix efude", ("set", "efude")),
        ("set the prefix to efude", ("set", "efude")),
        ("合言葉をやめて", ("unset", "")),
        ("合言葉を取り消してください", ("unset", "")),
        ("合言葉なしにして", ("unset", "")),
        ("合言葉はいらない", ("unset", "")),
        ("prefix off", ("unset", "")),
        ("合言葉", ("tell", "")),
        ("合言葉は？", ("tell", "")),
        ("合言葉は何ですか", ("tell", "")),
        ("合言葉を教えて", ("tell", "")),
        ("合言葉をささやく忍者", None),
        ("山と川の合言葉", None),
        ("赤いりんご", None),
    ],
)
def test_what_is_wanted_of_the_word(text: str, wanted: tuple[str, str] | None) -> None:
    assert groups.parse_prefix_request(text) == wanted


@given(st.text(max_size=30))
def test_any_text_can_be_read_for_it(text: str) -> None:
    groups.parse_prefix_request(text)
    groups.parse_prefix_request(f"合言葉を{text}")


def test_a_group_sets_a_word_and_is_heard_without_a_mention(talk: Talk) -> None:
    assert talk.in_group("ふで丸、赤いりんご", mention=False) == []
    talk.in_group("合言葉を『絵筆』にして")
    assert gettext("prefix.set", "ja", word="絵筆").splitlines()[0] in talk.answers[-1]
    for text in ("絵筆、赤いりんご", "絵筆　海", "絵筆：山を横長で", " 絵筆。猫", "絵筆\n犬"):
        talk.in_group(text, user=f"U{len(text):032x}", mention=False)
    assert prompts(talk) == ["赤いりんご", "海", "山", "猫", "犬"]
    assert talk.jobs[2]["request"]["width"] > talk.jobs[2]["request"]["height"]
    count = len(talk.answers)
    for text in ("絵筆を買った", "絵筆はどこ", "大きな絵筆、いいね", "絵 筆、海", "筆、海"):
        assert talk.in_group(text, mention=False) == []
    assert len(talk.answers) == count


def test_the_word_alone_and_commands_after_it(talk: Talk) -> None:
    talk.in_group("合言葉を『絵筆』にして")
    talk.in_group("絵筆", mention=False)
    assert gettext("problem.empty", "ja") in talk.answers[-1]
    talk.in_group("絵筆、海", mention=False)
    talk.in_group("絵筆、キャンセル", mention=False)
    assert talk.jobs[0]["state"] == CANCELLED
    talk.in_group("絵筆、使い方", mention=False)
    assert "flex" in talk.answers[-1]


def test_the_word_is_read_in_any_width_and_case(talk: Talk) -> None:
    talk.in_group("合言葉を「Ｅｆｕｄｅ」にして")
    assert chat(talk)["prefix"] == "efude"
    talk.in_group("ＥＦＵＤＥ、海", mention=False)
    talk.in_group("efude: 山", user=HARUTO, mention=False)
    assert prompts(talk) == ["海", "山"]


def test_emojis_after_the_word_stay_where_they_are(talk: Talk) -> None:
    talk.in_group("合言葉を『絵筆』にして")
    made = event("絵筆、海(love)と山", source=in_group())
    made["message"]["emojis"] = [{"index": 4, "length": 6, "productId": "p", "emojiId": "1"}]
    talk.tell(made)
    assert prompts(talk) == ["海 と山"]


def test_the_name_calls_the_bot_until_a_group_sets_a_word(talk: Talk) -> None:
    talk.in_group("絵筆 りんごを描いて", mention=False)
    assert [job["request"]["prompt"] for job in talk.jobs] == ["りんご"]
    assert talk.in_group("絵筆買ってきた", mention=False) == []
    with talk.house.database.write() as db:
        account.set_name(db, "お絵かきロボ")
    talk.in_group("お絵かきロボ、海を描いて", user="U" + "d" * 32, mention=False)
    assert talk.jobs[-1]["request"]["prompt"] == "海"
    assert talk.in_group("絵筆 山を描いて", mention=False) == []
    talk.in_group("合言葉を『ふで丸』にして")
    assert talk.in_group("お絵かきロボ、川を描いて", mention=False) == []
    talk.in_group("ふで丸、川を描いて", user="U" + "e" * 32, mention=False)
    assert talk.jobs[-1]["request"]["prompt"] == "川"


def test_a_word_is_of_one_group_and_can_be_ended(talk: Talk) -> None:
    talk.in_group("合言葉を『ふで丸』にして")
    other = {"type": "group", "groupId": "C" + "9" * 32, "userId": AOI}
    assert talk.tell(event("ふで丸、海", source=other)) == []
    talk.in_group("合言葉は？")
    assert "呼び名は「ふで丸」です" in talk.answers[-1]
    talk.in_group("ふで丸、合言葉をやめて", mention=False)
    assert gettext("prefix.unset", "ja") in talk.answers[-1]
    assert talk.in_group("ふで丸、海", mention=False) == []
    talk.in_group("合言葉は？")
    assert "まだありません" in talk.answers[-1]
    assert talk.jobs == []


@pytest.mark.parametrize(
    ("word", "problem"),
    [
        ("絵", "length"),
        ("", "length"),
        ("あ" * 11, "length"),
        ("絵 筆", "letters"),
        ("！！", "letters"),
        ("絵（筆", "letters"),
        ("{絵筆}", "letters"),
        ("はい", "common"),
        ("OK", "common"),
        ("キャンセル", "taken"),
        ("まだ", "taken"),
        ("もう一度", "taken"),
        ("合言葉", "taken"),
        ("4枚", "taken"),
        ("横長", "taken"),
        ("ヌード", "rude"),
    ],
)
def test_not_every_word_can_be_it(talk: Talk, word: str, problem: str) -> None:
    talk.in_group(f"合言葉を『{word}』にして")
    [answer] = messages.prefix_answer(
        problem, "ja", word=groups.fold_word(word), max_chars=groups.MAX_PREFIX_CHARS
    )
    assert answer["text"] == json.loads(talk.answers[-1])[0]["text"]
    assert chat(talk)["prefix"] is None


def test_who_is_not_heard_cannot_set_it_and_alone_nobody_needs_it(talk: Talk) -> None:
    assert talk.in_group("合言葉を『絵筆』にして", mention=False) == []
    talk.says("合言葉を『絵筆』にして")
    assert gettext("prefix.private", "ja") in talk.answers[-1]
    assert all(row["prefix"] is None for row in talk.house.rows(schema.chats))


# --- comings and goings


def test_one_greeting_when_the_bot_comes_and_none_for_people(talk: Talk) -> None:
    talk.tell(event(type="join", source=in_group(None)))
    assert [row["kind"] for row in talk.house.deliveries()] == ["greeting"]
    joined = {"members": [{"type": "user", "userId": HARUTO}]}
    assert talk.tell(event(type="memberJoined", joined=joined, source=in_group(None))) == []
    assert len(talk.house.deliveries()) == 1


def leaves(*people: str) -> dict[str, Any]:
    left = {"members": [{"type": "user", "userId": user_id} for user_id in people]}
    return event(type="memberLeft", left=left, source=in_group(None), replyToken=None)


def test_who_leaves_takes_along_what_the_group_has_not_seen(talk: Talk) -> None:
    talk.in_group("赤いりんご")
    talk.in_group("青い海")
    talk.in_group("白い犬", user=HARUTO)
    talk.says("夜の富士山")
    seen, under_way, others, private = (job["id"] for job in talk.jobs)
    bring_to(talk.house, seen, DELIVERED)
    talk.house.claim(under_way)
    replies = talk.tell(leaves(AOI))
    assert replies == [TaskMessage("erase", under_way)]
    states = {job["id"]: job["state"] for job in talk.jobs}
    assert states == {
        seen: DELIVERED,
        under_way: CANCELLED,
        others: QUEUED,
        private: QUEUED,
    }
    assert {
        row["user_id"] for row in talk.house.rows(schema.people) if row["chat_id"] == GROUP
    } == {HARUTO}


def test_people_leave_also_while_the_bot_must_be_silent(talk: Talk) -> None:
    talk.in_group("赤いりんご")
    assert kinds(talk.tell({**leaves(AOI), "mode": "standby"})) == ["erase"]


def test_a_bot_that_is_removed_forgets_the_word_and_the_people(talk: Talk) -> None:
    talk.in_group("合言葉を『ふで丸』にして")
    talk.in_group("赤いりんご")
    talk.tell(event(type="leave", source=in_group(None), replyToken=None))
    assert chat(talk)["prefix"] is None
    assert not chat(talk)["reachable"]
    assert talk.house.rows(schema.people) == []
    assert talk.jobs[0]["state"] == CANCELLED
    talk.tell(event(type="join", source=in_group(None)))
    assert talk.in_group("ふで丸、海", mention=False) == []


# --- who is not named


def test_whom_line_does_not_name_can_ask_cancel_and_wait(talk: Talk) -> None:
    talk.in_group("青い海", user=HARUTO)
    talk.in_group("赤いりんご", user=None)
    assert talk.jobs[1]["user_id"] is None
    assert talk.in_group("まだ？", user=None, mention=False) == [], "whose is not to be told"
    talk.in_group("まだ？", user=None)
    assert talk.jobs[1]["number"] in talk.answers[-1]
    talk.in_group("青い海", user=HARUTO)
    talk.in_group("キャンセル", user=None)
    assert [job["state"] for job in talk.jobs[:2]] == [QUEUED, CANCELLED]
    talk.in_group("キャンセル", user=None)
    assert [job["state"] for job in talk.jobs[:1]] == [QUEUED], "another's is not theirs"
    talk.in_group("もう一度", user=None)
    talk.taps("4F7-K2M", source=in_group(None))


def test_limits_hold_for_the_group(house: House, settings: Settings) -> None:
    talk = Talk(house, replace(settings, max_queued_per_group=3, max_extra_queued=0))
    for number in range(5):
        talk.in_group("海", user=f"U{number:032x}")
    assert len(talk.jobs) == 3
    assert gettext("busy.group", "ja", limit=3) in talk.answers[-1]
    talk.says("海")
    assert len(talk.jobs) == 4, "another chat"


# --- whom it answers


def test_every_answer_in_a_group_names_whom_it_is_for(talk: Talk) -> None:
    for text in ("横長", "裸の女性", "まだ？", "キャンセル", "4F7-K2M", "合言葉は？", "もう一度"):
        talk.in_group(text)
        parsed = json.loads(talk.answers[-1])
        assert any(message.get("quoteToken") for message in parsed), parsed
    talk.in_group("海")
    talk.in_group("まだ？")
    text, flex = json.loads(talk.answers[-1])
    assert (text["type"], flex["type"]) == ("text", "flex")
    assert text["quoteToken"]
    talk.taps("4F7-K2M", source=in_group(HARUTO))  # which brings nothing that could be quoted
    [parsed] = json.loads(talk.answers[-1])
    assert parsed["substitution"]["asker"]["mentionee"]["userId"] == HARUTO


def test_in_a_private_chat_nobody_needs_to_be_named(talk: Talk) -> None:
    talk.says("横長")
    assert "quoteToken" not in talk.answers[-1]


@given(st.text(min_size=1, max_size=50).filter(lambda each: each.strip()))
def test_any_text_can_mention(text: str) -> None:
    plain = {"type": "text", "text": text}
    [made] = mentions.address_to([plain], None, AOI)
    context = Context(endpoint="reply", group=True, members={AOI: "葵"}, bot="U" + "0" * 32)
    body = {"messages": [made]}
    rules.check(body, replace(context, validating=True))
    assert mentions.strip_mention([made]) == [plain]


def four(house: House, storage: FolderStorage, **fields: Any) -> str:
    """A job of four pictures, painted and stored."""
    job_id = house.add(chat=GROUP, count=4, **fields)
    job = house.claim(job_id)
    assert job is not None
    pictures = [stored(job, position)._replace(width=512, height=768) for position in range(4)]
    for picture in pictures:
        storage.put(picture.key, b"png", "image/png")
        storage.put(picture.preview_key, b"jpg", "image/jpeg")
    with house.database.write() as db:
        assert jobs.mark_drawn(db, job_id, "w", pictures, 1.0)
    return job_id


def test_four_pictures_in_a_group_are_photos_and_a_bubble_that_names_who_asked(
    house: House, line: Line, courier: Courier, storage: FolderStorage
) -> None:
    job_id = four(house, storage, token=line.token(GROUP))
    with house.database.write() as db:
        people.enqueue_profile(db, GROUP, AOI, None)
        people.set_profile(db, GROUP, AOI, name="葵", language="ja")
    courier.deliver(job_id)
    *photos, bubble = line.bot_messages(GROUP)
    assert [photo.type for photo in photos] == ["image"] * 4
    assert len({photo.image["original"] for photo in photos if photo.image}) == 4
    assert "葵さんへ" in (bubble.alt_text or "")
    number = house.job(job_id).number
    data = [action["data"] for action in bubble.actions() if "data" in action]
    assert data == [f"choose:{number}:{n}" for n in range(4)] + [
        f"again:{number}:0",
        f"details:{number}:0",
    ]
    assert house.state(job_id) == DELIVERED


@pytest.mark.parametrize("quoted", [True, False])
def test_fewer_pictures_in_a_group_come_after_a_text_that_names_who_asked(
    house: House, line: Line, courier: Courier, storage: FolderStorage, quoted: bool
) -> None:
    sent = line.send(GROUP, "@絵筆 海", user=AOI)
    job_id = house.add(chat=GROUP, user=AOI, token=line.token(GROUP))
    house.paint(job_id, storage)
    if quoted:
        token = next(each for each, (_, of) in line.state.quotes.items() if of == sent.id)
        house.change(job_id, quote_token=token)
    courier.deliver(job_id)
    text, picture, bubble = line.bot_messages(GROUP)
    assert (text.type, picture.type, bubble.type) == ("text", "image", "flex")
    if quoted:
        assert text.quote
        assert text.quote["id"] == sent.id
    else:
        assert (text.text or "").startswith("@")
        assert text.mention


def test_a_picture_that_a_tap_asked_for_mentions_who_tapped(
    house: House, line: Line, courier: Courier, storage: FolderStorage
) -> None:
    job_id = house.add(chat=GROUP, user=AOI, token=line.token(GROUP))
    house.paint(job_id, storage)
    courier.deliver(job_id)
    text, picture, _bubble = line.bot_messages(GROUP)
    assert picture.type == "image"
    assert text.mention


def test_who_has_left_is_not_mentioned_and_the_picture_comes_all_the_same(
    house: House, line: Line, courier: Courier, storage: FolderStorage
) -> None:
    gone = "U" + "e" * 32
    job_id = house.add(chat=GROUP, user=gone, token=line.token(GROUP))
    house.paint(job_id, storage)
    courier.deliver(job_id)
    assert line.pictures(GROUP) == 1
    assert [call["status"] for call in line.calls("message/reply")] == [400, 200]
    assert house.state(job_id) == DELIVERED


# --- edits


def edit(text: str, message_id: str, user: str | None = AOI, *, mention: bool = True) -> Any:
    made = event(f"@絵筆 {text}" if mention else text, type="messageEdited", source=in_group(user))
    made["message"]["id"] = message_id
    if mention:
        made["message"]["mention"] = {"mentionees": [TO_BOT]}
    return made


def asked(talk: Talk, text: str, message_id: str = "m1") -> str:
    made = event(f"@絵筆 {text}", source=in_group())
    made["message"] |= {"id": message_id, "mention": {"mentionees": [TO_BOT]}}
    talk.tell(made)
    return str(talk.jobs[-1]["id"])


def test_an_edit_before_it_is_painted_takes_the_place_of_the_wish(talk: Talk) -> None:
    first = asked(talk, "赤いりんご")
    talk.house.claim(first)
    replies = talk.tell(edit("青いりんごを横長で", "m1"))
    old, new = talk.jobs
    assert replies == [TaskMessage("draw", new["id"])]
    assert (old["state"], new["state"]) == (CANCELLED, QUEUED)
    assert new["request"]["prompt"] == "青いりんご"
    assert new["message_id"] == "m1"
    [token] = talk.house.rows(schema.reply_tokens)
    assert token["job_id"] == new["id"], "the edit brought one of its own"
    assert talk.answers == []


def test_an_edit_afterwards_is_painted_from_the_same_seed(talk: Talk) -> None:
    first = asked(talk, "赤いりんご、2枚")
    bring_to(talk.house, first, DELIVERED)
    talk.tell(edit("青いりんご、2枚", "m1"))
    old, new = talk.jobs
    assert (old["state"], new["state"]) == (DELIVERED, QUEUED)
    assert new["request"]["seed"] == 7
    assert new["request"]["count"] == 2
    shown = messages.picture_messages(
        "4F7-K2M",
        [("https://a", "https://b")],
        lang="ja",
        request=StoredRequest.from_json(new["request"]),
    )
    assert "シード7" not in str(shown), "nobody said it"
    bring_to(talk.house, new["id"], DELIVERED)
    talk.tell(edit("白いりんご、シード99", "m1"))
    assert talk.jobs[2]["request"]["seed"] == 99
    assert talk.jobs[2]["request"]["prompt"] == "白いりんご"


def test_an_edit_that_changes_nothing_paints_nothing(talk: Talk) -> None:
    first = asked(talk, "赤いりんごを浮世絵風に")
    assert talk.tell(edit("赤いりんごを浮世絵風に！", "m1")) == []
    assert talk.tell(edit("赤いりんごを浮世絵風に", "m1", mention=False)) == []
    assert [job["id"] for job in talk.jobs] == [first]
    assert talk.jobs[0]["state"] == QUEUED


def test_an_edit_that_loses_the_mention_is_for_the_bot_still(talk: Talk) -> None:
    asked(talk, "赤いりんご")
    talk.tell(edit("青いりんご", "m1", mention=False))
    assert prompts(talk)[-1] == "青いりんご"


def test_an_edited_change_is_a_change_of_the_same_picture(talk: Talk) -> None:
    first = asked(talk, "朝の富士山")
    bring_to(talk.house, first, DELIVERED)
    asked(talk, "さっきのを夜にして", "m2")
    talk.tell(edit("さっきのを夕方にして", "m2"))
    old, new = talk.jobs[1:]
    assert old["state"] == CANCELLED
    assert (new["request"]["prompt"], new["request"]["seed"]) == ("夕方の富士山", 7)
    assert new["parent_id"] == first


def test_an_edit_to_cancel_cancels(talk: Talk) -> None:
    asked(talk, "赤いりんご")
    talk.tell(edit("キャンセル", "m1", mention=False))
    assert talk.jobs[0]["state"] == CANCELLED
    assert "取りやめました" in talk.answers[-1]
    assert len(talk.jobs) == 1


def test_an_edit_that_cannot_be_painted_is_told(talk: Talk) -> None:
    asked(talk, "赤いりんご")
    talk.tell(edit("裸の女性", "m1"))
    assert [job["state"] for job in talk.jobs] == [CANCELLED]
    assert gettext("refused.sexual", "ja") in talk.answers[-1]


def test_an_edit_that_adds_the_mention_is_a_wish(talk: Talk) -> None:
    talk.in_group("赤いりんご", mention=False)
    assert talk.tell(edit("青いりんご", "m9", mention=False)) == []
    assert kinds(talk.tell(edit("青いりんご", "m9"))) == ["draw"]


def test_an_edit_that_overtakes_its_message_wins(talk: Talk) -> None:
    talk.tell(edit("青いりんご", "m1"))
    made = event("@絵筆 赤いりんご", source=in_group())
    made["message"] |= {"id": "m1", "mention": {"mentionees": [TO_BOT]}}
    assert talk.tell(made) == []
    assert prompts(talk) == ["青いりんご"]


def test_unsending_an_edited_message_takes_back_all_of_it(talk: Talk) -> None:
    first = asked(talk, "赤いりんご")
    bring_to(talk.house, first, DELIVERED)
    talk.tell(edit("青いりんご", "m1"))
    gone = event(type="unsend", unsend={"messageId": "m1"}, source=in_group(), replyToken=None)
    assert {message.id for message in talk.tell(gone)} == {job["id"] for job in talk.jobs}
    assert talk.tell(edit("白いりんご", "m1")) == []


def test_the_ticket_of_what_was_edited_leads_to_the_new_picture(talk: Talk) -> None:
    first = asked(talk, "赤いりんご")
    number = talk.jobs[0]["number"]
    talk.tell(edit("青いりんご", "m1"))
    new = talk.jobs[1]["id"]
    bring_to(talk.house, new, DRAWN)
    assert talk.taps(number, source=in_group(HARUTO)) == [TaskMessage("deliver", new)]
    assert talk.house.state(first) == CANCELLED


def test_an_edit_that_comes_twice_counts_once(talk: Talk) -> None:
    asked(talk, "赤いりんご")
    made = edit("青いりんご", "m1")
    talk.tell(made)
    assert talk.tell(made) == []
    assert len(talk.jobs) == 2


def test_an_edit_while_it_is_painted_stops_the_painting(talk: Talk) -> None:
    first = asked(talk, "赤いりんご")
    job = talk.house.claim(first)
    assert job is not None
    assert talk.house.state(first) == DRAWING
    talk.tell(edit("青いりんご", "m1"))
    with talk.house.database.write() as db:
        assert not jobs.renew_lease(db, first, job.lease_owner, 30, step=1, steps=2)


def test_an_edit_counts_for_the_limits_only_when_the_first_was_painted(
    house: House, settings: Settings
) -> None:
    talk = Talk(house, replace(settings, max_pictures_per_day=2))
    asked(talk, "赤いりんご")
    for color in ("青", "白", "黒"):
        talk.tell(edit(f"{color}いりんご", "m1"))
    assert [job["state"] for job in talk.jobs] == [CANCELLED] * 3 + [QUEUED]


def test_the_event_is_read_as_line_sends_it() -> None:
    [incoming] = parse_events(body_of(edit("青いりんご", "m1")))
    assert (incoming.type, incoming.message_id) == ("messageEdited", "m1")
    assert incoming.reply_token
    assert incoming.type in router._ANSWERED_EVENTS

"""Photos in the conversation: which one is meant, what is wanted of it, who may use it, its end."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import jobs, messages
from bot.conversation.image_to_image import MAX_RECENT_PHOTOS
from bot.jobs import DELIVERED, FAILED, QUEUED
from bot.messages import prompt_summary
from bot.prompt import StoredRequest, clean, read
from bot.prompt.changes.photo_phrases import (
    mentions_photo,
    parse_photo_change,
    parse_quoted_photo_change,
    photo_reading,
)
from bot.prompt.request.stored import PHOTO_STRENGTH, PHOTO_STRENGTH_SMALL_MODEL
from bot.queue.app import TaskMessage
from bot.settings import Settings
from bot.store import bans, pending_edits, photos, schema, workers
from bot.store.clock import now
from bot.tasks import sweep
from bot.tasks.runtime import Runtime
from bot.texts import gettext
from inference.models.catalog import ModelInfo
from tests.bot.conversation.test_router import HARUTO, Talk, bring_to, kinds
from tests.bot.harness import AOI, GROUP, House, event, in_group

LARGE = ModelInfo("large", "cpu", "float32", 512, 50, 7.5, "", safety_checker=False)
SMALL = replace(LARGE, native_size=192, default_steps=8)
DAY = 86400.0


@pytest.fixture
def talk(house: House, settings: Settings) -> Talk:
    return Talk(house, replace(settings, max_queued_per_person=50, max_queued_per_group=0))


def photo_event(number: int | str, *, elsewhere: bool = False, **fields: Any) -> dict[str, Any]:
    """A photo as LINE tells of it; its message id is `number`."""
    provider: dict[str, str] = {"type": "external" if elsewhere else "line"}
    if elsewhere:
        provider["originalContentUrl"] = "https://example.com/original.jpg"
    message = {"type": "image", "id": str(number), "quoteToken": "q", "contentProvider": provider}
    if place := fields.pop("place", None):
        message["imageSet"] = {"id": "S" * 20, **place}
    return event(message=message, **fields)


def send(talk: Talk, number: int | str = 7, **fields: Any) -> dict[str, Any]:
    """A photo was sent; its row."""
    talk.tell(photo_event(number, **fields))
    [row] = [row for row in talk.house.rows(schema.photos) if row["message_id"] == str(number)]
    return row


def quoting(text: str, message_id: str, **fields: Any) -> dict[str, Any]:
    made = event(text, **fields)
    made["message"]["quotedMessageId"] = message_id
    return made


def request(talk: Talk) -> dict[str, Any]:
    result: dict[str, Any] = talk.jobs[-1]["request"]
    return result


def photo_of(talk: Talk, number: int | str = 7) -> dict[str, Any]:
    [row] = [row for row in talk.house.rows(schema.photos) if row["message_id"] == str(number)]
    return row


# --- the answer to the question what to make of it

ANSWERS = {
    "ジブリ風に": "ジブリ風",
    "これアニメ化して": "アニメ風",
    "ゆるキャラ化してください": "ゆるキャラ風",
    "背景だけ海に変えられますか？": "海の背景",
    "北斎っぽくしてほしいです": "北斎",
    "ピクサーみたいな感じで": "ピクサー風",
    "写真をジブリ風にできますか？": "ジブリ風",
    "雪降らせて": "雪",
    "ひげ生やして": "ひげ",
    "かわいく": "かわいく",
    "水彩": "水彩",
    "似顔絵お願いします": "似顔絵",
    "きれいにしてほしいです": "",
}


@pytest.mark.parametrize("text", ANSWERS)
def test_an_answer_about_the_photo_is_painted_from_it(text: str, talk: Talk) -> None:
    row = send(talk)
    talk.says(text)
    assert request(talk).get("photo")
    assert request(talk)["source"] == row["key"]
    assert ANSWERS[text] in "、".join([request(talk)["prompt"], *request(talk).get("styles", ())])


@pytest.mark.parametrize(
    "text", ["赤いりんごを描いて", "ジブリ風の夜の森を描いて", "日本の文化の絵"]
)
def test_a_clear_other_wish_is_none_of_the_photo(text: str, talk: Talk) -> None:
    send(talk)
    talk.says(text)
    assert not request(talk).get("photo")


@pytest.mark.parametrize("text", ["サンタ帽", "日本の文化"])
def test_what_may_be_of_the_photo_is_asked_about(text: str, talk: Talk) -> None:
    send(talk)
    talk.says(text)
    assert not talk.jobs
    assert "写真から描きますか" in talk.answers[-1]
    talk.says("はい")
    assert request(talk).get("photo")


@pytest.mark.parametrize(
    "text", ["助けて", "ちょっと待って", "写真消して", "私の情報を全部削除してください"]
)
def test_what_is_no_wish_is_not_painted_from_the_photo(text: str, talk: Talk) -> None:
    send(talk)
    talk.says(text)
    assert not any(job["request"].get("photo") for job in talk.jobs)


@pytest.mark.parametrize(
    "text",
    ["この人を下着姿にして", "濡れ透けにして", "この子を水着に", "服を全部取って",
     "太らせて笑いものに", "お風呂に入ってる感じに", "首輪つけて四つん這い"],
)  # fmt: skip
def test_who_is_in_the_photo_is_neither_undressed_nor_humiliated(text: str, talk: Talk) -> None:
    send(talk)
    talk.says(text)
    assert talk.jobs == []
    refusals = [gettext(f"refused.{each}", "ja") for each in ("sexual", "minors", "deception")]
    assert any(refusal in talk.answers[-1] for refusal in refusals)


# --- a photo comes


def test_a_photo_in_a_private_chat_is_fetched_at_once(talk: Talk) -> None:
    replies = talk.tell(photo_event(7))
    row = photo_of(talk)
    assert replies == [TaskMessage("fetch_photo", row["id"])]
    assert (row["state"], row["chat_id"], row["user_id"]) == (photos.WAITING, AOI, AOI)
    assert row["next_at"] is not None
    assert row["id"] not in row["key"], "the key is told by nothing that stands in a log"
    assert talk.answers == [], "the courier answers, who knows whether it can be painted from"
    assert [row["job_id"] for row in talk.house.rows(schema.reply_tokens)] == [row["id"]]


def test_a_photo_in_a_group_is_left_alone(talk: Talk) -> None:
    assert talk.tell(photo_event(7, source=in_group())) == []
    row = photo_of(talk)
    assert (row["next_at"], row["user_id"]) == (None, AOI)
    assert talk.house.rows(schema.reply_tokens) == []
    with talk.house.database.write() as db:
        assert photos.due_fetches(db, 20) == []


def test_of_several_at_once_only_the_last_has_the_answer(talk: Talk) -> None:
    for number, index in ((1, 2), (2, 1), (3, 3)):  # in any order
        talk.tell(photo_event(number, place={"index": index, "total": 3}))
    talk.tell(photo_event(4, place={}))  # an old phone tells no place
    answered = {row["job_id"] for row in talk.house.rows(schema.reply_tokens)}
    assert answered == {photo_of(talk, 3)["id"], photo_of(talk, 4)["id"]}


def test_who_sends_many_has_the_later_ones_fetched_when_wanted(talk: Talk) -> None:
    for number in range(21):
        talk.tell(photo_event(number))
    assert photo_of(talk, 19)["next_at"] is not None
    assert photo_of(talk, 20)["next_at"] is None


def painters_say(house: House, *can: bool | None) -> None:
    """Workers are alive that say so of themselves; None: they are older and say nothing."""
    with house.database.write() as db:
        for number, each in enumerate(can):
            about = {} if each is None else {"image_to_image": each}
            worker = (f"host:{number}", "worker", "host", number, now(), now(), about)
            workers.save(db, workers.Worker(*worker))


@pytest.mark.parametrize(
    ("can", "useless"),
    [((), False), ((False,), True), ((False, False), True), ((False, True), False),
     ((False, None), False)],
)  # fmt: skip
def test_where_words_alone_are_painted_that_is_said_when_the_photo_comes(
    talk: Talk, can: tuple[bool | None, ...], useless: bool
) -> None:
    painters_say(talk.house, *can)
    sentence = gettext("photo.words_only", "ja")
    replies = talk.tell(photo_event(7))
    assert kinds(replies) == (["send"] if useless else ["fetch_photo"])
    assert (photo_of(talk)["next_at"] is None) == useless
    assert any(sentence in answer for answer in talk.answers) == useless
    talk.says("これを水彩画に")
    assert (talk.jobs == []) == useless, "nothing is painted that has nothing of the photo"
    assert sum(sentence in answer for answer in talk.answers) == (2 if useless else 0)
    talk.says("赤いりんご")
    assert request(talk)["prompt"] == "赤いりんご"


def test_in_a_group_it_is_said_to_who_asks_for_the_photo(talk: Talk) -> None:
    painters_say(talk.house, False)
    assert talk.tell(photo_event(7, source=in_group())) == []
    assert talk.answers == []
    talk.in_group("これを水彩画に")
    assert gettext("photo.words_only", "ja") in talk.answers[-1]
    assert talk.jobs == []


def test_bytes_at_an_address_of_the_senders_are_never_asked_for(talk: Talk) -> None:
    assert kinds(talk.tell(photo_event(7, elsewhere=True))) == ["send"]
    assert messages.request_problem("elsewhere", "ja")[0]["text"] in talk.answers[-1]
    assert talk.tell(photo_event(8, elsewhere=True, source=in_group())) == []
    assert talk.house.rows(schema.photos) == []


def test_the_banned_send_photos_for_nothing(talk: Talk) -> None:
    with talk.house.database.write() as db:
        bans.ban(db, AOI, None)
    assert kinds(talk.tell(photo_event(7))) == ["send"]
    assert talk.house.rows(schema.photos) == []


def test_a_photo_that_was_taken_back_before_it_came_is_not_stored(talk: Talk) -> None:
    talk.tell(event(type="unsend", unsend={"messageId": "7"}))
    assert talk.tell(photo_event(7)) == []
    assert talk.house.rows(schema.photos) == []


def test_who_sends_very_many_photos_is_told_once_and_may_point_at_one(talk: Talk) -> None:
    """The first beyond the bound is answered; each of them is still to be had by a reply."""
    for number in range(100, 100 + MAX_RECENT_PHOTOS):
        assert send(talk, number)["next_at"] is not None
    before = len(talk.answers)
    for number in (200, 201, 202):
        assert send(talk, number)["next_at"] is None
    assert len(talk.answers) == before + 1
    assert gettext("photo.too_many", "ja") in talk.answers[-1]
    talk.tell(quoting("水彩画に", "201"))
    assert photo_of(talk, 201)["next_at"] is not None
    assert request(talk)["source"] == photo_of(talk, 201)["key"]


def test_the_same_photo_told_of_twice_is_one(talk: Talk) -> None:
    talk.tell(photo_event(7))
    assert talk.tell(photo_event(7)) == []
    assert len(talk.house.rows(schema.photos)) == 1


# --- what is wanted of it


@pytest.mark.parametrize(
    ("text", "prompt", "styles", "strength"),
    [
        ("これを水彩画に", "水彩風", ("水彩風",), None),
        ("この写真を浮世絵風にして", "浮世絵風", ("浮世絵風",), None),
        ("これをアニメ調で、もう少し忠実に", "アニメ調", ("アニメ調",), 0.4),
        ("これをアニメ調で、もとの写真に近く", "アニメ調", ("アニメ調",), 0.4),
        ("これを水彩画に、もとの絵から30%変えて", "水彩風", ("水彩風",), 0.3),
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
    wanted = parse_photo_change(clean(text), read(text))
    assert wanted is not None
    reading = photo_reading(wanted)
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
    assert parse_photo_change(clean(text), read(text), implicit=bare) is None


def test_bare_words_count_only_where_they_are_asked_for() -> None:
    for text in ("水彩画に", "浮世絵風で縦長", "夜にして", "背景を青に", "もっと明るく"):
        assert parse_photo_change(text, read(text)) is None
        assert parse_photo_change(text, read(text), implicit=True) is not None
        assert not mentions_photo(text)


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
    wanted = parse_photo_change(clean(text), read(text), implicit=True)
    assert wanted is not None
    assert (photo_reading(wanted).prompt, photo_reading(wanted).strength) == (prompt, strength)


def test_quoted_anything_counts() -> None:
    assert photo_reading(parse_quoted_photo_change("赤いりんご")).prompt == "赤いりんご"
    several = photo_reading(parse_quoted_photo_change("これを水彩画に、人物なしで2枚、縦長"))
    assert (several.negative, several.count, several.width) == ("人物", 2, 512)
    assert photo_reading(parse_quoted_photo_change("あ" * 1200)).problem == "too_long"


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
    for wanted in (
        parse_quoted_photo_change(text),
        parse_photo_change(text, read(text), implicit=True),
    ):
        if wanted is not None:
            assert photo_reading(wanted).prompt


# --- which photo


def test_this_is_the_last_photo(talk: Talk) -> None:
    first, second = send(talk, 1), send(talk, 2)
    replies = talk.says("これを水彩画に")
    [job] = talk.jobs
    assert kinds(replies) == ["draw", "show_loading"], "it is fetched already"
    assert job["parent_id"] == second["id"] != first["id"]
    assert (request(talk)["source"], request(talk)["photo"]) == (second["key"], True)
    assert (
        prompt_summary.summary_text(StoredRequest.from_json(request(talk)), "ja")
        == "こう読みました：水彩風、写真から"
    )


def test_a_quoted_photo_is_meant_whoever_sent_it_and_whenever(talk: Talk) -> None:
    theirs = send(talk, 1, source=in_group(HARUTO))
    send(talk, 2, source=in_group())
    talk.house.set(schema.photos, schema.photos.c.message_id == "1", created_at=now() - DAY / 2)
    made = quoting("@絵筆 赤いりんご", "1", source=in_group())
    assert talk.tell(quoting("これを水彩画に", "1", source=in_group())) == [], "nobody spoke to it"
    bot = {"index": 0, "length": 3, "type": "user", "userId": "U0", "isSelf": True}
    made["message"]["mention"] = {"mentionees": [bot]}
    replies = talk.tell(made)
    assert replies[0] == TaskMessage("fetch_photo", theirs["id"])
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


def test_without_a_photo_no_text_is_read_as_a_change_of_one(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes a while for a long text, within the transaction."""

    def never(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("there is no photo")

    for reader in ("parse_photo_change", "parse_answer_about_photo", "parse_quoted_photo_change"):
        monkeypatch.setattr(f"bot.conversation.image_to_image.{reader}", never)
    talk.says("花びら5枚の花。切り絵おまかせで" * 50)
    assert len(talk.jobs) == 1


def test_words_that_overtake_their_photo_are_told_to_come_again(talk: Talk) -> None:
    talk.says("これを水彩画に")
    assert gettext("going_on.nothing", "ja") in talk.answers[-1]
    assert "写真を送ったところでしたら" in gettext("going_on.nothing", "ja")
    talk.says("水彩画に")
    assert gettext("problem.only_controls", "ja") in json.loads(talk.answers[-1])[0]["text"]
    assert talk.jobs == []
    photo = send(talk)
    talk.says("これを水彩画に")
    assert talk.jobs[0]["parent_id"] == photo["id"]


def test_an_old_photo_is_not_meant(talk: Talk) -> None:
    send(talk)
    talk.house.set(schema.photos, schema.photos.c.message_id == "7", created_at=now() - 700)
    talk.says("これを水彩画に")
    assert talk.jobs == []
    assert messages.no_previous_picture("ja")[0]["text"] in talk.answers[-1]


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
        assert pending_edits.get(db, AOI, AOI) is None
    talk.says("水彩画に")
    assert talk.jobs[1]["parent_id"] == photo["id"]


def test_nothing_but_a_finger_asks_what_to_make_of_it(talk: Talk) -> None:
    send(talk)
    talk.says("これを")
    assert talk.jobs == []
    assert messages.ask_about_photo("ja")[0]["text"] in json.loads(talk.answers[-1])[0]["text"]


def test_what_moderation_refuses_is_refused_of_a_photo_too(talk: Talk) -> None:
    send(talk)
    talk.says("これを裸にして")
    assert talk.jobs == []
    assert messages.moderation_refused("sexual", "ja")[0]["text"] in talk.answers[-1]


def test_a_photo_that_could_not_be_had_is_said_and_one_that_may_be_is_tried_again(
    talk: Talk,
) -> None:
    photo = send(talk)
    which = schema.photos.c.id == photo["id"]
    talk.house.set(schema.photos, which, state=photos.FAILED, error_code="photo_animated")
    talk.says("これを水彩画に")
    assert talk.jobs == []
    assert messages.photo_unusable("photo_animated", "ja")[0]["text"] in talk.answers[-1]
    talk.house.set(schema.photos, which, error_code="photo_unavailable", next_at=None, tries=9)
    assert kinds(talk.says("これを水彩画に"))[0] == "fetch_photo"
    row = photo_of(talk)
    assert (row["state"], row["tries"], row["error_code"]) == (photos.WAITING, 0, None)


# --- what the worker makes of it


def test_how_far_a_photo_may_change_depends_on_the_model(talk: Talk) -> None:
    send(talk)
    talk.says("これを水彩画に")
    stored = StoredRequest.from_json(request(talk))
    assert stored.start_key(SMALL) == stored.start_key(LARGE) == stored.source_key
    large, small = stored.draw_request(LARGE, b"x"), stored.draw_request(SMALL, b"x")
    assert (large.strength, large.steps) == (PHOTO_STRENGTH, 50)
    assert small.strength == pytest.approx(PHOTO_STRENGTH_SMALL_MODEL)
    assert small.steps == 16, "four steps of them are done"
    talk.says("この写真を水彩画に、もっと忠実に")
    stored = StoredRequest.from_json(request(talk))
    assert stored.draw_request(LARGE, b"x").strength == 0.4
    assert (stored.draw_request(SMALL, b"x").strength or 1) < PHOTO_STRENGTH_SMALL_MODEL
    assert stored.draw_request(SMALL).strength is None


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
        assert photos.waiting_job_ids(db, photo["id"]) == [waiting["id"]]
        held = photos.claim(db, photo["id"], 30)
        assert held is not None
        assert photos.mark_ready(db, held, 64, 64)
        taken = jobs.claim_next(db, "w", 30)
        assert taken is not None
        assert taken.id == waiting["id"]


# --- taking back and forgetting


def erase_all(talk: Talk) -> set[str]:
    with talk.house.database.read() as db:
        return set(photos.due_erasures(db))


def test_an_unsend_takes_the_photo_and_all_that_was_painted_from_it(talk: Talk) -> None:
    photo, other = send(talk, 7), send(talk, 8)
    talk.tell(quoting("水彩画に", "7"))
    talk.tell(quoting("油絵に", "8"))
    bring_to(talk.house, talk.jobs[0]["id"], DELIVERED)
    talk.tell(event(type="postback", postback={"data": f"again:{talk.jobs[0]['number']}:0"}))
    ids = [job["id"] for job in talk.jobs]
    replies = talk.tell(event(type="unsend", unsend={"messageId": "7"}))
    assert set(replies) == {
        TaskMessage("erase", ids[0]),
        TaskMessage("erase", ids[2]),
        TaskMessage("erase_photo", photo["id"]),
    }
    assert [talk.house.job(job_id).request is None for job_id in ids] == [True, False, True]
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
    replies = talk.tell(event(type="leave", source=in_group(None)))
    assert TaskMessage("erase_photo", there["id"]) in replies
    assert here["id"] not in erase_all(talk)


def test_who_leaves_a_group_takes_along_the_photos_they_sent_there(talk: Talk) -> None:
    mine, unused = send(talk, 1, source=in_group()), send(talk, 2, source=in_group())
    private, others = send(talk, 3), send(talk, 4, source=in_group(HARUTO))
    bot = {"index": 0, "length": 3, "type": "user", "userId": "U0", "isSelf": True}
    for photo, person in (("1", AOI), ("1", HARUTO), ("4", HARUTO)):
        made = quoting("@絵筆 水彩画に", photo, source=in_group(person))
        made["message"]["mention"] = {"mentionees": [bot]}
        talk.tell(made)
    seen, waiting, from_others = (job["id"] for job in talk.jobs)
    bring_to(talk.house, seen, DELIVERED)
    left = {"members": [{"type": "user", "userId": AOI}]}
    replies = talk.tell(event(type="memberLeft", left=left, source=in_group(None), replyToken=None))
    assert set(replies) == {
        TaskMessage("erase", waiting),
        TaskMessage("erase_photo", mine["id"]),
        TaskMessage("erase_photo", unused["id"]),
    }
    assert erase_all(talk) == {mine["id"], unused["id"]}
    assert photo_of(talk, 3)["id"] == private["id"]
    assert photo_of(talk, 4)["id"] == others["id"]
    kept = {job["id"]: job["request"] is not None for job in talk.jobs}
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
        talk.house.set(schema.photos, schema.photos.c.id == photo_id, created_at=now() - days * DAY)
    runtime = Runtime(settings)
    sweep.delete_expired(runtime.database, runtime.settings.retention_days)
    assert erase_all(talk) == {unused["id"], old["id"]}
    replies = sweep.sweep(runtime.database, runtime.settings.max_attempts)
    assert {TaskMessage("erase_photo", unused["id"]), TaskMessage("erase_photo", old["id"])} <= set(
        replies
    )
    runtime.database.close()


def test_the_sweep_finds_a_photo_that_nobody_fetches(talk: Talk, settings: Settings) -> None:
    photo = send(talk)
    runtime = Runtime(settings)
    assert TaskMessage("fetch_photo", photo["id"]) in sweep.sweep(
        runtime.database, runtime.settings.max_attempts
    )
    assert sweep.sweep(runtime.database, runtime.settings.max_attempts) == [] or all(
        item.task != "fetch_photo"
        for item in sweep.sweep(runtime.database, runtime.settings.max_attempts)
    ), "it was just named"
    runtime.database.close()


def test_states_are_as_the_table_says(talk: Talk) -> None:
    assert {photos.WAITING, photos.READY, photos.FAILED} == {"waiting", "ready", FAILED}
    assert QUEUED == "queued", "as bot.store.photos asks for it"
    assert GROUP

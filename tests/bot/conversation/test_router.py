"""What the bot does for each event: stories of one person or a group, told to the database."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot import jobs, messages
from bot.conversation import router
from bot.conversation.context import PROFILE_SECONDS
from bot.jobs import CANCELLED, DELIVERED, DRAWING, DRAWN, FAILED, QUEUED, WAITING
from bot.prompt import read
from bot.queue.app import TaskMessage
from bot.settings import Settings
from bot.storage import FolderStorage
from bot.store import outbox, schema
from bot.store.clock import now
from bot.texts import gettext
from tests.bot.harness import AOI, GROUP, House, body_of, event, in_group, parse_events

HARUTO = "U" + "b" * 32


class Talk:
    """Tells the bot of events, and knows what it wants to say."""

    def __init__(self, house: House, settings: Settings) -> None:
        self.house = house
        self.settings = settings

    def tell(self, *events: dict[str, Any]) -> list[TaskMessage]:
        replies: list[TaskMessage] = []
        for incoming in parse_events(body_of(*events)):
            with self.house.database.write() as db:
                replies += router.handle_event(db, incoming, self.settings)
        return replies

    def says(self, text: str, **fields: Any) -> list[TaskMessage]:
        return self.tell(event(text, **fields))

    def in_group(
        self, text: str, user: str | None = AOI, *, mention: bool = True
    ) -> list[TaskMessage]:
        made = event(f"@絵筆 {text}" if mention else text, source=in_group(user))
        if mention:
            bot = {"index": 0, "length": 3, "type": "user", "userId": "U0", "isSelf": True}
            made["message"]["mention"] = {"mentionees": [bot]}
        return self.tell(made)

    def taps(self, number: str, **fields: Any) -> list[TaskMessage]:
        return self.tell(event(type="postback", postback={"data": f"pick:{number}"}, **fields))

    @property
    def answers(self) -> list[str]:
        """The answers that wait in the outbox, as JSON without escapes."""
        return [
            json.dumps(row["messages"], ensure_ascii=False)
            for row in self.house.deliveries()
            if row["kind"] in {outbox.ANSWER, outbox.TICKET}
        ]

    @property
    def jobs(self) -> list[dict[str, Any]]:
        return sorted(self.house.rows(schema.jobs), key=lambda row: float(row["created_at"]))


@pytest.fixture
def talk(house: House, settings: Settings) -> Talk:
    return Talk(house, settings)


def kinds(replies: list[TaskMessage]) -> list[str]:
    return [message.task for message in replies]


def bring_to(house: House, job_id: str, state: str) -> None:
    if state == QUEUED:
        return
    if state == CANCELLED:
        with house.database.write() as db:
            jobs.cancel(db, job_id)
        return
    if state in {DRAWING, FAILED}:
        house.claim(job_id)
        if state == FAILED:
            with house.database.write() as db:
                jobs.fail(db, job_id, "unsafe", owner="w")
        return
    house.paint(job_id)
    if state == DRAWN:
        return
    with house.database.write() as db:
        job = jobs.claim_delivery(db, job_id, 30)
        assert job is not None
        if state == WAITING:
            jobs.wait_for_tap(db, job)
        else:
            jobs.mark_delivered(db, job_id)


# --- prompts


def test_a_prompt_in_a_private_chat(talk: Talk) -> None:
    replies = talk.says("夜の富士山、浮世絵風 4枚")
    [job] = talk.jobs
    assert job["request"]["prompt"] == "夜の富士山、浮世絵風"
    assert job["request"]["count"] == 4
    assert replies == [TaskMessage("draw", job["id"]), TaskMessage("show_loading", job["id"])]
    assert talk.answers == []


def test_the_operators_steps_and_guidance_go_with_it(house: House, settings: Settings) -> None:
    talk = Talk(house, replace(settings, num_inference_steps=7, guidance_scale=3.5))
    talk.says("りんご")
    assert (talk.jobs[0]["request"]["steps"], talk.jobs[0]["request"]["guidance"]) == (7, 3.5)


def test_in_a_group_only_those_who_mention_the_bot_are_heard(talk: Talk) -> None:
    for text in ("りんごが食べたい", "ヘルプ", "キャンセル", "まだ？", "受け取る", "4F7-K2M"):
        assert talk.in_group(text, mention=False) == []
    assert talk.jobs == []
    assert talk.answers == []
    replies = talk.in_group("赤いりんご")
    assert kinds(replies) == ["draw"], "LINE shows no animation in groups"
    assert talk.jobs[0]["request"]["prompt"] == "赤いりんご"
    assert talk.jobs[0]["chat_id"] == GROUP


def test_one_person_cannot_fill_the_queue(talk: Talk) -> None:
    for fruit in ("りんご", "みかん", "ぶどう", "いちご", "メロン", "スイカ", "バナナ"):
        talk.says(f"{fruit}を描いて")
    settings = talk.settings
    assert len(talk.jobs) == settings.max_queued_per_person + settings.max_extra_queued == 5
    assert len(talk.answers) == 5, "three places and two refusals"
    talk.in_group("みかん")  # another chat
    talk.in_group("ぶどう", user=HARUTO)  # another person
    assert len(talk.jobs) == 7
    bring_to(talk.house, talk.jobs[0]["id"], DRAWN)
    talk.says("梨の木")
    assert len(talk.jobs) == 8


def test_what_cannot_be_painted_is_said_kindly(talk: Talk) -> None:
    for text in ("", "　", "😀😀", "4枚", "あ" * 1001):
        assert kinds(talk.says(text)) == ["send"]
    assert talk.jobs == []
    assert len(talk.answers) == 5


@pytest.mark.parametrize("kind", ["sticker", "video", "audio", "file", "location"])
def test_other_messages_are_answered_in_private_only(talk: Talk, kind: str) -> None:
    message = {"type": kind, "id": "77", "stickerId": "1", "packageId": "1"}
    assert kinds(talk.tell(event(message=message))) == ["send"]
    assert talk.tell(event(message=message, source=in_group())) == []


STICKER = {"type": "sticker", "id": "77", "stickerId": "1", "packageId": "1"}


def test_a_sticker_is_offered_as_a_wish_and_painted_once_it_is_tapped(talk: Talk) -> None:
    happy = STICKER | {"keywords": ["Happy", "cat"]}
    assert talk.tell(event(message=happy, source=in_group())) == []
    assert kinds(talk.tell(event(message=happy))) == ["send"]
    assert gettext("asked.wish", "ja", text="うれしそうな猫") in talk.answers[0]
    assert talk.jobs == []
    talk.tell(event(type="postback", postback={"data": "asked:yes"}))
    (job,) = talk.jobs
    assert talk.house.request(job["id"]).prompt == "うれしそうな猫"


def test_a_sticker_that_shows_nothing_is_answered_kindly(talk: Talk) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({}, "sticker"),
        ({"keywords": ["xyzzy"]}, "sticker"),
        ({"keywords": ["Thank you", "Happy"]}, "thanks"),
        ({"keywords": ["cat"], "quotedMessageId": "1"}, "sticker"),  # it is about what it quotes
        ({"text": "ありがとう"}, "thanks"),
        ({"text": " ", "keywords": ["Good night"]}, "night"),
    ]
    for fields, _ in cases:
        talk.tell(event(message=STICKER | fields))
    for (_, topic), answer in zip(cases, talk.answers, strict=True):
        assert gettext(f"talk.{topic}", "ja") in answer
    assert talk.jobs == []


def test_words_written_on_a_sticker_are_offered_unless_they_are_refused(talk: Talk) -> None:
    talk.tell(event(message=STICKER | {"text": "夕焼けのお城", "keywords": ["Happy"]}))
    talk.tell(event(message=STICKER | {"text": "裸の女性の絵"}))
    offered, refused = talk.answers
    assert gettext("asked.wish", "ja", text="夕焼けのお城") in offered
    assert gettext("refused.sexual", "ja") in refused
    assert talk.jobs == []


def test_a_new_year_card_without_a_subject_gets_the_animal_of_its_year(talk: Talk) -> None:
    late_2026, january_2027 = 1_796_000_000.0, 1_799_000_000.0  # 30 November, 3 January
    wishes = {
        "年賀状を作って": ("羊", late_2026),
        "年賀状に使いたいです": ("羊", january_2027),
        "年賀状に、『あけましておめでとう』と入れて": ("羊", late_2026),
        "今年の干支を描いて": ("馬", late_2026),
    }
    painted = {}
    for text, (_, at) in wishes.items():
        (incoming,) = parse_events(body_of(event(text)))
        with talk.house.database.write() as db:
            router.handle_event(db, incoming, talk.settings, received_at=at)
        if talk.jobs:
            job = talk.jobs[-1]
            painted[text] = (talk.house.request(job["id"]).prompt, at)
            talk.house.change(job["id"], state=CANCELLED, created_at=1.0)
    assert painted == wishes, talk.answers


@pytest.mark.parametrize("kind", ["follow", "join"])
def test_a_greeting_is_sent_at_once_or_once_the_language_is_known(talk: Talk, kind: str) -> None:
    source = None if kind == "follow" else in_group(None)
    replies = kinds(talk.tell(event(type=kind, source=source)))
    assert replies == (["know_person"] if kind == "follow" else ["send"])
    (delivery,) = talk.house.deliveries()
    assert (delivery["kind"], delivery["messages"]) == ("greeting", None)
    waited = (delivery["next_at"] or 0) - delivery["created_at"]
    assert waited == pytest.approx(PROFILE_SECONDS if kind == "follow" else 0.0, abs=0.1)


def test_whoever_comes_back_is_greeted_at_once(talk: Talk) -> None:
    talk.tell(event(type="follow"))
    talk.house.set(schema.people, schema.people.c.user_id == AOI, at=now())
    assert kinds(talk.tell(event(type="follow"))) == ["send"]


@pytest.mark.parametrize(
    "kind", ["memberJoined", "memberLeft", "beacon", "accountLink", "module", "botSuspended"]
)
def test_other_events_are_stored_and_that_is_all(talk: Talk, kind: str) -> None:
    assert talk.tell(event(type=kind, source=in_group())) == []
    assert talk.jobs == []
    assert talk.answers == []


def test_without_a_reply_token_nothing_is_said(talk: Talk) -> None:
    assert talk.says("ヘルプ", replyToken=None) == []
    talk.says("りんご", replyToken=None)
    assert len(talk.jobs) == 1
    assert talk.house.rows(schema.reply_tokens) == talk.house.deliveries() == []


# --- what is not painted


def test_a_prompt_that_is_refused_becomes_no_job(
    talk: Talk, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    assert kinds(talk.says("裸の女性")) == ["send"]
    assert talk.jobs == []
    assert messages.moderation_refused("sexual", "ja")[0]["text"] in talk.answers[0]
    logged = caplog.text + "".join(capsys.readouterr())
    assert "category=sexual" in logged.replace("'", "") or "sexual" in logged
    assert "裸" not in logged
    for table in (schema.events, schema.chats, schema.deliveries, schema.reply_tokens):
        assert "裸の女性" not in str(talk.house.rows(table))


def test_who_is_tired_of_life_is_answered_with_care(talk: Talk) -> None:
    talk.says("もう死にたい")
    assert talk.jobs == []
    assert "0120-279-338" in talk.answers[0]


def test_in_a_group_nothing_is_refused_that_was_not_asked_of_the_bot(talk: Talk) -> None:
    assert talk.in_group("裸の女性", mention=False) == []
    assert kinds(talk.in_group("裸の女性")) == ["send"]
    assert talk.jobs == []


def test_moderation_can_be_switched_off(house: House, settings: Settings) -> None:
    talk = Talk(house, replace(settings, moderation=False))
    talk.says("裸の女性")
    assert len(talk.jobs) == 1


def test_how_it_is_to_be_painted_goes_with_the_job(talk: Talk) -> None:
    talk.says("夜の富士山を水彩で、丁寧に、自由に")
    request = talk.jobs[0]["request"]
    assert request["prompt"] == "夜の富士山 水彩風"
    assert (request["styles"], request["effort"], request["fidelity"]) == (
        ["水彩風"], "careful", "free",
    )  # fmt: skip


# --- asking


WORDS = ("受け取る", "まだ？")


@pytest.mark.parametrize("how", [*WORDS, "number", "tap"])
@pytest.mark.parametrize("state", [DRAWN, WAITING, FAILED])
def test_asking_for_an_outcome_brings_it(talk: Talk, state: str, how: str) -> None:
    talk.says("りんご")
    job = talk.jobs[0]
    bring_to(talk.house, job["id"], state)
    if how == "tap":
        replies = talk.taps(job["number"])
    else:
        replies = talk.says(job["number"] if how == "number" else how)
    assert replies == [TaskMessage("deliver", job["id"])]
    after = talk.house.job(job["id"])
    assert after.state == (FAILED if state == FAILED else DRAWN)
    assert after.wakes == 1
    assert len(talk.house.rows(schema.reply_tokens)) == 2
    with talk.house.database.write() as db:
        assert jobs.claim_delivery(db, job["id"], 30)


@pytest.mark.parametrize("state", [QUEUED, DRAWING])
def test_typing_before_it_is_painted_is_answered_with_the_number(talk: Talk, state: str) -> None:
    talk.says("りんご")
    job = talk.jobs[0]
    bring_to(talk.house, job["id"], state)
    assert kinds(talk.says("まだ？")) == ["send"]
    assert job["number"] in talk.answers[0]
    assert len(talk.house.rows(schema.reply_tokens)) == 1, "the answer uses the new token"


def test_a_tap_before_it_is_painted_keeps_the_token_for_the_picture(talk: Talk) -> None:
    talk.says("りんご")
    job = talk.jobs[0]
    with talk.house.database.write() as db:
        jobs.spend_token(db, job_token(talk))
    assert kinds(talk.taps(job["number"])) == ["show_loading"]
    with talk.house.database.read() as db:
        assert jobs.live_token(db, job["id"], 55) is not None
    assert talk.house.job(job["id"]).wakes == 1
    # A second tap has a token to spare, and is answered with it.
    assert kinds(talk.taps(job["number"])) == ["send"]


def job_token(talk: Talk) -> str:
    return str(talk.house.rows(schema.reply_tokens)[0]["token"])


def test_in_a_group_the_answer_has_a_button_that_lasts(talk: Talk) -> None:
    talk.in_group("りんご")
    number = talk.jobs[0]["number"]
    assert kinds(talk.in_group("まだ？", mention=False)) == ["send"]
    assert '"type": "flex"' in talk.answers[0]
    assert f"pick:{number}" in talk.answers[0]
    waiting = talk.house.deliveries()[-1]  # a ticket: once sent, the outcome waits for its tap
    assert (waiting["kind"], waiting["job_id"]) == (outbox.TICKET, talk.jobs[0]["id"])


def test_in_a_group_others_may_tap_but_their_words_mean_their_own(talk: Talk) -> None:
    talk.in_group("りんご")
    job = talk.jobs[0]
    bring_to(talk.house, job["id"], WAITING)
    assert talk.in_group("受け取る", user=HARUTO, mention=False) == []
    assert kinds(talk.taps(job["number"], source=in_group(HARUTO))) == ["deliver"]


def test_a_number_opens_nothing_in_another_chat(talk: Talk) -> None:
    talk.in_group("りんご")
    job = talk.jobs[0]
    bring_to(talk.house, job["id"], WAITING)
    for replies in (talk.says(job["number"]), talk.taps(job["number"])):
        assert kinds(replies) == ["send"]
    assert talk.house.state(job["id"]) == WAITING
    assert talk.house.job(job["id"]).wakes == 0


def test_a_delivered_picture_is_shown_again(talk: Talk) -> None:
    talk.says("りんご")
    job = talk.jobs[0]
    bring_to(talk.house, job["id"], DELIVERED)
    for replies in (talk.says("まだ？"), talk.taps(job["number"])):
        assert kinds(replies) == ["send"]
    assert [row["kind"] for row in talk.house.deliveries()] == [outbox.RESEND] * 2
    talk.house.change(job["id"], created_at=now() - 25 * 3600)
    talk.says("まだ？")
    assert "お待ちの絵" in talk.answers[-1] or len(talk.answers) == 1


def test_asking_for_what_was_cancelled_erased_or_never_there(talk: Talk) -> None:
    talk.says("りんご")
    job = talk.jobs[0]
    bring_to(talk.house, job["id"], CANCELLED)
    assert kinds(talk.says(job["number"])) == ["send"]
    assert job["number"] in talk.answers[0]
    for replies in (talk.says("まだ？"), talk.taps("000-000"), talk.taps("x' OR 1=1")):
        assert kinds(replies) == ["send"]
    assert len(talk.answers) == 4


def test_a_told_failure_is_told_again_to_who_asks_by_number(talk: Talk) -> None:
    talk.says("りんご")
    job = talk.jobs[0]
    bring_to(talk.house, job["id"], FAILED)
    with talk.house.database.write() as db:
        jobs.mark_delivered(db, job["id"])
    assert kinds(talk.says(job["number"])) == ["send"]
    assert job["number"] in talk.answers[0]


@pytest.mark.parametrize("data", ["pick:", "", "pick", "drop:1", "pick:\u0000"])
def test_strange_postbacks_do_no_harm(talk: Talk, data: str) -> None:
    assert kinds(talk.tell(event(type="postback", postback={"data": data}))) == ["send"]


# --- taking back


@pytest.mark.parametrize("state", [QUEUED, DRAWING, DRAWN, WAITING, DELIVERED, CANCELLED])
def test_cancelling(talk: Talk, state: str) -> None:
    talk.says("りんご")
    job = talk.jobs[0]
    bring_to(talk.house, job["id"], state)
    assert kinds(talk.says("キャンセル")) == ["send"]
    expected = CANCELLED if state in {QUEUED, DRAWING} else state
    assert talk.house.state(job["id"]) == expected
    if state in {QUEUED, DRAWING, DRAWN, WAITING}:
        assert job["number"] in talk.answers[0]


def test_cancelling_by_number_takes_that_one(talk: Talk) -> None:
    talk.says("りんご")
    talk.says("みかん")
    first, second = talk.jobs
    talk.says(f"キャンセル {first['number']}")
    assert (talk.house.state(first["id"]), talk.house.state(second["id"])) == (CANCELLED, QUEUED)


def test_nobody_cancels_what_another_asked_for(talk: Talk) -> None:
    talk.in_group("りんご")
    job = talk.jobs[0]
    talk.in_group("キャンセル", user=HARUTO)
    talk.in_group(f"キャンセル {job['number']}", user=HARUTO)
    assert talk.house.state(job["id"]) == QUEUED


@pytest.mark.parametrize("state", [QUEUED, DRAWING, DRAWN, WAITING, DELIVERED])
def test_a_message_that_is_taken_back_takes_its_picture_along(talk: Talk, state: str) -> None:
    talk.says("ひみつ")
    job = talk.jobs[0]
    bring_to(talk.house, job["id"], state)
    replies = talk.tell(event(type="unsend", unsend={"messageId": job["message_id"]}))
    assert replies == [TaskMessage("erase", job["id"])]
    after = talk.house.job(job["id"])
    assert after.state == (DELIVERED if state == DELIVERED else CANCELLED)
    assert after.request is None
    assert "ひみつ" not in str(talk.house.deliveries())


def test_an_unsend_may_overtake_its_message(talk: Talk) -> None:
    wish = event("ひみつ")
    talk.tell(event(type="unsend", unsend={"messageId": wish["message"]["id"]}), wish)
    assert talk.jobs == []
    assert talk.answers == []


def test_removed_from_a_group_the_bot_forgets_it(talk: Talk) -> None:
    talk.in_group("りんご")
    talk.in_group("みかん", user=HARUTO)
    bring_to(talk.house, talk.jobs[0]["id"], DELIVERED)
    replies = talk.tell(event(type="leave", source=in_group(None), replyToken=None))
    assert {message.task for message in replies} == {"erase"}
    assert {message.id for message in replies} == {job["id"] for job in talk.jobs}
    assert [job["state"] for job in talk.jobs] == [DELIVERED, CANCELLED]
    assert talk.house.rows(schema.chats)[0]["reachable"] is False


def test_blocked_everything_under_way_stops(talk: Talk) -> None:
    talk.says("りんご")
    talk.tell(event(type="unfollow", replyToken=None))
    assert talk.jobs[0]["state"] == CANCELLED
    assert talk.house.rows(schema.chats)[0]["reachable"] is False
    talk.tell(event(type="follow"))
    assert talk.house.rows(schema.chats)[0]["reachable"] is True


def test_no_words_of_people_are_kept_beside_the_job(talk: Talk, storage: FolderStorage) -> None:
    """So that erasing the job is enough."""
    talk.says("ひみつの願い")
    talk.says("まだ？")
    for table in (schema.events, schema.chats, schema.deliveries, schema.reply_tokens):
        assert "ひみつ" not in str(talk.house.rows(table))


# --- talk


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("ありがとう！", "talk.thanks"),
        ("めっちゃかわいい！！", "talk.praise"),
        ("こんにちは", "talk.greeting"),
        ("はい", "talk.ok"),
    ],
)
def test_small_talk_is_answered_and_not_painted(talk: Talk, text: str, key: str) -> None:
    talk.says(text)
    assert talk.jobs == []
    assert gettext(key, "ja") in talk.answers[0]


def test_in_a_group_small_talk_is_answered_to_who_mentions_the_bot(talk: Talk) -> None:
    talk.in_group("ありがとう！")
    talk.in_group("ありがとう！", mention=False)
    talk.in_group("遅い", mention=False)
    assert len(talk.answers) == 1


def test_what_people_say_to_each_other_asks_after_no_picture(talk: Talk) -> None:
    """In a group 「まだ？」 asks the bot; 「遅い」 and 「完成した！」 are said among people."""
    talk.in_group("猫")
    for text in ("遅い", "完成した！", "やっぱりやめます"):
        talk.in_group(text, mention=False)
    assert talk.answers == []
    assert talk.jobs[0]["state"] == QUEUED
    talk.in_group("やっぱりやめます")
    assert talk.jobs[0]["state"] == CANCELLED


def test_a_word_of_praise_that_answers_what_to_change_is_a_change(talk: Talk) -> None:
    talk.says("猫")
    job = talk.jobs[0]
    bring_to(talk.house, job["id"], DELIVERED)
    change = {"data": f"change:{job['number']}:0"}
    talk.tell(event(type="postback", postback=change))
    talk.says("かっこいい")
    assert talk.jobs[-1]["request"]["prompt"] == "猫、かっこいい"


def test_in_a_group_the_last_picture_is_deleted_for_who_says_so_to_the_bot(talk: Talk) -> None:
    talk.in_group("猫")
    bring_to(talk.house, talk.jobs[0]["id"], DELIVERED)
    assert talk.in_group("さっきの絵を消して", mention=False) == []
    assert talk.jobs[0]["erase_at"] is None
    assert "erase" in kinds(talk.in_group("さっきの絵を消して"))


def test_how_many_are_left_today(house: House, settings: Settings) -> None:
    talk = Talk(house, replace(settings, max_pictures_per_day=5))
    talk.says("猫を2枚")
    talk.says("あと何枚描けますか？")
    assert gettext("left.some", "ja", left=3, limit=5) in talk.answers[-1]
    talk.says("犬を3枚")
    talk.says("残り何枚？")
    assert gettext("busy.daily", "ja", limit=5) in talk.answers[-1]
    Talk(house, replace(settings, max_pictures_per_day=0)).says("残り何枚？")
    assert gettext("left.unlimited", "ja") in talk.answers[-1]


def test_the_rules_are_told_when_asked_for(talk: Talk) -> None:
    talk.says("利用規約を見せて")
    assert f"{talk.settings.public_url}/terms" in talk.answers[0]


def test_who_does_not_know_what_to_ask_for_gets_examples_to_tap(talk: Talk) -> None:
    talk.says("適当に何か描いて")
    talk.in_group("なんでもいいよ")
    alone, among = (json.loads(message)[0] for message in talk.answers)
    chips = [item["action"] for item in alone["quickReply"]["items"]]
    assert {item["type"] for item in chips} == {"message"}
    assert all(read(item["text"]).prompt for item in chips)
    taps = [item["action"] for item in among["quickReply"]["items"]]
    assert {item["type"] for item in taps} == {
        "postback"
    }  # which reaches the bot without a mention
    talk.tell(event(type="postback", postback={"data": taps[0]["data"]}, source=in_group()))
    assert talk.jobs[-1]["request"]["prompt"] == chips[0]["text"]

"""What people say, through the real routes: painted, answered, asked about, or ignored."""

from __future__ import annotations

import json
import random
import re
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete

from bot import jobs
from bot.conversation import clarify
from bot.conversation.context import EventContext
from bot.intent import KINDS
from bot.jobs import DELIVERED, DRAWING
from bot.jobs.erase_person import erase_everything
from bot.messages import (
    AnswersError,
    load_answers,
    question_answer,
    support_answer,
    talk_answer,
)
from bot.messages.answers import PLACEHOLDERS
from bot.settings import Settings
from bot.store import glance, message_refs, pending_questions, schema
from bot.store.clock import now
from bot.tasks import sweep
from bot.tasks.read_inbox import InboxReader
from bot.texts import sentences
from tests.bot.conversation.test_router import Talk, bring_to
from tests.bot.harness import AOI, GROUP, House, body_of, event, in_group, parse_events
from tests.bot.intent.noise import noise

ROWS = [
    line.split("\t")
    for line in Path(__file__).with_name("said.tsv").read_text("utf-8").splitlines()
]
_TABLES = ("jobs", "pictures", "photos", "changing", "deliveries", "switches", "chats", "events")


@pytest.fixture
def talk(house: House, settings: Settings) -> Talk:
    return Talk(house, settings)


def clear(house: House) -> None:
    with house.database.write() as db:
        for name in ("reply_tokens", "attempts", "shown", *_TABLES, "people", "unsent"):
            db.execute(delete(getattr(schema, name)))


def said(talk: Talk, code: str, text: str) -> str:
    """What comes of a text in a situation of the corpus (bot.intent.situation), in a word.

    w: while a picture is being painted.
    """
    clear(talk.house)
    if code in "prw":
        chat = GROUP if code == "r" else AOI
        job_id = talk.house.add(chat=chat)
        bring_to(talk.house, job_id, DRAWING if code == "w" else DELIVERED)
    if code == "f":
        talk.tell(event(message={"type": "image", "id": "p1", "contentProvider": {"type": "line"}}))
    jobs_before = len(talk.jobs)
    answers_before = len(talk.answers)
    if code in "gn":
        talk.in_group(text, mention=code == "g")
    elif code == "r":
        with talk.house.database.write() as db:
            message_refs.record(db, job_id, [("shown-1", {"type": "image"})])
        quoting = event(text, source=in_group(AOI))
        quoting["message"]["quotedMessageId"] = "shown-1"
        talk.tell(quoting)
    else:
        talk.says(text)
    if len(talk.jobs) > jobs_before:
        request = talk.jobs[-1]["request"]
        if request.get("photo"):
            return "photo"
        return "change" if talk.jobs[-1]["parent_id"] else "painted"
    return answered(talk.answers[-1]) if len(talk.answers) > answers_before else "ignored"


def answered(answer: str) -> str:
    """Which kind of answer this is."""
    text = json.loads(answer)[0].get("text", "")
    if any(line in text for line in sentences("ja")["cry.lines_life"].splitlines()):
        return "cry"
    if "DV相談＋" in text:
        return "cry"
    words = sentences("ja")
    if "の絵を描きますか" in text or "新しい絵にしますか" in text:
        return "asked"
    if "消しますか" in answer or text in {words["asked.no_photo"], words["remove.which"]}:
        return "erase"
    talk = {value for key, value in words.items() if key.startswith("talk.")}
    if text in talk:
        return "talk"
    topics = load_answers(None).values()
    if any(_is_filled(topic["ja"], text) for topic in topics):
        return "question"
    return "command"


def _is_filled(template: str, text: str) -> bool:
    pieces = [re.escape(piece) for piece in re.split(r"\{\w+\}", template.strip())]
    return re.fullmatch(".*".join(pieces), text, re.DOTALL) is not None


def is_as_wanted(wanted: str, outcome: str) -> bool:
    """Whether an outcome is what a row wants."""
    if wanted == "painted":
        return outcome in {"painted", "change"}
    if wanted == "new":
        return outcome == "painted"
    if wanted == "wish?":
        return outcome in {"painted", "change", "asked"}
    if wanted == "free":
        return outcome not in {"painted", "change", "photo"}
    if wanted == "answered":
        return outcome not in {"painted", "ignored"}
    return wanted == outcome


def test_what_people_say_is_painted_answered_or_ignored(talk: Talk) -> None:
    wrong = []
    for code, text, wanted in ROWS:
        outcome = said(talk, code, text)
        if not is_as_wanted(wanted, outcome):
            wrong.append(f"{code} {text}: {outcome}, not {wanted}")
    assert not wrong, "\n".join(wrong)


# --- the questions, and their answers


def buttons(talk: Talk) -> list[str]:
    """What the buttons of the last answer send."""
    items = json.loads(talk.answers[-1])[0]["quickReply"]["items"]
    return [item["action"]["data"] for item in items]


def tap(talk: Talk, data: str) -> None:
    talk.tell(event(type="postback", postback={"data": data}))


def asks_about(talk: Talk, text: str) -> None:
    """Have the bot ask about a text, whatever the classifier would say of it."""
    [incoming] = parse_events(body_of(event(text)))
    with talk.house.database.write() as db:
        seen = glance.take(db, AOI, AOI, incoming.message_id)
        ctx = EventContext(db, incoming, talk.settings, AOI, "user", now(), seen)
        clarify.ask_whether_wish(ctx)


@pytest.mark.parametrize("answer", ["はい", "うん！", "描いて", "asked:yes"])
def test_what_is_unclear_is_painted_after_a_yes(talk: Talk, answer: str) -> None:
    asks_about(talk, "ほげほげの丘")
    assert "「ほげほげの丘」の絵を描きますか。" in talk.answers[-1]
    assert buttons(talk) == ["asked:yes", "asked:help"]
    tap(talk, answer) if answer.startswith("asked") else talk.says(answer)
    assert talk.jobs[0]["request"]["prompt"] == "ほげほげの丘"
    talk.says("はい")
    assert len(talk.jobs) == 1, "it is asked once"


def test_a_no_or_a_late_tap_paints_nothing(talk: Talk) -> None:
    asks_about(talk, "ほげほげの丘")
    talk.says("いいえ")
    tap(talk, "asked:yes")
    assert talk.jobs == []
    asks_about(talk, "ほげほげの丘")
    late = now() - pending_questions.ANSWER_SECONDS - 1
    talk.house.set(schema.switches, schema.switches.c.name.startswith("asked:"), at=late)
    talk.says("はい")
    assert talk.jobs == []


def test_the_words_go_with_an_unsend_and_with_an_erasure(talk: Talk) -> None:
    unclear = event("ほげほげの丘")
    [incoming] = parse_events(body_of(unclear))
    with talk.house.database.write() as db:
        seen = glance.take(db, AOI, AOI, incoming.message_id)
        ctx = EventContext(db, incoming, talk.settings, AOI, "user", now(), seen)
        clarify.ask_whether_wish(ctx)
        jobs.unsend(db, unclear["message"]["id"])
    assert "ほげほげ" not in str(talk.house.rows(schema.switches))
    asks_about(talk, "ほげほげの丘")
    with talk.house.database.write() as db:
        erase_everything(db, AOI)
    assert "ほげほげ" not in str(talk.house.rows(schema.switches))
    asks_about(talk, "ほげほげの丘")
    late = now() - pending_questions.ANSWER_SECONDS - 1
    talk.house.set(schema.switches, schema.switches.c.name.startswith("asked:"), at=late)
    sweep.sweep(talk.house.database, max_attempts=3)
    assert "ほげほげ" not in str(talk.house.rows(schema.switches))


def test_a_picture_is_erased_after_a_yes(talk: Talk) -> None:
    job_id = talk.house.add()
    bring_to(talk.house, job_id, DELIVERED)
    talk.says("いま送ってくれた絵、消してほしいです")
    assert talk.house.job(job_id).erase_at is None
    assert buttons(talk) == ["asked:erase", "asked:everything", "asked:keep"]
    tap(talk, "asked:keep")
    assert talk.house.job(job_id).erase_at is None
    talk.says("いま送ってくれた絵、消してほしいです")
    talk.says("はい")
    assert talk.house.job(job_id).erase_at is not None


def test_a_photo_is_erased_after_a_yes(talk: Talk) -> None:
    talk.tell(event(message={"type": "image", "id": "p1", "contentProvider": {"type": "line"}}))
    talk.says("さっき送った写真消して")
    tap(talk, "asked:erase")
    [photo] = talk.house.rows(schema.photos)
    assert photo["erase_at"] is not None


# --- answers that operators write


def test_operators_write_their_own_answers(
    house: House, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "answers.toml"
    # As an editor of Windows writes it, with a mark before the first letter.
    path.write_text('\ufeff[price]\nja = "1枚100円です。くわしくは{terms_url}"\n', "utf-8")
    own = replace(settings, answers_path=path, support_lines="町の相談所 012-345|夜の電話 678")
    talk = Talk(house, own)
    talk.says("これって無料ですか？")
    assert "1枚100円です。くわしくはhttp" in talk.answers[-1]
    talk.says("死にたい")
    assert "・町の相談所 012-345" in talk.answers[-1]
    assert "0120-279-338" not in talk.answers[-1]
    assert talk.jobs == []


def test_a_cry_is_answered_with_help_lines_even_if_the_operator_wrote_none(
    house: House, settings: Settings
) -> None:
    talk = Talk(house, replace(settings, support_lines=" | "))
    talk.says("死にたい")
    assert "0120-279-338" in talk.answers[-1]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ('[cake]\nja = "x"', "no question"),
        ('[price]\nja = ""', "must be a text"),
        ('[price]\nfr = "x"', "must be a text"),
        ('[price]\nja = "{cake}"', "may have"),
        ('[price]\nja = "{"', "may have"),
        ("price", "cannot be read"),
    ],
)
def test_a_faulty_file_of_answers_is_said_at_the_start(
    house: House, settings: Settings, tmp_path: Path, content: str, fault: str
) -> None:
    path = tmp_path / "answers.toml"
    path.write_text(content, "utf-8")
    own = replace(settings, answers_path=path)
    reader = InboxReader(own, house.database, lambda _messages: None, threading.Event())
    with pytest.raises(AnswersError, match=fault):
        reader.warm_up()


def test_every_question_and_talk_has_an_answer_in_both_languages(settings: Settings) -> None:
    values = dict.fromkeys(PLACEHOLDERS, "x")
    for kind in KINDS:
        group, _, topic = kind.partition(".")
        for lang in ("ja", "en"):
            if group == "question":
                assert question_answer(topic, lang, "user", path=None, **values)
            elif group == "talk":
                assert talk_answer(topic, lang, "user")
            elif group == "cry":
                assert support_answer(topic, lang)


# --- bad input


def hear_noise(talk: Talk, seed: int, count: int) -> None:
    """Say so many meaningless texts, in every situation; each gets one kind answer at most."""
    chance = random.Random(seed)
    for number in range(count):
        if number % 100 == 0:
            clear(talk.house)
        text = noise(chance).replace("\ud800", "")  # which is in no JSON
        match chance.randrange(4):
            case 0:
                talk.in_group(text, mention=chance.random() < 0.5)
            case 1:
                tap(talk, text[:300] or "x")
            case _:
                replies = talk.says(text)
                assert replies, repr(text[:40])


def test_noise_is_answered_kindly(talk: Talk) -> None:
    hear_noise(talk, seed=1, count=150)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("seed", "count"), [(2, 3_000), pytest.param(3, 20_000, marks=pytest.mark.services)]
)
def test_much_noise_is_answered_kindly(talk: Talk, seed: int, count: int) -> None:
    """The longer one needs no server, but four minutes, which `make test-services` has."""
    hear_noise(talk, seed, count)

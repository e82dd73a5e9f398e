"""The commands in a Japanese shell: no English is left in what people read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot import jobs
from bot.cli import output
from bot.cli.language import shell_language
from bot.monitoring.alarms import update_active
from bot.operations import actions, job_actions
from bot.storage import FolderStorage
from bot.store import audit, operator_chats, workers
from bot.store.clock import now
from bot.tasks.delivery import Courier
from bot.texts import command_sentences, placeholders, sentences
from bot.texts.sentence import Sentence
from bot.texts.written import Written, in_english
from tests import ROOT
from tests.bot.cli.japanese import JAPANESE, english_words
from tests.bot.cli.shell import Shell
from tests.bot.harness import AOI, GROUP, House, Line

BLANK = re.compile(r"\{\w+\}")


@pytest.mark.parametrize(
    ("environ", "lang"),
    [
        ({}, "en"),
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja"}, "ja"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "java"}, "en"),
        ({"LC_MESSAGES": "ja_JP.eucJP", "LANG": "en_US.UTF-8"}, "ja"),
        ({"LC_ALL": "en_US.UTF-8", "LC_MESSAGES": "ja_JP.UTF-8", "LANG": "ja_JP.UTF-8"}, "en"),
        ({"LC_ALL": "", "LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LC_CTYPE": "ja_JP.UTF-8"}, "en"),
        ({"LANGUAGE": "fr:ja", "LANG": "en_US.UTF-8"}, "ja"),
        ({"LANGUAGE": "en:ja", "LANG": "ja_JP.UTF-8"}, "en"),
        ({"LANGUAGE": "ja", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANGUAGE": "ja"}, "en"),
    ],
)
def test_the_locale_chooses(environ: dict[str, str], lang: str) -> None:
    assert shell_language(environ) == lang


def test_english_is_found() -> None:
    found = list(
        english_words("worker が alive です\n装置 cuda:0、python -m bot worker\nSeen 3分前")
    )
    assert found == ["alive: worker が alive です", "Seen: Seen 3分前"]


def test_no_sentence_of_the_commands_is_half_english() -> None:
    japanese = {key: BLANK.sub("", text) for key, text in command_sentences("ja").items()}
    assert [found for text in japanese.values() for found in english_words(text)] == []
    plain = {key for key, text in japanese.items() if not JAPANESE.search(text)}
    assert plain == NAMES_ALONE


# They consist of a name, or of values and marks.
NAMES_ALONE = {
    *("storage_error.failed", "alarm_detail.worker_hung.hung", "numerics.painted"),
    *("command.column.pid", "command.job.asked_in", "command.alarms.guide"),
}


# Tables whose entries are looked up by names of the database or the code.
BY_NAME = (
    "check_name",
    "storage_hint",
    "line_error",
    "command.column",
    "command.who",
    "command.job",
)


def test_every_sentence_of_the_commands_is_used() -> None:
    code = "".join(path.read_text("utf-8") for path in (ROOT / "bot").rglob("*.py"))
    quoted = set(re.findall(r"[\"']([a-z_0-9]+(?:\.[a-z_0-9]+)*)[\"']", code))
    unused = [
        key
        for key in command_sentences("en")
        if not {key, key.removeprefix("command.")} & quoted
        and not (key.rpartition(".")[0] in BY_NAME and key.rpartition(".")[2] in quoted)
        and not key.startswith(("storage_hint.", "command.who."))
        and key not in ("alarm_detail.clock_skew.off_line", "alarm_detail.clock_skew.off_database")
    ]
    assert unused == []


def test_what_is_stored_in_english_is_read_again() -> None:
    keys = [key for key in sentences("en") if key.startswith(("alarm_detail.", "audit_detail."))]
    assert len(keys) > 10
    for key in keys:
        values = {name: f"1-{name}" for name in placeholders(sentences("en")[key])}
        table = key.rpartition(".")[0]
        read = Written(table, in_english(key, **values)).in_language("ja")
        assert read == sentences("ja")[key].format_map(values)


def test_several_with_commas_are_read_one_by_one() -> None:
    text = "a:1 at 4F7-K2M, b:2 at 4F7-K2N"
    assert (
        Written("alarm_detail.worker_hung", text).in_language("ja")
        == "a:1（4F7-K2M）、b:2（4F7-K2N）"
    )
    assert str(Written("alarm_detail.worker_hung", text)) == text


@pytest.fixture
def japanese(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    return shell


@pytest.fixture
def furnished(house: House, line: Line, courier: Courier, storage: FolderStorage) -> dict[str, str]:
    """A job in every state, processes in every state, alarms, and what operators did."""
    delivered = house.add(token=line.token())
    house.paint(delivered, storage)
    courier.deliver(delivered)
    ours, theirs = "tiny, float32, torch 2.13.0", "tiny, bfloat16, torch 2.13.0"
    request = replace(house.request(delivered), painted_with=ours, capped=True)
    house.change(delivered, request=request.to_json())
    made = {"delivered": delivered, "queued": house.add(), "drawing": house.add(chat=GROUP)}
    made |= {"failed": house.add(), "cancelled": house.add(), "erased": house.drawn()}
    house.claim(made["drawing"], "gpu-7:41/3")
    house.claim(made["failed"])
    about = {"model": "mame", "device": "cuda:0", "slots": 4, "active": 1, "memory": 2e9}
    hung = {"hung": {"number": house.job(made["drawing"]).number}}
    processes = (
        *(
            ("gpu-7:41", "worker", 0, about | {"numerics": theirs}),
            ("gpu-8:9", "worker", -100, about),
        ),
        *(("gpu-9:9", "worker", -30, about | hung), ("gpu-6:9", "worker", 900, about)),
        *(("gpu-5:9", "worker", 0, about | {"still": 400, "step_limit": 60}),),
        ("web-1:3", "courier", 0, {"quota_code": "unauthorized"}),
    )
    alarms = {
        "queue_old": "2 wait, the oldest for 12 min",
        "worker_hung": f"gpu-9:9 at {hung['hung']['number']}, gpu-5:9 made no step for 400 s",
        "failures": "3 of 5 in ten minutes: 2 storage_failed, 1 out_of_memory",
        "token_refused": "when asked for the quota",
        "broker_away": "OperationalError",
    }
    with house.database.write() as db:
        jobs.renew_lease(db, made["drawing"], "gpu-7:41/3", 600, step=3, steps=20)
        jobs.fail(db, made["failed"], "out_of_memory", owner="w")
        jobs.mark_erased(db, made["erased"])
        for name, process, ahead, what in processes:
            row = workers.Worker(name, process, name[:5], 9, now() - 900, now() + ahead, what)
            workers.save(db, row)
        update_active(db, alarms, 0.0)
        actions.pause(db)
        actions.drain(db)
        actions.ban(db, AOI, "荒らし")
        actions.set_limits(db, GROUP, {"daily_pictures": 5, "cooldown_seconds": None})
        operator_chats.add_chat(db, GROUP, "group")
        actions.erase(db, "U" + "e" * 32)
        for action in (job_actions.cancel, job_actions.retry):
            job = jobs.get(db, made["cancelled" if action is job_actions.cancel else "failed"])
            assert job is not None
            result = action(db, job)
            audit.record(db, action.__name__, job.number, str(result.said), who="admin@127.0.0.1")
        audit.record(db, "resend", "4F7-K2M", str(brought()), who="admin@127.0.0.1")
        jobs_failed = jobs.get(db, made["failed"])
        assert jobs_failed is not None
    house.change(made["failed"], state="failed", error_code="out_of_memory")
    house.park_event("x")
    return {name: house.job(job_id).number for name, job_id in made.items()}


def brought() -> Sentence:
    reason, hint = (
        Sentence("job_action.by_push_group"),
        Sentence("job_action.hint", number="4F7-K2M"),
    )
    route = Sentence("job_action.with_hint", reason=reason, hint=hint)
    return Sentence("job_action.brought", number="4F7-K2M", route=route)


@pytest.mark.parametrize(
    ("words", "status", "heading"),
    [
        (("workers",), 0, "プロセス"),
        (("jobs",), 0, "受付番号"),
        (("alarms",), 1, "✘ queue_old（0.00秒前から）：2件が順番待ち、最長12分"),
        (("audit",), 0, "時刻"),
        (("inbox",), 1, "LINEのイベントが0件"),
    ],
)
def test_lists_are_japanese(
    japanese: Shell, furnished: dict[str, str], words: tuple[str, ...], status: int, heading: str
) -> None:
    printed = japanese(*words, status=status)
    print(printed)
    assert printed.startswith(heading[:5]), printed
    assert len(printed.splitlines()) > 2 or words == ("inbox",)
    assert list(english_words(printed + japanese.err, *CODES)) == []


# Codes of errors, and names of alarms, of columns of the database, of LINE's own.
CODES = ("failures", "failed", "message", "unauthorized")


@pytest.mark.parametrize(
    "state", ["delivered", "queued", "drawing", "failed", "cancelled", "erased"]
)
def test_a_job_is_told_in_japanese(japanese: Shell, furnished: dict[str, str], state: str) -> None:
    printed = japanese("job", furnished[state])
    print(printed)
    assert "時刻" in printed
    assert list(english_words(printed, "tiny")) == []
    masked = japanese("job", furnished[state], "--json")
    assert '"what": "queued"' in masked


def test_a_quota_is_told_in_japanese(
    japanese: Shell, environ: Callable[..., None], line: Line
) -> None:
    environ(LINE_API_URL=line.base_url, PUSH_RESERVE="30")
    for limit in (200, None):
        line.set_quota(limit, used=150)
        for push in ("on", "off"):
            environ(PUSH_ENABLED=push)
            printed = japanese("quota")
            print(printed)
            assert printed.startswith("今月のプッシュの通数")
            assert list(english_words(printed)) == []
    line.fault("*", "401", times=1)
    japanese("quota", status=1)
    assert "LINE_CHANNEL_ACCESS_TOKEN" in japanese.err


def test_columns_stay_aligned(japanese: Shell, furnished: dict[str, str]) -> None:
    """In columns of a terminal, where a full-width character takes two."""
    first, *rest = japanese("jobs").splitlines()
    start = first.index("状態")
    column = output.display_width(first[:start])
    for line in rest:
        cells = [
            output.display_width(line[: match.start()]) for match in re.finditer(r"(?<=  )\S", line)
        ]
        assert column in cells, line


@pytest.mark.parametrize("text", ["", "nothing like it", "12 wait, the oldest for", "x, y"])
def test_what_no_sentence_made_stays(text: str) -> None:
    for table in ("alarm_detail.queue_old", "alarm_detail.worker_hung", "no_such_table"):
        assert Written(table, text).in_language("ja") == text

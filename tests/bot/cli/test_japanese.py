"""The commands in a Japanese shell: no English is left in what people read."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot import jobs
from bot.cli import output
from bot.monitoring.alarms import update_active
from bot.operations import actions, job_actions
from bot.storage import FolderStorage
from bot.store import audit, bans, operator_chats, workers
from bot.store.clock import now
from bot.tasks.delivery import Courier
from bot.texts.sentence import Sentence
from tests import ROOT
from tests.bot.cli.japanese import JAPANESE, english_words
from tests.bot.cli.shell import Shell
from tests.bot.harness import AOI, GROUP, House, Line


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


@pytest.mark.parametrize(
    ("lang", "encoding", "line"),
    [
        ("ja_JP.UTF-8", "utf-8", "✘ 設定            直す設定："),
        ("ja_JP.eucJP", "euc_jp", "? 設定            直す設定："),
        ("C", "utf-8", "✘ settings          Settings to mend:"),
        ("en_US.ISO-8859-1", "latin-1", "? settings          Settings to mend:"),
    ],
)
def test_a_terminal_of_any_encoding_is_answered(lang: str, encoding: str, line: str) -> None:
    """As a program: what stands in the environment decides, and no mark ends it."""
    environ = {"PATH": os.environ["PATH"], "LANG": lang, "PYTHONIOENCODING": encoding}
    command = [sys.executable, "-m", "bot", "doctor"]
    done = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 1, done.stderr
    assert done.stdout.decode(encoding).splitlines()[0] == line


@pytest.mark.parametrize(("lang", "heading"), [("ja_JP.UTF-8", "受付番号"), ("C", "NUMBER")])
def test_a_process_speaks_as_its_locale(
    shell: Shell, furnished: dict[str, str], lang: str, heading: str
) -> None:
    command = [sys.executable, "-m", "bot", "jobs"]
    environ = {**os.environ, "LANG": lang}
    done = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, check=True)
    first, *rest = done.stdout.decode().splitlines()
    assert first.startswith(heading)
    assert len(rest) == len(furnished)


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
    assert "LINEのリクエストID" in japanese.err
    environ(LINE_API_URL="http://127.0.0.1:9")
    japanese("quota", status=1)
    assert "エラー：LINEにつながりません\n" in japanese.err


def test_what_operators_do_is_said_in_japanese(
    japanese: Shell, furnished: dict[str, str], environ: Callable[..., None], line: Line
) -> None:
    environ(LINE_API_URL=line.base_url)
    number, other = furnished["delivered"], bans.fingerprint(GROUP)
    done = (
        *((("unban", number), 0), (("unban", number), 0), (("ban", number), 0), (("bans",), 0)),
        *(
            (("ban", number), 0),
            (("ban", "000-000"), 1),
            (("ban", "ひみつ"), 1),
            (("ban", "f" * 8), 1),
        ),
        *((("ban", furnished["erased"]), 1), (("job", "ひみつ"), 1), (("unban", "f" * 8), 0)),
        *((("limits", other), 0), (("limits", "C" + "0" * 32, "--daily", "1"), 1)),
        *((("limits", other, "--daily", "x"), 1), (("limits", other, "--daily", "-1"), 1)),
        *((("drain",), 0), (("resume",), 0), (("pause",), 0), (("pause",), 0)),
        *((("health", "worker"), 1), (("health", "clock"), 1)),
        *((("adminchat",), 0), (("adminchat", "--list"), 0), (("adminchat", "--remove", "x"), 1)),
        (("adminchat", "--remove", ""), 1),
        *((("adminchat", "--remove", other[:8]), 0), (("inbox", "--retry", "99"), 1)),
        *((("richmenu", "--remove"), 0), (("richmenu",), 0), (("richmenu",), 0)),
        *((("richmenu", "--remove"), 0), (("erase", number, "--yes"), 0), (("logs",), 1)),
    )
    wrong = []
    for words, status in done:
        said = japanese(*words, status=status) + japanese.err
        assert JAPANESE.search(said), words
        wrong += [f"{words}: {found}" for found in english_words(said, "f" * 8)]
    assert wrong == []


def test_a_question_that_is_not_answered_does_nothing(
    japanese: Shell, furnished: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "answer").write_text("n\n", encoding="utf-8")
    with (tmp_path / "answer").open(encoding="utf-8") as typed:
        monkeypatch.setattr(sys, "stdin", typed)
        japanese("erase", AOI, status=1)
    assert "よろしいですか" in japanese.err
    assert "何も行いませんでした。" in japanese.err


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"DATABASE_URL": "sqlite:////no/such/place.db"}, "データベースがありません"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL は sqlite:/// か postgresql:// で始めます"),
        ({"LINE_CHANNEL_SECRET": ""}, "LINE_CHANNEL_SECRET がありません"),
        ({"PORT": "x"}, "PORT は整数で入力してください"),
        ({"PORT": "99999"}, "PORT は 1 から 65535 までです"),
        ({"PUSH_ENABLED": "perhaps"}, "PUSH_ENABLED は on か off です"),
        ({"PUBLIC_URL": "ftp://x"}, "PUBLIC_URL は"),
        ({"BROKER_URL": "ftp://x"}, "BROKER_URL は"),
        ({"LINE_CHANNEL_SECRET": "a\x1b"}, "見えない文字"),
    ],
)
def test_what_stands_in_the_way_is_said_in_japanese(
    japanese: Shell, environ: Callable[..., None], values: dict[str, str], said: str
) -> None:
    environ(**values)
    status = 1 if said.startswith("データベース") else 2
    japanese("jobs", status=status)
    assert said in japanese.err
    assert list(english_words(japanese.err, "perhaps", "x", "ftp")) == []


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

"""`python -m bot setup` as a program: what it asks, keeps, and says when something is wrong."""

from __future__ import annotations

import os
import pty
import re
import select
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.cli import main
from bot.cli.language import shell_language
from bot.operations.setup.env_file import EnvFile
from tests import ROOT
from tests.bot.harness import SECRET, TOKEN, Line

COMMAND = [sys.executable, "-m", "bot", "setup", "--half", "ask"]
SECONDS = 60.0
ADDRESS = "https://bot.example.org"
Ask = Callable[..., "Done"]


@pytest.fixture
def env(line: Line) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "LANG": "C.UTF-8",
        "LINE_API_URL": line.base_url,
    }


class Done(NamedTuple):
    """The exit status of a run, and all that it printed."""

    returncode: int
    stdout: str


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], own_logs: None) -> Ask:
    """Runs it in this process and without a terminal: it asks nothing."""

    def run(folder: Path, env: Mapping[str, str], **fields: str) -> Done:
        with monkeypatch.context() as patch:
            patch.chdir(folder)
            for name in ("LC_ALL", "LC_MESSAGES", "LINE_API_URL"):
                patch.delenv(name, raising=False)
            for name, value in {**env, **fields}.items():
                patch.setenv(name, value)
            status = main(COMMAND[3:])
        printed = capsys.readouterr()
        return Done(status, printed.out + printed.err)

    return run


GIVEN = {"LINE_CHANNEL_SECRET": SECRET, "LINE_CHANNEL_ACCESS_TOKEN": TOKEN, "PUBLIC_URL": ADDRESS}


def test_what_the_environment_says_is_checked_and_kept(
    ask: Ask, tmp_path: Path, env: dict[str, str]
) -> None:
    done = ask(tmp_path, env, **GIVEN)
    assert (done.returncode, "絵筆 (@efude)" in done.stdout) == (0, True), done.stdout
    assert EnvFile(tmp_path / ".env").values == {**GIVEN, "LINE_API_URL": env["LINE_API_URL"]}
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    again = ask(tmp_path, {name: value for name, value in env.items() if name != "LINE_API_URL"})
    assert again.returncode == 0, again.stdout
    assert again.stdout.count("is fine as it is") == 2
    assert not re.search(f"{SECRET}|{TOKEN}", done.stdout + again.stdout)


def test_secrets_in_files_of_their_own_stay_there(
    ask: Ask, tmp_path: Path, env: dict[str, str]
) -> None:
    (tmp_path / "token").write_text(TOKEN + "\n")
    given = GIVEN | {"LINE_CHANNEL_ACCESS_TOKEN_FILE": str(tmp_path / "token")}
    del given["LINE_CHANNEL_ACCESS_TOKEN"]
    done = ask(tmp_path, env, **given)
    assert done.returncode == 0, done.stdout
    assert "LINE_CHANNEL_ACCESS_TOKEN" not in EnvFile(tmp_path / ".env").values


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"LINE_CHANNEL_SECRET": ""}, "LINE_CHANNEL_SECRET is missing"),
        ({"LINE_CHANNEL_SECRET": "0" * 32}, "not the one of the token's channel 1234567890"),
        ({"LINE_CHANNEL_ACCESS_TOKEN": "no"}, "does not accept this channel access token"),
        ({"LINE_API_URL": "http://127.0.0.1:9"}, "http://127.0.0.1:9 cannot be reached"),
        ({"PORT": "99999"}, "PORT is 99999; it must be between"),
    ],
)
def test_a_wrong_secret_or_setting_writes_nothing(
    ask: Ask, tmp_path: Path, env: dict[str, str], given: dict[str, str], sentence: str
) -> None:
    done = ask(tmp_path, env, **{**GIVEN, **given})
    assert (done.returncode, sentence in done.stdout) == (2, True), done.stdout
    assert "Traceback" not in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("", "PUBLIC_URL is missing"),
        ("https://127.0.0.1", "is inside this machine"),
        ("https://two words", "cannot be read as a public address"),
    ],
)
def test_a_wrong_address_is_not_kept(
    ask: Ask, tmp_path: Path, env: dict[str, str], address: str, sentence: str
) -> None:
    done = ask(tmp_path, env, **{**GIVEN, "PUBLIC_URL": address})
    assert (done.returncode, sentence in done.stdout) == (2, True), done.stdout
    assert "PUBLIC_URL" not in EnvFile(tmp_path / ".env").values
    assert EnvFile(tmp_path / ".env").values["LINE_CHANNEL_SECRET"] == SECRET


def test_a_file_of_an_older_version(ask: Ask, tmp_path: Path, env: dict[str, str]) -> None:
    file = tmp_path / ".env"
    file.write_text("# mine\nDAILY_PICTURES=30\n")
    done = ask(tmp_path, env, **GIVEN)
    assert done.returncode == 0, done.stdout
    assert "DAILY_PICTURES in .env is now called MAX_PICTURES_PER_DAY" in done.stdout
    assert file.read_text().startswith("# mine\nDAILY_PICTURES=30\nLINE_CHANNEL_SECRET=")
    file.write_text("DAILY_PICTURES=30\nMAX_PICTURES_PER_DAY=40\n")
    done = ask(tmp_path, env, **GIVEN)
    assert (done.returncode, "both are set to different values" in done.stdout) == (2, True)
    assert file.read_text() == "DAILY_PICTURES=30\nMAX_PICTURES_PER_DAY=40\n"


def test_it_speaks_japanese_to_a_japanese_shell(
    ask: Ask, tmp_path: Path, env: dict[str, str]
) -> None:
    done = ask(tmp_path, env, **{**GIVEN, "LANG": "ja_JP.UTF-8", "LINE_CHANNEL_SECRET": "x" * 32})
    assert "絵筆を、あなたのLINE公式アカウントにつなぎます。" in done.stdout
    assert "同じチャネルの「チャネル基本設定」にあるものを貼ってください。" in done.stdout
    assert shell_language({"LC_ALL": "en_US.UTF-8", "LANG": "ja_JP.UTF-8"}) == "en"
    assert shell_language({}) == "en"


def type_answers(
    folder: Path, env: Mapping[str, str], answers: Sequence[tuple[str, str]]
) -> tuple[int, str]:
    """Run it on a terminal and answer each question; return the exit status and the screen."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execve(COMMAND[0], COMMAND, dict(env))
    screen, read, deadline = "", 0, time.monotonic() + SECONDS
    remaining = list(answers)
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                data = os.read(terminal, 65536)
            except OSError:  # the other side is gone
                break
            screen += data.decode(errors="replace")
        if remaining and (at := screen.find(remaining[0][0], read)) >= 0:
            read = at + len(remaining[0][0])
            time.sleep(0.2)  # a hidden answer is thrown away if it comes before the prompt is set
            os.write(terminal, remaining.pop(0)[1].encode() + b"\n")
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert remaining == [], screen
    return os.waitstatus_to_exitcode(status), screen


@pytest.mark.slow
def test_somebody_types_wrongly_and_then_rightly(tmp_path: Path, env: dict[str, str]) -> None:
    status, screen = type_answers(
        tmp_path,
        env,
        [
            ("Channel secret (what you type is not shown)", "0" * 32),
            ("Channel access token (what you type is not shown)", TOKEN),
            ("Channel secret (what you type is not shown)", f" {SECRET} "),
            ("Channel access token (what you type is not shown)", TOKEN),
            ("Public address", "https://localhost:8000"),
            ("Public address", f"{ADDRESS}/callback"),
        ],
    )
    assert status == 0, screen
    assert "This secret is not the one" in screen
    for tunnel in ("cloudflared tunnel --url http://127.0.0.1:8000", "ngrok http 8000", "Funnel"):
        assert tunnel in screen
    assert not re.search(f"{SECRET}|{TOKEN}", screen)
    assert EnvFile(tmp_path / ".env").values == {**GIVEN, "LINE_API_URL": env["LINE_API_URL"]}


@pytest.mark.slow
def test_ctrl_d_at_a_question_writes_nothing(tmp_path: Path, env: dict[str, str]) -> None:
    status, screen = type_answers(tmp_path, env, [("Channel secret (what", "\x04")])
    assert status == 1, screen
    assert "Traceback" not in screen
    assert list(tmp_path.iterdir()) == []

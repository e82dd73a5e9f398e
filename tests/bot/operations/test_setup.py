"""The steps of the guided set-up: the file of settings, the channel, the webhook."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from bot.line import LineClient
from bot.operations.setup import SetupProblem, webhook
from bot.operations.setup.channel import Channel, identify
from bot.operations.setup.env_file import EnvFile
from bot.settings import RENAMED
from bot.texts import LANGUAGES, sentences
from tests import ROOT
from tests.bot.harness import SECRET, TOKEN, Line

OLDER = """\
# my settings
export LINE_CHANNEL_SECRET='old one'   # from the console

DAILY_PICTURES=30
MODEL="a folder/model"
EMPTY=
PUBLIC_URL=https://old.example.org
PUBLIC_URL=https://newer.example.org
"""


def problem_of(call: Callable[[], Any]) -> SetupProblem:
    with pytest.raises(SetupProblem) as caught:
        call()
    for lang in LANGUAGES:
        assert caught.value.sentence(lang)
    return caught.value


# --- the file


def test_a_change_keeps_every_other_line(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text(OLDER)
    path.chmod(0o644)
    file = EnvFile(path)
    assert file.values == {
        "LINE_CHANNEL_SECRET": "old one",
        "DAILY_PICTURES": "30",
        "MODEL": "a folder/model",
        "EMPTY": "",
        "PUBLIC_URL": "https://newer.example.org",
    }
    assert list(file.renamed(RENAMED)) == [("DAILY_PICTURES", "MAX_PICTURES_PER_DAY")]
    assert file.update({"LINE_CHANNEL_SECRET": "new", "PUBLIC_URL": "https://b.org", "HOST": "::1"})
    assert path.read_text() == (
        OLDER.replace(
            "export LINE_CHANNEL_SECRET='old one'   # from the console", "LINE_CHANNEL_SECRET=new"
        ).replace("https://newer.example.org", "https://b.org")
        + "HOST=::1\n"
    )
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]
    assert not EnvFile(path).update({"HOST": "::1"})


VALUES = [
    "plain", "a/b+c=", "two words", "it's", 'a "quoted" one', "$HOME `id` $(id)", "a#b", " # no",
    "back\\slash", "日本語", "", "~/x", "*", "a;b&c|d", "!x",
]  # fmt: skip


def test_what_is_written_is_read_alike_by_shells_and_by_us(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    names = {f"V{number}": value for number, value in enumerate(VALUES)}
    EnvFile(path).update(names)
    assert EnvFile(path).values == names
    dump = "import os, json; print(json.dumps(dict(os.environ)))"
    script = f"set -a; . {path}; exec {sys.executable} -c '{dump}'"
    shell = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=True, text=True)
    seen = json.loads(shell.stdout)
    assert {name: seen[name] for name in names} == names


def test_what_people_write_is_read_as_bash_reads_it(tmp_path: Path) -> None:
    """A password may hold a #, which begins a comment only where a word could begin."""
    path = tmp_path / ".env"
    path.write_text(
        "A=ab#cd\nB=#x\nC=a # c\nD='a # b'\nE=\"x#y\"#z\nF=a\\ #b\nG='it'\\''s' # k\nH=\nI=\n",
        encoding="utf-8",
    )
    names = EnvFile(path).values
    script = "set -a; . ./.env; exec env -0"
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env={}, capture_output=True, text=True, check=True
    )
    theirs = dict(line.split("=", 1) for line in done.stdout.split("\0") if line)
    assert names == {name: theirs[name] for name in names}
    assert names["A"] == "ab#cd"


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"LINE_CHANNEL_SECRET\n", "env_line"),
        (b"A=1\nB=two words\n", "env_line"),
        (b"A='half\n", "env_line"),
        (b"1A=x\n", "env_line"),
        (b"A=\x00\n", "env_line"),
        ("A=設定\n".encode("cp932"), "env_no_text"),
        (b"A=1\n" * 300_000, "env_unreadable"),
    ],
)
def test_a_file_that_is_none_is_told_and_kept(tmp_path: Path, content: bytes, key: str) -> None:
    path = tmp_path / ".env"
    path.write_bytes(content)
    assert problem_of(lambda: EnvFile(path)).key == key
    assert path.read_bytes() == content


def test_files_of_other_systems_are_read(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_bytes(b"\xef\xbb\xbfA=1\r\n\r\nB='2'\r\n")
    assert EnvFile(path).values == {"A": "1", "B": "2"}
    assert problem_of(lambda: EnvFile(tmp_path)).key == "env_unreadable"


@pytest.mark.parametrize("value", ["two\nlines", "tab\t", "\x00", "\x1b[31m"])
def test_a_value_that_would_break_the_file_is_refused(tmp_path: Path, value: str) -> None:
    path = tmp_path / ".env"
    path.write_text("A=1\n")
    assert problem_of(lambda: EnvFile(path).update({"B": value})).key == "control_character"
    assert path.read_text() == "A=1\n"


def test_a_link_stays_one(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / ".env"
    real.write_text("A=1\n")
    link.symlink_to(real)
    EnvFile(link).update({"B": "2"})
    assert link.is_symlink()
    assert real.read_text() == "A=1\nB=2\n"


# A disk without room, as far as a process can have one of its own: no file may grow.
_NO_ROOM = """
import sys
import threading
from pathlib import Path
from bot.operations.setup import SetupProblem
from bot.operations.setup.env_file import EnvFile
try:
    EnvFile(Path(sys.argv[1])).update({"B": "2" * 5000})
except SetupProblem as problem:
    print(problem.key)
"""


def test_a_disk_without_room_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("A=1\n")
    done = subprocess.run(
        [sys.executable, "-c", _NO_ROOM, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024)),
    )
    assert done.stdout == "env_no_room\n"
    assert path.read_text() == "A=1\n"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert problem_of(lambda: EnvFile(tmp_path / ".env").update({"A": "1"})).key == "env_unwritable"
    tmp_path.chmod(0o700)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    file = EnvFile(tmp_path / "gone" / ".env")
    assert problem_of(lambda: file.update({"A": "1"})).key == "env_unwritable"


# --- the channel


def test_a_channel_is_known_by_its_secrets(line: Line) -> None:
    channel = identify(line.base_url, SECRET, TOKEN)
    assert channel == Channel("@efude", "絵筆", "1234567890")
    assert channel.friend_url == "https://line.me/R/ti/p/%40efude"
    assert line.log("/message/") == [], "nothing is sent"


@pytest.mark.parametrize(
    ("secret", "token", "key"),
    [
        (SECRET, "wrong", "wrong_token"),
        (SECRET, "8c570fa6dd201bb328f1c1eac23a96d8", "token_is_secret"),
        ("wrong", TOKEN, "wrong_secret"),
        (TOKEN, SECRET, "wrong_token"),
        ("あいことば", TOKEN, "not_ascii"),
        (SECRET, "two\nlines", "not_ascii"),
        (SECRET, "", "wrong_token"),
        ("", TOKEN, "wrong_secret"),
    ],
)
def test_wrong_secrets_are_told_apart(line: Line, secret: str, token: str, key: str) -> None:
    assert problem_of(lambda: identify(line.base_url, secret, token)).key == key


@pytest.mark.parametrize("endpoint", ["info", "oauth"])
@pytest.mark.parametrize(
    ("fault", "key"), [("500", "line_refused"), ("429-rate", "line_refused"), ("drop", "line_away")]
)
def test_trouble_at_line_is_no_wrong_secret(
    line: Line, endpoint: str, fault: str, key: str
) -> None:
    line.fault(endpoint, fault, times=-1)
    assert problem_of(lambda: identify(line.base_url, SECRET, TOKEN)).key == key


def test_nobody_answers() -> None:
    assert problem_of(lambda: identify("http://127.0.0.1:9", SECRET, TOKEN)).key == "line_away"


def test_an_account_that_people_answer(line: Line) -> None:
    line.settings(chatMode="chat")
    assert problem_of(lambda: identify(line.base_url, SECRET, TOKEN)).key == "chat_mode"


# --- the address and the webhook

REAL, SIMULATED = "https://api.line.me", "http://127.0.0.1:8001"


@pytest.mark.parametrize(
    ("typed", "api", "address"),
    [
        ("https://a.example.org", REAL, "https://a.example.org"),
        (" https://a.example.org/ ", REAL, "https://a.example.org"),
        ("https://a.example.org/callback", REAL, "https://a.example.org"),
        ("https://a.example.org/callback/", REAL, "https://a.example.org"),
        ("a.example.org", REAL, "https://a.example.org"),
        ("https://a.example.org:8443/bot", REAL, "https://a.example.org:8443/bot"),
        ("http://127.0.0.1:8000", SIMULATED, "http://127.0.0.1:8000"),
    ],
)
def test_addresses_as_people_paste_them(typed: str, api: str, address: str) -> None:
    assert webhook.public_address(typed, api) == address


@pytest.mark.parametrize(
    ("typed", "api", "key"),
    [
        ("http://a.example.org", REAL, "address_http"),
        ("https://127.0.0.1:8000", REAL, "address_local"),
        ("localhost:8000", REAL, "address_local"),
        ("", REAL, "address_wrong"),
        ("ftp://a.example.org", REAL, "address_wrong"),
        ("https://a.example.org:port", REAL, "address_wrong"),
        ("https://[::1", REAL, "address_wrong"),
        ("https://絵筆.jp", REAL, "address_wrong"),
        ("https://a b.org", REAL, "address_wrong"),
        ("https://a.org/?x=1", REAL, "address_wrong"),
        ("https://me:pw@a.org", REAL, "address_wrong"),
        ("https://a.org/" + "x" * 500, REAL, "address_wrong"),
    ],
)
def test_addresses_that_line_could_not_reach(typed: str, api: str, key: str) -> None:
    assert problem_of(lambda: webhook.public_address(typed, api)).key == key


def test_every_sentence_of_the_set_up_is_used() -> None:
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("bot/operations/setup", "bot/cli", "scripts")
        for path in (ROOT / folder).glob("*.py")
    )
    made = ("by_hand_", "tunnel_", "ask_", "_where")
    unused = [
        key
        for key in sentences("ja")
        if key.startswith("setup.")
        and not any(part in key for part in made)
        and f'"{key.removeprefix("setup.")}"' not in code
    ]
    assert unused == []


def test_a_webhook_that_nobody_serves(line: Line, line_client: LineClient) -> None:
    pauses: list[float] = []
    for url, key in (
        ("http://127.0.0.1:9", "not_reached"),
        ("https://nobody.invalid", "no_such_host"),
        (line.base_url, "answers_other"),
    ):
        result = problem_of(partial(webhook.connect, line_client, url, 8000, pauses.append))
        assert result.key == key
    assert pauses == [*webhook.PAUSES_SECONDS] * 3


def test_another_program_that_answers_200_is_noticed(
    line: Line, line_client: LineClient, bot_of_others: str
) -> None:
    def connect() -> bool:
        return webhook.connect(line_client, bot_of_others, 8000, lambda _: None)

    assert problem_of(connect).key == "not_ours"


@pytest.fixture
def bot_of_others() -> Iterator[str]:
    """A server that answers 200 to everything, as many bots do."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"] or 0))
            self.do_GET()

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"OK")

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()

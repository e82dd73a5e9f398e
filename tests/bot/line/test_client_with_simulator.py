"""LineClient against the simulator in a process of its own: LINE's rules and its ways to fail."""

from __future__ import annotations

import base64
import json
import re
import socket
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import urllib3
from flask import Flask
from werkzeug.serving import make_server

from bot.line import LineClient, LineError, Quota
from bot.settings import Settings
from bot.storage import FolderStorage, new_key, new_secret
from bot.web import pictures

AOI = "U" + "a" * 32
HARUTO = "U" + "b" * 32
GROUP = "C" + "d" * 32
TEXT = [{"type": "text", "text": "できました"}]
# The smallest PNG there is: one grey pixel.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)


@dataclass
class Simulator:
    """The control side of a running simulator."""

    url: str
    http: urllib3.PoolManager

    def call(self, method: str, path: str, **body: Any) -> Any:
        answer = self.http.request(
            method, self.url + path, json=body if method == "POST" else None, timeout=10
        )
        assert answer.status < 300, answer.data.decode()
        return json.loads(answer.data or b"null")

    def token(self, room: str = AOI) -> str:
        """A fresh reply token: あおい says something, and the webhook's copy is read."""
        self.call("POST", f"/api/rooms/{room}/send", user=AOI, text="@絵筆 りんご", wait=True)
        token: str = self.call("GET", "/api/webhooks")[-1]["events"][-1]["replyToken"]
        return token

    def said(self, room: str = AOI) -> list[str]:
        """What the bot said in a room."""
        messages = self.call("GET", f"/api/rooms/{room}/messages")["messages"]
        return [
            message.get("text", message["type"])
            for message in messages
            if message["from"]["kind"] == "bot"
        ]

    def fault(self, endpoint: str, kind: str, **fields: Any) -> None:
        self.call("POST", "/api/faults", endpoint=endpoint, kind=kind, times=1, **fields)

    def line(self, token: str = "T") -> LineClient:
        settings = Settings(
            line_channel_secret="S", line_channel_access_token=token, line_api_url=self.url
        )
        return LineClient(settings, timeout=(2, 1))


@pytest.fixture(scope="module")
def process() -> Iterator[Simulator]:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        webhook = f"http://127.0.0.1:{nobody.getsockname()[1]}/callback"
    command = [sys.executable, "-m", "simulator", "--port", "0", "--webhook", webhook]
    command += ["--secret", "S", "--token", "T", "--quota", "10"]
    root = Path(__file__).parents[3]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as running:
        try:
            assert running.stdout is not None
            result = re.search(r"http://\S+", running.stdout.readline())
            assert result, "the simulator did not start"
            yield Simulator(result.group(), urllib3.PoolManager())
        finally:
            running.terminate()


@pytest.fixture
def simulator(process: Simulator) -> Simulator:
    process.call("DELETE", "/api/faults")
    process.call("POST", "/api/reset")
    return process


@pytest.fixture
def line(simulator: Simulator) -> LineClient:
    return simulator.line()


def failure(call: Callable[[], object]) -> tuple[str, bool, bool]:
    with pytest.raises(LineError) as caught:
        call()
    return caught.value.code, caught.value.permanent, caught.value.ambiguous


def test_a_reply_arrives_once(simulator: Simulator, line: LineClient) -> None:
    token = simulator.token()
    sent = line.reply(token, TEXT)
    assert simulator.said() == ["できました"]
    assert len(sent.message_ids) == 1
    assert sent.request_id == simulator.call("GET", "/api/log")[-1]["requestId"]
    assert failure(lambda: line.reply(token, TEXT)) == ("invalid_reply_token", True, False)
    assert simulator.said() == ["できました"]


def test_a_token_of_nobody(line: LineClient) -> None:
    assert failure(lambda: line.reply("0" * 32, TEXT)) == ("invalid_reply_token", True, False)


def test_a_push_with_the_same_key_arrives_once(simulator: Simulator, line: LineClient) -> None:
    retry_key = str(uuid.uuid4())
    first = line.push(AOI, TEXT, retry_key)
    second = line.push(AOI, TEXT, retry_key)
    assert (first.duplicate, second.duplicate) == (False, True)
    assert second.request_id == first.request_id
    assert second.message_ids == first.message_ids
    assert simulator.said() == ["できました"]


def test_the_sorts_of_400_say_what_is_wrong(line: LineClient) -> None:
    key = str(uuid.uuid4())
    with pytest.raises(LineError, match=r"messages\[0\]") as caught:
        line.push(AOI, [{"type": "text", "text": ""}], key)
    assert (caught.value.code, caught.value.permanent) == ("bad_request", True)
    assert failure(lambda: line.push(AOI, TEXT * 6, key)) == ("bad_request", True, False)
    assert failure(lambda: line.push(AOI, TEXT, "not-a-uuid")) == ("bad_request", True, False)
    assert failure(lambda: line.push("U" + "9" * 32, TEXT, key)) == ("bad_request", True, False)
    assert failure(lambda: line.validate("push", [{"type": "nope"}]))[0] == "bad_request"
    line.validate("reply", TEXT)


def test_a_wrong_channel_access_token(simulator: Simulator) -> None:
    with pytest.raises(LineError, match="LINE_CHANNEL_ACCESS_TOKEN") as caught:
        simulator.line(token="wrong").bot_info()
    assert (caught.value.code, caught.value.permanent) == ("unauthorized", True)


def test_the_quota_is_counted_by_people_and_ends(simulator: Simulator, line: LineClient) -> None:
    assert line.quota() == Quota(10, 0)
    assert line.member_count(GROUP, "group") == 3
    for _ in range(3):
        line.push(GROUP, TEXT, str(uuid.uuid4()))
    assert line.quota() == Quota(10, 9)
    over = failure(lambda: line.push(GROUP, TEXT, str(uuid.uuid4())))
    assert over == ("quota_exhausted", True, False)
    assert len(simulator.said(GROUP)) == 3
    line.reply(simulator.token(), TEXT)  # free for ever
    simulator.call("POST", "/api/settings", quota={"type": "none"})
    assert line.quota().limit is None


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("500", ("server_error", False, True)),
        ("429-rate", ("rate_limited", False, False)),
        ("429-quota", ("quota_exhausted", True, False)),
        ("401", ("unauthorized", True, False)),
        ("400", ("bad_request", True, False)),
        ("drop", ("dropped", False, True)),
        ("drop-after", ("dropped", False, True)),
        ("hang", ("timeout", False, True)),
    ],
)
def test_each_fault_is_told_apart(
    simulator: Simulator, line: LineClient, kind: str, expected: tuple[str, bool, bool]
) -> None:
    retry_key = str(uuid.uuid4())
    simulator.fault("push", kind, **({"ms": 3000} if kind == "hang" else {}))
    assert failure(lambda: line.push(AOI, TEXT, retry_key)) == expected
    # Whatever it was, the same push once more leaves exactly one message in the chat.
    line.push(AOI, TEXT, retry_key)
    assert simulator.said() == ["できました"]


def test_why_an_ambiguous_reply_is_not_repeated(simulator: Simulator, line: LineClient) -> None:
    token = simulator.token()
    simulator.fault("reply", "drop-after")
    assert failure(lambda: line.reply(token, TEXT)) == ("dropped", False, True)
    assert simulator.said() == ["できました"]
    assert failure(lambda: line.reply(token, TEXT)) == ("invalid_reply_token", True, False)


def test_loading_is_for_people(simulator: Simulator, line: LineClient) -> None:
    line.show_loading(AOI)
    assert simulator.call("GET", f"/api/rooms/{AOI}/messages")["typing"] is True
    assert failure(lambda: line.show_loading(GROUP)) == ("bad_request", True, False)


def test_people_and_groups(simulator: Simulator, line: LineClient) -> None:
    assert line.profile(AOI).display_name == "あおい"
    assert failure(lambda: line.profile(HARUTO))[0] == "not_found"
    assert line.profile(HARUTO, GROUP, "group").display_name == "はると"
    assert line.bot_info().display_name == "絵筆"
    line.leave(GROUP, "group")
    line.leave(GROUP, "group")
    assert failure(lambda: line.member_count(GROUP, "group"))[0] == "not_found"


def test_a_picture_that_a_person_sent(simulator: Simulator, line: LineClient) -> None:
    sent = simulator.call(
        "POST",
        f"/api/rooms/{AOI}/send",
        user=AOI,
        image=base64.b64encode(PNG).decode(),
        wait=True,
    )
    message = sent["message"]["id"]
    assert line.content(message) == PNG
    assert failure(lambda: line.content(message, limit=10)) == ("too_large", True, False)
    simulator.call("POST", f"/api/rooms/{AOI}/unsend", user=AOI, message=message)
    assert failure(lambda: line.content(message)) == ("not_found", True, False)
    assert failure(lambda: line.content("1")) == ("not_found", True, False)


def test_the_webhook_set_in_the_console(line: LineClient) -> None:
    result = line.webhook_endpoint()
    assert result is not None
    assert result.url.endswith("/callback")
    assert result.active


def test_a_picture_goes_from_the_folder_into_the_chat(
    simulator: Simulator, line: LineClient, tmp_path: Path
) -> None:
    """Storage, blueprint and client together: the simulator fetches both addresses as LINE does."""
    app = Flask(__name__)
    web = make_server("127.0.0.1", 0, app, threaded=True)
    storage = FolderStorage(tmp_path, f"http://127.0.0.1:{web.server_port}")
    pictures.init_app(app, storage)
    secret = new_secret()
    keys = [new_key(secret, 0, "original", "png"), new_key(secret, 0, "preview", "png")]
    storage.put(keys[0], PNG, "image/png")

    thread = threading.Thread(target=web.serve_forever)
    thread.start()
    try:
        original, preview = map(storage.url, keys)
        image = [{"type": "image", "originalContentUrl": original, "previewImageUrl": preview}]
        missing = failure(lambda: line.push(AOI, image, str(uuid.uuid4())))
        assert missing == ("bad_request", True, False), "there is no preview yet"
        storage.put(keys[1], PNG, "image/png")
        line.push(AOI, image, str(uuid.uuid4()))
    finally:
        web.shutdown()
        thread.join()
        web.server_close()
    assert simulator.said() == ["image"]

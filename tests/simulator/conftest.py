"""A simulator on a real socket, a bot that really listens, and a way to call the Messaging API."""

from __future__ import annotations

import io
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import urllib3
from PIL import Image

from simulator import app as simulator_app
from simulator.client import SimulatorClient
from simulator.config import Config
from simulator.server import Server

Json = dict[str, Any]
SECRET, TOKEN = "8c570fa6dd201bb328f1c1eac23a96d8", "a-channel-access-token"


class Bot:
    """A bot's server: keeps the webhooks, answers as it is told, and serves pictures."""

    def __init__(self) -> None:
        self.status = 200
        self.drop = False
        self.go_on = threading.Event()  # clear it to let the bot think
        self.go_on.set()
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.files: dict[str, bytes] = {}
        self.news = threading.Condition()
        bot = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["content-length"]))
                with bot.news:
                    bot.received.append(({k.lower(): v for k, v in self.headers.items()}, raw))
                    bot.news.notify_all()
                bot.go_on.wait(20)
                if bot.drop:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True
                    return
                self.answer(bot.status, b"noted", "text/plain")

            def do_GET(self) -> None:
                data = bot.files.get(self.path)
                self.answer(200 if data is not None else 404, data or b"", "image/png")

            def answer(self, status: int, data: bytes, kind: str) -> None:
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.02])
        self._thread.start()
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        self.url = f"{self.base}/callback"

    def wait(self, count: int, seconds: float = 10) -> list[Json]:
        """All events so far, once there are `count` webhooks."""
        with self.news:
            assert self.news.wait_for(lambda: len(self.received) >= count, seconds), (
                f"{len(self.received)} webhooks instead of {count}"
            )
        return self.events()

    def events(self) -> list[Json]:
        with self.news:
            return [event for _, raw in self.received for event in json.loads(raw)["events"]]

    def close(self) -> None:
        self.go_on.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Answer:
    """What the Messaging API said."""

    def __init__(self, response: urllib3.BaseHTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.data = response.data

    @property
    def json(self) -> Any:
        return json.loads(self.data)

    def properties(self) -> list[str]:
        return [detail["property"] for detail in self.json.get("details", [])]


class Line:
    """Calls the Messaging API as a bot does."""

    def __init__(self, base: str, token: str = TOKEN) -> None:
        self.base = base
        self.token = token
        self.http = urllib3.PoolManager(maxsize=16)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        timeout: float = 10,
    ) -> Answer:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        everything = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        response = self.http.request(
            method,
            f"{self.base}/v2/bot/{path}",
            body=None if body is None else data,
            headers=everything | (headers or {}),
            timeout=timeout,
            retries=False,
        )
        return Answer(response)

    def get(self, path: str) -> Answer:
        return self.call("GET", path)

    def post(self, path: str, body: Any, **options: Any) -> Answer:
        return self.call("POST", path, body, **options)

    def reply(self, token: str, *messages: Json, **options: Any) -> Answer:
        body = {"replyToken": token, "messages": list(messages)}
        return self.post("message/reply", body, **options)

    def push(self, to: str, *messages: Json, key: str | None = None, **options: Any) -> Answer:
        headers = {"X-Line-Retry-Key": key} if key else None
        body = {"to": to, "messages": list(messages)}
        return self.post("message/push", body, headers=headers, **options)

    def validate(self, *messages: Any, endpoint: str = "reply") -> Answer:
        return self.post(f"message/validate/{endpoint}", {"messages": list(messages)})

    def close(self) -> None:
        self.http.clear()


def text(words: str = "はい", **fields: Any) -> Json:
    """A text message object."""
    return {"type": "text", "text": words, **fields}


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 8)) -> bytes:
    """A real, small picture."""
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 60)).save(out, kind)
    return out.getvalue()


@pytest.fixture
def bot() -> Iterator[Bot]:
    bot = Bot()
    yield bot
    bot.close()


@pytest.fixture(scope="session")
def base_url() -> Iterator[str]:
    """One simulator for all tests; `sim` empties it for each."""
    app = simulator_app.create_app(Config(secret=SECRET, token=TOKEN))
    with Server(app, "127.0.0.1", 0) as server:
        yield server.url
        simulator_app.close(app)


@pytest.fixture
def sim(base_url: str, bot: Bot) -> Iterator[SimulatorClient]:
    """An empty simulator that sends its webhooks to `bot`."""
    with SimulatorClient(base_url) as client:
        client.reset(settings=True)
        client.settings(webhook=bot.url)
        yield client
        client.reset(settings=True)


@pytest.fixture
def line(sim: SimulatorClient, rules: Line) -> Line:
    """The Messaging API of the same simulator."""
    return rules


@pytest.fixture(scope="session")
def rules(base_url: str) -> Iterator[Line]:
    """The Messaging API for calls that change nothing, so that nothing has to be emptied."""
    line = Line(base_url)
    yield line
    line.close()

"""What the tests of the bot's core do again and again: jobs by hand, LINE's tokens, time."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from celery import Celery
from flask.testing import FlaskClient
from sqlalchemy import Table, select, update
from werkzeug.test import TestResponse

from bot import jobs
from bot.jobs import Job, StoredPicture, lifecycle
from bot.line.events import UnusableEvent, WebhookEvent, parse_event
from bot.line.signature import sign
from bot.line.webhook_body import split_events
from bot.prompt import StoredRequest
from bot.queue.app import TaskMessage
from bot.storage import Storage, new_key
from bot.store import chats, inbox, schema
from bot.store.clock import now
from bot.store.database import Database
from simulator.client import AOI, GROUP, SimulatorClient
from simulator.state import State

__all__ = ["AOI", "GROUP"]  # handed on

SECRET = "channel-secret"
TOKEN = "channel-access-token"  # as the simulator of these tests wants it
WISH = "夜の富士山"
_ids = itertools.count(1)


def parse_events(body: bytes) -> list[WebhookEvent]:
    """The events of a webhook that can be served, as a courier reads them."""
    parsed = []
    for raw in split_events(body):
        with suppress(UnusableEvent):
            parsed.append(parse_event(raw.body))
    return parsed


class House:
    """A database with the moves that bring a job where a test wants it."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(
        self,
        *,
        chat: str = AOI,
        user: str | None = AOI,
        token: str | None = None,
        age: float = 0.0,
        message: str | None = None,
        count: int = 1,
        request: StoredRequest | None = None,
    ) -> str:
        """A queued job; `token` came `age` seconds ago. The chat is known and reachable."""
        kind = "user" if chat.startswith("U") else "group"
        with self.database.write() as db:
            chats.touch(db, chat, kind)
            job_id, _number = jobs.add(
                db,
                event_id=f"event-{next(_ids)}",
                chat_id=chat,
                chat_kind=kind,
                user_id=user,
                message_id=message,
                quote_token=None,
                language="ja",
                request=request or StoredRequest(WISH, count=count),
                reply_token=token,
                token_at=now() - age,
            )
        return job_id

    def claim(self, job_id: str, owner: str = "w", lease: float = 30.0) -> Job | None:
        with self.database.write() as db:
            return lifecycle.claim(db, job_id, owner, lease)

    def paint(self, job_id: str, storage: Storage | None = None, owner: str = "w") -> None:
        """Bring a queued job to `drawn`, with one picture."""
        job = self.claim(job_id, owner)
        assert job is not None
        picture = stored(job)
        if storage is not None:
            storage.put(picture.key, b"png", "image/png")
            storage.put(picture.preview_key, b"jpg", "image/jpeg")
        with self.database.write() as db:
            assert jobs.mark_drawn(db, job_id, owner, [picture], now())

    def drawn(self, **fields: Any) -> str:
        job_id = self.add(**fields)
        self.paint(job_id)
        return job_id

    def tap(self, job_id: str, token: str) -> None:
        """What a tap on 受け取る does to a painted job."""
        with self.database.write() as db:
            jobs.add_token(db, job_id, token, now())
            jobs.reactivate_delivery(db, job_id)

    def job(self, job_id: str) -> Job:
        with self.database.read() as db:
            result = jobs.get(db, job_id)
        assert result is not None
        return result

    def request(self, job_id: str) -> StoredRequest:
        request = self.job(job_id).request
        assert request is not None
        return request

    def state(self, job_id: str) -> str:
        return self.job(job_id).state

    def set(self, table: Table, where: Any, **values: Any) -> None:
        with self.database.write() as db:
            db.execute(update(table).where(where).values(**values))

    def change(self, job_id: str, **values: Any) -> None:
        self.set(schema.jobs, schema.jobs.c.id == job_id, **values)

    def rows(self, table: Table) -> list[dict[str, Any]]:
        with self.database.read() as db:
            return [dict(row) for row in db.execute(select(table)).mappings()]

    def park_event(self, words: str) -> int:
        """Set an event aside, as one that failed at each of its tries; returns its number."""
        row: dict[str, Any] = {"event_id": "01HPARKED", "type": "message", "chat_key": AOI}
        row["user_id"] = AOI
        row |= {"message_id": "1", "trace": None, "received_at": now() - 90.0, "body": words}
        with self.database.write() as db:
            inbox.add(db, [row])
            [claimed] = inbox.claim(db, "courier", 10.0, 1)
            assert inbox.park(db, claimed.seq, "courier", "failed")
        return claimed.seq

    def deliveries(self, job_id: str | None = None) -> list[dict[str, Any]]:
        query = select(schema.deliveries).order_by(schema.deliveries.c.created_at)
        if job_id is not None:
            query = query.where(schema.deliveries.c.job_id == job_id)
        with self.database.read() as db:
            return [dict(row) for row in db.execute(query).mappings()]

    def ends(self, job_id: str | None = None) -> list[tuple[str, str, str]]:
        """(kind, way, state) of each delivery, oldest first."""
        return [
            (delivery["kind"], delivery["way"], delivery["state"])
            for delivery in self.deliveries(job_id)
        ]


def stored(job: Job, position: int = 0) -> StoredPicture:
    """A picture as if it had been stored."""
    key = new_key(job.secret, position, "original", "png")
    preview = new_key(job.secret, position, "preview", "jpg")
    return StoredPicture(position, key, preview, "image/png", 3, 64, 64, 7)


class Line(SimulatorClient):
    """The simulator, with a look behind the scenes: it runs in this process."""

    def __init__(self, url: str, state: State) -> None:
        super().__init__(url)
        self.state = state

    def __enter__(self) -> Line:
        return self

    def token(self, room: str = AOI, ttl: float | None = None) -> str:
        """A fresh reply token for a room, as a webhook would bring it."""
        with self.state.changed:
            token = self.state.tokens.issue(room)
            if ttl is not None:
                self.state.tokens.tokens[token].until = time.monotonic() + ttl
        return token

    def kinds(self, room: str = AOI) -> list[str]:
        """What the bot has put into a room: "reply:image", "push:text" ..."""
        return [f"{message.via}:{message.type}" for message in self.bot_messages(room)]

    def pictures(self, room: str = AOI) -> int:
        return sum(message.type == "image" for message in self.bot_messages(room))

    def calls(self, endpoint: str) -> list[dict[str, Any]]:
        """The bot's calls to an endpoint such as "message/push"."""
        return [call for call in self.log() if call["path"].endswith(endpoint)]


def together(calls: list[Callable[[], Any]]) -> list[Any]:
    """Run all calls at the same instant, each in a thread of its own; their results in order.

    What one of them raises is its result.
    """
    start = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(place: int, call: Callable[[], Any]) -> None:
        start.wait(10)
        try:
            results[place] = call()
        except Exception as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=(place, call)) for place, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    return results


def impatient(database: Database) -> None:
    """Let the (one, pooled) connection wait 50 ms for a lock instead of five seconds."""
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=50")


# --- webhooks


def event(text: str | None = None, **fields: Any) -> dict[str, Any]:
    """An event as LINE writes it; a text message unless `type` says something else."""
    number = next(_ids)
    source = fields.pop("source", None) or {"type": "user", "userId": AOI}
    made: dict[str, Any] = {
        "type": "message",
        "mode": "active",
        "timestamp": int(time.time() * 1000),
        "source": source,
        "webhookEventId": f"01HEVENT{number:018}",
        "deliveryContext": {"isRedelivery": False},
        "replyToken": f"{number:032x}",
    }
    if text is not None:
        made["message"] = {
            "type": "text",
            "id": str(500_000 + number),
            "quoteToken": f"quote-{number}",
            "text": text,
        }
    made.update(fields)
    return {name: value for name, value in made.items() if value is not None}


def in_group(user: str | None = AOI) -> dict[str, Any]:
    source = {"type": "group", "groupId": GROUP}
    return source | ({"userId": user} if user else {})


def body_of(*events: Any) -> bytes:
    content = {"destination": "U" + "0" * 32, "events": list(events)}
    return json.dumps(content, ensure_ascii=False).encode()


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"x-line-signature": sign(secret, body), "content-type": "application/json"}


class ReadingClient(FlaskClient):
    """A client after whose webhooks the inbox is read at once, in this process."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        answer = super().open(*args, **kwargs)
        if answer.request.path == "/callback":
            self.application.extensions["reader"].read()
        return answer


def on_queues(app: Celery) -> list[TaskMessage]:
    """Take every message from the (in-memory) broker, queue by queue."""
    result = []
    with app.connection_for_read() as connection, connection.channel() as channel:
        for each in app.conf.task_queues:
            queue = each(channel)
            queue.declare()
            while (message := queue.get(no_ack=True)) is not None:
                published = TaskMessage(message.headers["task"], *message.payload[0])
                assert published.queue == each.name, "a task on a queue that nobody reads for it"
                result.append(published)
    return result

"""What the tests of the bot's core do again and again: jobs by hand, LINE's tokens, time."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from celery import Celery
from sqlalchemy import Table, select, update

from bot import chats, jobs, tables
from bot.database import Database, now
from bot.jobs import Job, StoredPicture
from bot.queue import Wake
from bot.signature import sign
from bot.storage import Storage, new_key
from inference.request import DrawRequest
from simulator.client import AOI, GROUP, SimulatorClient
from simulator.state import State

__all__ = ["AOI", "GROUP"]  # handed on

SECRET = "channel-secret"
TOKEN = "channel-access-token"  # as the simulator of these tests wants it
WISH = "夜の富士山"
_ids = itertools.count(1)


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
    ) -> str:
        """A queued job; `token` came `age` seconds ago. The chat is known and reachable."""
        kind = "user" if chat.startswith("U") else "group"
        with self.database.write() as db:
            chats.see(db, chat, kind)
            job_id, _number = jobs.add(
                db,
                event_id=f"event-{next(_ids)}",
                chat_id=chat,
                chat_kind=kind,
                user_id=user,
                message_id=message,
                quote_token=None,
                language="ja",
                request=asdict(DrawRequest(prompt=WISH, count=count)),
                reply_token=token,
                token_at=now() - age,
            )
        return job_id

    def claim(self, job_id: str, owner: str = "w", lease: float = 30.0) -> Job | None:
        with self.database.write() as db:
            return jobs.claim(db, job_id, owner, lease)

    def paint(self, job_id: str, storage: Storage | None = None, owner: str = "w") -> None:
        """Bring a queued job to `drawn`, with one picture."""
        job = self.claim(job_id, owner)
        assert job is not None
        picture = stored(job)
        if storage is not None:
            storage.put(picture.key, b"png", "image/png")
            storage.put(picture.preview_key, b"jpg", "image/jpeg")
        with self.database.write() as db:
            assert jobs.drawn(db, job_id, owner, [picture], now())

    def drawn(self, **more: Any) -> str:
        job_id = self.add(**more)
        self.paint(job_id)
        return job_id

    def tap(self, job_id: str, token: str) -> None:
        """What a tap on 受け取る does to a painted job."""
        with self.database.write() as db:
            jobs.add_token(db, job_id, token, now())
            jobs.wake(db, job_id)

    def job(self, job_id: str) -> Job:
        with self.database.read() as db:
            found = jobs.get(db, job_id)
        assert found is not None
        return found

    def state(self, job_id: str) -> str:
        return self.job(job_id).state

    def set(self, table: Table, where: Any, **values: Any) -> None:
        with self.database.write() as db:
            db.execute(update(table).where(where).values(**values))

    def change(self, job_id: str, **values: Any) -> None:
        self.set(tables.jobs, tables.jobs.c.id == job_id, **values)

    def rows(self, table: Table) -> list[dict[str, Any]]:
        with self.database.read() as db:
            return [dict(row) for row in db.execute(select(table)).mappings()]

    def deliveries(self, job_id: str | None = None) -> list[dict[str, Any]]:
        query = select(tables.deliveries).order_by(tables.deliveries.c.created_at)
        if job_id is not None:
            query = query.where(tables.deliveries.c.job_id == job_id)
        with self.database.read() as db:
            return [dict(row) for row in db.execute(query).mappings()]

    def ends(self, job_id: str | None = None) -> list[tuple[str, str, str]]:
        """(kind, way, state) of each delivery, oldest first."""
        return [(it["kind"], it["way"], it["state"]) for it in self.deliveries(job_id)]


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
        return [f"{it.via}:{it.type}" for it in self.bot_messages(room)]

    def pictures(self, room: str = AOI) -> int:
        return sum(it.type == "image" for it in self.bot_messages(room))

    def calls(self, endpoint: str) -> list[dict[str, Any]]:
        """The bot's calls to an endpoint such as "message/push"."""
        return [it for it in self.log() if it["path"].endswith(endpoint)]


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


def event(text: str | None = None, **more: Any) -> dict[str, Any]:
    """An event as LINE writes it; a text message unless `type` says something else."""
    number = next(_ids)
    source = more.pop("source", None) or {"type": "user", "userId": AOI}
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
    made.update(more)
    return {name: value for name, value in made.items() if value is not None}


def in_group(user: str | None = AOI) -> dict[str, Any]:
    source = {"type": "group", "groupId": GROUP}
    return source | ({"userId": user} if user else {})


def body_of(*events: Any) -> bytes:
    content = {"destination": "U" + "0" * 32, "events": list(events)}
    return json.dumps(content, ensure_ascii=False).encode()


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"x-line-signature": sign(secret, body), "content-type": "application/json"}


def on_queues(app: Celery) -> list[Wake]:
    """Take every message from the (in-memory) broker, queue by queue."""
    found = []
    with app.connection_for_read() as connection, connection.channel() as channel:
        for each in app.conf.task_queues:
            queue = each(channel)
            queue.declare()
            while (message := queue.get(no_ack=True)) is not None:
                wake = Wake(message.headers["task"], message.payload[0][0])
                assert wake.queue == each.name, "a task is on a queue that nobody reads for it"
                found.append(wake)
    return found

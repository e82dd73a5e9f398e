"""Painted pictures, one who writes to the bot about them, and the links to their pages."""

from __future__ import annotations

import time
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from PIL import Image
from sqlalchemy import insert

from bot import jobs
from bot.conversation import router
from bot.jobs import Job, StoredPicture, albums
from bot.jobs.picture_secrets import picture_key
from bot.queue.app import TaskMessage
from bot.settings import Settings
from bot.storage import FolderStorage, new_key
from bot.store import schema
from bot.store.clock import now
from tests.bot.harness import AOI, House, body_of, event, in_group, parse_events

BOT = "U" + "0" * 32


class Album:
    """A house with painted pictures, one who writes to it, and one who looks at its pages."""

    def __init__(self, house: House, storage: FolderStorage, settings: Settings) -> None:
        self.house, self.storage, self.settings = house, storage, settings
        self.of_older_version = False  # whether keys are made as they once were

    def paint(
        self,
        prompt: str = "夜の富士山",
        *,
        chat: str = AOI,
        user: str | None = AOI,
        count: int = 1,
        size: tuple[int, int] = (64, 48),
        age: float = 0.0,
    ) -> Job:
        """A delivered job of `count` pictures, asked for `age` seconds ago."""
        job = self.house.job(self.house.add(chat=chat, user=user, count=count))
        claimed = self.house.claim(job.id)
        assert claimed is not None
        made = [self._picture(job, place, size) for place in range(count)]
        with self.house.database.write() as db:
            assert jobs.mark_drawn(db, job.id, "w", made, now())
            jobs.mark_delivered(db, job.id)
        request = {"prompt": prompt, "count": count}
        self.house.change(job.id, request=request, created_at=now() - age)
        return self.house.job(job.id)

    def _picture(self, job: Job, place: int, size: tuple[int, int]) -> StoredPicture:
        make: Callable[..., str] = new_key if self.of_older_version else picture_key
        key = make(job.secret, place, "original", "png")
        preview = make(job.secret, place, "preview", "jpg")
        for name, form in ((key, "png"), (preview, "jpeg")):
            file = BytesIO()
            Image.new("RGB", size, (80, 90, 160)).save(file, form)
            self.storage.put(name, file.getvalue(), f"image/{form}")
        return StoredPicture(place, key, preview, "image/png", 3, *size, 7000 + place)

    def say(self, text: str | None = None, **fields: Any) -> tuple[list[TaskMessage], list[Any]]:
        """What one event wakes, and the messages with which it is answered."""
        before = {delivery["id"] for delivery in self.house.deliveries()}
        (incoming,) = parse_events(body_of(event(text, **fields)))
        with self.house.database.write() as db:
            wakes = router.handle_event(db, incoming, self.settings)
        new = [delivery for delivery in self.house.deliveries() if delivery["id"] not in before]
        return wakes, [message for each in new for message in each["messages"] or []]

    def link(self, text: str = "アルバム", **fields: Any) -> str:
        """The path of the link in the answer."""
        (answer,) = self.say(text, **fields)[1]
        uri = answer["contents"]["footer"]["contents"][0]["action"]["uri"]
        assert uri.startswith(f"{self.settings.public_url}/album/")
        return str(urlsplit(uri).path)

    def shared(self) -> list[str]:
        """The paths of the links that show single pictures of the 1:1 chat, newest first."""
        secret = self.link().removeprefix("/album/")
        with self.house.database.read() as db:
            result = albums.find_album(db, secret)
            assert result is not None
            entries, _ = albums.list_page(db, result.chat_id)
        return [f"/picture/{entry.number}/{share}" for entry in entries for share in entry.shares]

    def in_group(self, text: str, user: str | None = AOI) -> dict[str, Any]:
        mention = {"index": 0, "length": 3, "type": "user", "userId": BOT, "isSelf": True}
        message: dict[str, Any] = {
            "type": "text",
            "id": f"m{time.monotonic_ns()}",
            "quoteToken": "q",
        }
        message |= {"text": f"@絵筆 {text}", "mention": {"mentionees": [mention]}}
        return {"message": message, "source": in_group(user)}

    def name(self, chat: str, user: str, name: str) -> None:
        row = {"chat_id": chat, "user_id": user, "name": name, "language": None, "at": now()}
        with self.house.database.write() as db:
            db.execute(insert(schema.people).values(**row))

    def courier(self, basic_id: str = "@efude") -> None:
        """A courier has written down the account's basic id."""
        row = {"id": "c", "process": "courier", "host": "h", "pid": 1, "about": {}}
        row |= {"started_at": now(), "seen_at": now(), "about": {"basic_id": basic_id}}
        with self.house.database.write() as db:
            db.execute(insert(schema.workers).values(**row))

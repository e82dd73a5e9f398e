"""The courier's part of a photo: download it from LINE, check it, store it; and erase it again.

LINE keeps what people send for a time that it does not state, so a photo is fetched as soon as
somebody is to paint from it. It is stored repainted: upright, as large as a model can use, and
without its metadata, such as the place. That is done in a child process, and never by more of a
courier's threads than it can spare: whatever people send, pictures are delivered meanwhile.
https://developers.line.biz/en/reference/messaging-api/#get-content
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import structlog
from sqlalchemy import Connection, select

from bot import jobs, messages
from bot.backoff import retry_delay
from bot.line import LineClient, LineError
from bot.settings import Settings
from bot.storage import Storage, StorageError
from bot.store import outbox, photos
from bot.store.clock import now
from bot.store.database import Database
from bot.store.photos import Photo
from bot.store.schema import chats
from bot.tasks.sending import OutboxSender
from inference.images.limits import MAX_BYTES, ImageRefused
from inference.images.sandbox import ImageSandbox

log = structlog.get_logger(__name__)

DOWNLOAD_SECONDS = 15.0
# Longer than a download, and than waiting for the decoder and decoding. A courier that died is
# noticed by it, mostly while the reply token of the request still lives.
LEASE_SECONDS = 25.0
# Photos that a courier fetches at a time, of its eight threads; it decodes one of them.
MAX_FETCHES = 3
MAX_DECODINGS = 2  # that began and did not end: a courier was killed, once by chance perhaps
REFETCH_AFTER_SECONDS = 20.0
# LINE answers 202 while it prepares a file, and may be down; so may a storage.
RETRY_DELAYS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0, 240.0, 300.0)
MAX_SIDE = 1536  # pixels: half as large again as the largest models paint
SENT_TOGETHER_SECONDS = 30.0  # photos sent within this time are answered as several
_FINAL_CODES = {
    "not_found": "photo_gone",
    "too_large": "photo_too_large",
    "bad_request": "photo_gone",
}


class _TakenBack(Exception):
    """The photo was unsent meanwhile, or another courier has it."""


class PhotoFetcher:
    """Fetches and erases photos. One per courier; safe among threads."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        storage: Storage,
        line: LineClient,
        sender: OutboxSender,
        *,
        sandbox: ImageSandbox | None = None,
    ) -> None:
        self._settings = settings
        self._database = database
        self._storage = storage
        self._line = line
        self._sender = sender
        self._sandbox = sandbox or ImageSandbox()
        self._free = threading.BoundedSemaphore(MAX_FETCHES)
        self._decoder = threading.Lock()
        self._left_due = threading.Event()

    def fetch(self, photo_id: str) -> float | None:
        """Fetch a photo; returns the seconds until the next try, None if there is to be none.

        Whatever happens leaves a row that somebody goes on from. While MAX_FETCHES photos are being
        fetched, that is `next_due` of whoever is free first.
        """
        if not self._free.acquire(blocking=False):
            with self._database.write() as db:
                photos.leave_due(db, photo_id)
            self._left_due.set()
            return None
        try:
            return self._fetch(photo_id)
        finally:
            self._free.release()

    def next_due(self) -> list[str]:
        """Return the photo, if any, that is to be fetched now since one had to wait."""
        if not self._left_due.is_set():
            return []
        self._left_due.clear()
        with self._database.write() as db:
            photo_ids = photos.due_fetches(db, REFETCH_AFTER_SECONDS, limit=1)
        if photo_ids:  # there may be more of them
            self._left_due.set()
        return photo_ids

    def _fetch(self, photo_id: str) -> float | None:
        with self._database.write() as db:
            photo = photos.claim(db, photo_id, LEASE_SECONDS)
        if photo is None:
            return None
        if photo.tries > len(RETRY_DELAYS) + 1:  # couriers died over it, again and again
            self._settle(photo, "photo_unavailable")
            return None
        try:
            data = self._line.content(photo.message_id, limit=MAX_BYTES, deadline=DOWNLOAD_SECONDS)
            photo = self._hold(photo, photos.begin_decoding)
            if photo.decodings > MAX_DECODINGS:
                self._settle(photo, "photo_too_costly")
                return None
            with self._decoder:
                picture, width, height = self._sandbox.shrink(data, MAX_SIDE)
            photo = self._hold(photo, photos.renew_lease)
            self._storage.put(photo.key, picture, "image/jpeg", {"photo": "true"})
            log.info("photo.stored", photo=photo.id, width=width, height=height, size=len(picture))
            self._settle(photo, None, (width, height))
        except _TakenBack:
            self._clean_up(photo)
        except LineError as error:
            code = _FINAL_CODES.get(error.code)
            if code is None:
                return self._postpone(photo, error.code)
            self._settle(photo, code)
        except ImageRefused as error:
            self._settle(photo, error.code.replace("image_", "photo_", 1))
        except StorageError as error:
            return self._postpone(photo, f"storage {error.reason}")
        except Exception:
            log.exception("photo.fetch_crashed", photo=photo.id)
            return self._postpone(photo, "unexpected")
        return None

    def erase(self, photo_id: str) -> None:
        """Delete a photo from storage, and then its row. Raises StorageError."""
        with self._database.read() as db:
            photo = photos.get(db, photo_id)
        if photo is None or photo.erase_at is None:
            return
        if photo.lease_until is not None and photo.lease_until > now():
            return  # a courier is just storing it, and will notice
        self._storage.delete(photo.key)
        with self._database.write() as db:
            photos.delete_rows(db, [photo_id])
        log.info("photo.erased", photo=photo_id)

    def _hold(
        self, photo: Photo, keep: Callable[[Connection, Photo, float], Photo | None]
    ) -> Photo:
        """Keep a claimed photo for LEASE_SECONDS more. Raises _TakenBack if it is not ours now."""
        with self._database.write() as db:
            held = keep(db, photo, LEASE_SECONDS)
        if held is None:
            raise _TakenBack
        return held

    def _postpone(self, photo: Photo, reason: str) -> float | None:
        """Let go of a photo until its next try; returns the seconds until then."""
        if photo.tries > len(RETRY_DELAYS):
            self._settle(photo, "photo_unavailable")
            return None
        delay = retry_delay(RETRY_DELAYS, photo.tries)
        log.info(
            "photo.fetch_postponed", photo=photo.id, reason=reason, tries=photo.tries, delay=delay
        )
        with self._database.write() as db:
            held = photos.postpone(db, photo, delay)
        if held:
            return delay
        self._clean_up(photo)
        return None

    def _settle(self, photo: Photo, code: str | None, size: tuple[int, int] = (0, 0)) -> None:
        """Record that a photo is there (size in pixels), or never will be (code), and answer."""
        with self._database.write() as db:
            if code:
                held = photos.mark_failed(db, photo, code)
            else:
                held = photos.mark_ready(db, photo, *size)
            max_age = self._settings.reply_token_ttl_seconds
            delivery_id = _add_answer(db, photo, code, max_age) if held else None
        if not held:
            self._clean_up(photo)
            return
        if code:
            log.info("photo.rejected", photo=photo.id, code=code, tries=photo.tries)
        if delivery_id:
            self._sender.send(delivery_id)

    def _clean_up(self, photo: Photo) -> None:
        """Erase a photo that was taken back meanwhile; leave one that another courier has."""
        with self._database.read() as db:
            current = photos.get(db, photo.id)
        if current is None or current.erase_at is not None:
            self._storage.delete(photo.key)
            with self._database.write() as db:
                photos.release(db, photo)
            self.erase(photo.id)


def _add_answer(db: Connection, photo: Photo, code: str | None, max_age: float) -> str | None:
    """Add a free reply about a photo to the outbox; returns the delivery's id.

    Returns None if somebody paints from it already, since the picture says more, if a newer photo
    has the answer, or if there is no live reply token.
    """
    token = jobs.live_token(db, photo.id, max_age)
    if token is None or photos.is_used(db, photo.id) or photos.answered_by_newer(db, photo):
        return None
    if not jobs.spend_token(db, token[0]):
        return None
    language = db.execute(select(chats.c.language).where(chats.c.id == photo.chat_id)).scalar()
    reply = partial(
        outbox.add_reply,
        db,
        outbox.ANSWER,
        token=token[0],
        token_at=token[1],
        chat_id=photo.chat_id,
    )
    if code:
        return reply(messages=messages.photo_unusable(code, language or "ja"))
    recent = photos.count(db, photo.chat_id, photo.user_id, now() - SENT_TOGETHER_SECONDS)
    return reply(messages=messages.ask_about_photo(language or "ja", several=recent > 1))

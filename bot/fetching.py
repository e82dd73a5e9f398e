"""The courier's part of a photo: ask LINE for it, look at it, store it; and erase it again.

LINE keeps what people send for a time that it does not state, so a photo is fetched as soon as
somebody is to paint from it. What is stored is the picture painted anew, as large as a model can
use: upright, and without what the file tells beside it, such as the place.
"""

from __future__ import annotations

import threading
from functools import partial

import structlog
from sqlalchemy import Connection, select

from bot import jobs, messages, outbox, photos
from bot.database import now
from bot.line import LineClient, LineError
from bot.photos import Photo
from bot.runtime import Runtime
from bot.storage import StorageError
from bot.tables import chats
from inference.request import InvalidRequest

log = structlog.get_logger(__name__)

DEADLINE = 15.0  # seconds that a download may take as a whole
# Longer than that and the decoding. A courier that died is noticed by it, mostly while the reply
# token of who wished for something lives.
LEASE = 25.0
# Seconds to the next try. LINE answers 202 while it prepares a file, and has its troubles.
DELAYS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
LONGEST = 1536  # pixels of a side: half as large again as the largest models paint
TOGETHER = 30.0  # photos sent within so many seconds are answered as several
_FINAL = {"not_found": "photo_gone", "too_large": "photo_too_large", "bad_request": "photo_gone"}

# One at a time in each process: unfolded, a photo takes a few hundred megabytes.
_unfolding = threading.Lock()


def fetch(runtime: Runtime, photo_id: str) -> float | None:
    """Fetch a photo and say how that went; seconds until it is to be tried again, or None.

    Whatever happens leaves a row that somebody goes on from.
    """
    with runtime.database.write() as db:
        photo = photos.claim(db, photo_id, LEASE)
    if photo is None:
        return None
    try:
        if photo.tries > len(DELAYS) + 1:  # couriers died over it, again and again
            _settled(runtime, photo, "photo_unavailable")
            return None
        limit = _limit()
        data = LineClient(runtime.settings).content(
            photo.message_id, limit=limit, deadline=DEADLINE
        )
        picture, width, height = _shrunk(data)
        with runtime.database.write() as db:
            held = photos.hold(db, photo, LEASE)
        if held is None:
            _taken_back(runtime, photo)
            return None
        photo = held
        runtime.storage.put(photo.key, picture, "image/jpeg", {"photo": "true"})
        log.info("photo stored", photo=photo.id, width=width, height=height, size=len(picture))
        _settled(runtime, photo, None, (width, height))
    except LineError as error:
        code = _FINAL.get(error.code)
        if code is None:
            return _later(runtime, photo, error.code)
        _settled(runtime, photo, code)
    except InvalidRequest as error:
        _settled(runtime, photo, _refusal(error))
    except StorageError as error:
        return _later(runtime, photo, f"storage {error.reason}")
    except Exception:
        log.exception("photo not fetched", photo=photo.id)
        return _later(runtime, photo, "unexpected")
    return None


def _limit() -> int:
    from inference import incoming  # Pillow, which web and clock never need

    return incoming.MAX_BYTES


def _shrunk(data: bytes) -> tuple[bytes, int, int]:
    from inference import incoming

    with _unfolding:
        return incoming.shrink(data, LONGEST)


def _refusal(error: InvalidRequest) -> str:
    from inference import incoming

    if isinstance(error, incoming.TooLarge):
        return "photo_too_large"
    return "photo_animated" if isinstance(error, incoming.Animated) else "photo_unreadable"


def _later(runtime: Runtime, photo: Photo, why: str) -> float | None:
    if photo.tries > len(DELAYS):
        _settled(runtime, photo, "photo_unavailable")
        return None
    delay = DELAYS[photo.tries - 1]
    log.info("photo not there yet", photo=photo.id, reason=why, tries=photo.tries, again=delay)
    with runtime.database.write() as db:
        kept = photos.later(db, photo, delay)
    if kept:
        return delay
    _taken_back(runtime, photo)
    return None


def _settled(
    runtime: Runtime, photo: Photo, code: str | None, size: tuple[int, int] = (0, 0)
) -> None:
    """It is there, or never will be (code): note it, and say it where nobody has asked yet."""
    with runtime.database.write() as db:
        mine = photos.fail(db, photo, code) if code else photos.ready(db, photo, *size)
        answer = _answer(db, photo, code, runtime.settings.reply_token_life) if mine else None
    if not mine:
        _taken_back(runtime, photo)
        return
    if code:
        log.info("photo refused", photo=photo.id, code=code, tries=photo.tries)
    if answer:
        runtime.courier.send(answer)


def _answer(db: Connection, photo: Photo, code: str | None, life: float) -> str | None:
    """What is said of a photo, free of charge: to one who has wished for something already, the
    picture says more, and of several photos the last one has the answer."""
    token = jobs.live_token(db, photo.id, life)
    if token is None or photos.painted_from(db, photo.id) or photos.answered_by_newer(db, photo):
        return None
    if not jobs.spend(db, token[0]):
        return None
    language = db.execute(select(chats.c.language).where(chats.c.id == photo.chat_id)).scalar()
    say = partial(outbox.add_reply, db, outbox.ANSWER, token=token[0], token_at=token[1])
    if code:
        return say(messages=messages.photo_refused(code, language or "ja"))
    several = photos.count(db, photo.chat_id, photo.user_id, now() - TOGETHER) > 1
    return say(messages=messages.photo_ask(language or "ja", several=several))


def _taken_back(runtime: Runtime, photo: Photo) -> None:
    """Somebody erased it while it was fetched; or this courier was so slow that another has it."""
    with runtime.database.read() as db:
        current = photos.get(db, photo.id)
    if current is None or current.erase_at is not None:
        runtime.storage.delete(photo.key)
        with runtime.database.write() as db:
            photos.let_go(db, photo)
        erase(runtime, photo.id)


def erase(runtime: Runtime, photo_id: str) -> None:
    """Delete a photo from storage, and then its row. Raises StorageError."""
    with runtime.database.read() as db:
        photo = photos.get(db, photo_id)
    if photo is None or photo.erase_at is None:
        return
    if photo.lease_until is not None and photo.lease_until > now():
        return  # a courier is just storing it, and will notice
    runtime.storage.delete(photo.key)
    with runtime.database.write() as db:
        photos.erased(db, [photo_id])
    log.info("photo erased", photo=photo_id)

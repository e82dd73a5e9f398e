"""What the pages work with, and who is at the desk."""

from __future__ import annotations

from typing import NamedTuple, cast

from flask import current_app, request
from sqlalchemy import Connection

from bot import audit
from bot.database import Database
from bot.queue import Publisher
from bot.settings import Settings
from bot.storage import Storage

FRESH = 10  # seconds after which a page about what goes on is brought up to date (fresh.js)


class Desk(NamedTuple):
    """The house, as the pages see it."""

    settings: Settings
    database: Database
    storage: Storage
    publisher: Publisher


def desk() -> Desk:
    """The desk of the application that answers this request."""
    return cast(Desk, current_app.extensions["desk"])


def who() -> str:
    """Who asks, as the audit tells it: admin@address. Needs a request."""
    return f"admin@{request.remote_addr or 'unknown'}"[:255]


def note(db: Connection, action: str, about: str, detail: str | None = None) -> None:
    """Write down what this request does, in the transaction that does it (bot.audit)."""
    audit.note(db, action, about, detail, who=who())

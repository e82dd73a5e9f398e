"""What the pages work with, and who uses them."""

from __future__ import annotations

from typing import NamedTuple, cast

from flask import current_app, request
from sqlalchemy import Connection

from bot.queue.publisher import Publisher
from bot.settings import Settings
from bot.storage import Storage
from bot.store import audit
from bot.store.database import Database

REFRESH_SECONDS = 10  # after which a page about what goes on reloads its content (fresh.js)


class AdminContext(NamedTuple):
    """The settings, and what the pages read, write and publish with."""

    settings: Settings
    database: Database
    storage: Storage
    publisher: Publisher


def admin_context() -> AdminContext:
    """Return the context of the application that answers this request."""
    return cast(AdminContext, current_app.extensions["admin_context"])


def operator_name() -> str:
    """Return who sent this request, for the audit: admin@address."""
    return f"admin@{request.remote_addr or 'unknown'}"[:255]


def record_action(db: Connection, action: str, about: str, detail: str | None = None) -> None:
    """Write the audit entry of this request's action, in the transaction of the action."""
    audit.record(db, action, about, detail, who=operator_name())

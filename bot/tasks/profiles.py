"""The task "know_person": ask LINE for the names and languages of those who asked for pictures.

In a 1:1 chat it also sets the chat's first language, lets the greeting go that waited for it, and
shows the rich menu of that language. No
message of the broker names anybody: the task looks up in the database whose profile is pending.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import structlog

from bot.line import LineError
from bot.line.rich_menus import RichMenuClient
from bot.store import chats, outbox, people
from bot.store.database import Database
from bot.texts import LANGUAGES
from bot.texts.graphemes import cut

log = structlog.get_logger(__name__)

BATCH_SIZE = 20  # profiles that one task fetches
MAX_NAME_CHARS = 255
MAX_LANGUAGE_CHARS = 8
ZERO_WIDTH_JOINER = "\u200d"  # within an emoji


def fetch_profiles(
    database: Database, line: RichMenuClient, send: Callable[[str], object] | None = None
) -> int:
    """Fetch pending profiles, BATCH_SIZE at most; returns how many LINE gave.

    send: sends the delivery of this id: a greeting that waited to know the person's language.
    https://developers.line.biz/en/reference/messaging-api/#get-profile
    A profile that cannot be had is only logged: an album without names is still an album.
    """
    with database.read() as db:
        pending = people.pending(db, BATCH_SIZE)
    return sum(_fetch(database, line, profile, send) for profile in pending)


def _fetch(
    database: Database,
    line: RichMenuClient,
    pending: people.PendingProfile,
    send: Callable[[str], object] | None,
) -> bool:
    is_known = _fetch_profile(database, line, pending)
    if pending.chat_id == pending.user_id and is_known is not None:
        if send is not None:
            with database.read() as db:
                greetings = outbox.waiting_greetings(db, pending.chat_id)
            for delivery_id in greetings:
                send(delivery_id)
        if is_known:
            _show_menu(database, line, pending.chat_id)
    return bool(is_known)


def _fetch_profile(
    database: Database, line: RichMenuClient, pending: people.PendingProfile
) -> bool | None:
    """Return whether LINE gave the profile; None if another courier asks for it."""
    chat_id, user_id, chat_kind = pending
    with database.write() as db:
        if not people.claim(db, chat_id, user_id):
            return None
    try:
        profile = line.profile(user_id, chat_id, chat_kind or "user")
    except LineError as error:
        log.info("profile.fetch_failed", code=error.code, line_request_id=error.request_id)
        if error.permanent:
            with database.write() as db:
                people.set_unavailable(db, chat_id, user_id)
        return False
    with database.write() as db:
        name = sanitize_name(profile.display_name) or None
        language = (profile.language or "")[:MAX_LANGUAGE_CHARS] or None
        people.set_profile(db, chat_id, user_id, name=name, language=language)
        if chat_id == user_id:
            chats.set_first_language(db, chat_id, _chat_language(profile.language))
    return True


def _chat_language(language: str | None) -> str | None:
    """Return the language to speak to a user with this BCP 47 tag."""
    if not language:
        return None
    primary = language.lower().split("-")[0]
    return primary if primary in LANGUAGES else LANGUAGES[-1]


def _show_menu(database: Database, line: RichMenuClient, chat_id: str) -> None:
    with database.read() as db:
        language = chats.find_language(db, chat_id)
    if language is None:
        return  # erased meanwhile
    try:
        line.set_user_menu(chat_id, language)
    except LineError as error:  # next time, in a week
        log.info("rich_menu.link_failed", code=error.code, line_request_id=error.request_id)


def sanitize_name(name: str) -> str:
    """Return a display name on one line, without invisible or text-reversing characters."""
    visible = (
        " " if char.isspace() else char
        for char in name
        if char == ZERO_WIDTH_JOINER or char.isspace() or unicodedata.category(char)[0] != "C"
    )
    return cut(" ".join("".join(visible).split()), MAX_NAME_CHARS)

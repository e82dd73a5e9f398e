"""Who asked: a name for the chat's album, and a language, as LINE's profiles tell them. Whoever is
asked about in a 1:1 chat is shown the rich menu of the language that it is spoken to in.

The webhook only notes that a person is to be asked about, `at` 0; a courier asks LINE, since a
webhook never waits for the network. No message of the broker names anybody: `know_person` looks up
in the database who is due, and the sweep finds what it did not hear of.
"""

from __future__ import annotations

import unicodedata
from functools import partial

import structlog
from sqlalchemy import ColumnElement, Connection, Insert, bindparam, delete, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.database import Database, now
from bot.line import LineError
from bot.line.rich_menus import RichMenuClient
from bot.prepared import Prepared
from bot.queue import Wake
from bot.tables import chats, jobs, people
from bot.texts import LANGUAGES

log = structlog.get_logger(__name__)

KNOW = Wake("know_person", "due")
REFRESH = 7 * 24 * 3600.0  # seconds after which LINE is asked again about one who speaks
AGAIN = 3600.0  # seconds after which it is asked again where it did not answer
MAX_NAME = 255
AT_ONCE = 20  # people that one task asks about

_DUE = people.c.at == 0


def _insert(dialect: str) -> Insert:
    made = postgresql.insert(people) if dialect == "postgresql" else sqlite.insert(people)
    return made.on_conflict_do_nothing()


_SEEN = Prepared(
    select(people.c.at).where(
        people.c.chat_id == bindparam("chat"), people.c.user_id == bindparam("person")
    )
)
_NEW = Prepared(partial(_insert))


def meet(db: Connection, chat_id: str, user_id: str | None) -> list[Wake]:
    """A person asks for something in a chat: have LINE asked who they are, unless it was lately.

    Whom to wake is returned for those who are in a hurry; without it, the sweep does. Never for
    one who merely talks in a group: the bot has no business with their name.
    """
    if user_id is None:
        return []
    row = _SEEN.first(db, chat=chat_id, person=user_id)
    if row is None:
        _NEW.run(db, chat_id=chat_id, user_id=user_id, name=None, language=None, at=0.0)
        return [KNOW]
    if 0 < row[0] < now() - REFRESH:
        db.execute(update(people).where(*_one(chat_id, user_id)).values(at=0.0))
        return [KNOW]
    return []


def due(db: Connection) -> bool:
    """Whether LINE is to be asked about anybody."""
    return db.execute(select(people.c.at).where(_DUE).limit(1)).first() is not None


def again(db: Connection, user_id: str | None = None, *, language: str | None = None) -> list[Wake]:
    """Have LINE asked anew about a person in their 1:1 chat, or all who read a language there."""
    alone = people.c.chat_id == people.c.user_id
    if user_id is not None:
        alone &= people.c.user_id == user_id
    if language is not None:
        alone &= exists().where(chats.c.id == people.c.chat_id, chats.c.language == language)
    return [KNOW] if db.execute(update(people).where(alone).values(at=0.0)).rowcount else []


def know(database: Database, line: RichMenuClient) -> int:
    """Ask LINE about those who are due, AT_ONCE at most; returns how many names were learnt.

    Fails quietly: an album without a name is an album still.
    """
    query = select(people.c.chat_id, people.c.user_id, chats.c.kind)
    query = query.join(chats, chats.c.id == people.c.chat_id, isouter=True)
    with database.read() as db:
        found = list(db.execute(query.where(_DUE).limit(AT_ONCE)))
    learnt = 0
    for chat_id, user_id, kind in found:
        here = _one(chat_id, user_id)
        with database.write() as db:
            # Only one courier asks; one that dies over it is followed by another in an hour.
            later = now() - REFRESH + AGAIN
            asked = db.execute(update(people).where(*here, _DUE).values(at=later))
        if asked.rowcount != 1:
            continue
        try:
            profile = line.profile(user_id, chat_id, kind or "user")
        except LineError as error:
            log.info("no profile", code=error.code, line_request_id=error.request_id)
            if error.permanent:
                with database.write() as db:
                    db.execute(update(people).where(*here).values(at=now()))
            continue
        with database.write() as db:
            # Nothing is written about one who was erased meanwhile: there is no row any more.
            db.execute(
                update(people)
                .where(*here)
                .values(
                    name=plain(profile.display_name) or None,
                    language=(profile.language or "")[:8] or None,
                    at=now(),
                )
            )
            if chat_id == user_id:
                _speak(db, chat_id, profile.language)
        if chat_id == user_id:
            _show_menu(database, line, chat_id)
        learnt += 1
    return learnt


def _show_menu(database: Database, line: RichMenuClient, chat_id: str) -> None:
    with database.read() as db:
        language = db.execute(select(chats.c.language).where(chats.c.id == chat_id)).scalar()
    if language is None:
        return  # erased meanwhile
    try:
        line.show_own(chat_id, language)
    except LineError as error:  # next time, in a week
        log.info("no menu of their language", code=error.code, line_request_id=error.request_id)


def _speak(db: Connection, chat_id: str, language: str | None) -> None:
    """A 1:1 chat begins in its person's language; what they choose later stays."""
    fresh = update(chats).where(chats.c.id == chat_id, chats.c.profile_at.is_(None))
    values: dict[str, object] = {"profile_at": now()}
    if language:
        spoken = language.lower().split("-")[0]
        values["language"] = spoken if spoken in LANGUAGES else LANGUAGES[-1]
    db.execute(fresh.values(**values))


def plain(name: str) -> str:
    """A display name on one line, without what nobody sees or what would turn text around."""
    joiner = "\u200d"  # within an emoji
    shown = (
        " " if it.isspace() else it
        for it in name
        if it == joiner or it.isspace() or unicodedata.category(it)[0] != "C"
    )
    return " ".join("".join(shown).split())[:MAX_NAME]


def names(db: Connection, chat_id: str) -> dict[str, str]:
    """Display names by user id, of those who asked for something in this chat."""
    query = select(people.c.user_id, people.c.name).where(
        people.c.chat_id == chat_id, people.c.name.is_not(None)
    )
    return {row.user_id: row.name for row in db.execute(query)}


def erase(db: Connection, line_id: str) -> int:
    """Forget a person in every chat, or everybody of a chat; returns how many rows went."""
    theirs = (people.c.user_id == line_id) | (people.c.chat_id == line_id)
    return db.execute(delete(people).where(theirs)).rowcount


def forget(db: Connection, before: float) -> None:
    """Forget those of whom nothing is kept and who have not spoken since this moment."""
    kept = exists().where(jobs.c.chat_id == people.c.chat_id, jobs.c.user_id == people.c.user_id)
    db.execute(delete(people).where(people.c.at > 0, people.c.at < before, ~kept))


def _one(chat_id: str, user_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return people.c.chat_id == chat_id, people.c.user_id == user_id

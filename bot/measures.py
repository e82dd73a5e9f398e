"""What operators do to the house, to people and chats: the same from a command and from a page.

Each takes a transaction and writes its audit entry in it. who: as bot.audit.note takes it.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from bot import audit, bans, erasing, limits, switches
from bot.moderation import Lists, changing

HOUSE = "house"  # what an entry is about that is about everybody


def pause(db: Connection, who: str | None = None) -> bool:
    """Take no new wishes; False: none were taken already."""
    return _turned(db, switches.ACCEPTING, False, "pause", who)


def drain(db: Connection, who: str | None = None) -> bool:
    """Have workers finish what they paint, and take nothing new; False: they did already."""
    return _turned(db, switches.DRAINING, True, "drain", who)


def resume(db: Connection, who: str | None = None) -> bool:
    """Take new wishes and paint, as ever; False: both was so already."""
    state = switches.state(db)
    if state.accepting and not state.draining:
        return False
    if not state.accepting:
        switches.turn(db, switches.ACCEPTING, True)
    if state.draining:
        switches.turn(db, switches.DRAINING, False)
    audit.note(db, "resume", HOUSE, who=who)
    return True


def _turned(db: Connection, name: str, on: bool, action: str, who: str | None) -> bool:
    if getattr(switches.state(db), name) == on:
        return False
    switches.turn(db, name, on)
    audit.note(db, action, HOUSE, who=who)
    return True


def ban(db: Connection, line_id: str, reason: str | None = None, *, who: str | None = None) -> bool:
    """Have nothing painted any more for a person or a chat; False: it is banned already."""
    if not bans.ban(db, line_id, reason):
        return False
    audit.note(db, "ban", bans.fingerprint(line_id), reason, who=who)
    return True


def unban(db: Connection, mark: str, *, who: str | None = None) -> bool:
    """Lift a ban, by its whole fingerprint; False: there is none."""
    if not bans.unban(db, mark):
        return False
    audit.note(db, "unban", mark, who=who)
    return True


def erase(db: Connection, line_id: str, *, who: str | None = None) -> list[str]:
    """Erase a person or a chat; returns the jobs whose pictures are to be deleted, each by the
    task "erase" after the commit. A ban stays."""
    dropped = erasing.everything(db, line_id)
    audit.note(db, "erase", bans.fingerprint(line_id), f"{len(dropped)} jobs", who=who)
    return dropped


def limit(
    db: Connection, chat_id: str, values: Mapping[str, float | None], *, who: str | None = None
) -> bool:
    """Give a chat limits of its own (bot.limits.set_own); False: there is no such chat."""
    if not limits.set_own(db, chat_id, values):
        return False
    told = ", ".join(
        f"{name} {'as set for all' if it is None else format(it, 'g')}"
        for name, it in values.items()
    )
    audit.note(db, "limits", bans.fingerprint(chat_id), told, who=who)
    return True


def add_word(
    db: Connection, lists: Lists, category: str, word: str, *, who: str | None = None
) -> None:
    """Refuse this word from now on, or (category "allowed") let this phrase be painted.

    lists: those of the files. Raises WordError.
    """
    changed = changing.add(lists, switches.words(db, to_change=True), category, word)
    switches.set_words(db, changed)
    audit.note(db, "add word", category, " ".join(word.split()), who=who)


def remove_word(
    db: Connection, lists: Lists, category: str, word: str, *, who: str | None = None
) -> None:
    """Take a word from a list. lists: those of the files. Raises WordError."""
    changed = changing.remove(lists, switches.words(db, to_change=True), category, word)
    switches.set_words(db, changed)
    audit.note(db, "remove word", category, word, who=who)

"""What operators do to the whole bot, to people and to chats, from a command or a page.

Each action takes a transaction and writes its audit entry in it. who: the operator, as
bot.store.audit.record takes it.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from bot.jobs import erase_person, limits
from bot.moderation import WordLists, edit_lists, overrides
from bot.store import audit, bans, flags
from bot.texts.written import Written, in_english

EVERYBODY = "house"  # the subject of audit entries that concern the whole bot


def pause(db: Connection, who: str | None = None) -> bool:
    """Take no new requests. Returns False if it was so already."""
    return _set_flag(db, flags.ACCEPTING, False, "pause", who)


def drain(db: Connection, who: str | None = None) -> bool:
    """Have workers finish their jobs and take no new ones. Returns False if it was so already."""
    return _set_flag(db, flags.DRAINING, True, "drain", who)


def resume(db: Connection, who: str | None = None) -> bool:
    """Take requests and jobs again. Returns False if it was so already."""
    current = flags.get_flags(db)
    if current.accepting and not current.draining:
        return False
    if not current.accepting:
        flags.set_flag(db, flags.ACCEPTING, True)
    if current.draining:
        flags.set_flag(db, flags.DRAINING, False)
    audit.record(db, "resume", EVERYBODY, who=who)
    return True


def _set_flag(db: Connection, name: str, on: bool, action: str, who: str | None) -> bool:
    if getattr(flags.get_flags(db), name) == on:
        return False
    flags.set_flag(db, name, on)
    audit.record(db, action, EVERYBODY, who=who)
    return True


def ban(db: Connection, line_id: str, reason: str | None = None, *, who: str | None = None) -> bool:
    """Ban a person or a chat: nothing is painted for them. Returns False if they already are."""
    if not bans.ban(db, line_id, reason):
        return False
    audit.record(db, "ban", bans.fingerprint(line_id), reason, who=who)
    return True


def unban(db: Connection, fingerprint: str, *, who: str | None = None) -> bool:
    """Lift a ban, by its whole fingerprint. Returns False if there is none."""
    if not bans.unban(db, fingerprint):
        return False
    audit.record(db, "unban", fingerprint, who=who)
    return True


def erase(db: Connection, line_id: str, *, who: str | None = None) -> list[str]:
    """Erase a person or a chat from the tables; a ban stays.

    Returns the ids of the jobs whose pictures the task "erase" is to delete after the commit.
    """
    dropped = erase_person.erase_everything(db, line_id)
    detail = in_english("audit_detail.erase.jobs", n=len(dropped))
    audit.record(db, "erase", bans.fingerprint(line_id), detail, who=who)
    return dropped


def set_limits(
    db: Connection, chat_id: str, values: Mapping[str, float | None], *, who: str | None = None
) -> bool:
    """Give a chat limits of its own; None: as for all. Returns False if there is no such chat."""
    if not limits.set_overrides(db, chat_id, values):
        return False
    detail = ", ".join(
        in_english("audit_detail.limits.default", name=name)
        if value is None
        else in_english("audit_detail.limits.own", name=name, value=format(value, "g"))
        for name, value in values.items()
    )
    audit.record(db, "limits", bans.fingerprint(chat_id), detail, who=who)
    return True


def describe_detail(entry: audit.Entry, lang: str) -> str:
    """Return the detail of an entry of the audit in a language of the texts, unless typed."""
    tables = {"erase": "audit_detail.erase", "limits": "audit_detail.limits"}
    tables |= dict.fromkeys(("retry", "cancel", "resend"), "job_action")
    table = tables.get(entry.action)
    detail = entry.detail or ""
    return Written(table, detail).in_language(lang) if table else detail


def add_word(
    db: Connection, lists: WordLists, category: str, word: str, *, who: str | None = None
) -> None:
    """Refuse prompts with this word, or (category "allowed") let this phrase pass.

    lists: as the files have them. Raises WordError.
    """
    amendment = edit_lists.add_word(lists, overrides.load(db, for_update=True), category, word)
    overrides.save(db, amendment)
    audit.record(db, "add word", category, " ".join(word.split()), who=who)


def remove_word(
    db: Connection, lists: WordLists, category: str, word: str, *, who: str | None = None
) -> None:
    """Remove a word from a list. lists: as the files have them. Raises WordError."""
    amendment = edit_lists.remove_word(lists, overrides.load(db, for_update=True), category, word)
    overrides.save(db, amendment)
    audit.record(db, "remove word", category, word, who=who)

"""「/状態」: how it goes, in a few lines, for the operators' chats alone; which chats those are.

    python -m bot adminchat     prints a code that is good for ten minutes and one chat
    「/管理 CODE」               typed in a chat makes it an operators' chat
    「/状態」                    there: a free reply
    「/管理 解除」               there: it is one no more

In any other chat these words are words like any others, so that nobody learns anything by them.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Connection, select

from bot import alarms, audit, bans, figures, pulse, switches
from bot.alarms import Alarm
from bot.database import now
from bot.line.client import ChatKind
from bot.queue import Wake
from bot.tables import switches as rows
from bot.texts import say
from bot.turn import Turn

log = structlog.get_logger(__name__)

CODE_LIFE = 600.0  # seconds
_TRIES = 5  # wrong codes after which the right one is void, too
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O, U: a code is typed by hand
_CODE, _CHAT = "admin_code", "admin_chat:"
_WORDS = re.compile(r"/(?:(状態|status)|(?:管理|admin) ?(\S+))")
_LEAVE = {"解除", "off"}
LATELY = 600.0  # seconds over which the pace is told


class AdminChat(NamedTuple):
    """A chat that operators read. kind: "user", "group", "room"; at: since when."""

    chat_id: str
    kind: ChatKind
    at: float


def said(turn: Turn) -> list[Wake] | None:
    """Answer an operator; None: these are not an operator's words, or not in their chat."""
    text = (turn.event.text or "").strip()
    if text[:1] not in {"/", "\uff0f"}:  # the full-width stroke
        return None
    found = _WORDS.fullmatch(" ".join(unicodedata.normalize("NFKC", text).split()).casefold())
    if found is None:
        return None
    ours = _is_admin(turn.db, turn.chat_id)
    if found[1]:
        return turn.say(_text(report(turn))) if ours else None
    if ours and found[2] in _LEAVE:
        remove(turn.db, bans.fingerprint(turn.chat_id))
        return turn.say(_text(say("state.left", turn.language)))
    if not ours and _accepted(turn.db, found[2]):
        add(turn.db, turn.chat_id, turn.kind)
        return turn.say(_text(say("state.joined", turn.language)))
    return []  # a code is nobody's wish for a picture


def _text(text: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": text}]


# --- how it goes


def report(turn: Turn) -> str:
    """How it goes, in a few lines."""
    db, lang = turn.db, turn.language
    states, oldest = figures.by_state(db), figures.oldest(db)
    workers = pulse.all_workers(db)
    alive = sum(it.process == "worker" and it.alive for it in workers)
    past = figures.past(db, now() - 2 * LATELY)
    pictures = sum(it.pictures for it in past if (it.drawn_at or 0.0) > now() - LATELY)
    switched = switches.state(db)
    waits = span(oldest["queued"], lang)
    lines = [
        say("state.title", lang),
        say("state.queue", lang, queued=states["queued"], oldest=waits)
        if states["queued"]
        else say("state.queue_empty", lang),
        say("state.drawing", lang, drawing=states["drawing"], workers=alive),
        say("state.pace", lang, pictures=pictures, rate=f"{pictures / (LATELY / 60):.1f}"),
        _pushes(turn, workers),
    ]
    lines += [] if switched.accepting else [say("state.paused", lang)]
    lines += [say("state.draining", lang)] if switched.draining else []
    if current := alarms.every(db):
        lines += ["", say("state.alarms", lang), *(_line(it, lang) for it in current)]
    else:
        lines += ["", say("state.no_alarms", lang)]
    if over := alarms.take_over(db):
        lines += ["", say("state.over", lang)]
        lines += [say("alarm.line", lang, what=_name(it, lang)) for it in over]
    return "\n".join(lines)


def _pushes(turn: Turn, workers: list[pulse.Worker]) -> str:
    told = figures.budget(workers)
    if told is None:
        return say("state.pushes_unknown", turn.language)
    if told.quota.left is None:
        return say("state.pushes_unlimited", turn.language, used=told.quota.used)
    reserve = turn.settings.push_reserve
    return say("state.pushes", turn.language, left=told.quota.left, reserve=reserve)


def alarm_message(found: list[Alarm], lang: str) -> list[dict[str, Any]]:
    """The LINE message that tells these alarms."""
    lines = [say("alarm.title", lang), *(_line(it, lang) for it in found)]
    return _text("\n".join([*lines, say("alarm.more", lang)]))


def _line(it: Alarm, lang: str) -> str:
    since = span(now() - it.since, lang)
    return say("alarm.line_since", lang, what=_name(it, lang), since=since)


def _name(it: Alarm, lang: str) -> str:
    return say(f"alarm.{it.name}", lang)


def span(seconds: float, lang: str) -> str:
    """A span of time in words: 「12秒」, "3 h"."""
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= size:
            return say(f"span.{unit}", lang, n=int(seconds // size))
    return say("span.seconds", lang, n=max(0, int(seconds)))


# --- which chats


def new_code(db: Connection) -> str:
    """A code that makes one chat an operators' chat within ten minutes; an older one is void."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    switches.put(db, _CODE, {"mark": _mark(code), "until": now() + CODE_LIFE, "tries": 0})
    return code


def _accepted(db: Connection, code: str) -> bool:
    """Whether this is the code; then, or after too many others, there is none any more."""
    found = switches.value(db, _CODE)
    if not found or found["until"] < now():
        return False
    right = hmac.compare_digest(found["mark"], _mark(code))
    if right or found["tries"] + 1 >= _TRIES:
        switches.drop(db, _CODE)
    else:
        switches.put(db, _CODE, found | {"tries": found["tries"] + 1})
    if not right:
        log.warning("wrong code for an operators' chat", tries=found["tries"] + 1)
    return right


def _mark(code: str) -> str:
    plain = code.upper().translate(str.maketrans("OIL", "011"))
    return hashlib.sha256(plain.encode()).hexdigest()


def add(db: Connection, chat_id: str, kind: str) -> None:
    """Make a chat an operators' chat."""
    mark = bans.fingerprint(chat_id)
    switches.put(db, _name_of(mark), {"chat": chat_id, "kind": kind})
    audit.note(db, "admin chat", mark, who="by code")


def remove(db: Connection, mark: str) -> bool:
    """Make it one no more, by its fingerprint; False: it was none."""
    gone = switches.drop(db, _name_of(mark))
    if gone:
        audit.note(db, "no admin chat", mark)
    return gone


def admin_chats(db: Connection) -> list[AdminChat]:
    """The operators' chats, the oldest first."""
    query = select(rows.c.value, rows.c.at).where(rows.c.name.startswith(_CHAT))
    found = db.execute(query.order_by(rows.c.at))
    return [AdminChat(value["chat"], value["kind"], at) for value, at in found]


def _is_admin(db: Connection, chat_id: str) -> bool:
    return switches.value(db, _name_of(bans.fingerprint(chat_id))) is not None


def _name_of(mark: str) -> str:
    return f"{_CHAT}{mark[:32]}"

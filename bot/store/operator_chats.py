"""Which chats are operators' chats, and the codes that make a chat one."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Literal, NamedTuple

import structlog
from sqlalchemy import Connection

from bot.store import audit, bans, key_values
from bot.store.clock import now
from bot.store.codes import ALPHABET, normalize_code

log = structlog.get_logger(__name__)

CODE_TTL_SECONDS = 600.0
_MAX_WRONG_CODES = 5  # after which the right one is void, too
_CODE, _CHAT_PREFIX = "admin_code", "admin_chat:"  # names in key_values


class OperatorChat(NamedTuple):
    """A chat that operators read. at: since when, in seconds since 1970."""

    chat_id: str
    kind: Literal["user", "group", "room"]
    at: float


def create_code(db: Connection) -> str:
    """Make a code of 8 letters for one chat and ten minutes; an older one is void."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(8))
    value = {"mark": _digest(code), "until": now() + CODE_TTL_SECONDS, "tries": 0}
    key_values.put(db, _CODE, value)
    return code


def redeem_code(db: Connection, code: str) -> bool:
    """Return whether this is the code; then, or after too many others, it is void."""
    stored = key_values.get(db, _CODE)
    if not stored or stored["until"] < now():
        return False
    is_right = hmac.compare_digest(stored["mark"], _digest(code))
    tries = stored["tries"] + 1
    if is_right or tries >= _MAX_WRONG_CODES:
        key_values.drop(db, _CODE)
    else:
        key_values.put(db, _CODE, stored | {"tries": tries})
    if not is_right:
        log.warning("operator_chat.code_rejected", tries=tries)
    return is_right


def _digest(code: str) -> str:
    return hashlib.sha256(normalize_code(code).encode()).hexdigest()


def add_chat(db: Connection, chat_id: str, kind: str) -> None:
    """Make a chat an operators' chat."""
    chat_fingerprint = bans.fingerprint(chat_id)
    key_values.put(db, _name(chat_fingerprint), {"chat": chat_id, "kind": kind})
    audit.record(db, "admin chat", chat_fingerprint, who="by code")


def remove_chat(db: Connection, chat_fingerprint: str) -> bool:
    """Make a chat an ordinary one again, by its fingerprint; returns whether it was not one."""
    removed = key_values.drop(db, _name(chat_fingerprint))
    if removed:
        audit.record(db, "no admin chat", chat_fingerprint)
    return removed


def list_chats(db: Connection) -> list[OperatorChat]:
    """Return the operators' chats, oldest first."""
    rows = key_values.get_prefixed(db, _CHAT_PREFIX).values()
    return [OperatorChat(value["chat"], value["kind"], at) for value, at in rows]


def is_operator_chat(db: Connection, chat_id: str) -> bool:
    """Return whether operators read this chat."""
    return key_values.get(db, _name(bans.fingerprint(chat_id))) is not None


def _name(chat_fingerprint: str) -> str:
    return f"{_CHAT_PREFIX}{chat_fingerprint[:32]}"

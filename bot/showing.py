"""Which message showed which picture, and who was just asked what to change about one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from bot.database import now
from bot.prepared import Prepared
from bot.tables import changing, shown

ERASING = "erase"  # stands for a job where it was asked whether to erase everything (bot.erasing)
ASKED_WITHIN = 600.0  # seconds for which an answer to 「どこを変えましょうか」 is waited for


def note(db: Connection, job_id: str, messages: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """LINE has taken these messages (its id for each) about a job, pictures in their order."""
    rows: list[dict[str, Any]] = []
    position = 0
    for message_id, message in messages:
        is_picture = message["type"] == "image"
        rows.append(
            {
                "message_id": message_id,
                "job_id": job_id,
                "position": position if is_picture else None,
            }
        )
        position += is_picture
    if rows:
        db.execute(delete(shown).where(shown.c.message_id.in_([it["message_id"] for it in rows])))
        db.execute(insert(shown), rows)


_SHOWN = Prepared(
    select(shown.c.job_id, shown.c.position).where(shown.c.message_id == bindparam("message"))
)
_ASKED = Prepared(
    select(changing.c.job_id, changing.c.position).where(
        changing.c.chat_id == bindparam("chat"),
        changing.c.user_id == bindparam("person"),
        changing.c.at > bindparam("since"),
    )
)


def of_message(db: Connection, message_id: str) -> tuple[str, int | None] | None:
    """The job id, and which of its pictures, that a message of the bot showed or was about."""
    found = _SHOWN.first(db, message=message_id)
    return (found[0], found[1]) if found else None


def ask(
    db: Connection, chat_id: str, user_id: str | None, job_id: str, position: int | None
) -> None:
    """This person is asked what to change about a picture."""
    forget_asked(db, chat_id, user_id)
    row = {"chat_id": chat_id, "user_id": user_id or "", "job_id": job_id, "position": position}
    db.execute(insert(changing).values(**row, at=now()))


def asked(db: Connection, chat_id: str, user_id: str | None) -> tuple[str, int | None] | None:
    """The job id, and which of its pictures, that this person was just asked about."""
    found = _ASKED.first(db, chat=chat_id, person=user_id or "", since=now() - ASKED_WITHIN)
    return (found[0], found[1]) if found else None


def forget_asked(db: Connection, chat_id: str, user_id: str | None) -> None:
    """The person has answered, or wants something else."""
    which = (changing.c.chat_id == chat_id) & (changing.c.user_id == (user_id or ""))
    db.execute(delete(changing).where(which))

"""「データを消して」 in the chat: what would go, a question, and only then all of it goes."""

from __future__ import annotations

from typing import Any

import structlog
from sqlalchemy import Connection, select

from bot import photos, showing
from bot.album_chat import said
from bot.cards import ACCENT, FAINT, INK, words
from bot.database import now
from bot.erasing import everything, kept
from bot.prompt import clean, cut
from bot.prompt.spoken import is_no
from bot.queue import Wake
from bot.tables import changing
from bot.texts import say
from bot.turn import Turn

log = structlog.get_logger(__name__)

CONFIRM_WITHIN = showing.ASKED_WITHIN  # seconds
AT_ONCE = 200  # jobs whose files go at once; the sweep sees to the others


def ask(turn: Turn) -> list[Wake]:
    """Tell what would be erased, and ask whether that is really meant."""
    person = _person(turn)
    if person is None:
        return turn.say(said("erase.unknown", turn.language))
    showing.ask(turn.db, turn.chat_id, person, showing.ERASING, None)
    minutes = round(CONFIRM_WITHIN / 60)
    text = say("erase.ask", turn.language, minutes=minutes, **kept(turn.db, person)._asdict())
    return turn.say(_question(text, turn.language))


def answered(turn: Turn, *, yes: bool, addressed: bool) -> list[Wake]:
    """「はい、消して」, typed or tapped, or that it was not meant. Only who asked can answer."""
    person = _person(turn)
    if person is None or not _asked(turn.db, turn.chat_id, person):
        return turn.say(said("erase.late", turn.language)) if addressed else []
    if not yes:
        showing.forget_asked(turn.db, turn.chat_id, person)
        return turn.say(said("erase.kept", turn.language))
    count = kept(turn.db, person)
    dropped = everything(turn.db, person)
    log.info("erasing", jobs=len(dropped), photos=count.photos, chat_kind=turn.kind)
    wakes = turn.say(said("erase.done", turn.language, **count._asdict()))
    wakes += [Wake("erase", it) for it in dropped[:AT_ONCE]]
    return wakes + [Wake("erase_photo", it) for it in photos.to_erase(turn.db)]


def talked(turn: Turn, kind: str) -> list[Wake] | None:
    """Other words while the question stands; None: there is none, or they are no answer.

    kind: of the command that they are. A mere 「はい」 is told what to write: what is gone is gone.
    """
    person = _person(turn)
    if person is None or not _asked(turn.db, turn.chat_id, person):
        return None
    event = turn.event
    words = clean(cut(event.text or "", event.mentions, event.emojis))
    if kind == "cancel" or (kind == "nod" and is_no(words)):
        return answered(turn, yes=False, addressed=True)
    return turn.say(said("erase.alt", turn.language)) if kind == "nod" else None


def _person(turn: Turn) -> str | None:
    return turn.event.user_id or (turn.chat_id if turn.private else None)


def _asked(db: Connection, chat_id: str, person: str) -> bool:
    query = select(changing.c.at).where(
        changing.c.chat_id == chat_id,
        changing.c.user_id == person,
        changing.c.job_id == showing.ERASING,
        changing.c.at > now() - CONFIRM_WITHIN,
    )
    return db.execute(query).first() is not None


def _question(text: str, lang: str) -> list[dict[str, Any]]:
    def button(word: str, style: str, **more: object) -> dict[str, Any]:
        label = say(f"erase.{word}", lang)
        action = {"type": "postback", "label": label, "data": f"erase:{word}", "displayText": label}
        return {"type": "button", "style": style, "height": "sm", "action": action, **more}

    first, _, rest = text.partition("\n\n")
    lines = [
        words(say("erase.title", lang), "md", INK, weight="bold", wrap=True),
        words(first, "sm", INK, wrap=True),
        words(rest, "sm", FAINT, wrap=True),
    ]
    box = {"type": "box", "layout": "vertical", "spacing": "md", "paddingAll": "20px"}
    buttons = [button("no", "primary", color=ACCENT), button("yes", "secondary")]
    foot = {**box, "paddingTop": "8px", "contents": buttons}
    bubble = {"type": "bubble", "size": "mega", "body": {**box, "contents": lines}, "footer": foot}
    return [{"type": "flex", "altText": say("erase.alt", lang), "contents": bubble}]

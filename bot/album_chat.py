"""The album in the chat: its link, a new one, none; and deleting one picture.

Nobody vouches for who looks at a web page, but LINE vouches for who writes. So the album's page
changes nothing: its delete button opens LINE with 「消して 4F7-K2M」 written out, and here it is
checked whose picture that is.
"""

from __future__ import annotations

from typing import Any

from bot import albums, jobs, messages
from bot.cards import ACCENT, FAINT, INK, words
from bot.going_on import Picture
from bot.jobs import Job
from bot.queue import Wake
from bot.texts import say
from bot.turn import Turn


def command(turn: Turn, kind: str) -> list[Wake]:
    """「アルバム」 and the like. kind: album, album_new, album_close (bot.prompt.commands)."""
    if kind == "album_close":
        closed = albums.close(turn.db, turn.chat_id)
        return turn.say(said("album.chat_closed" if closed else "album.chat_none", turn.language))
    new = kind == "album_new"
    open_album = albums.renew if new else albums.open_album
    url = f"{turn.settings.public_url}/album/{open_album(turn.db, turn.chat_id)}"
    return turn.say(link(url, turn.language, new=new))


def remove(
    turn: Turn, number: str | None, picture: Picture | None, *, addressed: bool
) -> list[Wake]:
    """「消して 4F7-K2M」, in whatever chat, or 「消して」 in reply to a picture.

    Everyone deletes what they asked for; in a 1:1 chat that is all there is.
    """
    with_number = jobs.anywhere(turn.db, number) if number else None
    job = with_number or (picture.job if picture and not number else None)
    here = job is not None and job.chat_id == turn.chat_id
    if job is not None and job.erase_at is None and _theirs(turn, job):
        count = len(jobs.pictures_of(turn.db, job.id))
        dropped = jobs.drop_one(turn.db, job.id)
        key = "remove.done_several" if count > 1 else "remove.done"
        values: dict[str, object] = {"count": count} if count > 1 else {}
        wakes = turn.say(said(key, turn.language, number=job.number, **values))
        return [*wakes, *(Wake("erase", it) for it in dropped)]
    if not addressed:
        return []
    if job is not None and here and job.erase_at is None:
        return turn.say(said("remove.not_yours", turn.language, number=job.number))
    if number:
        return turn.say(messages.unknown_number(number, turn.language))
    return turn.say(said("remove.which", turn.language))


def _theirs(turn: Turn, job: Job) -> bool:
    if turn.private and job.chat_id == turn.chat_id:
        return True
    return job.user_id is not None and job.user_id == turn.event.user_id


def said(key: str, lang: str, **values: object) -> list[dict[str, Any]]:
    """One sentence as a message."""
    return [{"type": "text", "text": say(key, lang, **values)}]


def link(url: str, lang: str, *, new: bool = False) -> list[dict[str, Any]]:
    """The album's link, in a bubble whose button lasts."""
    lines = [words(say("album.chat_title", lang), "md", INK, weight="bold", wrap=True)]
    if new:
        lines += [words(say("album.chat_new", lang), "sm", INK, wrap=True)]
    lines += [words(say("album.chat_body", lang), "sm", FAINT, wrap=True)]
    action = {"type": "uri", "label": say("album.chat_open", lang), "uri": url}
    button = {"type": "button", "style": "primary", "color": ACCENT, "action": action}
    hint = words(say("album.chat_hint", lang), "xxs", FAINT, wrap=True)
    body = {"type": "box", "layout": "vertical", "spacing": "md", "paddingAll": "20px"}
    foot = {**body, "paddingTop": "8px", "contents": [button, hint]}
    bubble = {"type": "bubble", "size": "kilo", "body": {**body, "contents": lines}, "footer": foot}
    alt = say("album.chat_alt", lang, url=url)
    return [{"type": "flex", "altText": alt, "contents": bubble}]

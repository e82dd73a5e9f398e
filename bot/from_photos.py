"""Painting from a photo: 「これを水彩画に」 after one was sent, or any words that quote it.

Which photo is meant: the one that the message quotes, whoever sent it; else the person's own last
one, a few minutes old at most. Words without a subject of their own mean it while it is the last
thing that there was; words that name it (「この写真を」) also after pictures were painted. A wish
with a subject, 「赤いりんご」, is a wish like any other.
"""

from __future__ import annotations

from bot import bans, going_on, jobs, messages, photos, showing
from bot.database import now
from bot.photos import Photo
from bot.prompt import Reading
from bot.prompt.changes import Change
from bot.prompt.pointing import about_photo, names_photo, of_photo, wish
from bot.queue import Wake
from bot.turn import Turn
from bot.wishes import draw

WITHIN = 600.0  # seconds for which 「これ」 means the last photo
MANY, MANY_WITHIN = 20, 600.0  # so many photos of one person are fetched at once in so many seconds


def received(turn: Turn) -> list[Wake]:
    """A photo came. In a 1:1 chat it is fetched, and answered by the courier who does.

    In a group it is not for the bot until somebody says so, and only its ids are noted.
    """
    event = turn.event
    if not event.message_id:
        return []
    if turn.private and bans.is_banned(turn.db, event.user_id, turn.chat_id):
        return turn.say(messages.problem("banned", turn.language))
    if event.content_elsewhere:
        # Its bytes are at an address that the sender chose; the bot visits LINE's only.
        return turn.say(messages.problem("elsewhere", turn.language)) if turn.private else []
    since = now() - MANY_WITHIN
    many = photos.count(turn.db, turn.chat_id, event.user_id, since) >= MANY
    photo_id = photos.add(
        turn.db,
        message_id=event.message_id,
        chat_id=turn.chat_id,
        user_id=event.user_id,
        fetch=turn.private and not many,
    )
    if photo_id is None or not turn.private or many:
        return []
    showing.forget_asked(turn.db, turn.chat_id, event.user_id)  # they want something else
    if event.reply_token and not _of_set_before_last(turn):
        jobs.add_token(turn.db, photo_id, event.reply_token, turn.received_at)
    return [Wake("fetch_photo", photo_id)]


def _of_set_before_last(turn: Turn) -> bool:
    """Whether it was sent together with others and is not their last: one answer is enough."""
    place = turn.event.image_set
    return place is not None and place.index is not None and place.index != place.total


def said(
    turn: Turn, text: str, reading: Reading, quoted: going_on.Picture | None
) -> list[Wake] | None:
    """Words that may be about a photo; None: they are not.

    text: cleaned, without mentions. reading: the text as a wish. quoted: the picture of the bot's
    that the message quotes.
    """
    if quoted is not None:
        return None
    if message_id := turn.event.quoted_message_id:
        photo = photos.of_message(turn.db, message_id, turn.chat_id)
        if photo is not None:
            return _paint(turn, photo, of_photo(text))
    # In a 1:1 chat the bot has just asked what to make of it.
    bare = turn.private and not going_on.is_action(text)
    wanted = about_photo(text, reading, bare=bare)
    person = turn.event.user_id
    if wanted is None or not person:
        return None
    photo = photos.last(turn.db, turn.chat_id, person, now() - WITHIN)
    if photo is None or not (names_photo(text) or _newest(turn, photo, person)):
        return None
    return _paint(turn, photo, wanted)


def paint(turn: Turn, photo: Photo, text: str) -> list[Wake]:
    """Paint from this photo what these words, which are about it, say."""
    return _paint(turn, photo, of_photo(text))


def _newest(turn: Turn, photo: Photo, person: str) -> bool:
    """Whether the person has had nothing painted since, nor was asked about a picture."""
    if showing.asked(turn.db, turn.chat_id, person):
        return False  # a photo ends such a question: this one came later
    states = (*jobs.UNFINISHED, jobs.DRAWN, jobs.WAITING, jobs.DELIVERED)
    return jobs.latest(turn.db, turn.chat_id, person, states, photo.created_at) is None


def _paint(turn: Turn, photo: Photo, wanted: Change) -> list[Wake]:
    """Have it painted, and fetched if it is not there yet."""
    if not (wanted.steps or wanted.loose) and wanted.wishes.problem == "empty":
        return turn.say(messages.photo_ask(turn.language))
    if photo.state == photos.FAILED and photo.error_code not in photos.PASSING:
        return turn.say(messages.photo_refused(photo.error_code or "", turn.language))
    more = {"source": photo.key, "photo": True}
    wakes = draw(turn, wish(wanted), parent_id=photo.id, more=more)
    if any(it.task == "draw" for it in wakes) and photos.want(turn.db, photo):
        wakes = [Wake("fetch_photo", photo.id), *wakes]
    return wakes

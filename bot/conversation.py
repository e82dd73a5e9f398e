"""What the bot does for each event of LINE.

Only the database is touched here: a picture to paint becomes a job, a sentence to say becomes a
row of the outbox, both in the webhook's transaction. The wakes that are returned are published
after the commit; the courier does the talking.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import structlog
from sqlalchemy import Connection

from bot import (
    album_chat,
    albums,
    chats,
    edits,
    erasing_chat,
    from_photos,
    going_on,
    groups,
    help_pages,
    jobs,
    languages,
    messages,
    people,
    photos,
    state,
    talk,
)
from bot.database import now
from bot.events import Incoming, Mention
from bot.jobs import Job
from bot.prompt import Command, Reading, clean, command, cut, read
from bot.prompt.spoken import without_small_talk
from bot.queue import Wake
from bot.settings import Settings
from bot.turn import Turn
from bot.wishes import draw

log = structlog.get_logger(__name__)

AGAIN_WITHIN = 24 * 3600.0  # 「まだ？」 shows a picture again only if it is from the last day


def handle(db: Connection, event: Incoming, settings: Settings) -> list[Wake]:
    """Store what the event asks for; returns whom to wake after the commit.

    An event that was stored before changes nothing. In standby mode nothing at all may be said
    (Messaging API reference, "Common properties": mode); forgetting is silent, and is done.
    """
    if not chats.first_time(db, event.id, event.type, event.mode):
        log.info("duplicate", event_id=event.id, type=event.type, redelivery=event.redelivery)
        return []
    act = _ACTS.get(event.type)
    if act is None or event.chat_id is None or event.chat_kind is None:
        return []
    if event.mode != "active" and event.type not in _SILENT:
        return []
    private = event.chat_kind == "user" and event.type not in _SILENT
    known = people.meet(db, event.chat_id, event.user_id) if private else []
    wakes = act(Turn(db, event, settings))
    if any(it.task == "draw" for it in wakes):  # in a group, of those who ask for a picture only
        people.meet(db, event.chat_id, event.user_id)
    return wakes + (known if event.type == "follow" else [])


def _message(turn: Turn) -> list[Wake]:
    event = turn.event
    turn.language = chats.see(turn.db, turn.chat_id, turn.kind)
    if event.message_id and jobs.was_unsent(turn.db, event.message_id):
        return []
    if (wakes := state.said(turn)) is not None:
        return wakes
    groups.hear(turn)
    event = turn.event
    if event.message_type == "image":
        return from_photos.received(turn)
    if event.message_type != "text" or event.text is None:
        kind = event.message_type if event.message_type == "sticker" else "media"
        return turn.say(messages.problem(kind, turn.language)) if turn.private else []
    return _text(turn, event.text)


def _text(turn: Turn, text: str) -> list[Wake]:
    """A text: a command, or words about a picture, or a wish for one."""
    event = turn.event
    reading = read(text, event.mentions, event.emojis)
    quoted = going_on.quoted(turn)
    spoken_to = turn.private or reading.mentioned_self
    addressed = spoken_to or (quoted is not None and quoted.shown)
    words = cut(text, event.mentions, event.emojis)
    order = command(words)
    if order is not None:
        wakes = _ordered(turn, order, quoted, addressed=addressed, spoken_to=spoken_to)
        if wakes is not None:
            return wakes
    return _wished(turn, clean(words), reading, quoted) if addressed else []


def _ordered(
    turn: Turn, order: Command, quoted: going_on.Picture | None, *, addressed: bool, spoken_to: bool
) -> list[Wake] | None:
    """A command; None: it is none here, but says what to change about a picture.

    addressed: whether it is for the bot. spoken_to: whether it says so, and not only by quoting.
    """
    if order.loose and not addressed:
        return []  # people say so to each other
    if (wakes := erasing_chat.talked(turn, order.kind)) is not None:
        return wakes
    if order.kind in talk.ANSWERED:
        if not spoken_to:
            return []  # 「かわいい！」, among people, is for them
        about_change = order.kind in {"praise", "doubt"} and going_on.asks(turn)
        return None if about_change else talk.answer(turn, order.kind)
    if order.kind in _OF_WHAT_IS_KEPT:
        return _keeping(turn, order, quoted, addressed=addressed)
    return _command(turn, order, addressed=addressed)


def _wished(turn: Turn, text: str, reading: Reading, quoted: going_on.Picture | None) -> list[Wake]:
    """Words to the bot that are no command. text: cleaned, without mentions."""
    if not turn.private and turn.event.type == "message" and _edited_before(turn):
        return []
    text = without_small_talk(text)
    if (wakes := groups.said(turn, text)) is not None:
        return wakes
    if language := languages.asked(text):
        return languages.choose(turn, language)
    wakes = from_photos.said(turn, text, reading, quoted)
    if wakes is None:
        wakes = going_on.said(turn, text, reading, quoted)
    return draw(turn, reading) if wakes is None else wakes


def _edited_before(turn: Turn) -> bool:
    """Whether the edit of this message came before the message itself."""
    message_id = turn.event.message_id
    return bool(message_id and jobs.by_message(turn.db, message_id, turn.chat_id))


def _edited(turn: Turn) -> list[Wake]:
    """A message was edited, as people can in groups."""
    turn.language = chats.see(turn.db, turn.chat_id, turn.kind)
    if turn.event.message_id and jobs.was_unsent(turn.db, turn.event.message_id):
        return []
    groups.hear(turn)
    wakes = edits.edited(turn)
    return _message(turn) if wakes is None else wakes


_OF_WHAT_IS_KEPT = frozenset(
    {"album", "album_new", "album_close", "remove", "remove_last", "erase", "erase_yes"}
)


def _keeping(
    turn: Turn, order: Command, quoted: going_on.Picture | None, *, addressed: bool
) -> list[Wake]:
    """Typed words about what is kept: the album, deleting a picture, erasing everything."""
    match order.kind:
        case "remove_last":
            picture = quoted or going_on.last(turn)
            if not addressed:  # people may mean a photo of theirs
                return []
            return album_chat.remove(turn, order.number, picture, addressed=addressed)
        case "remove":
            return album_chat.remove(turn, order.number, quoted, addressed=addressed)
        case "erase_yes":
            return erasing_chat.answered(turn, yes=True, addressed=addressed)
        case "erase":
            return erasing_chat.ask(turn) if addressed else []
    return album_chat.command(turn, order.kind) if addressed else []


def _command(turn: Turn, order: Command, *, addressed: bool) -> list[Wake]:
    """Typed words. In a group, asking after one's own picture needs no mention; the rest does."""
    if order.kind == "help":
        content = messages.help(turn.language, turn.kind, terms_url=turn.terms_url)
        return turn.say(content) if addressed else []
    if order.number:
        job = jobs.by_number(turn.db, order.number, turn.chat_id)
        missing = messages.unknown_number(order.number, turn.language)
    else:
        job = _meant(turn, order.kind, addressed=addressed)
        missing = messages.nothing_waiting(turn.language)
    if job is None:
        return turn.say(missing) if addressed else []
    if order.kind == "cancel":
        return _cancel(turn, job) if addressed else []
    return turn.bring(job)


def _meant(turn: Turn, kind: str, *, addressed: bool) -> Job | None:
    """The job that a person means without a number.

    To cancel: what is not painted yet. To ask or receive: what is ready first, then what is under
    way, then what was delivered last.
    """
    person = turn.event.user_id
    ready, under_way = (jobs.DRAWN, jobs.WAITING, jobs.FAILED), jobs.UNFINISHED
    if not person and not turn.private and not addressed:
        return None  # nobody can tell whose they mean
    job = None
    nobodys = not turn.private and kind == "cancel"
    for states in (under_way, ready) if kind == "cancel" else (ready, under_way):
        job = job or jobs.latest(turn.db, turn.chat_id, person, states, nobodys=nobodys)
    if job is None and addressed:
        since = now() - AGAIN_WITHIN
        job = jobs.latest(turn.db, turn.chat_id, person, (jobs.DELIVERED,), since)
    return job


def _cancel(turn: Turn, job: Job) -> list[Wake]:
    """Cancel one's own job while it is not painted yet."""
    mine = turn.private or job.user_id == turn.event.user_id
    if mine and jobs.cancel(turn.db, job.id):
        return turn.say(messages.cancelled(job.number, turn.language))
    if job.state in {jobs.DRAWN, jobs.WAITING}:
        return turn.say(messages.too_late(job.number, turn.language))
    return turn.say(messages.nothing_waiting(turn.language))


def _postback(turn: Turn) -> list[Wake]:
    turn.language = chats.see(turn.db, turn.chat_id, turn.kind)
    action, _, number = (turn.event.postback_data or "").partition(":")
    if action in going_on.ACTIONS:
        return going_on.tapped(turn, action, number)
    if action == help_pages.TRY:
        return _try(turn, number)
    if action == "erase":
        return erasing_chat.answered(turn, yes=number == "yes", addressed=True)
    job = jobs.by_number(turn.db, number, turn.chat_id) if action == "pick" else None
    return turn.bring(job) if job else turn.say(messages.nothing_waiting(turn.language))


def _try(turn: Turn, place: str) -> list[Wake]:
    """An example of the help was tapped: as if its words had been said to the bot."""
    words = help_pages.example(place, turn.language)
    if words is None:  # of a help that is older than its pages
        return turn.say(messages.help(turn.language, turn.kind, terms_url=turn.terms_url))
    to_bot = Mention(0, 0, is_self=True)
    turn.event = replace(turn.event, message_type="text", text=words, mentions=(to_bot,))
    return _message(turn)


def _welcome(turn: Turn) -> list[Wake]:
    turn.language = chats.see(turn.db, turn.chat_id, turn.kind)
    return turn.say(messages.welcome(turn.language, turn.kind, terms_url=turn.terms_url))


def _unsend(turn: Turn) -> list[Wake]:
    """送信取消: LINE asks that the message can neither be seen nor used any more."""
    if not turn.event.message_id:
        return []
    dropped = jobs.unsend(turn.db, turn.event.message_id)
    return [Wake("erase", it) for it in dropped] + _photos_to_erase(turn)


def _leave(turn: Turn) -> list[Wake]:
    """The bot was removed from a group: it has no business with what was said there."""
    chats.lose(turn.db, turn.chat_id)
    groups.forget(turn)
    albums.close(turn.db, turn.chat_id)
    people.erase(turn.db, turn.chat_id)
    dropped = jobs.drop_chat(turn.db, turn.chat_id, erase=True)
    return [Wake("erase", it) for it in dropped] + _photos_to_erase(turn)


def _photos_to_erase(turn: Turn) -> list[Wake]:
    return [Wake("erase_photo", it) for it in photos.to_erase(turn.db)]


def _unfollow(turn: Turn) -> list[Wake]:
    """Blocked: what is not painted yet stops; pictures stay, in case the person comes back."""
    chats.lose(turn.db, turn.chat_id)
    albums.close(turn.db, turn.chat_id)
    jobs.drop_chat(turn.db, turn.chat_id, erase=False)
    return []


_ACTS: dict[str, Callable[[Turn], list[Wake]]] = {
    "message": _message,
    "messageEdited": _edited,
    "postback": _postback,
    "follow": _welcome,
    "join": _welcome,
    "unsend": _unsend,
    "leave": _leave,
    "memberLeft": groups.left,
    "unfollow": _unfollow,
}
_SILENT = {"unsend", "leave", "memberLeft", "unfollow"}

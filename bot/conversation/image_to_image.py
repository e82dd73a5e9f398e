"""Paint from a photo: 「これを水彩画に」 after one was sent, or any words that quote it.

Which photo is meant: the one that the message quotes, whoever sent it; else the person's own last
one, a few minutes old at most. Words without a subject of their own mean it while it is the last
thing that there was; words that name it (「この写真を」) also after pictures were painted. A text
with a subject, 「赤いりんご」, is a request like any other.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot import jobs, messages
from bot.conversation.context import EventContext, Replies
from bot.conversation.generate import request_pictures
from bot.conversation.picture_actions import is_action_phrase
from bot.intent.wanted_looks import as_order_for_photo
from bot.moderation.harm import judge
from bot.moderation.photos import classify_photo_wish
from bot.prompt import Reading, StoredRequest, read
from bot.prompt.changes.photo_phrases import (
    PHOTO_STRENGTHS,
    is_no_photo_wish,
    is_other_wish,
    mentions_photo,
    parse_answer_about_photo,
    parse_photo_change,
    parse_quoted_photo_change,
    photo_reading,
)
from bot.prompt.changes.photo_sentences import Closeness, PhotoOrder, plain_photo_order
from bot.prompt.changes.steps import Change
from bot.prompt.japanese.request_phrases import strip_politeness
from bot.prompt.options.purposes import extract_purpose
from bot.queue.app import TaskMessage
from bot.store import pending_edits, photos, workers
from bot.store.clock import now
from bot.store.photos import Photo

_ABOUT_PHOTO = re.compile(  # 「古い写真やけど、」
    "[^、。]{0,14}(?:写真|写メ|画質|ピンボケ|手ぶれ|手ブレ)[^、。]{0,6}"
    "(?:けど|けんど|けども|けれど|が|ので|から|けん|んで)(?:ね|な)?"
    "(?:[、 ]+|(?<=ですが)|(?<=ですけど))"
)
_LAUGHTER = re.compile("(?<=[^a-zA-Zｗw笑])(?:[wｗ]{1,8}|笑)$")  # 「サングラスかけさせてw」
_SENTENCE_END = re.compile("[。!！]+ *")
LAST_PHOTO_SECONDS = 600.0  # for which 「これ」 means the last photo
# So many photos of one person are fetched in so many seconds; more are only noted.
MAX_RECENT_PHOTOS, RECENT_PHOTO_SECONDS = 20, 600.0


def handle_image(ctx: EventContext) -> Replies | None:
    """Note a photo and, in a 1:1 chat, have a courier fetch it and ask what to paint.

    In a group it is not for the bot until somebody says so, and only its ids are noted. Where the
    model paints from words only, that is said instead.
    """
    event = ctx.event
    if event.message_type != "image":
        return None
    if not event.message_id:
        return []
    if ctx.is_private and ctx.glance.is_banned:
        return ctx.reply(messages.request_problem("banned", ctx.language))
    if event.has_external_content:
        # Its bytes are at an address that the sender chose; the bot visits LINE's only.
        problem = messages.request_problem("elsewhere", ctx.language)
        return ctx.reply(problem) if ctx.is_private else []
    is_useless = workers.can_start_from_images(ctx.db) is False
    since = now() - RECENT_PHOTO_SECONDS
    recent = photos.count(ctx.db, ctx.chat_id, event.user_id, since)
    too_many = recent >= MAX_RECENT_PHOTOS
    photo_id = photos.add(
        ctx.db,
        message_id=event.message_id,
        chat_id=ctx.chat_id,
        user_id=event.user_id,
        fetch=ctx.is_private and not too_many and not is_useless,
    )
    if photo_id is None or not ctx.is_private:
        return []
    if too_many:  # said once: whoever sends so many does not read an answer to each
        return ctx.reply_sentence("photo.too_many") if recent == MAX_RECENT_PHOTOS else []
    pending_edits.clear(ctx.db, ctx.chat_id, event.user_id)  # they want something else
    if is_useless:
        before_last = _is_before_last_of_set(ctx)
        return [] if before_last else ctx.reply(messages.photo_not_used(ctx.language))
    if event.reply_token and not _is_before_last_of_set(ctx):
        jobs.add_token(ctx.db, photo_id, event.reply_token, ctx.received_at)
    return [TaskMessage("fetch_photo", photo_id)]


def handle_text(ctx: EventContext) -> Replies | None:
    """Paint from a photo, if the text quotes one or is about the person's last one."""
    if ctx.quoted is not None:
        return None
    text = _LAUGHTER.sub("", ctx.text_without_small_talk)
    order = plain_photo_order(text)
    if message_id := ctx.event.quoted_message_id:
        photo = photos.by_message(ctx.db, message_id, ctx.chat_id)
        if photo is not None:
            return paint_from_photo(
                ctx, photo, parse_quoted_photo_change(order.words), order.closeness
            )
    user_id = ctx.event.user_id
    if not user_id or not ctx.glance.has_photo or is_no_photo_wish(text):
        return None
    if ctx.turns_from_photo:
        return None
    # Looked up before the text is read as a change: of a long one that takes a while.
    photo = photos.latest(ctx.db, ctx.chat_id, user_id, now() - LAST_PHOTO_SECONDS)
    if photo is None or not (mentions_photo(text) or _is_newest(ctx, photo, user_id)):
        return None
    # In a 1:1 chat the bot has just asked what to make of it.
    allow_bare = ctx.is_private and not is_action_phrase(text)
    change = _parse(order, ctx.reading if order.words == text else read(order.words), allow_bare)
    if change is None and allow_bare and not is_other_wish(text) and is_harmful(text):
        change = parse_quoted_photo_change(text)  # refused, with the reason
    return None if change is None else paint_from_photo(ctx, photo, change, order.closeness)


def _parse(order: PhotoOrder, reading: Reading, allow_bare: bool) -> Change | None:
    """Return what an order wants of a photo that it does not quote. reading: of its words."""
    words = order.words
    if allow_bare and (look := as_order_for_photo(words)):
        return parse_quoted_photo_change(look)
    if allow_bare and (not words or order.closeness) and not is_other_wish(words):
        return parse_quoted_photo_change(words)
    change = parse_photo_change(words, reading, implicit=allow_bare)
    if change is None and allow_bare:
        change = parse_answer_about_photo(words) or _parse_plainly(words)
    return change


def _parse_plainly(text: str) -> Change | None:
    """Return what the last sentence wants of a photo, without its dialect: 「祝いに使います。
    似顔絵にしていただけませんか」."""
    sentence = _SENTENCE_END.split(text.rstrip("。!！?？〜~ "))[-1]
    lead = _ABOUT_PHOTO.match(sentence)
    plain = strip_politeness(sentence[lead.end() :] if lead else sentence)
    if plain == text or is_other_wish(text):
        return None
    if order := as_order_for_photo(plain):
        return parse_quoted_photo_change(order)
    return parse_answer_about_photo(plain)


def is_harmful(text: str) -> bool:
    """Return whether it does harm to the person in a photo, whatever else is unclear about it."""
    return classify_photo_wish(text) is not None or judge(text, "photo").action == "refuse"


def refuse_harm(ctx: EventContext) -> Replies | None:
    """Refuse words after a photo that name no picture and harm the person in it."""
    photo = ctx.recent_photo
    if photo is None or is_other_wish(ctx.text_without_small_talk):
        return None
    return paint_as_said(ctx, photo)


def paint_as_said(ctx: EventContext, photo: Photo) -> Replies:
    """Request pictures from this photo as the text says, whatever that is."""
    order = plain_photo_order(ctx.text_without_small_talk)
    return paint_from_photo(ctx, photo, parse_quoted_photo_change(order.words), order.closeness)


def paint_from_photo(
    ctx: EventContext, photo: Photo, change: Change, closeness: Closeness | None = None
) -> Replies:
    """Request pictures from this photo. closeness: how closely they keep to it, if it was said."""
    says_nothing = not (change.steps or change.additions) and change.controls.problem == "empty"
    if says_nothing and closeness is None:
        return ctx.reply(messages.ask_about_photo(ctx.language))
    if workers.can_start_from_images(ctx.db) is False and not _is_unusable(photo):
        return ctx.reply(messages.photo_not_used(ctx.language))
    reading = photo_reading(change)
    if closeness is not None:
        problem = None if says_nothing else reading.problem
        reading = replace(reading, strength=PHOTO_STRENGTHS[closeness], problem=problem)
    return _request(ctx, photo, reading)


def set_letters_on_photo(
    ctx: EventContext, photo: Photo, reading: Reading | None = None
) -> Replies:
    """Request this photo with the letters of a reading, which no model has to paint.

    reading: None: the text's own.
    """
    reading = reading or ctx.reading
    purpose = reading.purpose or extract_purpose(reading.prompt)[1]
    reading = replace(reading, prompt="写真", count=1, problem=None, purpose=purpose)
    return _request(ctx, photo, reading, plain_key=photo.key)


def repeat_for_photo(ctx: EventContext, photo: Photo, request: StoredRequest) -> Replies:
    """Request from this photo what was made of another."""
    reading = replace(request.reading(), seed=None, count=request.count)
    return _request(ctx, photo, reading)


def _is_unusable(photo: Photo) -> bool:
    return photo.state == photos.FAILED and photo.error_code not in photos.TRANSIENT_CODES


def _request(
    ctx: EventContext, photo: Photo, reading: Reading, *, plain_key: str | None = None
) -> Replies:
    """Store a job from this photo, and have it fetched if it is not stored yet."""
    if _is_unusable(photo):
        return ctx.reply(messages.photo_unusable(photo.error_code or "", ctx.language))
    replies = request_pictures(
        ctx,
        reading,
        parent_id=photo.id,
        source_key=photo.key,
        from_photo=True,
        photo_message_id=photo.message_id,
        plain_key=plain_key,
    )
    is_queued = any(message.task == "draw" for message in replies)
    if is_queued and photos.request_fetch(ctx.db, photo):
        return [TaskMessage("fetch_photo", photo.id), *replies]
    return replies


def _is_before_last_of_set(ctx: EventContext) -> bool:
    """Return whether it was sent together with others and is not the last: one answer is enough."""
    image_set = ctx.event.image_set
    return (
        image_set is not None and image_set.index is not None and image_set.index != image_set.total
    )


def _is_newest(ctx: EventContext, photo: Photo, user_id: str) -> bool:
    """Return whether the person has had nothing painted since, nor been asked about a picture."""
    if pending_edits.get(ctx.db, ctx.chat_id, user_id):
        return False  # a photo ends such a question: this one came later
    states = (*jobs.UNFINISHED, jobs.DRAWN, jobs.WAITING, jobs.DELIVERED)
    return jobs.latest(ctx.db, ctx.chat_id, user_id, states, photo.created_at) is None

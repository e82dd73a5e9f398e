"""What is said in a few words about a photo, or about what was made of one.

That it is only shown, 「みてみて」; that it shall be left as it was, 「元の写真に戻して」; the same
for another photo, 「これもお願い」; and how it would look, 「ジブリ風は？」.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot import messages
from bot.conversation import image_to_image, variations
from bot.conversation.context import EventContext, Replies
from bot.conversation.generate import request_pictures
from bot.conversation.moderation_overrides import hears_cry
from bot.conversation.picture_refs import is_gone
from bot.conversation.repainting import with_seed_of
from bot.conversation.restated import surely_erases
from bot.intent import decide
from bot.intent.rules import ruled_question
from bot.prompt import read
from bot.prompt.changes.apply import apply_change
from bot.prompt.changes.parser import parse_as_change
from bot.prompt.changes.photo_choices import (
    joins_photos,
    means_all_photos,
    wants_the_same,
    which_photo,
)
from bot.prompt.changes.photo_degrees import shifted, wanted_degree
from bot.prompt.changes.photo_phrases import PHOTO_STRENGTHS, is_no_photo_wish
from bot.prompt.changes.photo_sentences import (
    artist_named,
    is_plain_order,
    keeps_photo_as_it_is,
    leaves_photo_alone,
    of_unseen_thing,
    plain_photo_order,
)
from bot.prompt.request.stored import PHOTO_STRENGTH
from bot.store import photos
from bot.store.clock import now
from bot.store.photos import Photo

_SHOWS = re.compile(
    "(?:ねえ|ねぇ|ほら)?[、 ]?(?:これ|写真)?[、 ]?(?:見て|みて){1,2}"
    "(?:よ|ね|くださ?い|下さい|ー|〜|!|！)*"
)
_ORIGINAL = re.compile(
    "(?:やっぱり?|じゃあ?)?[、 ]?(?:(?:元|もと|最初|もともと)の写真[にをが、 ]{0,2}"
    "(?:戻|もど|いい|良い|よかった|見せ|見たい)|写真に(?:戻|もど)).{0,8}"
)
_SAME_FOR_IT = re.compile(
    "(?:これ|それ|こっち|この写真|次の写真|2枚目|もう1枚)(?:の写真)?も[、 ]?"
    "(?:同じ(?:ように|感じで?|風に|のに)?|おなじように)?[、 ]?"
    "(?:お願い(?:します)?|おねがい(?:します)?|して|やって|頼む|よろしく|ください)?(?:ね|!|！|。)*"
)
_BACK = re.compile("戻|もど|見せ|みせ|見たい|とどちら|とどっち")
_CHOSEN_ALONE = re.compile(
    "^(?:がいい|で(?:お願い(?:します)?|いい)|にする|にします|お願い(?:します)?|ください|です)[。!！ね]*$"
)
_HOW_ABOUT = re.compile(  # 「ジブリ風は？」, 「アニメっぽいのはどう」
    "(?P<look>[^、。?？はを]{1,10}(?:風|調|っぽいの?|バージョン))(?:とか)?(?:は|なら|だと)"
    "(?:どう(?:なる|かな|です(?:か)?)?|できる)?[?？]*"
)

_WOULD = re.compile(  # 「油絵だとどうなりますか」, 「夕焼けにしたらどうなる？」
    "(?P<look>[^、。?？はをが]{1,10}?)(?:だと|なら|にしたら|にすると)"
    "どう(?:なる|なります|なるん|なるの|なん|です|でしょう|かな|やろ)(?:です)?(?:か(?:な|ね)?)?[?？]*"
)


def handle_text(ctx: EventContext) -> Replies | EventContext | None:
    """Answer a few words about a photo, or hand on the order that a question stands for."""
    text = ctx.text_without_small_talk
    request = ctx.last_picture.job.request if ctx.last_picture else None
    if ctx.is_private and ctx.quoted is None and ctx.last_photo is not None:
        if surely_erases(ctx):
            return None
        answer = _about_which(ctx, text) or _about_photo(ctx, text) or _about_degree(ctx, text)
        if answer is not None:
            return answer
    if ctx.recent_photo is not None and ctx.quoted is None:
        if _SHOWS.fullmatch(text):
            return ctx.reply(messages.ask_about_photo(ctx.language))
        if request is not None and request.from_photo and _SAME_FOR_IT.fullmatch(text):
            return image_to_image.repeat_for_photo(ctx, ctx.recent_photo, request)
    elif request is not None and request.from_photo and _ORIGINAL.fullmatch(text):
        return ctx.reply_sentence("photo.original")
    about = _HOW_ABOUT.fullmatch(text) or _WOULD.fullmatch(text)
    if about is None or not (ctx.situation.has_picture or ctx.situation.photo_asked):
        return None
    look = re.sub("っぽいの?$", "風", about["look"])
    has_style = bool(read(f"{look}で").styles)
    if ctx.recent_photo is not None or not (has_style or look.endswith(("風", "調"))):
        order = f"{look}にして"
    else:  # instead of the look that the last picture has
        order = f"{look}も見たい" if has_style else f"やっぱり{look}で"
    return _saying(ctx, order)


def _saying(ctx: EventContext, words: str) -> EventContext:
    """Return the context as if these words were said to the bot."""
    return ctx.with_event(replace(ctx.event, text=words, mentions=(), emojis=())).with_mention()


def _about_which(ctx: EventContext, text: str) -> Replies | EventContext | None:
    """Answer which of several photos is meant, or hand on what is wanted of it."""
    which = which_photo(text)
    means_all = means_all_photos(text)
    sent = _photos_meant(ctx) if (which or means_all) and ctx.event.type == "message" else []
    if len(sent) < 2:
        return None
    if means_all:
        joins = joins_photos(text)
        return ctx.reply_sentence("photo.not_joined" if joins else "photo.one_at_a_time")
    if which is None or not -len(sent) <= which.position < len(sent) or _BACK.search(which.rest):
        return None
    last = ctx.last_picture.job.request if ctx.last_picture else None
    if last and last.from_photo and "も" in text and wants_the_same(which.rest):
        return image_to_image.repeat_for_photo(ctx, sent[which.position], last)
    photos.choose(ctx.db, sent[which.position].id)
    rest = _CHOSEN_ALONE.sub("", which.rest)
    return _saying(ctx, rest) if rest else ctx.reply(messages.ask_about_photo(ctx.language))


def _photos_meant(ctx: EventContext) -> list[Photo]:
    """Return the photos that were sent one after the other: since the last picture, or before it
    where that is one picture from a photo."""
    user_id, last = ctx.event.user_id, ctx.last_picture
    since = now() - image_to_image.LAST_PHOTO_SECONDS
    if user_id is None:
        return []
    sent = photos.recent(ctx.db, ctx.chat_id, user_id, since)
    if ctx.recent_photo is not None:
        return [each for each in sent if last is None or each.created_at > last.job.created_at]
    request = last.job.request if last else None
    return sent if request and request.from_photo and request.count == 1 else []


def _about_photo(ctx: EventContext, text: str) -> Replies | None:
    """Paint from the photo that was just sent what can be nothing else, or leave it alone."""
    photo = ctx.recent_photo
    if photo is None:
        return None
    if leaves_photo_alone(text):
        return ctx.reply_sentence("photo.left")
    if keeps_photo_as_it_is(text):
        return ctx.reply(messages.ask_about_photo(ctx.language))
    order = plain_photo_order(text)
    if not (is_plain_order(text) or order.closeness) or _is_no_order(ctx, text):
        return None
    return image_to_image.handle_text(ctx)


def _is_no_order(ctx: EventContext, text: str) -> bool:
    """Return whether words that look like an order may be a question, an erasure or a cry."""
    is_other = is_no_photo_wish(text) or ruled_question(text) is not None
    return is_other or hears_cry(ctx, decide(ctx.intent))


def _about_degree(ctx: EventContext, text: str) -> Replies | None:
    """Paint the last picture from a photo again, closer to it or freer, and as the rest says; or
    with another thing that the photo may show."""
    picture = ctx.last_picture
    request = picture.job.request if picture else None
    if ctx.recent_photo is not None or ctx.is_waiting or picture is None or request is None:
        return None
    if variations.takes_last_change_back(ctx, text):
        return None  # 「やっぱり背景は元のままで」
    if not request.from_photo or request.plain_key is not None or is_gone(picture.job):
        return None
    if (
        words := artist_named(text, request.prompt) or of_unseen_thing(text, request.prompt)
    ) and not _is_no_order(ctx, text):
        return variations.change_picture(ctx, ctx.meant_picture or picture, words)
    order = plain_photo_order(text)
    degree = wanted_degree(text)
    if degree is None and order.closeness is not None:
        degree = "closer" if order.closeness == "faithful" else "freer"
    if degree is None or _is_no_order(ctx, text):
        return None
    words = "" if wanted_degree(text) else order.words
    before = request.reading()
    strength = shifted(
        before.strength or PHOTO_STRENGTHS.get(before.fidelity or "", PHOTO_STRENGTH), degree
    )
    if not words and strength == before.strength:
        return ctx.reply_sentence("going_on.same")
    changed = replace(with_seed_of(ctx, picture, before), strength=strength, fidelity=None)
    if words:
        changed = apply_change(parse_as_change(words), changed)
    spoken = ctx if words else _saying(ctx, "もとの写真に近く" if degree == "closer" else "自由に")
    return request_pictures(
        spoken,
        changed,
        parent_id=picture.job.id,
        origin="change",
        source_key=request.source_key,
        from_photo=True,
    )

"""What is painted once the intent of a text is known: a picture of its own, one from a photo, or
what follows from an earlier one: a change, more like it, one of several, the picture of before.
"""

from __future__ import annotations

import re

from bot import messages
from bot.conversation import (
    clarify,
    follow_ups,
    generate,
    image_to_image,
    several_pictures,
    variations,
)
from bot.conversation.context import EventContext, Replies
from bot.conversation.intent_overrides import MAX_DOUBT, MAX_DOUBT_OF_NAME
from bot.conversation.picture_refs import PictureRef
from bot.conversation.plain_matters import is_scene_alone
from bot.intent import PAINTED_KINDS
from bot.intent.kinds import NEVER_PAINTED_KINDS
from bot.prompt.changes.looks import names_other_thing
from bot.prompt.changes.parser import parse_change
from bot.prompt.changes.photo_phrases import is_no_photo_wish, is_other_wish
from bot.prompt.changes.steps import PICTURE_ASPECTS
from bot.prompt.changes.undo import means_first
from bot.prompt.japanese import morphology

SURE_CHANGE = 0.85  # from which one thing instead of another changes the last picture
LIKELY_CHANGE = 0.75  # from which what the picture may well show is another: 「苺をぶどうに」
SURE_UNDO = 0.7  # from which the last change is taken back, however it is said
SURE_PHOTO = 0.8  # from which words that no pattern knows are painted from a photo
_SCENE_NOUNS = 3  # from which words name a picture of their own
_CORRECTS = re.compile("[ぁ-んァ-ヶ一-鿿](?:じゃ|では|や)な(?:くて?|いで)")  # 「苺じゃなくて桃」
_ORDERS = re.compile("[描書か]い(?:て|た)|[描書か]け[るま]|(?:作|つく)って|(?:絵|画像|イラスト)を")
_POINTS = re.compile(  # at a picture that was there, or at its change
    "さっき|先ほど|前の|この|その|あの|これ|それ|あれ|今の|いまの|もっと|もう(?:少|ちょ)|直し|"
    "変え|かえて|同じ"
)
_REGRETS = re.compile("よかった|良かった|ほしかった|欲しかった")  # said of a picture that is there
_MORE_PHRASES = (  # what a button under a picture says, by what is in the text
    (("似", "こんな感じ", "こういう", "系", "similar", "like this"), "似た絵"),
    (
        ("4枚", "四枚", "いっぱい", "色んな", "いろいろ", "バリエ", "候補", "パターンか", "4 of"),
        "4枚で",
    ),
    (("画質", "解像", "きれい", "綺麗", "精細", "鮮明", "くっきり", "拡大", "resol"), "高精細で"),
)


def paint(ctx: EventContext, kind: str) -> Replies | EventContext | None:
    """Hand on a wish; do with the picture or photo what the text wants of it."""
    situation = ctx.situation
    if kind == "wish" and ctx.is_private and (replies := follow_ups.change_by_scene(ctx)):
        return replies
    if kind == "wish" and is_scene_alone(ctx):
        return clarify.ask_whether_wish(ctx)
    if kind == "wish" or kind not in PAINTED_KINDS:
        is_aside = not ctx.is_private and situation.is_reply and not situation.is_asked
        return generate.handle_text(ctx) if is_aside and kind == "wish" else ctx
    replies = image_to_image.handle_text(ctx)
    if replies is not None:
        return replies
    words = ctx.text_without_small_talk
    is_of_photo = ctx.intent.probability("photo", "change") >= SURE_PHOTO
    is_none = is_no_photo_wish(words) or is_other_wish(words)
    if (photo := ctx.recent_photo) and is_of_photo and not is_none:
        return image_to_image.paint_as_said(ctx, photo)
    is_sure = kind == "undo" and ctx.intent.probability("undo") >= SURE_UNDO
    if is_sure and ctx.quoted is None and variations.was_last_changed(ctx):
        return variations.change_by_words(ctx, _phrase_of_undo(words), None)
    meant = ctx.meant_picture  # before a handler takes a choice for settled
    replies = None if _is_only_more(kind, words) else variations.handle_text(ctx)
    if replies is None and kind == "change" and ctx.is_private:
        replies = follow_ups.change_by_scene(ctx)
    if replies is not None:
        return replies
    return ctx if situation.is_asked else _apply_to_last(ctx, meant, kind, words)


def _orders_picture(ctx: EventContext, words: str) -> bool:
    """Return whether words that sound like a change order a picture of its own, where there is none
    to change: 「居間を北欧風にした絵を描けますか、ソファはグレーで」."""
    is_order = _ORDERS.search(words) is not None and _POINTS.search(words) is None
    is_doubtful = ctx.intent.probability(*NEVER_PAINTED_KINDS) > MAX_DOUBT
    return is_order and not is_doubtful and ctx.reading.problem is None


def _names_scene(ctx: EventContext, words: str) -> bool:
    """Return whether words that sound like a change name enough to be painted where there is no
    picture: 「切り絵っぽく、月夜に跳ねる三匹の鯉がええのう」."""
    nouns = {noun.text for noun in morphology.nouns_of(ctx.reading.prompt)} - PICTURE_ASPECTS.keys()
    is_doubtful = ctx.intent.probability(*NEVER_PAINTED_KINDS) > MAX_DOUBT
    return len(nouns) >= _SCENE_NOUNS and not is_doubtful and _POINTS.search(words) is None


def _is_only_more(kind: str, words: str) -> bool:
    """Return whether words want more of a picture and say no change: 「こういうのもっと」."""
    return kind == "more" and parse_change(words) is None


def _apply_to_last(
    ctx: EventContext, last: PictureRef | None, kind: str, words: str
) -> Replies | EventContext | None:
    """Do with the last picture what no pattern knows, or take it for a wish if it is of something
    else: 「勇者をドット絵風に」 after a mountain."""
    if last is None and ctx.recent_photo is not None:
        return clarify.ask_whether_wish(ctx)
    if last is None and _orders_picture(ctx, words):
        return ctx
    if last is None:
        names_thing = morphology.is_noun_phrase(ctx.reading.prompt)  # 「うさぎで」
        if ctx.intent.probability("wish") > (MAX_DOUBT_OF_NAME if names_thing else MAX_DOUBT):
            return ctx
        if kind == "change" and _names_scene(ctx, words):
            return ctx
        return ctx.reply(messages.no_previous_picture(ctx.language))
    if kind == "more":
        return variations.change_by_words(ctx, _phrase_of_more(words), last)
    if kind == "undo":
        return variations.change_by_words(ctx, _phrase_of_undo(words), None)
    is_one_of_several = last.job.request is not None and last.job.request.count > 1
    if kind == "choice" and is_one_of_several:
        chosen = several_pictures.offer_named(ctx, last)
        count = last.job.request.count if last.job.request else 1
        return chosen or ctx.reply_sentence("going_on.which_number", count=count)
    change, request = parse_change(words), last.job.request
    corrects, share = _CORRECTS.search(words) is not None, ctx.intent.probability("change")
    is_corrected = corrects and share >= SURE_CHANGE
    is_plain = not corrects or _REGRETS.search(words) is not None
    is_likely = kind == "change" and is_plain and share >= LIKELY_CHANGE
    is_of_it = is_corrected or (is_likely and change is not None and change.swaps_things)
    if change and request and not (is_of_it or change.applies_to(request.prompt)):
        return ctx
    wanted = ctx.reading.prompt if ctx.reading.steers_picture and ctx.quoted is None else ""
    if not change and request and wanted and names_other_thing(wanted, request.prompt):
        return ctx
    return variations.change_by_words(ctx, words, last)


def _phrase_of_undo(text: str) -> str:
    return "最初に戻して" if means_first(text) else "元に戻して"


def _phrase_of_more(text: str) -> str:
    """Return what the button would say that does what a text wants: 「もう一度」."""
    for signs, phrase in _MORE_PHRASES:
        if any(sign in text.casefold() for sign in signs):
            return phrase
    return "もう一度"

"""What a text is once what misleads the classifier is left out: steering words, politeness."""

from __future__ import annotations

import re

from bot.conversation.context import EventContext
from bot.intent import Decision, classify, decide
from bot.intent.kinds import KINDS, group_of
from bot.moderation.distress import find_cry
from bot.prompt.changes.follow_ups import parse_follow_up
from bot.prompt.changes.parser import parse_change
from bot.prompt.changes.steps import PICTURE_ASPECTS
from bot.prompt.japanese import morphology
from bot.prompt.japanese.cleaning import strip_marks
from bot.prompt.japanese.request_phrases import strip_politeness
from bot.prompt.options.styles import remove_styles

_ORDERS_ONE = re.compile(  # 「神社の絵出してみて」, "a red apple please"
    "(?!この|その|あの|これ|それ|さっき|前|今|元|同じ|おなじ|別|他|ほか|次|もっと|もう)"
    "[^、。]{1,20}の"
    "(?:絵|イラスト|画像)を?(?:出し|だし|描い|かい|見せ|みせ|作っ|つくっ)て[^、。]{0,10}"
    "|(?i:(?:an?|two|three|some) (?!bit|little|lot|few|more|different|new|another)"
    "[a-z]+(?: (?!on the|it\\b|him|her)"
    "[a-z]+){0,8}[.!]?)"
)
SURELY_NO_CHANGE = 0.9  # from which what sounds like a change is none
_NO_CHANGES = (*(k for k in KINDS if group_of(k) in {"command", "question", "erase"}), "insult")
_ERASURES = tuple(kind for kind in KINDS if group_of(kind) == "erase")
LIKELY_ERASURE = 0.7  # from which it is asked about, whatever else it sounds like
LIKELY_ORDER = 0.9  # of a change, from which what sounds like a wish is one


def without_steering(ctx: EventContext, decision: Decision) -> Decision:
    """Return what a text is without its steering words, where these mislead: 「虹を2枚」 is no more
    of the picture before, 「猫 にまい」 no cry, 「壁紙、おひさまで」 is clear."""
    is_misled = decision.action != "paint" or decision.kind == "more"
    if not (is_misled and ctx.reading.steers_picture) or find_cry(ctx.text):
        return decision
    without = decide(classify(ctx.reading.prompt, ctx.situation))
    return without if without == Decision("paint", "wish") else decision


def is_surely_no_change(ctx: EventContext) -> bool:
    """Return whether a text is surely about something else, though patterns of changes know it:
    「やっぱ中止で」, 「描いてますか」, 「最後のやつ消しておいて」."""
    intent = ctx.intent
    if ctx.quoted is not None:
        return False
    if intent.likeliest in _ERASURES:
        return surely_erases(ctx)
    if intent.likeliest == "cancel" and ctx.last_picture and ctx.last_picture.job.parent_id:
        return False  # 「やっぱ今のなし」 takes back the last change
    return intent.likeliest in _NO_CHANGES and intent.probability(*_NO_CHANGES) >= SURELY_NO_CHANGE


def surely_erases(ctx: EventContext) -> bool:
    """Return whether a text likely asks to erase something: 「絵だけ残して写真は消してね」."""
    return ctx.intent.probability(*_ERASURES) >= LIKELY_ERASURE


def names_own_picture(ctx: EventContext, decision: Decision) -> Decision:
    """Return what a picture of its own is: 「黒い魚、浮世絵風」 after a house is the fish, and no
    house with a fish. Of what is of the picture, 「背景、水彩風」, it says nothing."""
    picture = ctx.meant_picture if ctx.quoted is None else None
    request = picture.job.request if picture else None
    is_of_it = decision.kind in {"change", "choice", "more"}
    if not is_of_it or request is None or ctx.situation.is_asked or find_cry(ctx.text):
        return decision
    if _ORDERS_ONE.fullmatch(ctx.text_without_small_talk):
        return Decision("paint", "wish")
    reading = ctx.reading
    if not reading.styles and not reading.negative:
        return decision
    thing = strip_marks(remove_styles(reading.prompt))
    is_part = thing in PICTURE_ASPECTS or parse_follow_up(thing, request.prompt, "") is not None
    is_change = parse_change(ctx.text) is not None and not reading.negative
    if is_part or is_change or not morphology.is_noun_phrase(thing):
        return decision
    without = decide(classify(thing, ctx.situation))
    return without if without == Decision("paint", "wish") else decision


def in_plain_words(ctx: EventContext, decision: Decision) -> Decision:
    """Return what an order is without what makes it polite, in whatever dialect: 「鈴つけたって」
    after a picture, 「宇宙におるみたいにしてけれ」 after a photo."""
    situation, words = ctx.situation, ctx.text_without_small_talk.rstrip("?!。")
    is_open = decision.action == "ask" or decision.kind == "wish"
    if not is_open or not (situation.has_picture or situation.photo_asked) or find_cry(ctx.text):
        return decision
    plain = strip_politeness(words)
    if plain == words:
        return decision
    intent = classify(plain, situation)
    plainly = decide(intent)
    if plainly.action != "paint" or plainly.kind not in {"change", "photo", "undo"}:
        return decision
    is_likely = decision.action == "ask" or intent.probability(plainly.kind) >= LIKELY_ORDER
    return plainly if is_likely else decision

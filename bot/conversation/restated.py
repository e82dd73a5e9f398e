"""What a text is once what misleads the classifier is left out: steering words, politeness."""

from __future__ import annotations

from bot.conversation.context import EventContext
from bot.intent import Decision, classify, decide
from bot.moderation.distress import find_cry
from bot.prompt.changes.follow_ups import parse_follow_up
from bot.prompt.changes.parser import parse_change
from bot.prompt.changes.steps import PICTURE_ASPECTS
from bot.prompt.japanese import morphology
from bot.prompt.japanese.cleaning import strip_marks
from bot.prompt.japanese.request_phrases import strip_politeness
from bot.prompt.options.styles import remove_styles

LIKELY_ORDER = 0.9  # of a change, from which what sounds like a wish is one


def without_steering(ctx: EventContext, decision: Decision) -> Decision:
    """Return what a text is without its steering words, where these mislead: 「虹を2枚」 is no more
    of the picture before, 「猫 にまい」 no cry, 「壁紙、おひさまで」 is clear."""
    is_misled = decision.action != "paint" or decision.kind == "more"
    if not (is_misled and ctx.reading.steers_picture) or find_cry(ctx.text):
        return decision
    without = decide(classify(ctx.reading.prompt, ctx.situation))
    return without if without == Decision("paint", "wish") else decision


def names_thing_in_style(ctx: EventContext, decision: Decision) -> Decision:
    """Return what a thing with its style is without it: 「黒い魚、浮世絵風」 after a house is the
    fish, and no house with a fish. Of what is of the picture, 「背景、水彩風」, it says nothing."""
    picture = ctx.meant_picture if ctx.reading.styles and ctx.quoted is None else None
    request = picture.job.request if picture else None
    is_of_it = decision.kind in {"change", "choice", "more"}
    if not is_of_it or request is None or ctx.situation.is_asked or find_cry(ctx.text):
        return decision
    thing = strip_marks(remove_styles(ctx.reading.prompt))
    is_of_it = thing in PICTURE_ASPECTS or parse_follow_up(thing, request.prompt, "") is not None
    if is_of_it or not morphology.is_noun_phrase(thing) or parse_change(ctx.text):
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

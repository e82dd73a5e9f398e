"""What overrules an intent that hears another thing than is said: of the last picture, a photo, or
the picture that is being painted.
"""

from __future__ import annotations

from bot.conversation.context import EventContext
from bot.conversation.picture_refs import PictureRef
from bot.intent import Decision
from bot.intent.kinds import group_of
from bot.intent.misheard import (
    asks_about_customs,
    asks_who_reads,
    is_of_the_drawing,
    is_question_shaped,
    may_call_off,
    tells_craving,
    tells_of_heartbreak,
    tells_taste,
)
from bot.moderation.distress import find_cry
from bot.prompt.changes.parser import parse_change
from bot.prompt.changes.placed import added_at_place
from bot.prompt.changes.respelled import thing_disliked
from bot.prompt.request.plain_orders import ends_in_name

LIKELY_WISH = 0.9  # from which what ends as a question is a picture


def what_is_misheard(ctx: EventContext, decision: Decision) -> Decision | None:
    """Return what a text is that only sounds like what it is taken for, or None."""
    words = ctx.text_without_small_talk
    group, is_answer = group_of(decision.kind), decision.action == "answer"
    is_drawn = is_of_the_drawing(words) or (group == "erase" and thing_disliked(words))
    if (group == "erase" or not is_answer) and is_drawn:
        of = "photo" if ctx.recent_photo else "change" if ctx.quoted or ctx.last_picture else None
        return Decision("paint", of) if of else None
    if group in {"cry", "wish"} or not is_answer:
        if asks_who_reads(words):
            return Decision("answer", "question.privacy")
        if tells_of_heartbreak(words):
            return Decision("answer", "talk.sad")
    if group not in {"cry", "erase"} and asks_about_customs(words):
        return Decision("answer", "question.knowledge")
    if not is_answer and not ctx.situation.is_asked and tells_craving(words):
        return Decision("answer", "talk.chat")
    is_about_nothing = not (ctx.situation.is_asked or ctx.recent_photo)
    if not is_answer and is_about_nothing and tells_taste(words):
        return Decision("answer", "talk.chat")
    return None


def changes_the_drawing(ctx: EventContext, decision: Decision) -> PictureRef | None:
    """Return the picture of which a text wants a drawn thing gone: 「余白を残さないで」."""
    last = None if ctx.recent_photo or ctx.is_waiting else ctx.quoted or ctx.last_picture
    is_change = decision == Decision("paint", "change")
    return last if is_change and is_of_the_drawing(ctx.text_without_small_talk) else None


def asks_while_painting(ctx: EventContext, decision: Decision) -> bool:
    """Return whether a text that would be painted may be a question, 「できたら知らせてくれるんです
    か」, while a picture is being painted: that one is never changed by it."""
    words = ctx.text_without_small_talk
    if not ctx.is_waiting or decision.action == "answer" or not is_question_shaped(words):
        return False
    if find_cry(ctx.text) or ctx.intent.probability("wish") >= LIKELY_WISH:
        return False
    change = parse_change(words)
    return change is None or bool(change.additions)


def may_drop_what_is_painted(ctx: EventContext, decision: Decision) -> bool:
    """Return whether a text that would change the picture being painted, and says in no known words
    how, may call it off: it is said how far that is, with the way to cancel."""
    words = ctx.text_without_small_talk
    if not ctx.is_waiting or decision.action == "answer" or not may_call_off(words):
        return False
    is_named = decision.kind == "wish" and ends_in_name(ctx.reading.prompt)
    if is_named or find_cry(ctx.text) or ctx.intent.probability("wish") >= LIKELY_WISH:
        return False
    change = parse_change(words)
    return change is None or not (change.steps or change.controls.negative)


def adds_at_place(ctx: EventContext, decision: Decision) -> str | None:
    """Return the order to add what a text names at a place of the last picture, 「手前に湖かいて」.

    Returns None if it is about anything else.
    """
    last = ctx.quoted or ctx.last_picture
    if last is None or last.job.request is None or ctx.recent_photo or not ctx.is_private:
        return None
    reading = ctx.reading
    is_plain = not (reading.letters or reading.purpose or reading.width or reading.count > 1)
    is_other = decision.action == "answer" and group_of(decision.kind) not in {"talk", "picture"}
    if ctx.is_waiting or is_other or not is_plain or find_cry(ctx.text):
        return None
    return added_at_place(ctx.text_without_small_talk, last.job.request.prompt)

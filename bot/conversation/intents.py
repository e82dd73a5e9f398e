"""What is said that no exact command is: its intent decides whether it is painted at all.

Asked after the exact commands and before a text is read as a wish. What would be a mistake to
paint is answered, or asked about free of charge (bot.intent.decide).
"""

from __future__ import annotations

import re
from dataclasses import replace

import structlog

from bot.conversation import (
    album,
    answers,
    clarify,
    erasure,
    generate,
    help,
    image_to_image,
    intent_painting,
    job_status,
    language,
    variations,
)
from bot.conversation.context import EventContext, Replies
from bot.conversation.erasure_overrides import (
    is_not_to_be_kept,
    names_erasure,
    takes_away_all_of_a_thing,
    what_to_erase,
)
from bot.conversation.intent_overrides import (
    MAX_DOUBT,
    by_rule,
    changes_in_a_word,
    changes_what_is_shown,
    is_between_people,
    is_plain_wish,
    points_at_one_of_several,
)
from bot.conversation.misheard_overrides import (
    adds_at_place,
    asks_while_painting,
    changes_the_drawing,
    may_drop_what_is_painted,
)
from bot.conversation.moderation_overrides import (
    harms_person_in_photo,
    hears_cry,
    is_harm_and_no_cry,
    is_refused_anyway,
    is_unwelcome,
    may_be_picture_of_sorrow,
)
from bot.conversation.plain_matters import (
    asks_for_same_again,
    decide_while_painting,
    is_content,
    leaves_as_it_is,
    may_tell_of_picture,
)
from bot.conversation.restated import (
    in_plain_words,
    is_surely_no_change,
    names_own_picture,
    without_steering,
)
from bot.conversation.subject_overrides import names_a_subject, names_another_subject
from bot.conversation.variations import is_about_pictures
from bot.intent import Decision, decide
from bot.intent.between_people import is_remark_on_picture, orders_addition
from bot.intent.erasures import erases_speaker
from bot.intent.kinds import (
    CRY_KINDS,
    KINDS,
    NEVER_PAINTED_KINDS,
    QUESTION_KINDS,
    TALK_KINDS,
    group_of,
)
from bot.moderation.distress import find_cry
from bot.prompt import Command
from bot.prompt.changes.parser import parse_change
from bot.prompt.changes.photo_phrases import (
    is_other_wish,
    mentions_photo,
    parse_photo_change,
)
from bot.prompt.commands.parser import Kind
from bot.prompt.japanese import morphology
from bot.store import pending_edits

log = structlog.get_logger(__name__)

_COMMANDS: dict[str, Kind] = {
    "status": "status",
    "cancel": "cancel",
    "resend": "pick",
    "album": "album",
    "help": "help",
    "erase.all": "erase",
}
# What people say about a picture to one another, when they reply to it in a group.
_FOR_PEOPLE = ("talk", "question", "none", "insult", "help", "settings", "language")
SURE_TALK = 0.9  # from which words in reply to a picture are talk, not what to change
LIKELY_WISH = 0.6  # from which a thing that is asked for is painted
SURE_OTHER_WISH = 0.95  # from which a wish after a photo is none of the photo
MAYBE_ERASURE = 0.4  # from which words after a photo are asked about as one
DOUBTFUL_PHOTO = (
    0.2  # that it is to be erased, or taken back, from which nothing is painted unasked
)
_WHAT_IS_KEPT = re.compile("写真|自撮り|写メ|画像|データ|アルバム|記録|履歴|会話|トーク|情報")
SURE_QUESTION = 0.7  # from which what is asked of the bot is answered in a group
_ASKS_THE_BOT = re.compile(
    "(?i:ボット|bot)|絵筆|えふで|グループ(?:の(?:会話|話|トーク)|だと|では|でも)|何枚まで|"
    "(?:描|か)け(?:る|ます)(?:の|か|[?？])|料金|無料|お金(?:かか|取ら)|著作権|商用|印刷して"
)
SURE_CRY = 0.6  # from which a cry for help is heard in a group without a mention
_SAME_SEED = re.compile("(?:同じ|おなじ|さっきの|前の|その)シード|same seed", re.IGNORECASE)
_NAMES_PICTURE = re.compile(  # by which a text asks for a picture of its own
    "[描書か]いて|[描書か]け[るま]|(?:絵|イラスト|画像)(?:を|が|も|で|、| |。|！|!|$)|"
    "draw|paint|picture of"
)
_ASKS_FOR = re.compile(  # 「チューリップお願いします」
    "(?:お願い(?:します|できますか)?|おねがい(?:します)?|ちょうだい|頂戴|ください|下さい|よろしく|"
    "が(?:見たい|みたい|ほしい|欲しい)(?:です|な|よ)?)[。！!]?$"
)


def handle_text(ctx: EventContext) -> Replies | EventContext | None:
    """Answer what is no wish, or hand on what is to be painted; ask where it is unclear."""
    if ctx.event.type == "messageEdited":
        return None
    if left := leaves_as_it_is(ctx):
        pending_edits.clear(ctx.db, ctx.chat_id, ctx.event.user_id)
        return ctx.reply_sentence("photo.left" if left == "photo" else "going_on.kept")
    waiting = decide_while_painting(ctx) or asks_for_same_again(ctx) or is_content(ctx)
    is_of_picture = is_about_pictures(ctx) and not is_surely_no_change(ctx)
    if waiting is None and (ctx.reading.problem or is_of_picture):
        return None
    decision = waiting or by_rule(ctx, _decide(ctx))
    if waiting is None and ctx.is_addressed and asks_while_painting(ctx, decision):
        return clarify.ask_whether_wish(ctx)
    if waiting is None and ctx.is_addressed and may_drop_what_is_painted(ctx, decision):
        decision = waiting = Decision("answer", "status")
    between_people = is_between_people(ctx)
    if between_people and not hears_cry(ctx, decision):
        return _answer_between_people(ctx, decision, is_sure=between_people == "talk")
    if not ctx.mentions_bot and not _is_for_the_bot(ctx, decision):
        return []
    ctx = ctx if ctx.mentions_bot else ctx.with_mention()
    log.debug("intent.decided", action=decision.action, kind=decision.kind, event_id=ctx.event.id)
    if hears_cry(ctx, decision):
        kind = max(CRY_KINDS, key=ctx.intent.probability)
        decision = Decision("answer", find_cry(ctx.text) or kind)
    elif harms_person_in_photo(ctx, decision):
        return image_to_image.handle_text(ctx) or image_to_image.refuse_harm(ctx) or ctx
    elif is_harm_and_no_cry(ctx, decision) or is_unwelcome(ctx, decision):
        return generate.handle_text(ctx)  # refused, with the reason
    elif may_be_picture_of_sorrow(ctx, decision):
        decision = Decision("ask", decision.kind)
    elif ctx.recent_photo is None and erases_speaker(ctx.text_without_small_talk):
        return clarify.ask_about_oneself(ctx)
    if (
        decision == waiting == Decision("answer", "talk.thanks")
    ):  # 「四枚も描いてくれて…」 names a number
        return _answer(ctx, decision.kind)
    if points_at_one_of_several(ctx) and decision.action != "answer":
        return variations.change_by_words(ctx, "変えて", ctx.quoted or ctx.last_picture)
    if named := names_erasure(ctx, decision):
        return _answer(ctx, named)
    if takes_away_all_of_a_thing(ctx):
        return variations.change_by_words(ctx, ctx.text_without_small_talk, ctx.quoted)
    if picture := changes_the_drawing(ctx, decision):
        return variations.change_picture(ctx, picture, ctx.text_without_small_talk)
    if placed := adds_at_place(ctx, decision):
        return variations.change_by_words(ctx, placed, ctx.quoted)
    if other := names_another_subject(ctx, decision):
        return replace(ctx.with_event(replace(ctx.event, text=other)), is_confirmed=False)
    if names_a_subject(ctx, decision) or is_plain_wish(ctx, decision):
        return ctx
    if decision.action == "answer" and changes_in_a_word(ctx, decision.kind):
        decision = Decision("paint", "change")
    is_cry = group_of(decision.kind) == "cry"
    is_other = decision.action != "paint" and not is_cry and decision != waiting
    if is_other and changes_what_is_shown(ctx):
        decision = Decision("paint", "change")
    is_loose = decision.action == "ask" or decision.kind == "none" or is_not_to_be_kept(ctx)
    if is_loose and not is_cry and (erasure_kind := what_to_erase(ctx)):
        decision = Decision("answer", erasure_kind)
    if may_tell_of_picture(ctx, decision):
        return clarify.ask_whether_wish(ctx)
    if decision.action == "answer":
        return None if _may_be_change(ctx, decision.kind) else _answer(ctx, decision.kind)
    if is_refused_anyway(ctx, decision):
        return generate.handle_text(ctx)
    if decision == Decision("paint", "wish") and _may_be_of_photo(ctx):
        decision = Decision("ask", "photo")
    if decision.action == "ask" and ctx.recent_photo and (asked := _ask_of_photo(ctx)):
        return asked
    if decision.action == "ask" and not _is_understood(ctx):
        of_photo = image_to_image.handle_text(ctx) if ctx.recent_photo else None
        return clarify.ask_whether_wish(ctx) if of_photo is None else of_photo
    return intent_painting.paint(ctx, decision.kind)


def _ask_of_photo(ctx: EventContext) -> Replies | None:
    """Ask about what may take back or erase a photo that was just sent, before it is painted from:
    「写真残さんで」, 「いったん白紙で」."""
    erasures = [kind for kind in KINDS if group_of(kind) == "erase"]
    share = ctx.intent.probability(*erasures)
    if share >= MAYBE_ERASURE and share >= ctx.intent.probability("photo"):
        return _answer(ctx, max(erasures, key=ctx.intent.probability))
    is_doubtful = share >= (DOUBTFUL_PHOTO if _WHAT_IS_KEPT.search(ctx.text) else MAYBE_ERASURE)
    is_doubtful = is_doubtful or ctx.intent.probability("cancel") >= DOUBTFUL_PHOTO
    return clarify.ask_whether_wish(ctx) if is_doubtful else None


def _decide(ctx: EventContext) -> Decision:
    """Return what a text is to the classifier, however it is steered and however politely put."""
    decision = names_own_picture(ctx, without_steering(ctx, decide(ctx.intent)))
    return in_plain_words(ctx, decision)


def _answer_between_people(ctx: EventContext, decision: Decision, *, is_sure: bool) -> Replies:
    """Answer what somebody says to a person, kindly; in a group only where the bot is mentioned.

    is_sure: it says to whom it speaks; else it is asked about, since it may be a wish.
    """
    if not ctx.mentions_bot:
        return []
    if not is_sure:
        return clarify.ask_whether_wish(ctx)
    is_talk = decision.action == "answer" and decision.kind in TALK_KINDS
    return answers.answer(ctx, decision.kind if is_talk else "talk.chat")


def _may_be_change(ctx: EventContext, kind: str) -> bool:
    """Return whether what sounds like small talk is about the picture that is at issue: 「夜」 in
    reply to it, 「かっこいい」 when it was asked what to change."""
    is_asked = ctx.situation.is_asked
    if group_of(kind) != "talk" or not (is_asked or (ctx.quoted is not None and ctx.is_private)):
        return False
    is_sure = ctx.intent.probability(*TALK_KINDS, "insult", "none") >= SURE_TALK
    return (is_asked and kind == "talk.praise") or not is_sure


def _is_understood(ctx: EventContext) -> bool:
    """Return whether patterns know what an unclear text wants painted."""
    words, reading = ctx.text_without_small_talk, ctx.reading
    if reading.seed is not None or _SAME_SEED.search(words):  # nobody names one but to paint
        return True
    if ctx.intent.probability(*NEVER_PAINTED_KINDS) > MAX_DOUBT:
        return False
    if ctx.situation.is_asked or ctx.quoted is not None:
        return True
    is_likely = ctx.intent.probability("wish") >= LIKELY_WISH
    if is_likely and _ASKS_FOR.search(words) and morphology.is_noun_phrase(reading.prompt):
        return True
    if "シード" in words or "seed" in words.casefold():
        return True
    if reading.steers_picture:
        return True
    of_photo = ctx.recent_photo is not None or mentions_photo(words)  # which may be gone
    if of_photo and parse_photo_change(words, reading, implicit=True):
        return True
    return ctx.last_picture is not None and parse_change(words) is not None


def _may_be_of_photo(ctx: EventContext) -> bool:
    """Return whether what is read as a wish may say what to make of the photo that was asked about:
    all but an order to draw, and what is surely a wish of its own: 「赤ちゃんのまわりにお花」."""
    if not ctx.situation.photo_asked or ctx.turns_from_photo:
        return False
    if ctx.intent.probability("wish") >= SURE_OTHER_WISH:
        return False
    words = ctx.text_without_small_talk
    return not is_other_wish(words) and not _NAMES_PICTURE.search(words)


def _is_for_the_bot(ctx: EventContext, decision: Decision) -> bool:
    """Return whether a reply to the bot's picture in a group is for the bot, not for people."""
    words = ctx.text_without_small_talk
    if decision.action == "paint":
        return not is_remark_on_picture(words)
    group = decision.kind.partition(".")[0]
    if decision.action == "ask" and orders_addition(words):
        return True
    if group == "question" and _ASKS_THE_BOT.search(words):
        return ctx.intent.probability(*QUESTION_KINDS) >= SURE_QUESTION
    if decision.action == "ask" or group in _FOR_PEOPLE:
        return False
    return group != "cry" or ctx.intent.probability(decision.kind) >= SURE_CRY


def _answer(ctx: EventContext, kind: str) -> Replies | None:
    if command := _COMMANDS.get(kind):
        as_command = replace(ctx, meant=Command(command))
        for handler in (
            album.handle_command,
            erasure.handle_command,
            help.handle_command,
            job_status.handle_command,
        ):
            outcome = handler(as_command)
            if outcome is not None:
                return outcome
    if kind == "language":
        return language.answer_intent(ctx)
    if kind == "erase.picture" and ctx.quoted is None and ctx.recent_photo is not None:
        kind = "erase.photo"
    if kind in {"erase.picture", "erase.photo"}:
        return clarify.ask_whether_erase(ctx, kind)
    return answers.answer(ctx, kind)

"""Which of several pictures a text means: those of the last order, or of what it quotes."""

from __future__ import annotations

import re

from bot.conversation.context import EventContext, Replies
from bot.conversation.job_status import reply_about_job
from bot.conversation.picture_actions import is_action_phrase
from bot.conversation.picture_refs import PictureRef, find_chosen, find_several
from bot.conversation.repainting import offer_picked
from bot.intent.choosing import parse_choice_among, parse_choice_at_end, parse_choice_once
from bot.intent.one_matter import wants_more
from bot.moderation.distress import find_cry
from bot.prompt.changes.choices import (
    Choice,
    asks_which,
    chooses_by_looks,
    names_one_too_far,
    parse_both,
    parse_choice,
)
from bot.prompt.changes.parser import parse_change

_DECIDES = re.compile("(?:決定|決まり|決めた|決めました|採用|一択)[^、。]{0,4}$")
_BACK_TO_SEVERAL = re.compile(  # 「やっぱさっきの4枚に戻って」
    "(?:やっぱり?|じゃあ?|あと)?[、 ]?(?:さっき|元|もと|最初|前|はじめ)の(?:[2-4二三四]枚|[2-4]つ)"
    "(?:の(?:やつ|絵))?[にをが、 ]{0,2}"
    "(?:戻|もど|見せ|見た|みせ|みた|もう一[度回]|もっかい|出して|送って)"
    ".{0,10}"
)
_TAKES_ALL = re.compile(  # 「全部ください」: they are there
    "(?:(?:4枚|四枚|[23]枚)(?:とも|全部|ぜんぶ)?|全部|ぜんぶ|全て|すべて|どれも|みんな)(?:を|が|"
    "で|とも|いい(?:から|ので|し))?[、 ]?"
    "(?:ください|下さい|ちょうだい|頂戴|もらう|もらいます|いただきます|使う|使います|採用|好き|"
    "すき|いい|良い|気に入った|ほしい|欲しい|お願い(?:します)?)"
    "(?:です|な|ね|よ|わ|ー|[。!！])*"
)
_HESITATES = re.compile("^(?:うー*ん|んー+|えー?っ?と|やっぱり?|じゃあ?|でも)[、 ]*(?=.)")
_BY_ORDER = re.compile("(?:一番|いちばん)?(?:最初|はじめ|先頭|最後|ラスト)")
LIKELY_CHOICE = 0.05  # from which the picture that a text ends in is taken
SURE_CHOICE = 0.5  # from which a text takes the picture that it names, whatever else it says


def choice_in(ctx: EventContext, text: str, picture: PictureRef | None) -> Choice | None:
    """Return which of several pictures a text means: of this one, or of the person's last."""
    picture = picture or ctx.last_picture
    text = _HESITATES.sub("", text)
    if picture is not None and picture.job.request and picture.job.request.count < 2:
        picture = find_several(ctx.db, picture) or picture
    request = picture.job.request if picture else None
    choice = parse_choice_among(text, request.prompt if request else "")
    plain = parse_choice(text)
    if request is None or request.count < 2 or (plain and not plain.rest):
        return choice
    is_likely = _DECIDES.search(text) or ctx.intent.probability("choice") >= LIKELY_CHOICE
    if is_likely and (taken := parse_choice_at_end(text)):
        return taken
    if choice and _says_what_to_do(choice.rest):
        return choice
    is_sure = ctx.intent.probability("choice") >= SURE_CHOICE
    return (parse_choice_once(text) if is_sure else None) or choice


def chooses_picture(ctx: EventContext) -> bool:
    """Return whether the text names one of the last pictures, or of those that it quotes."""
    among, text = ctx.quoted or ctx.last_picture, ctx.text_without_small_talk
    if among is None or ctx.recent_photo is not None:
        return False
    choice = choice_in(ctx, text, ctx.quoted)
    is_chosen = find_meant(ctx, among, text, choice) is not None
    is_chosen = is_chosen or _means_several(ctx, text, among) is not None
    return is_chosen and find_cry(ctx.text) is None


def find_meant(
    ctx: EventContext, among: PictureRef | None, text: str, choice: Choice | None
) -> PictureRef | None:
    """Find which of several pictures is chosen: of these, or of those that one was chosen of, as
    「やっぱり1番」 says after that one was changed."""
    is_back = choice is not None and not (choice.by_place and choice.rest)
    if is_back and not _BY_ORDER.match(text):
        before = find_several(ctx.db, among)
        if before is not None and (chosen := find_chosen(ctx.db, before, choice)):
            return chosen
    return find_chosen(ctx.db, among, choice)


def _means_several(ctx: EventContext, text: str, among: PictureRef | None) -> PictureRef | None:
    """Return the several pictures that a text wants back, or of which it chooses two."""
    if not (_BACK_TO_SEVERAL.fullmatch(text) or parse_both(text) or _TAKES_ALL.fullmatch(text)):
        return None
    return find_several(ctx.db, among or ctx.last_picture)


def answer_several(ctx: EventContext, text: str, among: PictureRef | None) -> Replies | None:
    """Show several pictures again, or say that one is gone on with at a time."""
    several = _means_several(ctx, text, among)
    if several is None:
        return None
    if _TAKES_ALL.fullmatch(text):
        return ctx.reply_sentence("going_on.kept")
    if both := parse_both(text):
        first, second = (position + 1 for position in both)
        return ctx.reply_sentence("going_on.one_by_one", first=first, second=second)
    return reply_about_job(ctx, several.job)


def ask_which(ctx: EventContext, picture: PictureRef) -> Replies | None:
    """Ask for the number of a picture where several are there and a text names none that can be
    found: 「5番」, 「どれがおすすめ？」, 「月がいちばん大きいやつ」. Passes any other text."""
    text = ctx.text_without_small_talk
    if find_cry(ctx.text):
        return None
    is_too_far = names_one_too_far(text)
    among = (find_several(ctx.db, picture) if is_too_far else None) or picture
    count = among.job.request.count if among.job.request else 1
    if is_too_far:
        key = "going_on.only_so_many" if count == 1 else "going_on.only_so_many_of_several"
        return ctx.reply_sentence(key, count=count)
    if count == 1 or picture.position is not None:
        return None
    if asks_which(text):
        return ctx.reply_sentence("going_on.which_you_like", count=count)
    if chooses_by_looks(text) and choice_in(ctx, text, ctx.quoted) is None:
        return ctx.reply_sentence("going_on.which_number", count=count)
    return None


def offer_named(ctx: EventContext, picture: PictureRef) -> Replies | None:
    """Offer the one of a job's several pictures that a text names, whatever else it says."""
    chosen = find_chosen(ctx.db, picture, parse_choice_once(ctx.text_without_small_talk))
    return offer_picked(ctx, chosen) if chosen else None


def _says_what_to_do(rest: str) -> bool:
    """Return whether what is said beside a choice is all read: nothing, or what to do with it."""
    return not rest or is_action_phrase(rest) or wants_more(rest) or parse_change(rest) is not None

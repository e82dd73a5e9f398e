"""Read what is wanted of an earlier picture: buttons under it, words about it, quoting it.

A button holds the picture's 受付番号 and position: as long as the job is kept, it works, after any
restart and in that chat only.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot import jobs, messages
from bot.conversation.context import EventContext, Replies
from bot.conversation.generate import request_pictures
from bot.conversation.job_status import reply_about_job
from bot.conversation.picture_actions import (
    ACTION_PHRASES,
    ACTIONS,
    PICTURE_TAPS,
    action_of_more,
    find_action,
    find_steered_action,
    finds_misshapen,
)
from bot.conversation.picture_details import tell_details
from bot.conversation.picture_refs import (
    LAST_PICTURE_SECONDS,
    MENTIONED_PICTURE_SECONDS,
    PictureRef,
    find_last,
    find_pending,
    find_picked,
    find_tapped,
    is_gone,
)
from bot.conversation.repainting import (
    apply_action,
    offer_picked,
    paint_change,
    paint_previous,
    with_seed_of,
)
from bot.conversation.several_pictures import (
    answer_several,
    choice_in,
    chooses_picture,
    find_meant,
)
from bot.intent.one_matter import (
    how_many_more,
    may_take_back,
    takes_change_back,
    wants_finer,
    wants_more,
)
from bot.intent.wanted_looks import as_order_to_draw
from bot.moderation.distress import find_cry
from bot.prompt import Reading, read
from bot.prompt.changes.parser import may_be_change, parse_as_change, parse_change
from bot.prompt.changes.undo import is_undo, means_first
from bot.store import pending_edits

_SAME_SEED = re.compile(  # 「さっきと同じシードで、犬」: another picture from it
    r"^(?:(?:さっき|先ほど|今|前|最後|直前|それ|これ)(?:の(?:絵|やつ)?)?と)?同じシード(?:で|"
    r"を使って)[、 ]?(?P<wish>.+)"
)
_LARGER = re.compile(  # of one of several, which is shown small: 「4番のやつ、でっかくして」
    "(?:もっかい|もう[一1](?:回|度))?(?:大き|おっき|でか|でっか)く(?:(?:して|見せて|みせて|"
    "出して|できる|できます|見たい).{0,8})?"
)
_LIKE_IT = re.compile("(?:似|近い|同じような)")  # of one of several: 「2番に似たのほかにもない？」
_NEW_REQUEST = re.compile("描いて|かいて|えがいて|作って|つくって")

_BACK = re.compile("戻|もど|元通り|もとどおり|なかったこと|手前の|前のに|(?:変更|修正).{0,4}取り消")


def handle_postback(ctx: EventContext) -> Replies | None:
    """Do what a tapped button under a picture says. Its target is "4F7-K2M:0"."""
    if ctx.postback is None:
        return None
    action, target = ctx.postback
    if action not in ACTIONS | PICTURE_TAPS:
        return None
    ref = find_tapped(ctx.db, ctx.chat_id, target)
    if ref is None:
        return ctx.reply(messages.picture_gone(ctx.language))
    match action:
        case "choose":
            return offer_picked(ctx, ref)
        case "details":
            return tell_details(ctx, ref)
    origin = next(origin for origin in ACTION_PHRASES if origin == action)
    return apply_action(ctx, origin, ref, Reading(""))


def handle_command(ctx: EventContext) -> Replies | None:
    """Take the last change back if 「取り消しで」 means that: nothing waits to be painted."""
    command = ctx.command
    if command is None or command.kind != "cancel" or command.number or not ctx.is_addressed:
        return None
    if ctx.situation.is_asked and not ctx.is_waiting:  # 「キャンセル」, asked what to change
        pending_edits.clear(ctx.db, ctx.chat_id, ctx.event.user_id)
        return ctx.reply_sentence("going_on.kept")
    if ctx.recent_photo is not None and not ctx.is_waiting:  # 「やっぱりいいです」, after a photo
        return ctx.reply_sentence("photo.left")
    if ctx.is_waiting or not takes_last_change_back(ctx):
        return None
    return paint_previous(ctx)


def handle_text(ctx: EventContext) -> Replies | None:
    """Answer words that are about a picture; passes if they are a request of their own."""
    return change_by_words(ctx, ctx.text_without_small_talk, ctx.quoted)


def change_by_words(ctx: EventContext, text: str, quoted: PictureRef | None) -> Replies | None:
    """Answer words about the quoted picture, the one just asked about or the last one.

    text: cleaned, without mentions. Returns None if it is a request of its own.
    """
    db, chat_id, user_id = ctx.db, ctx.chat_id, ctx.event.user_id
    reading = ctx.reading
    if order := _order_to_draw(ctx, text, quoted):
        text, reading = order, read(order)
    marked = ctx.glance.has_question
    pending = find_pending(db, chat_id, user_id) if marked else None
    picked = find_picked(db, chat_id, user_id) if marked and not pending else None
    choice = choice_in(ctx, text, quoted or pending)
    among = quoted or pending or (find_last(db, chat_id, user_id) if choice else None)
    chosen = find_meant(ctx, among, text, choice)
    if answer := answer_several(ctx, text, among):
        return answer
    takes_back = is_undo(text) or takes_last_change_back(ctx, text)
    takes_back = takes_back and not (quoted and quoted.position is not None)
    if takes_back and (chosen is None or (choice and choice.rest)):
        # Among four 「最初のやつがいい」 is the first of them.
        return paint_previous(ctx, to_first=means_first(text))
    if choice and chosen:
        if not choice.rest:
            return offer_picked(ctx, chosen)
        text, quoted = choice.rest, chosen
        reading = read(text)
    if pending or picked:
        pending_edits.clear(db, chat_id, user_id)
    action = find_action(text) or find_steered_action(text, reading)
    if action is None and (wants_finer(text) or (chosen and _LARGER.fullmatch(text))):
        action = "fine"
    if action is None and chosen and _LIKE_IT.match(text):
        action = "similar"
        reading = replace(reading, count=max(reading.count, how_many_more(text)))
    if action is None and finds_misshapen(text):
        action = "again"
    if action is None and wants_more(text):
        action = action_of_more(text)
        reading = replace(reading, count=max(reading.count, how_many_more(text)))
    if action:
        picture = quoted or pending or picked or find_last(db, chat_id, user_id)
        if picture is not None:
            return apply_action(ctx, action, picture, reading)
        if action == "four" and reading.problem:
            return None
        return ctx.reply(messages.no_previous_picture(ctx.language))
    if picture := quoted or pending:
        return _change_shown(ctx, text, picture, is_quoted=bool(quoted), is_pending=bool(pending))
    if same_seed := _SAME_SEED.match(text):
        last = find_last(db, chat_id, user_id)
        if last is not None and not is_gone(last.job):
            return request_pictures(ctx, with_seed_of(ctx, last, read(same_seed["wish"])))
    return _change_last(ctx, text, reading, picked)


def change_picture(ctx: EventContext, ref: PictureRef, words: str) -> Replies:
    """Paint a picture anew with a change that these words name, once it is there."""
    if ref.job.state in jobs.UNFINISHED:
        return reply_about_job(ctx, ref.job)
    return paint_change(ctx, ref, parse_as_change(words))


def is_about_pictures(ctx: EventContext) -> bool:
    """Return whether the text is what a button under a picture says, takes a change back, or
    chooses one of the last pictures: 「もう一度」, 「戻して」, 「右下がいい」."""
    text = ctx.text_without_small_talk
    if find_action(text) is not None or find_steered_action(text, ctx.reading) is not None:
        return True
    if (
        ctx.situation.has_picture
        and ctx.recent_photo is None
        and (wants_finer(text) or finds_misshapen(text))
    ):
        return True
    if ctx.last_picture is not None and (is_undo(text) or takes_last_change_back(ctx, text)):
        return True
    if ctx.situation.has_picture and ctx.recent_photo is None and wants_more(text):
        return find_cry(text) is None
    return chooses_picture(ctx)


def takes_last_change_back(ctx: EventContext, text: str | None = None) -> bool:
    """Return whether a text says, in whatever words, that the last change was none to keep.

    text: cleaned; None: the event's own.
    """
    text = ctx.text_without_small_talk if text is None else text
    last = ctx.last_picture
    if last is None or last.job.request is None:
        return False
    if not may_take_back(text) or ctx.recent_photo is not None or find_cry(text) is not None:
        return False
    if not was_last_changed(ctx):  # it is said that there is nothing to go back to
        return bool(_BACK.search(text)) and takes_change_back(text, last.job.request.prompt, "")
    parent = jobs.get(ctx.db, last.job.parent_id) if last.job.parent_id else None
    if parent is None or parent.request is None:
        return False
    return takes_change_back(text, last.job.request.prompt, parent.request.prompt)


def was_last_changed(ctx: EventContext) -> bool:
    """Return whether the person's last picture is a change of another, which can be taken back."""
    last = ctx.last_picture
    return bool(last and last.job.request and last.job.request.origin == "change")


def _order_to_draw(ctx: EventContext, text: str, quoted: PictureRef | None) -> str | None:
    """Return the order that the picture shall look drawn, if that is what a text wants."""
    picture = quoted or (None if ctx.recent_photo else ctx.last_picture)
    if picture is None or picture.job.request is None:
        return None
    return as_order_to_draw(text, picture.job.request.prompt)


def _change_shown(
    ctx: EventContext, text: str, picture: PictureRef, *, is_quoted: bool, is_pending: bool
) -> Replies | None:
    """Change the picture that is quoted, or that the bot just asked about."""
    if parse_change(text) is None:
        if not is_quoted and _NEW_REQUEST.search(text):
            return None  # asked what to change, they thought better of it
        if not is_pending and not ctx.mentions_bot:
            return []  # 「かわいい！」, among people
    return paint_change(ctx, picture, parse_as_change(text))


def _change_last(
    ctx: EventContext, text: str, reading: Reading, picked: PictureRef | None
) -> Replies | None:
    """Change the person's last picture, or the one they picked among several, if the text says what
    to change and fits that picture."""
    if reading.problem != "only_controls" and not may_be_change(text):
        return None
    wanted = parse_change(text)
    if wanted is None:
        return None
    within_seconds = MENTIONED_PICTURE_SECONDS if wanted.refers_to_picture else LAST_PICTURE_SECONDS
    last = picked or find_last(ctx.db, ctx.chat_id, ctx.event.user_id, within_seconds)
    if last is None:
        no_picture = messages.no_previous_picture(ctx.language)
        return ctx.reply(no_picture) if wanted.refers_to_picture else None
    prompt = last.job.request.prompt if last.job.request else ""
    if not wanted.refers_to_picture and not wanted.applies_to(prompt):
        return None
    return paint_change(ctx, last, wanted)

"""Change the last picture by words that mean nothing without it: 「やっぱり犬で」, 「黄色」."""

from __future__ import annotations

import re
from dataclasses import replace

from bot import jobs, messages
from bot.conversation.context import EventContext, Replies
from bot.conversation.generate import request_pictures
from bot.conversation.picture_refs import PictureRef, find_several, find_tapped, is_gone
from bot.conversation.plain_matters import decide_while_painting
from bot.conversation.repainting import paint_change, paint_previous
from bot.conversation.restated import is_surely_no_change
from bot.conversation.several_pictures import ask_which, chooses_picture
from bot.intent.choosing import parse_choice_among, parse_choice_once
from bot.intent.one_matter import wants_more
from bot.moderation.distress import find_cry
from bot.prompt import read
from bot.prompt.changes.choices import asks_which, parse_choice
from bot.prompt.changes.follow_ups import parse_follow_up, parse_scene
from bot.prompt.changes.fragments import one_step
from bot.prompt.changes.steps import Change, ChangeStep
from bot.prompt.changes.things_alone import belongs

JOIN_ACTION, ALONE_ACTION = "join", "alone"
_IN_COLOUR = re.compile(
    "(?:やっぱ(?:り|し)?[、 ]?)?(?:フル)?(?:カラー|"
    "色付き|色つき|色あり)(?:で|にして|がいい|に戻して).{0,6}"
)
_JOINS = re.compile(  # what the button says, and 「さっきの絵に入れてほしかった」
    "(?:いや|いいえ|違う|ちがう|そうじゃなくて|じゃなくて)?[、。! ]{0,3}"
    "(?:(?:それ|これ|今の)(?:を|も)?[、 ]?)?"
    "(?:さっき|前|まえ|元|もと|最初|1個前|一個前|ひとつ前)の?(?:絵|やつ|の)?に"
    "(?:足|加え|入れ|いれ|つけ|付け|追加|描き足|乗せ|のせ|合わせ)[^、。?？]{0,10}[。!！]*"
)
_CALLS_OFF_FOR = re.compile(
    "(?:(?:ごめん|すみません|あ|やっぱ(?:り|し)?)[、 ]*)?(?:今|いま)(?:描いて(?:い)?る(?:の|やつ|"
    "絵)|の(?:やつ|絵)?|頼んだ(?:の|やつ))"
    "(?:は|を)?(?:やめて|止めて|キャンセルして|中止して|なしで|取り消して|いいから)[、。 ]*"
    "(?P<other>.{2,30}?)(?:に(?:して|変えて|する)?|で(?:お願い(?:します)?)?|を?(?:描いて|"
    "お願い(?:します)?))[。!！]*"
)
_NAMES_PICTURE = re.compile("の(?:やつ|ヤツ|絵|画像)")
SURE_CHOICE_OF_ONE = 0.75  # from which a text that names a number chooses a picture
_WHICH = re.compile("どれ|どっち|どちら|何番")
_LISTED = re.compile("[①-⑳]")  # 「①雪②月」, two things to change
_RATHER = re.compile("^やっぱ(?:り|し)?[、 ]?")


def handle_text(ctx: EventContext) -> Replies | EventContext | None:
    """Paint the quoted picture, the one just chosen or the last one anew. Passes anything else.

    What is said right after a photo, or in answer to what to change, is for other handlers.
    """
    if ctx.event.type == "messageEdited" or ctx.recent_photo or ctx.situation.is_asked:
        return None
    if other := _calls_off_for(ctx):
        return other
    picture = ctx.meant_picture
    if picture is None or is_gone(picture.job) or picture.job.request is None:
        return None
    if _JOINS.fullmatch(ctx.text_without_small_talk) and (joined := _join(ctx, picture)):
        return joined
    if _IN_COLOUR.fullmatch(ctx.text_without_small_talk) and _lost_its_colours(picture):
        return paint_previous(ctx)
    several = find_several(ctx.db, picture)  # 「やっぱ3番のにする」 after the second was changed
    of = several.job.request if several and several.job.request else picture.job.request
    count = of.count
    if not ctx.is_waiting and (asked := ask_which(ctx, picture)):
        return asked
    if _chooses_beyond(ctx.text_without_small_talk, of.prompt, count):
        return ctx.reply_sentence("going_on.only_so_many", count=count)
    if count == 1 and not ctx.is_waiting and _chooses_of_one(ctx):
        return ctx.reply_sentence("going_on.only_so_many", count=1)
    if decide_while_painting(ctx) or chooses_picture(ctx):
        return None
    if ctx.quoted is None and wants_more(ctx.text_without_small_talk):
        return None  # 「別パターンもある？」
    parent = jobs.get(ctx.db, picture.job.parent_id) if picture.job.parent_id else None
    before = parent.request.prompt if parent and parent.request else ""
    change = parse_follow_up(ctx.text_without_small_talk, picture.job.request.prompt, before)
    if change is None or find_cry(ctx.text) or is_surely_no_change(ctx):
        return None
    alone = _named_alone(ctx, change, picture.job.request.prompt)
    if alone and not (ctx.is_private and ctx.event.type == "message"):
        return None  # a tapped wish, or one in a group
    return paint_change(ctx, picture, change, alone=alone)


def _named_alone(ctx: EventContext, change: Change, prompt: str) -> str:
    """Return the thing that a text is which was guessed to belong to the picture, or ""."""
    step = change.steps[0] if len(change.steps) == 1 else None
    is_alone = step is not None and step.kind == "add" and step.target in ctx.text
    is_guessed = is_alone and step is not None and belongs(step.target, prompt)
    return step.target if is_guessed and step is not None else ""


def _calls_off_for(ctx: EventContext) -> EventContext | None:
    """Cancel what is being painted and hand on the wish that stands instead of it: 「今描いてるの
    やめて夏祭りにして」."""
    match = _CALLS_OFF_FOR.fullmatch(ctx.text_without_small_talk)
    last = ctx.last_picture if match and ctx.is_waiting and ctx.is_private else None
    if match is None or last is None or find_cry(ctx.text):
        return None
    jobs.cancel(ctx.db, last.job.id)
    return ctx.with_event(replace(ctx.event, text=match["other"], emojis=()))


def _lost_its_colours(picture: PictureRef) -> bool:
    request = picture.job.request
    return request is not None and bool({"モノクロ", "白黒調"} & set(request.styles))


def handle_postback(ctx: EventContext) -> Replies | None:
    """Add a thing that was painted alone to the picture of before it, when its button is tapped, or
    paint alone what was added."""
    if ctx.postback is None or ctx.postback[0] not in {JOIN_ACTION, ALONE_ACTION}:
        return None
    tapped = find_tapped(ctx.db, ctx.chat_id, ctx.postback[1])
    do = _join if ctx.postback[0] == JOIN_ACTION else _paint_alone
    return do(ctx, tapped) or ctx.reply(messages.picture_gone(ctx.language))


def _paint_alone(ctx: EventContext, joined: PictureRef | None) -> Replies | None:
    """Paint what was added to a picture as one of its own; None if it is not known any more."""
    request = joined.job.request if joined and not is_gone(joined.job) else None
    return request_pictures(ctx, read(request.alone)) if request and request.alone else None


def _join(ctx: EventContext, alone: PictureRef | None) -> Replies | None:
    """Add what a picture shows alone to the picture of before it; None if it is of none."""
    request = alone.job.request if alone and not is_gone(alone.job) else None
    if request is None or not request.beside:
        return None
    before = find_tapped(ctx.db, ctx.chat_id, request.beside)
    if before is None:
        return None
    return paint_change(ctx, before, one_step(ChangeStep("add", request.prompt)))


def change_by_scene(ctx: EventContext) -> Replies | None:
    """Paint the last picture anew with what its subject does, 「ほうきで飛んでる」. Passes anything
    else. For what is no talk."""
    last = ctx.meant_picture
    if last is None or ctx.recent_photo or is_gone(last.job) or last.job.request is None:
        return None
    change = parse_scene(ctx.text_without_small_talk, last.job.request.prompt)
    return None if change is None else paint_change(ctx, last, change)


def _chooses_of_one(ctx: EventContext) -> bool:
    """Return whether a text surely chooses among pictures, or asks which to take: 「ほな四番で」,
    「二番と四番、どっちがオモロい？」. For where there is one alone."""
    text = ctx.text_without_small_talk
    if find_cry(ctx.text) or _LISTED.search(ctx.event.text or ""):
        return False
    is_sure = ctx.intent.probability("choice") >= SURE_CHOICE_OF_ONE
    return (is_sure and parse_choice_once(text) is not None) or (
        asks_which(text) and _WHICH.search(text) is not None
    )


def _chooses_beyond(text: str, prompt: str, count: int) -> bool:
    """Return whether a text does nothing but choose a picture where there are not so many."""
    choice = parse_choice(_RATHER.sub("", text))
    if choice and choice.rest and not choice.by_place:  # 「2番目のほうが好きやな」
        choice = parse_choice_among(text, prompt)
    if choice is None or choice.rest:
        return False
    names_one = not choice.by_place or _NAMES_PICTURE.search(text) is not None
    return names_one and choice.position >= count

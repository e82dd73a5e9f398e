"""A chat's own style and shape: 「いつもアニメ調で」, 「いつも縦長」, 「設定」.

They hold where a wish says nothing else. In a group anybody may set them: they are seen under each
picture, and taken back by whoever minds.
"""

from __future__ import annotations

from dataclasses import replace

from bot import messages
from bot.conversation.context import EventContext, Replies
from bot.prompt import SHAPE_LABELS, Reading, styles
from bot.prompt.japanese.cleaning import strip_trailing_marks
from bot.prompt.request.default_wishes import (
    is_kept,
    names_setting,
    parse_default,
    says_more,
    says_setting,
    taken_back,
    takes_back_all,
)
from bot.store import chat_defaults
from bot.store.chat_defaults import ChatDefaults

SHOW_PHRASES = "設定 設定を見せて 設定を見る 設定を見たい 設定は いまの設定 今の設定 settings"
RESET_PHRASES = (
    "設定を戻して 設定を元に戻して 設定をリセット 設定をリセットして 設定を消して 設定をやめて "
    "設定を取り消して いつものをやめて いつもの設定をやめて 設定なし reset_settings"
)
_SHOW = frozenset(SHOW_PHRASES.split())
_RESET = frozenset(phrase.replace("_", " ") for phrase in RESET_PHRASES.split())
_SIZE_BY_NAME = {name: size for size, name in SHAPE_LABELS.items()}


def handle_text(ctx: EventContext) -> Replies | None:
    """Set, show or reset the chat's defaults, if the text asks for it."""
    words = strip_trailing_marks(ctx.text_without_small_talk).casefold()
    if words in _SHOW:
        return _show(ctx)
    if words in _RESET or takes_back_all(words):
        return _reset(ctx)
    if (kept := _without(ctx, words)) is not None:
        return kept
    wanted = parse_default(ctx.text_without_small_talk)
    if wanted is None:
        return None
    return _set(ctx, wanted) if is_kept(wanted) else ctx.reply_sentence("defaults.not_kept")


def handle_postback(ctx: EventContext) -> Replies | None:
    """Do what a button about the defaults says: "defaults:reset", "defaults:style:水彩風"."""
    if ctx.postback is None or ctx.postback[0] != messages.DEFAULTS_ACTION:
        return None
    kind, _, name = ctx.postback[1].partition(":")
    if kind == "reset":
        return _reset(ctx)
    if kind == "style" and name in styles():
        return _set(ctx, Reading("", styles=(name,)))
    if kind == "shape" and (size := _SIZE_BY_NAME.get(name)):
        return _set(ctx, Reading("", width=size[0], height=size[1]))
    return _show(ctx)


def with_defaults(ctx: EventContext, reading: Reading) -> Reading:
    """Return a wish with the chat's style and shape where it names none."""
    if reading.problem is not None:
        return reading
    defaults = ctx.glance.defaults
    if defaults.style in styles() and not reading.styles:
        label = str(defaults.style)
        reading = replace(reading, prompt=f"{reading.prompt} {label}", styles=(label,))
    size = _SIZE_BY_NAME.get(defaults.shape or "")
    if size and reading.width is None and reading.purpose is None:
        reading = replace(reading, width=size[0], height=size[1])
    return reading


def _set(ctx: EventContext, wanted: Reading) -> Replies:
    before = chat_defaults.get(ctx.db, ctx.chat_id)
    style = wanted.styles[0] if wanted.styles else before.style
    shape = before.shape
    if wanted.width is not None and wanted.height is not None:
        shape = SHAPE_LABELS.get((wanted.width, wanted.height), before.shape)
    defaults = ChatDefaults(style, shape)
    chat_defaults.put(ctx.db, ctx.chat_id, defaults)
    answer = messages.chat_settings(defaults, ctx.language, is_new=True)
    if says_more(wanted):
        answer += messages.sentence("defaults.not_kept", ctx.language)
    return ctx.reply(answer)


def _without(ctx: EventContext, words: str) -> Replies | None:
    """Take back the one style or shape that a text wants no longer, if it is set: 「水彩やめて」.

    Under a picture that may mean the picture, unless the text speaks of what holds for all.
    """
    unwanted = taken_back(words)
    if unwanted is None or not (names_setting(words) or not ctx.situation.has_picture):
        return None
    defaults = chat_defaults.get(ctx.db, ctx.chat_id)
    style, shape = defaults.style, defaults.shape
    if style in unwanted.styles:
        style = None
    if unwanted.width is not None and _SIZE_BY_NAME.get(shape or "") == (
        unwanted.width,
        unwanted.height,
    ):
        shape = None
    kept = ChatDefaults(style, shape)
    if kept == defaults:
        return _show(ctx) if says_setting(words) else None
    chat_defaults.put(ctx.db, ctx.chat_id, kept)
    return ctx.reply(messages.chat_settings(kept, ctx.language, is_new=True))


def _reset(ctx: EventContext) -> Replies:
    chat_defaults.put(ctx.db, ctx.chat_id, ChatDefaults())
    return ctx.reply_sentence("defaults.reset_done")


def _show(ctx: EventContext) -> Replies:
    defaults = chat_defaults.get(ctx.db, ctx.chat_id)
    return ctx.reply(messages.chat_settings(defaults, ctx.language))

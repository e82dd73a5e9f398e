"""「スタイル」, and the styles and shapes of its carousel to tap."""

from __future__ import annotations

from bot import messages
from bot.conversation import variations
from bot.conversation.context import EventContext, Replies
from bot.prompt import styles
from bot.prompt.japanese.cleaning import strip_trailing_marks
from bot.queue.app import TaskMessage
from bot.store import outbox

STYLE_PHRASES = (
    "スタイル すたいる スタイルを見せて スタイル一覧 スタイルの一覧 スタイルを選ぶ "
    "スタイルを選びたい どんなスタイルがある 画風 画風を選ぶ 画風の一覧 画風を見せて "
    "styles style show_styles"
)
_PHRASES = frozenset(phrase.replace("_", " ") for phrase in STYLE_PHRASES.split())


def handle_text(ctx: EventContext) -> Replies | None:
    """Offer styles and shapes, if the text asks for them."""
    words = strip_trailing_marks(ctx.text_without_small_talk).casefold()
    return _offer(ctx) if words in _PHRASES else None


def handle_postback(ctx: EventContext) -> Replies | None:
    """Paint the person's last picture in the tapped style or shape; say how to ask for it if there
    is none. "style:" alone offers all."""
    if ctx.postback is None:
        return None
    action, name = ctx.postback
    if action == messages.STYLE_ACTION and name in styles():
        return _apply(ctx, name, f"{name}にして")
    if action == messages.SHAPE_ACTION and name in messages.SHAPES:
        return _apply(ctx, name, f"{name}で")
    return _offer(ctx) if action in {messages.STYLE_ACTION, messages.SHAPE_ACTION} else None


def _offer(ctx: EventContext) -> Replies:
    token = ctx.event.reply_token
    if not token:
        return []
    delivery_id = outbox.add_styles(
        ctx.db, token=token, token_at=ctx.received_at, chat_id=ctx.chat_id
    )
    return [TaskMessage("send", delivery_id)]


def _apply(ctx: EventContext, name: str, words: str) -> Replies:
    if ctx.last_picture is None:
        return ctx.reply_sentence("styles.how", name=name)
    return variations.change_picture(ctx, ctx.last_picture, words)

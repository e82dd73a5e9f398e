"""「くわしく」: the numbers of a picture, for those who want to paint it again."""

from __future__ import annotations

from bot import jobs, messages
from bot.conversation.context import EventContext, Replies
from bot.conversation.picture_refs import PictureRef, find_last, find_pending, find_picked, is_gone
from bot.prompt.japanese.cleaning import strip_trailing_marks
from bot.prompt.japanese.request_phrases import shorten_requests

DETAIL_PHRASES = (
    "くわしく 詳しく くわしく見せて 詳しく見せて くわしく教えて 詳しく教えて 詳細 details "
    "シードは シードを教えて シード番号は 受付番号は 受付番号を教えて"
)
_PHRASES = frozenset(DETAIL_PHRASES.split())


def handle_text(ctx: EventContext) -> Replies | None:
    """Tell the numbers of the quoted, the chosen or the last picture, if the text asks for them."""
    if not asks_for_details(ctx.text_without_small_talk):
        return None
    db, chat_id, user_id = ctx.db, ctx.chat_id, ctx.event.user_id
    ref = ctx.quoted or find_pending(db, chat_id, user_id) or find_picked(db, chat_id, user_id)
    ref = ref or find_last(db, chat_id, user_id)
    return tell_details(ctx, ref) if ref else None


def asks_for_details(text: str) -> bool:
    """Return whether a cleaned text asks for a picture's numbers."""
    bare = strip_trailing_marks(text).casefold()
    return bare in _PHRASES or strip_trailing_marks(shorten_requests(text)).casefold() in _PHRASES


def tell_details(ctx: EventContext, ref: PictureRef) -> Replies:
    """Tell the 受付番号, seed, steps and size of a picture, or of all pictures of its job."""
    job = ref.job
    stored = [] if is_gone(job) else jobs.pictures_of(ctx.db, job.id)
    if not stored:
        return ctx.reply(messages.picture_gone(ctx.language))
    meant = [each for each in stored if each.position == ref.position] or stored
    details = messages.picture_details(
        job.number,
        ctx.language,
        request=job.request,
        seeds=[each.seed for each in meant],
        steps=job.steps,
        size=(meant[0].width, meant[0].height),
    )
    return ctx.reply(details, about_job=job)

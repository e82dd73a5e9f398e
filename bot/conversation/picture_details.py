"""「くわしく」: the numbers of a picture, for those who want to paint it again."""

from __future__ import annotations

import re

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
_NUMBER = (  # by which a picture is painted again; 「種」 alone is of a plant
    "(?:シード(?:値|番号|ナンバー)?|しーど(?:値)?|(?i:seed)(?:値|番号)?|(?:絵|"
    "画像)?の?種(?:の番号|番号|の値)|乱数(?:の種)?|"
    "受付番号)"
)
_ASKS_NUMBER = re.compile(  # 「この絵の種の番号って何番？」
    "(?:(?:この|その|今の|いまの|さっきの|前の|最後の)(?:絵|やつ|画像|イラスト)?の?|(?:これ|"
    "それ)の|絵の)?"
    f"{_NUMBER}(?:と受付番号)?(?:って|は|を|が|とか|も)?[、 ]?"
    "(?:(?:何番|なんばん|何|なに|いくつ|いくら|どれ|どこ)(?:なの|だった|でした|です|だ|なん|"
    "に(?:あ(?:る|り)|書)|で)?"
    "|(?:見|み)(?:れ|られ|え)(?:る|ます|ない|ん)|(?:見|み)(?:せて|たい)|(?:知|し)りたい|(?:分|"
    "わ)か(?:る|り|ん)|教えて|おしえて|"
    "出して|表示|確認|メモ|控え)"
    "[^、。をにで]{0,10}[?？。!！]*"
)

_TELLS_NUMBER = re.compile(
    "(?:教えて|おしえて|(?:値|番号)(?:を|も)?(?:ください|下さい|ちょうだい|くれ)|知りたい|"
    "しりたい|何番|なんばん|見せて|みせて|控え|メモし)"
)
_SEED = re.compile("シード|しーど|seed", re.IGNORECASE)
_MAX_CHARS = 40  # of a text that asks for a number in a sentence of its own


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
    if _ASKS_NUMBER.fullmatch(text) or _asks_in_a_sentence(text):
        return True
    bare = strip_trailing_marks(text).casefold()
    return bare in _PHRASES or strip_trailing_marks(shorten_requests(text)).casefold() in _PHRASES


def _asks_in_a_sentence(text: str) -> bool:
    """Return whether a text asks for the seed among other words: 「あとで使うからシード教えて」."""
    is_short = len(text) <= _MAX_CHARS and not re.search("[0-9]|同じシード|固定", text)
    return is_short and bool(_SEED.search(text) and _TELLS_NUMBER.search(text))


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

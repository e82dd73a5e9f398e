"""Keep and send: 「お気に入り」 and 「送る」, by a chip under a picture or by words about one.

In a group anybody may do either, and take back what another keeps: the picture was brought to all.
Whoever asked for it may still erase it.
"""

from __future__ import annotations

import re

from bot import jobs, messages
from bot.conversation import album
from bot.conversation.context import EventContext, Replies
from bot.conversation.picture_refs import (
    PictureRef,
    find_last,
    find_pending,
    find_picked,
    find_tapped,
)
from bot.jobs import Job, albums, favourites
from bot.jobs.model import UNFINISHED
from bot.prompt.japanese.cleaning import strip_trailing_marks
from bot.store.clock import now

DAY_SECONDS = 24 * 3600.0
KEEP_PHRASES = {
    "send": "送る 送りたい 友だちに送る 友達に送る この絵を送る この絵を送りたい 友だちに送りたい "
    "友達に送りたい 絵を送る シェア シェアする シェアしたい 共有 共有する 共有したい "
    "送るリンク share send_it share_it send_to_a_friend",
    "favourite": "お気に入り おきにいり お気に入りに入れて お気に入りにいれて お気に入りにして "
    "お気に入りにする お気に入りに追加 お気に入りに追加して お気に入り登録 お気に入りに登録 "
    "お気に入りに登録して この絵をお気に入りに この絵をお気に入りにして favourite favorite "
    "keep_it keep_this",
    "unfavourite": "お気に入りから外して お気に入りからはずして お気に入りを外して "
    "お気に入りをやめて お気に入りを取り消して お気に入り解除 お気に入りを解除して "
    "お気に入りから消して unfavourite unfavorite",
    "favourites": "お気に入りを見せて お気に入りを見る お気に入り一覧 お気に入りの一覧 "
    "お気に入りの絵 favourites favorites",
}
_THIS = (
    "(?:(?:この|その|今の|いまの|さっきの|最後の)(?:絵|画像|イラスト|やつ)?|これ|それ|絵)?"
    "(?:を|は|も)?"
)
_DO = "(?:て(?:おいて|おきたい|みたい)?|と(?:いて|きたい|こう)|たい|ます|る|よう)"
_FAVOURITES = "(?:お気に入り|おきにいり)"
_TO_SOMEBODY = (
    "(?:友達|友だち|ともだち|家族|母|父|親|孫|娘|息子|彼女|彼氏|みんな|ほかの人|他の人)(?:に|へ)も?"
)
_SAID = {  # in other words than the phrases: 「お気に入りに入れといて」, 「友達に送りたいんだけど」
    "favourite": f"{_THIS}{_FAVOURITES}(?:に|へ)?"
    f"(?:(?:入れ|いれ|加え|し|追加し|登録し|保存し){_DO}|追加|登録|保存|する)",
    "unfavourite": f"{_THIS}{_FAVOURITES}(?:から|を|に入れるの)?"
    f"(?:(?:外し|はずし|消し|けし|やめ|抜い|取り消し|解除し){_DO}|解除|外す|やめる)",
    "favourites": f"{_FAVOURITES}(?:の(?:絵|画像|やつ))?(?:を|は|が)?"
    "(?:見せて|みせて|見たい|みたい|見る|どこ|一覧|ひらいて|開いて)",
    "send": f"{_THIS}{_TO_SOMEBODY}(?:(?:送|おく)(?:って|っといて|りたい|ります|る|れる|ろう)|"
    f"(?:共有|シェア)(?:し{_DO}|する)?)",
}
_PATTERNS = {action: re.compile(pattern) for action, pattern in _SAID.items()}
_ASKED_SOFTLY = re.compile(
    "(?:(?:の|ん)(?:です|だ)?(?:けど|けれど|が)|です|ください|下さい|ほしい|欲しい|くれる|"
    "もらえる|もらえますか|"
    "(?:くれ|もらえ|いただけ)(?:たら|ると|ますと)(?:助かる|うれしい|嬉しい|ありがたい)(?:です)?|"
    "くれますか|お願い(?:します)?|ね|よ|な|や|わ){1,8}$"
)
_ACTION_BY_PHRASE = {
    phrase.replace("_", " "): action
    for action, phrases in KEEP_PHRASES.items()
    for phrase in phrases.split()
}


def handle_postback(ctx: EventContext) -> Replies | None:
    """Do what a chip under a picture says. Its target is "4F7-K2M:0"."""
    if ctx.postback is None or ctx.postback[0] not in KEEP_PHRASES:
        return None
    action, target = ctx.postback
    ref = find_tapped(ctx.db, ctx.chat_id, target)
    if ref is None:
        return ctx.reply(messages.picture_gone(ctx.language))
    return _apply(ctx, action, ref)


def handle_text(ctx: EventContext) -> Replies | None:
    """Keep or send the quoted, the chosen or the last picture, if the text asks for it."""
    action = keep_action(ctx.text_without_small_talk)
    if action is None:
        return None
    if action == "favourites":
        return album.send_link(ctx)
    db, chat_id, user_id = ctx.db, ctx.chat_id, ctx.event.user_id
    ref = ctx.quoted or find_pending(db, chat_id, user_id) or find_picked(db, chat_id, user_id)
    ref = ref or find_last(db, chat_id, user_id)
    if ref is None:
        return ctx.reply(messages.no_previous_picture(ctx.language))
    return _apply(ctx, action, ref)


def keep_action(text: str) -> str | None:
    """Return the key of KEEP_PHRASES that the whole cleaned text is, or means; None if none."""
    words = strip_trailing_marks(text).casefold()
    if action := _ACTION_BY_PHRASE.get(words):
        return action
    bare = _ASKED_SOFTLY.sub("", words)
    return next((action for action, said in _PATTERNS.items() if said.fullmatch(bare)), None)


def _apply(ctx: EventContext, action: str, ref: PictureRef) -> Replies:
    job = ref.job
    if job.state in UNFINISHED:
        return ctx.reply_sentence("keep.unfinished")
    stored = jobs.pictures_of(ctx.db, job.id) if job.erase_at is None else []
    positions = [each.position for each in stored]
    if not positions:
        return ctx.reply(messages.picture_gone(ctx.language))
    chosen = [ref.position] if ref.position in positions else positions
    if action == "send":
        return _send(ctx, job, chosen)
    return _keep(ctx, job, chosen, keep=action == "favourite")


def _send(ctx: EventContext, job: Job, positions: list[int]) -> Replies:
    """Answer with LINE's share link to a page of one picture, or of each of several."""
    links = albums.share_links(ctx.db, job)
    base = f"{ctx.settings.public_url}/picture/{job.number}"
    urls = [(place, f"{base}/{links[place]}") for place in positions if place in links]
    if not urls:
        return ctx.reply(messages.picture_gone(ctx.language))
    prompt = job.request.prompt if job.request else ""
    numbered = len(positions) > 1
    return ctx.reply(
        messages.share_card(urls, ctx.language, prompt=prompt, numbered=numbered), about_job=job
    )


def _keep(ctx: EventContext, job: Job, positions: list[int], *, keep: bool) -> Replies:
    if keep:
        is_kept = favourites.add(ctx.db, job, positions)
        if not is_kept:
            return ctx.reply_sentence("keep.full", most=favourites.MAX_FAVOURITES)
        return ctx.reply(messages.kept(job.number, positions, ctx.language), about_job=job)
    if not favourites.remove(ctx.db, job, positions):
        return ctx.reply_sentence("keep.was_none")
    is_old = job.created_at < now() - ctx.settings.retention_days * DAY_SECONDS
    return ctx.reply_sentence("keep.taken_back_old" if is_old else "keep.taken_back")

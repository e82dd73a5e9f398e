"""Letters over a picture: with a wish, or on a picture that there is and is not painted anew."""

from __future__ import annotations

import re
from dataclasses import replace

from bot import jobs, messages
from bot.conversation import image_to_image
from bot.conversation.context import EventContext, Replies
from bot.conversation.generate import request_pictures
from bot.conversation.job_status import reply_about_job
from bot.conversation.picture_refs import PictureRef, is_gone, painted_key, pick_stored
from bot.prompt.japanese import morphology
from bot.prompt.options.letters import MAX_LETTERS, Letters, read_style
from bot.prompt.options.media import Purpose
from bot.prompt.options.purposes import without_purpose
from bot.store import photos
from bot.store.photos import Photo

_WITHOUT = re.compile(  # 「文字を消して」
    "(?:(?:この|その|さっきの)?(?:絵|画像|カード)?の)?(?:文字|もじ|字|ことば|言葉|セリフ|"
    "メッセージ)"
    "(?:を|は|だけ)?(?:消して|けして|取って|とって|外して|はずして|なくして|無くして|"
    "なしに(?:して)?|なしで?|"
    "いらない|要らない|抜いて)(?:ください|下さい|ほしい(?:です)?|[ねよ])*[。!！]?"
)

_ON_A_THING = re.compile(
    '(?P<thing>[^、。をはが「」『』]{1,8})(?:の(?:上|真ん中|中|とこ|ところ))?[にへ](?:は|も)?[「『“"]'
)
_SURFACE = re.compile(
    "(?:看板|のれん|暖簾|旗|のぼり|表札|黒板|ホワイトボード|札|名札|ラベル|札|提灯|ちょうちん|"
    "絵馬|短冊|垂れ幕|横断幕|たすき|"
    "(?:T|ティー)シャツ|シャツ|服|エプロン|帽子|首輪|背中|胸|壁|窓|扉|ドア|空|雲|背景|地面|砂浜|"
    "道|車体|船体|箱|袋|"
    "マグカップ|コップ|カップ|皿|お皿|ケーキ|プレート|吹き出し|ふきだし|リボン|風船|石|墓石|"
    "表紙|額縁)"
)
SURE_CHANGE = 0.85  # from which words on a thing are words on the last picture
_NAMES_LETTERS = re.compile("文字|もじ|字|ことば|言葉|セリフ|メッセージ")


def handle_text(ctx: EventContext) -> Replies | None:
    """Answer a text that asks for letters on a picture, or for none any more."""
    letters = ctx.reading.letters
    if letters is None:
        return _take_off(ctx) if _WITHOUT.fullmatch(ctx.text) else _restyle(ctx)
    if len(letters.text) > MAX_LETTERS:
        return ctx.reply(messages.request_problem("letters_too_long", ctx.language))
    if not letters.text.strip():
        return ctx.reply(messages.request_problem("letters_empty", ctx.language))
    if photo := _photo_meant(ctx):
        return image_to_image.set_letters_on_photo(ctx, photo)
    if ctx.reading.problem is None and ctx.quoted is None and not _is_on_what_is_shown(ctx):
        return request_pictures(ctx, ctx.reading)
    picture = ctx.quoted or ctx.last_picture
    if picture is None and ctx.reading.purpose is Purpose.NEW_YEAR_CARD:
        return request_pictures(ctx, ctx.reading)  # which knows what is on one
    if picture is None:
        return ctx.reply(messages.request_problem("letters_without_picture", ctx.language))
    return _set_again(ctx, picture, letters)


def _is_on_what_is_shown(ctx: EventContext) -> bool:
    """Return whether a text wants words on a thing of the last picture: 「看板に『鮨』と入れて」.

    A thing that the picture does not show counts if nobody would ask for it alone.
    """
    match = _ON_A_THING.match(ctx.text)
    last = ctx.last_picture
    if match is None or last is None or last.job.request is None:
        return False
    thing, prompt = match["thing"], last.job.request.prompt
    is_shown = morphology.spelled_in(prompt, thing) in prompt
    is_part = _SURFACE.fullmatch(thing) is not None
    return is_shown or (is_part and ctx.intent.probability("change") >= SURE_CHANGE)


def _photo_meant(ctx: EventContext) -> Photo | None:
    """Return the quoted photo, or the one just sent, if the text names nothing else to paint."""
    reading = ctx.reading
    subject = without_purpose(reading.prompt)  # 「年賀状にしたいので」 names none
    if ctx.quoted is not None or subject:
        return None
    if message_id := ctx.event.quoted_message_id:
        return photos.by_message(ctx.db, message_id, ctx.chat_id)
    return ctx.recent_photo


def _take_off(ctx: EventContext) -> Replies | None:
    picture = ctx.quoted or ctx.last_picture
    request = picture.job.request if picture else None
    if picture is None or request is None or request.letters is None:
        return None
    return _set_again(ctx, picture, None)


def _restyle(ctx: EventContext) -> Replies | None:
    """Set the letters of the picture that is meant across, down, or in another face or place."""
    style = read_style(ctx.text)
    picture = (ctx.quoted or ctx.last_picture) if style else None
    request = picture.job.request if picture else None
    if style is None:
        return None
    if picture is None or request is None or request.letters is None:
        # 「筆で」 may mean the picture, 「文字を筆文字にして」 cannot.
        if not _NAMES_LETTERS.match(ctx.text):
            return None
        return ctx.reply(messages.request_problem("letters_empty", ctx.language))
    return _set_again(ctx, picture, replace(style, text=request.letters.text))


def _set_again(ctx: EventContext, ref: PictureRef, letters: Letters | None) -> Replies:
    """Ask for the same picture with other letters; what is not said of them stays as it was."""
    job = ref.job
    if is_gone(job) or job.request is None:
        return ctx.reply(messages.picture_gone(ctx.language))
    if job.state in jobs.UNFINISHED:
        return reply_about_job(ctx, job)
    stored = jobs.pictures_of(ctx.db, job.id)
    if not stored:
        return ctx.reply(messages.picture_gone(ctx.language))
    picture = pick_stored(ref, stored)
    before = job.request.letters
    if letters is not None and before is not None:
        letters = replace(
            letters,
            place=letters.place or before.place,
            vertical=before.vertical if letters.vertical is None else letters.vertical,
            face=letters.face or before.face,
        )
    reading = replace(job.request.reading(), seed=picture.seed, count=1, letters=letters)
    return request_pictures(
        ctx,
        reading,
        parent_id=job.id,
        origin="change",
        source_key=job.request.source_key,
        from_photo=job.request.from_photo,
        plain_key=painted_key(job, picture),
    )

"""Letters over a picture: with a wish, or on a picture that there is and is not painted anew."""

from __future__ import annotations

import re
from dataclasses import replace

from bot import jobs, messages
from bot.conversation import image_to_image
from bot.conversation.context import EventContext, Replies
from bot.conversation.generate import request_pictures
from bot.conversation.letter_words import answer_to_question, ask_words, asks_for_words, meant_words
from bot.conversation.picture_refs import (
    PictureRef,
    find_chosen,
    find_pending,
    find_picked,
    is_gone,
    painted_key,
    pick_stored,
)
from bot.prompt import StoredRequest
from bot.prompt.changes.choices import parse_choice
from bot.prompt.japanese import morphology
from bot.prompt.options.letter_edits import (
    beside_letters,
    edited,
    parse_other_letters,
    wants_same_letters,
)
from bot.prompt.options.letter_looks import Look, combine, read_look
from bot.prompt.options.letters import MAX_LETTERS, Letters
from bot.prompt.options.media import Purpose
from bot.prompt.options.purposes import without_purpose
from bot.store import pending_edits, pending_questions, photos
from bot.store.photos import Photo

_WITHOUT = re.compile(  # 「文字を消して」
    "(?:やっぱり?|やっぱし|じゃあ?|なら|もう|いや)?[、 ]?"
    "(?:(?:この|その|さっきの)?(?:絵|画像|カード)?の)?(?:文字|もじ|字|ことば|言葉|セリフ|"
    "メッセージ|日付|日時|日にち|名前|店名|値段|タイトル)"
    "(?:を|は|だけ)?(?:(?:こっち|こちら|自分|あと|後)[^、。]{1,14}?(?:から|ので|けん|んで)"
    "、?)?(?:消して|けして|取って|とって|外して|はずして|なくして|無くして|"
    "(?:なし|無し|ナシ)(?:に(?:して|戻して|しといて|戻しといて)?|で)?|"
    "(?:いら|要ら)(?:ない|なかった|ねえ?|ねがった|ん|んかった|へん(?:かった)?)|不要|抜いて)"
    "(?:ください|下さい|ほしい|です|[ねよわ])*[。!！]?"
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
_IN_A_SCENE = re.compile(
    "のれん|暖簾|のぼり|提灯|ちょうちん|吹き出し|ふきだし|垂れ幕|横断幕|たすき|背中|胸|壁|車体|船体"
)
SURE_CHANGE = 0.85  # from which words on a thing are words on the last picture
_NAMES_LETTERS = re.compile("文字|もじ|字|フォント|書体|ことば|言葉|セリフ|メッセージ|タイトル")
_ADDS = re.compile(
    '[」』"”](?:の文字)?も|(?:名前|値段|日付|日時|文字|もじ|字|言葉)も|追加|加えて|足して'
)
_ON_PHOTO = re.compile("写真(?:の上)?(?:に|のまま)")  # of which pictures were painted


def handle_quoted(ctx: EventContext) -> Replies | None:
    """Set what a text only quotes, 「おめでとう」, before it is answered as small talk."""
    words = meant_words(ctx, _picture_meant) if ctx.is_addressed else None
    return None if words is None else _set_words(ctx, words)


def handle_text(ctx: EventContext) -> Replies | EventContext | None:
    """Answer a text that asks for letters on a picture, for others, or for none any more.

    Hands on what a text wants of the picture beside its letters.
    """
    if (rest := beside_letters(ctx.text)) and _letters_meant(ctx):
        return ctx.with_event(replace(ctx.event, text=rest, mentions=(), emojis=())).with_mention()
    if exchanged := _exchange(ctx):
        return exchanged
    letters = ctx.reading.letters
    if letters is None:
        return _answer_without_words(ctx)
    pending_questions.clear_about(ctx.db, ctx.chat_id, ctx.event.user_id, "letters")
    return _problem_of(ctx, letters) or _set(ctx, letters)


def _exchange(ctx: EventContext) -> Replies | None:
    """Set other words in the place of those that a text quotes first. Passes any other text."""
    pair = parse_other_letters(ctx.text)
    picture = _picture_meant(ctx) if pair and not ctx.recent_photo else None
    if pair is None or picture is None or picture.job.request is None:
        return None
    old, new = pair
    before = picture.job.request.letters
    if before is not None and old in before.text:
        letters = replace(before, text=before.text.replace(old, new))
        return _problem_of(ctx, letters) or _set_again(ctx, picture, letters)
    return _set_others(ctx, picture, Letters(new))


def _problem_of(ctx: EventContext, letters: Letters) -> Replies | None:
    if len(letters.text) > MAX_LETTERS:
        return ctx.reply(messages.request_problem("letters_too_long", ctx.language))
    if not letters.text.strip():
        return ctx.reply(messages.request_problem("letters_empty", ctx.language))
    return None


def _set(ctx: EventContext, letters: Letters) -> Replies:
    """Set the letters of the text on what it means: a photo, a new picture or the last one."""
    if photo := _photo_meant(ctx):
        return image_to_image.set_letters_on_photo(ctx, photo)
    choice = parse_choice(ctx.reading.prompt)  # 「1枚目に「祭」って足して」
    if choice and not choice.rest and ctx.last_picture:
        chosen = find_chosen(ctx.db, ctx.last_picture, choice) or ctx.last_picture
        return _set_others(ctx, chosen, letters)
    if ctx.reading.problem is None and ctx.quoted is None and not _is_on_what_is_shown(ctx):
        return request_pictures(ctx, ctx.reading)
    picture = _picture_meant(ctx)
    if picture is None and ctx.reading.purpose is Purpose.NEW_YEAR_CARD:
        return request_pictures(ctx, ctx.reading)  # which knows what is on one
    if picture is None:
        return ctx.reply(messages.request_problem("letters_without_picture", ctx.language))
    return _set_others(ctx, picture, letters)


def _set_words(ctx: EventContext, words: str) -> Replies:
    """Set words that were asked for, or that take the place of others, on the last picture."""
    pending_questions.clear_about(ctx.db, ctx.chat_id, ctx.event.user_id, "letters")
    letters = Letters(words)
    if problem := _problem_of(ctx, letters):
        return problem
    picture = _picture_meant(ctx)
    if ctx.recent_photo is not None and ctx.quoted is None:
        reading = replace(ctx.reading, letters=letters)
        return image_to_image.set_letters_on_photo(ctx, ctx.recent_photo, reading)
    if picture is None:
        return ctx.reply(messages.request_problem("letters_without_picture", ctx.language))
    return _set_others(ctx, picture, letters)


def _answer_without_words(ctx: EventContext) -> Replies | None:
    """Answer a text about letters that quotes none: how they look, that they go, which they are."""
    if _WITHOUT.fullmatch(ctx.text):
        return _take_off(ctx)
    if asks_for_words(ctx):
        return ask_words(ctx, _picture_meant(ctx))
    if (before := _letters_meant(ctx)) and (picture := _picture_meant(ctx)):
        words = edited(ctx.text_without_small_talk, before.text)
        if words == before.text:
            return ctx.reply(messages.request_problem("letters_same", ctx.language))
        if words is not None:
            return _set_again(ctx, picture, replace(before, text=words))
    if wants_same_letters(ctx.text_without_small_talk) and (same := _set_same(ctx)):
        return same
    look = read_look(ctx.text_without_small_talk)
    if look is not None and (answer := _restyle(ctx, look)) is not None:
        return answer
    words = answer_to_question(ctx)
    return None if words is None else _set_words(ctx, words)


def _letters_meant(ctx: EventContext) -> Letters | None:
    """Return the letters on the picture that a text means, if there are any."""
    picture = None if ctx.recent_photo else _picture_meant(ctx)
    return picture.job.request.letters if picture and picture.job.request else None


def _set_same(ctx: EventContext) -> Replies | None:
    """Set the letters of the last picture on the one that was chosen or quoted."""
    last, picture = ctx.last_picture, _picture_meant(ctx)
    letters = last.job.request.letters if last and last.job.request else None
    return None if letters is None or picture is None else _set_again(ctx, picture, letters)


def _picture_meant(ctx: EventContext) -> PictureRef | None:
    """Return the quoted picture, the one that was chosen or asked about, or the last one."""
    who = (ctx.db, ctx.chat_id, ctx.event.user_id)
    marked = (find_pending(*who) or find_picked(*who)) if ctx.glance.has_question else None
    return ctx.quoted or marked or ctx.last_picture


def _is_on_what_is_shown(ctx: EventContext) -> bool:
    """Return whether a text wants words on a thing of the last picture: 「看板に『鮨』と入れて」.

    A thing that the picture does not show counts if nobody would ask for it alone.
    """
    match = _ON_A_THING.match(ctx.text)
    last = ctx.meant_picture
    if match is None or last is None or last.job.request is None:
        return False
    thing, prompt = match["thing"], last.job.request.prompt
    is_shown = morphology.spelled_in(prompt, thing) in prompt
    is_part = _SURFACE.fullmatch(thing) is not None
    is_chosen = last is not ctx.last_picture or _IN_A_SCENE.match(thing) is not None
    return is_shown or (is_part and (is_chosen or ctx.intent.probability("change") >= SURE_CHANGE))


def _photo_meant(ctx: EventContext) -> Photo | None:
    """Return the quoted photo, or the one just sent, if the text names nothing else to paint."""
    reading = ctx.reading
    subject = without_purpose(reading.prompt)  # 「年賀状にしたいので」 names none
    if ctx.quoted is not None or subject:
        return None
    if message_id := ctx.event.quoted_message_id:
        return photos.by_message(ctx.db, message_id, ctx.chat_id)
    if ctx.is_private and _ON_PHOTO.search(ctx.text):
        return ctx.last_photo
    return ctx.recent_photo


def _take_off(ctx: EventContext) -> Replies | None:
    picture = _picture_meant(ctx)
    request = picture.job.request if picture else None
    if picture is None or request is None or request.letters is None:
        return None
    return _set_again(ctx, picture, None)


def _restyle(ctx: EventContext, look: Look) -> Replies | None:
    """Set the letters of the picture that is meant in another size, colour, place or face."""
    picture = _picture_meant(ctx)
    request = picture.job.request if picture else None
    if picture is None or request is None or request.letters is None:
        # 「筆で」 may mean the picture, 「文字を筆文字にして」 cannot.
        is_sure = _NAMES_LETTERS.match(ctx.text) or (look.named and picture)
        is_order = look.lack != "look" and not look.complains
        return ask_words(ctx, picture) if is_sure and is_order else None
    is_choice = request.count > 1 and ctx.quoted is None  # 「左上」 of four
    if not look.named and (is_choice or not _may_mean_letters(look, request)):
        return None
    if look.lack == "look":
        return ctx.reply(messages.request_problem("letters_looks", ctx.language))
    if look.lack:
        return ask_words(ctx, picture, look.lack)
    letters = combine(look.style, request.letters)
    if letters == request.letters:
        return ctx.reply(messages.request_problem("letters_same", ctx.language))
    return _set_again(ctx, picture, letters)


def _may_mean_letters(look: Look, request: StoredRequest) -> bool:
    """Return whether a text that does not name letters is about those on the last picture: about
    their place, or where they were what was changed last."""
    style = look.style
    only_place = style.place is not None and not (style.colour or style.face)
    # 「いろはみずいろ」, said of a picture that came with letters
    only_colour = style.colour is not None and look.aspect and request.origin is None
    return request.plain_key is not None or only_place or only_colour


def _set_others(ctx: EventContext, picture: PictureRef, letters: Letters) -> Replies:
    """Set other words, or more, on a picture; how they look stays where nothing else is said."""
    before = picture.job.request.letters if picture.job.request else None
    if before is not None:
        adds = _ADDS.search(ctx.text) is not None
        words = f"{before.text}\n{letters.text}" if adds else letters.text
        letters = combine(letters, before, text=words)
    return _problem_of(ctx, letters) or _set_again(ctx, picture, letters)


def _set_again(ctx: EventContext, ref: PictureRef, letters: Letters | None) -> Replies:
    """Ask for the same picture with other letters; what is not said of them stays as it was."""
    job = ref.job
    if is_gone(job) or job.request is None:
        return ctx.reply(messages.picture_gone(ctx.language))
    request = job.request
    reading = replace(request.reading(), letters=letters)
    plain_key = None
    if job.state not in jobs.UNFINISHED:
        stored = jobs.pictures_of(ctx.db, job.id)
        if not stored:
            return ctx.reply(messages.picture_gone(ctx.language))
        picture = pick_stored(ref, stored)
        reading = replace(reading, seed=picture.seed, count=1)
        plain_key = painted_key(job, picture)
    pending_edits.clear(ctx.db, ctx.chat_id, ctx.event.user_id)  # the one that comes is meant next
    return request_pictures(
        ctx,
        reading,
        parent_id=job.id,
        origin="change",
        source_key=request.source_key,
        from_photo=request.from_photo,
        plain_key=plain_key,
    )

"""Which words are to be set on a picture, where a text asks for some and does not quote them."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot import messages
from bot.conversation.context import EventContext, Replies
from bot.conversation.picture_refs import PictureRef
from bot.intent import decide
from bot.intent.kinds import group_of
from bot.moderation.distress import find_cry
from bot.prompt.changes.parser import parse_change
from bot.prompt.japanese.request_phrases import strip_politeness
from bot.prompt.options.letter_looks import Lack
from bot.prompt.options.letter_phrases import only_quoted
from bot.prompt.options.letters import MAX_LETTERS
from bot.store import pending_questions
from bot.store.pending_questions import Question

_LETTERS = (
    "文字|もじ|字|言葉|ことば|メッセージ|セリフ|名前|なまえ|店名|日付|住所|電話番号|値段"
    "|一言|ひとこと"
)
_NAMES_LETTERS = re.compile(_LETTERS)
_ASKED_FOR = re.compile(  # 「名前も入れられる？」, 「英語で文字入れて」
    "(?:(?:この|その)?(?:絵|画像|写真|カード|これ|それ|ここ)?(?:の?上|の?下)?(?:に|へ)?(?:は|も)?、?)"
    "(?P<script>(?:英語|日本語|ひらがな|カタカナ|漢字|ローマ字)[での])?"
    f"(?:{_LETTERS})"
    "(?:って|とか|など|も|を|は|だけ|、)?"
    "(?:入れ|いれ|書い|書け|書き|載せ|のせ|つけ|付け|入る|はいる)"
    "(?:[てたなられるますんでい]|だけど|けど|ほし|欲し|良|できる|できます|[?？。!！かのよねを])*"
    "|(?:文字|もじ|字|メッセージ|名前|なまえ|セリフ)(?:入り|いり|つき|付き)(?:に|で)"
    "(?:して|したい|できる|お願い)(?:ください|ほしい|です|します|ます|か|[?？])*"
)
_REFUSES = re.compile("ない(?!か|で[すし])|なく|ずに|ません(?!か)")
_BESIDE_CARD = re.compile(
    "カード|年賀|見舞|はがき|ハガキ|葉書|招待|ポスター|チラシ|お?知らせ|ロゴ|看板|バナー|表紙|名刺"
)
_MAX_ANSWER = 30  # characters of words that are not quoted
_ENDS = re.compile(
    "(?:って|と)?(?:入れて|書いて)?(?:ください|下さい|で|です|でお願い(?:します)?|だよ)?[。!！]?$"
)
_ALSO_GREETING = re.compile(
    "(?:いつも)?(?:ありがとう|おめでとう|おつかれさま)[!！]?|こんにちは|おはよう"
)
_SPEAKS_OF_LETTERS = re.compile("(?:文字|もじ|字|フォント|書体).{1,16}(?:て|で|たい|い|に)$")
_ORDERS = re.compile("描いて|かいて|作って|[?？]|にして|やめ|変えて|消して")


def meant_words(
    ctx: EventContext, find_picture: Callable[[EventContext], PictureRef | None]
) -> str | None:
    """Return the words that a text quotes, if it says no more and they are for the picture.

    They are where the bot asked for them, where letters or a card are there, and where they are
    what people say to one another, 「おめでとう」.
    """
    if _ALSO_GREETING.fullmatch(ctx.text) and _is_asked(ctx):
        return ctx.text
    said = only_quoted(ctx.text)
    if said is None or find_cry(ctx.text):
        return None
    words, anew = said
    if _is_asked(ctx):
        return words
    picture = find_picture(ctx)
    request = picture.job.request if picture else None
    if request is None or ctx.recent_photo is not None:
        return None
    if request.letters is not None:
        return words
    if anew:
        return None
    if request.purpose is not None or _BESIDE_CARD.search(request.prompt):
        return words
    decision = decide(ctx.intent)
    is_greeting = decision.action == "answer" and group_of(decision.kind) == "talk"
    return words if is_greeting or ctx.command is not None else None


def asks_for_words(ctx: EventContext) -> bool:
    """Return whether a text asks for letters, or whether they can be had, but not for which."""
    text = ctx.text_without_small_talk
    if len(text) > _MAX_ANSWER or not _NAMES_LETTERS.search(text) or _REFUSES.search(text):
        return False
    return any(_ASKED_FOR.fullmatch(each) for each in (text, strip_politeness(text)))


def ask_words(ctx: EventContext, picture: PictureRef | None, lack: Lack = "words") -> Replies:
    """Ask which words are to be set, and expect them next."""
    if picture is None and ctx.recent_photo is None:
        return ctx.reply(messages.request_problem("letters_without_picture", ctx.language))
    asked = Question("letters", message_id=ctx.event.message_id)
    pending_questions.ask(ctx.db, ctx.chat_id, ctx.event.user_id, asked)
    match = _ASKED_FOR.fullmatch(ctx.text_without_small_talk)
    is_script = lack == "script" or (match is not None and match["script"] is not None)
    kind = "letters_script" if is_script else "letters_which"
    return ctx.reply(messages.request_problem(kind, ctx.language))


def answer_to_question(ctx: EventContext) -> str | None:
    """Return the words that answer which to set, without quotes: 「みみちゃん」."""
    has_picture = ctx.glance.has_job or ctx.glance.has_photo
    if not (ctx.is_addressed and has_picture) or not _is_asked(ctx):
        return None  # who has no picture was not asked
    pending_questions.clear_about(ctx.db, ctx.chat_id, ctx.event.user_id, "letters")
    text = ctx.text
    if len(text) > min(_MAX_ANSWER, MAX_LETTERS) or _ORDERS.search(text) or find_cry(text):
        return None
    if _SPEAKS_OF_LETTERS.match(text):
        return None  # 「文字ふちどりして」
    if parse_change(ctx.text_without_small_talk) is not None or ctx.reading.steers_picture:
        return None
    return _ENDS.sub("", text).strip() or None


def _is_asked(ctx: EventContext) -> bool:
    question = pending_questions.get(ctx.db, ctx.chat_id, ctx.event.user_id)
    return question is not None and question.about == "letters"

"""What exists in groups only: a word to call the bot by instead of a mention, and who leaves.

「呼び名を『絵筆』にして」, said to the bot, sets the word; a sentence that begins with it,
「絵筆、赤いりんご」, is then for the bot as if it mentioned it. A blank or a mark has to follow the
word, so that nobody who buys 絵筆 is answered.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from sqlalchemy import bindparam, delete, select, update

from bot import jobs, messages
from bot.conversation import language
from bot.conversation.context import EventContext, Replies
from bot.conversation.generate import moderation_of
from bot.conversation.picture_actions import is_action_phrase
from bot.prompt import clean, parse_command, read
from bot.prompt.commands.spoken import SMALL_TALK
from bot.prompt.japanese.cleaning import WHITESPACE, has_words, strip_trailing_marks
from bot.queue.app import TaskMessage
from bot.store import account, pending_edits, pending_questions, photos
from bot.store.prepared import Prepared
from bot.store.schema import chats, people

MIN_PREFIX_CHARS, MAX_PREFIX_CHARS = 2, 10
# Half of the sentences of a group begin with one of these.
COMMON_WORDS = frozenset(
    """
    あの あのね あれ いいえ いや いえ うん ううん ええ えっと えーと おい おはよう おーい これ
    これは こんにちは こんばんは ごめん さて じゃあ すみません そう そうだね そうですね それ それは
    それで それじゃ だから ちなみに ちょっと って では でも どう どうぞ どこ なに なんか なんで
    ねえ ねぇ はい はーい ほら まあ まじ みんな もう もし もしもし やっぱり よし わかった わたし
    ありがとう 今日 今度 昨日 明日 皆さん 了解 all hello hey hi no ok okay so thanks the yes
    """.split()  # noqa: SIM905 one to a line would be a page
)
_MARKS = f"{WHITESPACE}、,，。．.:：;；!！?？~～〜・…"
_FOLLOWING_MARKS = re.compile(f"(?:さん|ちゃん|くん|君|先生)?[{_MARKS}]+")


class PrefixRequest(NamedTuple):
    """What somebody wants of the group's word. word: the one to set."""

    kind: Literal["set", "unset", "tell"]
    word: str = ""


_KEY = "(?:呼び名|よびな|呼びかけ(?:の(?:ことば|言葉))?|合い?言葉|あいことば|prefix)"
_QUOTED = re.compile(
    rf"^{_KEY}[をはに、: ]*+"
    r"[「『\"'“](?P<word>[^「」『』\"'“”]*+)[」』\"'”](?:[にとで].{0,15})?"
)
_PLAIN = re.compile(
    rf"^{_KEY}[をは: ]++(?P<word>.{{1,40}}?)[にでと]?"
    r"(?:して|する|します|しよう|変えて|かえて|変更して|決めて|きめて|設定して|お願いします?|です)"
    r"(?:ください|下さい|ほしい|くれる|ね|よ)*+"
)
_ENGLISH = re.compile(r"^(?:set )?(?:the )?prefix(?: to|:)? (?P<word>\S++)")
_UNSET = re.compile(
    rf"{_KEY}(?:を|は| )?(?:やめ|止め|なしに|無しに|なくし|消し|けし|外し|はずし|取り消し|取りやめ|"
    r"削除|いらない|要らない|不要|解除|off|none).{0,10}"
)
_ASK = re.compile(rf"{_KEY}(?:を|は|って)?(?:何|なに|教えて|おしえて)?(?:ください|ですか|だっけ)?")


def mention_from_prefix(ctx: EventContext) -> EventContext | None:
    """Take a text that begins with the group's word for one that mentions the bot.

    Until a group has set a word, the bot's display name calls it.
    """
    text = ctx.event.text
    if ctx.mentions_bot or not text:
        return None
    word = get_prefix(ctx) or _callable_name(account.get_name(ctx.db))
    length = _prefix_length(text, word) if word else 0
    return ctx.with_mention(length) if length else None  # the word is cut out like any mention


def handle_text(ctx: EventContext) -> Replies | None:
    """Set, unset or tell the group's word, if the text is about it."""
    request = parse_prefix_request(ctx.text_without_small_talk)
    if request is None:
        return None
    if ctx.is_private:
        return ctx.reply(messages.prefix_answer("private", ctx.language))
    if request.kind == "tell":
        word = get_prefix(ctx)
        return ctx.reply(
            messages.prefix_answer("now" if word else "none", ctx.language, word=word or "")
        )
    if request.kind == "unset":
        _store(ctx, None)
        return ctx.reply(messages.prefix_answer("unset", ctx.language))
    word = fold_word(request.word)
    problem = prefix_problem(ctx, word)
    if problem is None:
        _store(ctx, word)
    return ctx.reply(
        messages.prefix_answer(
            problem or "set", ctx.language, word=word, max_chars=MAX_PREFIX_CHARS
        )
    )


def handle_member_left(ctx: EventContext) -> Replies:
    """Cancel what people who left the group have not received; it keeps what it has seen.

    Their name and their photos are erased. Their id stays with the pictures that were shown, so
    that they can still have them erased.
    """
    job_ids: list[str] = []
    for user_id in ctx.event.members:
        job_ids += jobs.drop_member(ctx.db, ctx.chat_id, user_id)
        pending_edits.clear(ctx.db, ctx.chat_id, user_id)
        pending_questions.clear(ctx.db, ctx.chat_id, user_id)
        person = (people.c.chat_id == ctx.chat_id, people.c.user_id == user_id)
        ctx.db.execute(delete(people).where(*person))
    erase_jobs = [TaskMessage("erase", job_id) for job_id in job_ids]
    return erase_jobs + [
        TaskMessage("erase_photo", photo_id) for photo_id in photos.due_erasures(ctx.db)
    ]


def parse_prefix_request(text: str) -> PrefixRequest | None:
    """Read what a cleaned text wants of the group's word. Returns None if it is about something
    else."""
    bare = strip_trailing_marks(text, _MARKS)
    if _ASK.fullmatch(bare.casefold()):
        return PrefixRequest("tell")
    if _UNSET.fullmatch(bare.casefold()):
        return PrefixRequest("unset")
    for pattern in (_QUOTED, _PLAIN, _ENGLISH):
        if match := pattern.fullmatch(bare):
            return PrefixRequest("set", match["word"].strip())
    return None


def prefix_problem(ctx: EventContext, word: str) -> str | None:
    """Return why a folded word cannot be the group's: a key of "prefix" in bot.texts. Returns None
    if it can."""
    if not MIN_PREFIX_CHARS <= len(word) <= MAX_PREFIX_CHARS:
        return "length"
    if not re.fullmatch(r"[\w!#/&+ー々〆-]+", word) or not has_words(word):
        return "letters"
    if word in COMMON_WORDS:
        return "common"
    word_command = parse_command(word)
    is_small_talk = word_command is not None and word_command.kind in SMALL_TALK
    if is_small_talk and not word.startswith("絵筆"):
        return "common"
    is_taken = (
        (word_command is not None and not is_small_talk)
        or is_action_phrase(word)
        or language.requested_language(word) is not None
        or parse_prefix_request(word) is not None
    )
    if is_taken or read(word).problem:
        return "taken"
    if ctx.settings.moderation and moderation_of(ctx).refusal_category(word, ""):
        return "rude"
    return None


def clear_prefix(ctx: EventContext) -> None:
    """Forget the group's word, once the bot has been removed from the group."""
    _store(ctx, None)


def fold_word(word: str) -> str:
    """Fold a word for comparison: NFKC, in small letters."""
    return clean(word).casefold()


_PREFIX = Prepared(select(chats.c.prefix).where(chats.c.id == bindparam("chat")))


def get_prefix(ctx: EventContext) -> str | None:
    """Return the group's word, folded. Returns None if it has none."""
    row = _PREFIX.first(ctx.db, chat=ctx.chat_id)
    return row[0] if row else None


def _callable_name(name: str) -> str | None:
    """Return the bot's name, folded, if one can be called by it."""
    word = fold_word(name)
    is_long_enough = MIN_PREFIX_CHARS <= len(word) <= 2 * MAX_PREFIX_CHARS
    return word if is_long_enough and word not in COMMON_WORDS and has_words(word) else None


def _store(ctx: EventContext, word: str | None) -> None:
    ctx.db.execute(update(chats).where(chats.c.id == ctx.chat_id).values(prefix=word))


def _prefix_length(text: str, word: str) -> int:
    """Return the UTF-16 code units of the word at the beginning of a text, with the marks that
    follow it. Returns 0 if the text does not begin with it."""
    start = len(text) - len(text.lstrip())
    # NFKC makes one character of up to three: ﾊﾟ, or a letter with accents.
    for end in range(start + 1, min(len(text), start + 3 * len(word)) + 1):
        if fold_word(text[start:end]) != word:
            continue
        marks = _FOLLOWING_MARKS.match(text, end)
        if marks or end == len(text) or not word[-1].isalnum():
            prefix = text[: marks.end() if marks else end]
            return len(prefix.encode("utf-16-le", "surrogatepass")) // 2
    return 0

"""What there is in groups only: a word to call the bot by instead of a mention, and who leaves.

「合言葉を『絵筆』にして」, said to the bot, sets the word; a sentence that begins with it,
「絵筆、赤いりんご」, is then for the bot as if it mentioned it. A blank or a mark has to follow the
word, so that nobody who buys 絵筆 is answered.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal, NamedTuple

from sqlalchemy import bindparam, delete, select, update

from bot import going_on, jobs, languages, messages, photos, showing, switches
from bot.events import Mention
from bot.moderation import moderation
from bot.prepared import Prepared
from bot.prompt import clean, command, read
from bot.prompt.cleaning import has_words
from bot.prompt.spoken import SMALL_TALK
from bot.queue import Wake
from bot.tables import chats, people
from bot.turn import Turn

SHORTEST, LONGEST = 2, 10  # characters
# With these, half of the sentences of a group begin.
COMMON = frozenset(
    """
    あの あのね あれ いいえ いや いえ うん ううん ええ えっと えーと おい おはよう おーい これ
    これは こんにちは こんばんは ごめん さて じゃあ すみません そう そうだね そうですね それ それは
    それで それじゃ だから ちなみに ちょっと って では でも どう どうぞ どこ なに なんか なんで
    ねえ ねぇ はい はーい ほら まあ まじ みんな もう もし もしもし やっぱり よし わかった わたし
    ありがとう 今日 今度 昨日 明日 皆さん 了解 all hello hey hi no ok okay so thanks the yes
    """.split()  # noqa: SIM905 one to a line would be a page
)
_MARKS = r"\s、,，。．.:：;；!！?？~～〜・…"
_FOLLOWS = re.compile(f"[{_MARKS}]+")


class Wish(NamedTuple):
    """What somebody wants of the group's word. word: the one to set."""

    kind: Literal["set", "unset", "tell"]
    word: str = ""


_KEY = "(?:合い?言葉|あいことば|prefix)"
_QUOTED = re.compile(
    rf"{_KEY}(?:を|は|に|、|:| )*"
    r"[「『\"'“](?P<word>[^「」『』\"'“”]*)[」』\"'”](?:[にとで].{0,15})?"
)
_PLAIN = re.compile(
    rf"{_KEY}(?:を|は|:| )+(?P<word>.+?)(?:に|で|と)?"
    r"(?:して|する|します|しよう|変えて|かえて|変更して|決めて|きめて|設定して|お願いします?|です)"
    r"(?:ください|下さい|ほしい|くれる|くださいね|ね|よ)*"
)
_ENGLISH = re.compile(r"(?:set )?(?:the )?prefix(?: to|:)? (?P<word>\S+)")
_UNSET = re.compile(
    rf"{_KEY}(?:を|は| )?(?:やめ|止め|なしに|無しに|なくし|消し|けし|外し|はずし|取り消し|取りやめ|"
    r"削除|いらない|要らない|不要|解除|off|none).{0,10}"
)
_TELL = re.compile(rf"{_KEY}(?:を|は|って)?(?:何|なに|教えて|おしえて)?(?:ください|ですか|だっけ)?")


def wish(text: str) -> Wish | None:
    """What a cleaned text wants of the group's word; None: it is about something else."""
    bare = re.sub(rf"[{_MARKS}]+$", "", text)
    if _TELL.fullmatch(bare.casefold()):
        return Wish("tell")
    if _UNSET.fullmatch(bare.casefold()):
        return Wish("unset")
    for pattern in (_QUOTED, _PLAIN, _ENGLISH):
        if found := pattern.fullmatch(bare):
            return Wish("set", found["word"].strip())
    return None


def hear(turn: Turn) -> None:
    """Take a text that begins with the group's word for one that mentions the bot."""
    event = turn.event
    if turn.private or not event.text or any(it.is_self for it in event.mentions):
        return
    word = prefix(turn)
    length = _called(event.text, word) if word else 0
    if length:
        to_bot = Mention(0, length, is_self=True)  # which is cut out like any mention
        turn.event = replace(event, mentions=(*event.mentions, to_bot))


def said(turn: Turn, text: str) -> list[Wake] | None:
    """Words to the bot that are about the group's word; None: they are not."""
    wanted = wish(text)
    if wanted is None:
        return None
    if turn.private:
        return turn.say(messages.prefix("private", turn.language))
    if wanted.kind == "tell":
        now = prefix(turn)
        kind = "now" if now else "none"
        return turn.say(messages.prefix(kind, turn.language, word=now or ""))
    if wanted.kind == "unset":
        _store(turn, None)
        return turn.say(messages.prefix("unset", turn.language))
    word = fold(wanted.word)
    problem = unfit(turn, word)
    if problem is None:
        _store(turn, word)
    return turn.say(messages.prefix(problem or "set", turn.language, word=word, most=LONGEST))


def unfit(turn: Turn, word: str) -> str | None:
    """Why a folded word cannot be the group's: a key of "prefix" in bot.texts; None: it can."""
    if not SHORTEST <= len(word) <= LONGEST:
        return "length"
    if not re.fullmatch(r"[\w!#/&+ー々〆-]+", word) or not has_words(word):
        return "letters"
    if word in COMMON:
        return "common"
    order = command(word)
    if order is not None and order.kind in SMALL_TALK and not word.startswith("絵筆"):
        return "common"
    taken = (
        (order and order.kind not in SMALL_TALK)
        or going_on.is_action(word)
        or languages.asked(word)
        or wish(word)
    )
    if taken or read(word).problem:
        return "taken"
    settings = turn.settings
    if settings.moderation:
        changed = switches.amendment(turn.db, switches.state(turn.db).words_at)
        if moderation(settings.moderation_lists, changed).refusal(word, ""):
            return "rude"
    return None


def left(turn: Turn) -> list[Wake]:
    """People left the group. What of theirs it has not seen is given up; what it has seen it keeps.

    Their name and their photos go. Their id stays with the pictures that were shown, so that they
    can still have them erased.
    """
    dropped: list[str] = []
    for person in turn.event.members:
        dropped += jobs.drop_member(turn.db, turn.chat_id, person)
        showing.forget_asked(turn.db, turn.chat_id, person)
        known = (people.c.chat_id == turn.chat_id, people.c.user_id == person)
        turn.db.execute(delete(people).where(*known))
    wakes = [Wake("erase", it) for it in dropped]
    return wakes + [Wake("erase_photo", it) for it in photos.to_erase(turn.db)]


def forget(turn: Turn) -> None:
    """The bot is in this group no more: its word is forgotten."""
    _store(turn, None)


def fold(word: str) -> str:
    """A word as it is compared: NFKC, in small letters."""
    return clean(word).casefold()


_PREFIX = Prepared(select(chats.c.prefix).where(chats.c.id == bindparam("chat")))


def prefix(turn: Turn) -> str | None:
    """The group's word, folded."""
    row = _PREFIX.first(turn.db, chat=turn.chat_id)
    return row[0] if row else None


def _store(turn: Turn, word: str | None) -> None:
    turn.db.execute(update(chats).where(chats.c.id == turn.chat_id).values(prefix=word))


def _called(text: str, word: str) -> int:
    """UTF-16 code units of the word at the beginning of a text, with the marks that follow it; 0
    where the text does not begin so."""
    start = len(text) - len(text.lstrip())
    # NFKC makes one character of up to three: ﾊﾟ, or a letter with accents.
    for end in range(start + 1, min(len(text), start + 3 * LONGEST) + 1):
        if fold(text[start:end]) != word:
            continue
        marks = _FOLLOWS.match(text, end)
        if marks or end == len(text) or not word[-1].isalnum():
            whole = text[: marks.end() if marks else end]
            return len(whole.encode("utf-16-le", "surrogatepass")) // 2
    return 0

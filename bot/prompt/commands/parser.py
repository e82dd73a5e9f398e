"""Parses commands, texts that ask for no new picture: 「まだ？」, 「受け取る」, a 受付番号."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Literal, cast

from bot.prompt.commands.spoken import SMALL_TALK, SpokenKind, spoken_command, strip_small_talk
from bot.prompt.japanese.cleaning import MAX_PROMPT, clean, remove_spans, strip_endings, strip_marks
from bot.prompt.japanese.kana import to_hiragana
from bot.prompt.japanese.respell import in_kanji
from bot.store.codes import ALPHABET, normalize_code

if TYPE_CHECKING:
    from bot.line.events import Mention, Span

Kind = Literal[
    SpokenKind,
    "pick",
    "number",
    "album_new",
    "album_close",
    "remove",
    "erase_yes",
]


def _load_phrases() -> dict[Kind, tuple[str, ...]]:
    text = files("bot.prompt.commands").joinpath("commands.toml").read_text("utf-8")
    table = cast(dict[Kind, list[str]], tomllib.loads(text))
    return {kind: tuple(phrases) for kind, phrases in table.items()}


COMMAND_PHRASES = _load_phrases()
_KIND_BY_PHRASE = {phrase: kind for kind, phrases in COMMAND_PHRASES.items() for phrase in phrases}
# At least one of its six characters is a digit: no ordinary word is a 受付番号.
# Look-alikes, 「4F7-K2O」, count where it is written as the bot writes it.
_NUMBER = (
    rf"(?P<number>(?=[A-Z-]{{0,6}}[0-9])(?:[{ALPHABET}]{{3}}-?[{ALPHABET}]{{3}}"
    rf"|[{ALPHABET}OIL]{{3}}-[{ALPHABET}OIL]{{3}}))"
)
_NUMBER_LAST = re.compile(rf"(?:受付番号は?|番号|NO\.?|#)?[ :]?(?<![0-9A-Z]){_NUMBER}(?: ?です)?$")
_NUMBER_FIRST = re.compile(rf"(?:受付番号)?[ :]?{_NUMBER}(?![0-9A-Z])[ のをは、]*")
# What only a mistyped 受付番号 can be, after a blank: 「消して 4F7-K2」. It is looked for in vain.
_NO_NUMBER_LAST = re.compile(
    "[ :](?P<number>[0-9A-Z]{2,5}-[0-9A-Z]{1,5}|(?=[A-Z]*[0-9])[0-9A-Z]{4,8})$"
)
_ABOUT_A_JOB = frozenset({"remove", "cancel", "status", "pick"})
_MAX_CHARS_WITH_NUMBER = 60
_POLITE_ENDINGS = (
    *("ください", "下さい", "お願いします", "お願い", "おねがいします", "おねがい"),
    *(
        f"{verb}{end}"
        for verb in ("もらえ", "いただけ", "頂け", "くれ")
        for end in ("ますか", "る")
    ),
    *("ほしい", "です", "ね", "よ"),
)
_ALL_KATAKANA = re.compile("[ァ-ヶー]{2,20}")
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—―−ー", "-"))


@dataclass(frozen=True)
class Command:
    """A typed command.

    number: the 受付番号 in it, as "ABC-123", if there is one. conversational: people also say it to
    one another, 「遅い」, so that in a group it may not be meant for the bot.
    """

    kind: Kind
    number: str | None = None
    conversational: bool = False


def parse_command(
    text: str | None, mentions: Iterable[Mention] = (), emojis: Iterable[Span] = ()
) -> Command | None:
    """Return the command that the text is. Returns None if it is none. Never raises.

    A command is the whole text, except for marks, emojis and a 受付番号 after it: 「まだ？」,
    「キャンセル ABC-123」. A 受付番号 alone is the command "number". Beside COMMAND_PHRASES, other
    ways of saying the same are understood (bot.prompt.commands.spoken).
    """
    cleaned = clean(remove_spans(text or "", mentions, emojis))
    if len(cleaned) > MAX_PROMPT:
        return None
    words = strip_marks(cleaned)
    if command := _parse(words):
        return command
    without = strip_marks(strip_small_talk(cleaned))
    return _parse(without) if without != words else None


def _parse(words: str) -> Command | None:
    short = words.upper().translate(_HYPHENS) if len(words) < _MAX_CHARS_WITH_NUMBER else ""
    if first := _NUMBER_FIRST.match(short):  # 「4F7-K2M を消して」
        kind = _kind(strip_marks(words[first.end() :]).casefold())
        if kind:
            return Command(kind, _as_written(first["number"]))
    last = _NUMBER_LAST.search(short)
    if last is None:
        if (mistyped := _NO_NUMBER_LAST.search(short)) is not None:
            kind = _kind(strip_marks(words[: mistyped.start()]).casefold())
            if kind in _ABOUT_A_JOB:
                return Command(kind, mistyped["number"])
        words = words.casefold()
        kind = _kind(words)
        return Command(kind, conversational=words not in _KIND_BY_PHRASE) if kind else None
    number = _as_written(last["number"])
    before = strip_marks(words[: last.start()]).casefold()
    if not before:
        return Command("number", number)
    kind = _kind(before)
    return Command(kind, number) if kind and kind not in SMALL_TALK else None


def _as_written(number: str) -> str:
    """Return a 受付番号 as the bot writes it, 「4F7-K2M」."""
    code = normalize_code(number.replace("-", ""))
    return f"{code[:3]}-{code[3:]}"


def _kind(words: str) -> Kind | None:
    if len(words) > _MAX_CHARS_WITH_NUMBER:
        return None
    plain = strip_endings(words, _POLITE_ENDINGS)
    if plain != words and plain.endswith(("を", "で")):
        plain = plain[:-1]
    for variant in dict.fromkeys(
        (words, plain, _in_hiragana(words), in_kanji(words), in_kanji(plain))
    ):
        if kind := _KIND_BY_PHRASE.get(variant) or spoken_command(variant):
            return kind
    return None


def _in_hiragana(words: str) -> str:
    """Return words that are all in katakana, 「ヤメテ」, in the letters of the phrases."""
    return to_hiragana(words) if _ALL_KATAKANA.fullmatch(words) else ""

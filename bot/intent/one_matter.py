"""What a text is about that has no word but those of one matter: progress, an order, a change.

A pattern of the whole sentence would have to know every order of its words; here each of them has
to be one that people use about that matter, and one has to name it. What names anything else,
「もっと花」, 「前の家に戻して」, is for other readers. Asked only where there is such a matter: a
picture that is being painted, that was just changed, or just painted. The words are in
one_matter.toml.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from bot.prompt import morphology

_MAX_CHARS = 40
_FUNCTION = {"助詞", "助動詞", "補助記号", "空白", "感動詞", "接続詞", "記号"}
_NUMBERS = {"1": 1, "2": 2, "3": 3, "4": 4, "一": 1, "二": 2, "三": 3, "四": 4}
_HOW_MANY = re.compile("(?P<count>[1-4一二三四])(?:枚|つ|個|案|パターン|種類|バージョン)")


@dataclass(frozen=True)
class _Matter:
    """words: of which a text about it may consist. names: one of them names the matter. asks: how
    it is asked about, if that matters. but_not: what sounds alike."""

    words: frozenset[str]
    names: re.Pattern[str]
    asks: re.Pattern[str] | None
    but_not: re.Pattern[str] | None

    def is_all_of(self, text: str) -> bool:
        """Return whether a text is about this and nothing else."""
        return self.is_named_in(text) and not self.others_in(text)

    def is_named_in(self, text: str) -> bool:
        """Return whether a text names the matter, whatever else it names."""
        is_named = self.names.search(text) and (self.asks is None or self.asks.search(text))
        return bool(is_named) and not (self.but_not and self.but_not.search(text))

    def others_in(self, text: str) -> list[str]:
        """Return the words of a text that are none of it. Of a long text, all that it is."""
        if len(text) > _MAX_CHARS:
            return [text]
        return [
            word.text
            for word in morphology.tokenize(text)
            if word.part_of_speech not in _FUNCTION
            and word.lemma not in self.words
            and word.text not in self.words
        ]


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("bot.intent").joinpath("one_matter.toml").read_text("utf-8"))


@cache
def _matter(name: str) -> _Matter:
    table = _table()[name]
    words = frozenset([*_table()["polite"], *table["words"]])
    names, asks, but_not = (_any_of(name, part) for part in ("names", "asks", "but_not"))
    assert names is not None
    return _Matter(words, names, asks, but_not)


@cache
def _any_of(name: str, part: str) -> re.Pattern[str] | None:
    patterns = _table()[name].get(part)
    return re.compile("|".join(patterns)) if patterns else None


def drops_order(words: str) -> bool:
    """Return whether a text takes back what was ordered and is not painted yet."""
    return _matter("drop").is_all_of(_spelled(words))


def asks_progress(words: str) -> bool:
    """Return whether a text asks, or complains, how far a picture is that is being painted."""
    return _matter("progress").is_all_of(_spelled(words))


def wants_more(words: str) -> bool:
    """Return whether a text wants more pictures of what was painted: 「別のパターンも見たい」."""
    return _matter("more").is_all_of(_spelled(words))


def how_many_more(words: str) -> int:
    """Return how many pictures such a text wants, 1 to 4."""
    match = _HOW_MANY.search(_spelled(words))
    return _NUMBERS[match["count"]] if match else 1


def may_take_back(words: str) -> bool:
    """Return whether a text is worth asking what the last change was. Quick."""
    return "やめ" in words or _matter("back").is_named_in(_spelled(words))


def takes_change_back(words: str, prompt: str, prompt_before: str) -> bool:
    """Return whether a text wants the last change undone.

    prompt, prompt_before: of the picture now, and of the one that was changed. The text may name
    what the change brought: 「夜にする前のに戻して」.
    """
    words, back = _spelled(words), _matter("back")
    others = back.others_in(words)
    named = [word for word in others if word in prompt and word not in prompt_before]
    if len(named) < len(others):
        return False
    return back.is_named_in(words) or (bool(named) and "やめ" in words)


def asks_erasure(words: str) -> Literal["erase.all", "erase.picture", "erase.photo"] | None:
    """Return what a text wants erased that names nothing but what the bot keeps.

    「文字を消して」 names a thing in the picture, and is a change.
    """
    for kana, usual in _table()["spelled_erase"].items():
        words = words.replace(kana, usual)
    if not _matter("erase").is_all_of(words):
        return None
    if _finds("photo", words) and not _finds("beside_photo", words):
        return "erase.photo"
    return "erase.all" if _finds("all", words) else "erase.picture"


def _finds(part: str, words: str) -> bool:
    pattern = _any_of("erase", part)
    return pattern is not None and pattern.search(words) is not None


def _spelled(words: str) -> str:
    """Return a text as it is usually spelled where children and people in a hurry spell it else."""
    for pattern, usual in _spellings():
        words = pattern.sub(usual, words)
    return words


@cache
def _spellings() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(typed), usual) for typed, usual in _table()["spelled"].items()]

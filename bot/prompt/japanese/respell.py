"""Writes steering words in katakana as they are usually written: 「ヨコナガ」 → 「横長」.

Only where they are a whole run of katakana, or 「カイテ」 at its end: nouns in katakana stay. In
cleaned text half-width katakana are full width.
"""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

_TABLE = tomllib.loads(files("bot.prompt.japanese").joinpath("katakana.toml").read_text("utf-8"))
_WORDS: dict[str, str] = _TABLE["words"]
_ENDINGS: dict[str, str] = _TABLE["endings"]
_KANA = "ァ-ヺー"
_AS_TYPED = {**_WORDS, **_ENDINGS}


def _any_of(words: dict[str, str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_RUN = re.compile(  # a run of nothing but such words, of which the first is no ending
    rf"(?<![{_KANA}])(?:(?:{_any_of(_WORDS)})(?:{_any_of(_ENDINGS)}){{0,3}}){{1,6}}(?![{_KANA}])"
)
_REQUEST = re.compile(  # 「リンゴヲカイテ」, 「りんごオネガイシマス」
    rf"(?P<object>ヲ)?(?P<ask>(?:カイテ|エガイテ|ツクッテ)(?:クダサイ|ホシイ)?|オネガイ(?:シマス)?)"
    rf"(?![{_KANA}])"
)
_COUNT = re.compile(rf"(?<=[0-9])(?P<gap> ?)マイ(?P<end>{_any_of(_ENDINGS)})?(?![{_KANA}])")
_STYLE = re.compile(rf"(?<=[一-鿿])フウ(?P<end>ニ|デ)?(?![{_KANA}])")  # 「浮世絵フウ」
_ITEM = re.compile(f"{_any_of(_AS_TYPED)}")
_BEFORE_KANJI = re.compile(
    f"(?<![{_KANA}])(?P<style>ウキヨエ|スイサイ|アブラエ|スイボクガ)(?=風|調|画風|タッチ)"
)
_STRETCHED = re.compile(  # 「電車がみたーい」, 「ケーキほしーい」
    "(?P<stem>(?:[がを](?:見|み)た|ほし|欲し|(?:い|要)らな|(?<=が)い))"
    "[ー〜~]+い(?:[ー〜~]+(?=[。!！ ]*$))?"
)
_TWO = re.compile(f"(?<![{_KANA}])ニ(?=枚|、[三3])")  # 「猫ニ枚」
_HALF_IN_KANA = re.compile(  # 「たて長」
    "(?:(?P<across>[よヨ][こコ]長|横なが)|(?P<upright>[たタ][てテ]長|縦なが)|"
    "(?P<square>正方けい|せい方形))"
)
_SHAPES = {"across": "横長", "upright": "縦長", "square": "正方形"}
_LETTERS = re.compile("[ァ-ヺー]{2}")
_COMMANDS_IN_KANA = {
    "とりけ": "取り消",
    "とり消": "取り消",
    "ちゅうし": "中止",
    "さくじょ": "削除",
    "しょうきょ": "消去",
    "きゃんせる": "キャンセル",
    "へんこう": "変更",
    "しゅうせい": "修正",
    "ちゅうもん": "注文",
    "いらい": "依頼",
}
_COMMAND_IN_KANA = re.compile("|".join(_COMMANDS_IN_KANA))


def respell(text: str) -> str:
    """Return a cleaned text with its steering words in katakana written as usual."""
    if "ー" in text or "〜" in text or "~" in text:
        text = _STRETCHED.sub(r"\g<stem>い", text)
    text = _HALF_IN_KANA.sub(lambda match: _SHAPES[match.lastgroup or ""], _TWO.sub("二", text))
    if not _LETTERS.search(text):
        return text
    text = _COUNT.sub(lambda match: f"枚{_usual(match['end'] or '')}", text)
    text = _STYLE.sub(lambda match: f"風{_usual(match['end'] or '')}", text)
    text = _BEFORE_KANJI.sub(lambda match: _usual(match["style"]), text)
    text = _RUN.sub(lambda match: _usual(match[0]), text)
    return _REQUEST.sub(
        lambda match: ("を" if match["object"] else "") + _usual(match["ask"]), text
    )


def in_kanji(words: str) -> str:
    """Return the words of a possible command with what is written in kana as usual.

    「へんこうとりけし」 is 「変更取り消し」. Only whole commands are read so: 「ちゅうしん」 stays
    what it is, since no command is called 「中止ん」.
    """
    return _COMMAND_IN_KANA.sub(lambda word: _COMMANDS_IN_KANA[word[0]], words)


def _usual(words: str) -> str:
    return _ITEM.sub(lambda item: _AS_TYPED[item[0]], words)

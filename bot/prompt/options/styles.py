"""Styles of painting: 「浮世絵風」, 「水彩で」, 「写真みたいに」. The list is styles.toml.

A style takes nothing away from the subject: the words stay, or become the style's own name. The
preset of the style is added when the picture is painted (bot.prompt.request.stored).
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.prompt.japanese import morphology
from bot.prompt.japanese.grammar import (
    BOUNDARY_AFTER,
    MARK_BEFORE,
    MARK_OR_PARTICLE_BEFORE,
    MARKS,
    REQUEST_ENDING,
    SEAM,
)


@dataclass(frozen=True)
class Style:
    """A style.

    label: its name in the summary of a request, which is read as the style. adds, avoids: words for
    the prompt and the negative prompt, joined by 「、」.
    """

    label: str
    en: str
    words: tuple[str, ...]
    alone: bool
    adds: str
    avoids: str


@cache
def styles() -> dict[str, Style]:
    """Return all styles by their label."""
    text = files("bot.prompt.options").joinpath("styles.toml").read_text("utf-8")
    rows = tomllib.loads(text)["style"]
    return {row["label"]: Style(**{**row, "words": tuple(row["words"])}) for row in rows}


@cache
def _by_word() -> dict[str, Style]:
    return {word: style for style in styles().values() for word in style.words}


def style_words() -> list[str]:
    """Return the words that name a style."""
    return list(_by_word())


_LIKE = (  # 風, 調, みたいな ...
    r"(?:画)?(?:風味|風|ふう|調|タッチ|スタイル|テイスト|仕立て|仕上げ|加工)"
    r"|の(?:タッチ|スタイル|テイスト|画風|作風|感じ|雰囲気)"
    r"|っ?ぽ(?:い感じ|い雰囲気|い|く|め)|みたい(?:な(?:感じ|絵|の)|な)?|のよう(?:な感じ|な)?"
    r"|な?感じ|的"
)
# Nouns before which 「水彩の」 names a thing and no style: 水彩の道具, 油絵の展覧会.
_THINGS = (
    "具|道具|筆|展|額|教室|先生|本|勉強|練習|歴史|前|中|横|隣|上|下|ある|並ぶ|飾|かか|掛|作者|画家|"
    "道|表紙"
)


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    every = sorted(_by_word(), key=len, reverse=True)
    words = f"(?:{'|'.join(map(re.escape, every))})"
    alone = f"(?:{'|'.join(re.escape(word) for word in every if _by_word()[word].alone)})"
    not_inside = "(?<![一-鿿々ァ-ヶーA-Za-z])"
    like = re.compile(  # anywhere; as an adverb at the end it becomes the label
        rf"{not_inside}(?P<word>{words})(?:{_LIKE})(?P<adverb>[でに]?(?:して|仕上げて)|[でに])?(?P<end>{BOUNDARY_AFTER})?"
    )
    by = re.compile(
        rf"{MARK_OR_PARTICLE_BEFORE}(?:なるべく|できるだけ|もっと|めっちゃ|すごく|超)?(?P<of>(?<=を))?(?P<word>{words})(?:で|に(?:して|仕上げて)?|(?(of)|(?!))){BOUNDARY_AFTER}"
    )
    bare = re.compile(
        rf"{MARK_BEFORE}(?P<word>{alone})(?:{BOUNDARY_AFTER}|(?P<left>の)(?={BOUNDARY_AFTER})"
        rf"|の(?!{_THINGS})(?=[^{MARKS}])"
        rf"|で(?=[^{MARKS}])(?!.{{0,9}}(?:描[くき]|描いて|描かれ|塗)))"
    )
    return like, by, bare


@cache
def _made() -> re.Pattern[str]:
    """Match a style in which the thing behind it is made: 「水彩に仕上げた猫」."""
    words = "|".join(sorted(map(re.escape, _by_word()), key=len, reverse=True))
    return re.compile(
        rf"{MARK_OR_PARTICLE_BEFORE}(?P<word>{words})(?:画?風|調|タッチ|っぽく)?(?:[でに]|として)?"
        r"(?:(?:仕上げ|仕立て)(?:て(?:ある|もらった|いる|ほしい|欲しい)|られた|た)|(?<=[でにく])(?:描|書|か)(?:いた|かれた|いてある|いてほしい|いて欲しい)|"
        rf"(?<=[でにく])(?:表現し|再現し|塗っ|し)た)(?P<thing>[^{MARKS}]{{1,40}})"
    )


def extract_styles(text: str, labels: list[str]) -> str:
    """Append the labels of the styles in the text; write adverbs as labels: 「水彩で」."""
    like, by, bare = _patterns()

    def note(match: re.Match[str]) -> Style:
        style = _by_word()[match["word"]]
        if style.label not in labels:
            labels.append(style.label)
        return style

    def rename(match: re.Match[str]) -> str:
        label = note(match).label
        spoken_as_adverb = match["adverb"] or re.search("(?:く|みたい|感じ|のよう)$", match[0])
        if match["end"] is None or not spoken_as_adverb:
            return match[0]
        return f"{SEAM}{label}{SEAM}"

    def keep(match: re.Match[str]) -> str:
        note(match)
        return match[0].removesuffix(match["left"] or "")  # 「油絵の、海」, 「海、油絵の描いて」

    def precede(match: re.Match[str]) -> str:
        if not morphology.is_noun_phrase(REQUEST_ENDING.sub("", match["thing"])):
            return match[0]  # 「クレヨンで描いた落書きを消す人」
        return f"{note(match).label}の{match['thing']}"

    text = _made().sub(precede, text)
    text = like.sub(rename, text)
    text = by.sub(lambda match: f"{SEAM}{note(match).label}{SEAM}", text)
    text = bare.sub(keep, text)
    for label in labels:
        text = _without_repeated_label(text, label)
    return text


def _without_repeated_label(text: str, label: str) -> str:
    """Return the text without a label that only repeats what it says elsewhere."""
    apart = re.compile(rf"{MARK_BEFORE}{re.escape(label)}(?=$|[{MARKS}])")
    for match in reversed(list(apart.finditer(text))):
        without = text[: match.start()] + SEAM + text[match.end() :]
        if any(
            _by_word()[match["word"]].label == label
            for pattern in _patterns()
            for match in pattern.finditer(without)
        ):
            text = without
    return text


def remove_styles(text: str) -> str:
    """Return the text without its styles, if something is left: 「水彩風の海」 -> 「海」."""
    like, _, bare = _patterns()
    for pattern in (like, bare):
        while match := pattern.search(text):
            rest = text[: match.start()] + re.sub("^[のなで]", "", text[match.end() :])
            if not re.search(rf"[^{MARKS}]", rest):
                return text
            text = rest
    return text


def is_only_styles(text: str) -> bool:
    """Return whether the text is nothing but labels of styles, which name no subject."""
    for label in sorted(styles(), key=len, reverse=True):
        text = text.replace(label, "")
    return not re.search(rf"[^{MARKS}]", text)

"""How letters on a picture shall look: 「字もっと大きく」, 「字の色ピンクで」, 「右下に小さく」.

Such a text is read word by word, and is about letters only if every word of it is understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from bot.prompt.japanese.request_phrases import strip_politeness
from bot.prompt.options.letters import (
    COLOUR_WORDS,
    FACE_WORDS,
    MAX_SIZE,
    PLACE_WORDS,
    Colour,
    Face,
    Letters,
    Place,
    any_of,
)

Lack = Literal["words", "script", "look"]

_NOUN = (
    "文字|もじ|字|フォント|書体|テキスト|ことば|言葉|セリフ|せりふ|台詞|メッセージ|タイトル|見出し|"
    "店名|お店の名前|名前|なまえ|日付|値段"
)
# Looks that no face has by its name.
_LIKE_FACE: dict[Face, str] = {
    "brush": "筆で書いた|筆っぽ|達筆|和風|墨",
    "round": "かわい|可愛|カワイ|まる|丸|太字|太|ふと|ポップ|やわらか|柔らか",
    "serif": "上品|おしゃれ|お洒落|オシャレ|大人っぽ|細|ほそ|フォーマル|かっこ|格好|きれい|綺麗",
}
_SMALL = "小さ|ちいさ|ちっちゃ|ちっさ|ちっこ"
_LARGE = "大き|おおき|でか|でっか|どでか|ビッグ|特大|読みやす|見やす|目立|めだ|はっきり|くっきり"
_IS = "(?=$|です|ね|な|わ|よ|か|気|け|ん|の(?:で|か)|から|[、。!?])"  # 「字が小さい」 complains
_ENDINGS = (
    "ください|下さい|お願いします|お願い|おねがいします|おねがい|ほしい|欲しい|頂戴|ちょうだい"
)
_WORD = re.compile(
    "(?P<very>めっちゃ|すごく|すっごく|かなり|一番|いちばん|とても|超|思いっきり|うんと|ずっと|最大限?)"
    f"|(?P<noun>(?:(?:この|その|さっきの|今の)?(?:絵|画像|写真|カード|ロゴ|ポスター)の)?(?:{_NOUN}))"
    f"|(?P<larger>(?:{_SMALL})(?:すぎる?|過ぎる?|くな[いっ]|い{_IS})|"
    "読みにく|見にく|見えにく|見えな|読めな|読みづら|見づら|目立たな)"
    f"|(?P<smaller>(?:{_LARGE})(?:すぎる?|過ぎる?|くな[いっ]|い{_IS})|控えめ|ひかえめ)"
    f"|(?P<small>{_SMALL})|(?P<large>{_LARGE})"
    "|(?P<script>英語|えいご|日本語|ひらがな|カタカナ|漢字|ローマ字|アルファベット)"
    "|(?P<cannot>薄|うす|斜め|ななめ|影|"
    "(?:ふち|フチ|縁)(?:どり|取り|ドリ)?|下線|(?<=字の)(?:背景|枠|うしろ|後ろ)|光ら|光る|キラキラ|きらきら|立体的?|透け|透明)"
    "|(?P<aspect>色|いろ|カラー|大きさ|サイズ|場所|位置|向き)"
    "|(?P<change>変え|かえ|替え|変更|直し|なおし|違う|別)"
    rf"|(?P<glue>{_ENDINGS}|もっと|もう少し|もうすこし|もうちょっと|もうちょい|ちょっと|ちょい|少し|"
    "すこし|できれば|やっぱり|やっぱ|あと|それと|じゃあ|今度は|全部|ぜんぶ|全体的|みたい|よう|"
    "して|しといて|したい|した|し|つけ|付け|寄せ|よせ|ずらし|置い|おい|移動|移し|うつし|動かし|なる|なって|なら|なり|"
    "させ|せ|ところ|とこ|あたり|ほう|方|側|端|はし|隅|すみ|角|かど|感じ|かんじ|風|ふう|っぽ|らし|"
    "できます|できる|でき|いい|良い|よい|ええ|くれる|くれ|もらえ|気がする|かも|かな|思う|ます|です|"
    "けど|ので|から|ねん|て|で|の|を|は|も|が|に|へ|と|だ|た|た|め|い|く|な|や|つ|か|ね|よ|わ|ん|さ|っ|"
    "[、。!?！？ 　~〜ーw])"
)
_LOOKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("down", re.compile("縦書き|たて書き|縦")),
    ("across", re.compile("横書き|よこ書き|横")),
    *(
        (f"face {face}", re.compile(f"{_LIKE_FACE[face]}|{FACE_WORDS[face]}"))
        for face in FACE_WORDS
    ),
    *((f"place {place}", re.compile(any_of({0: PLACE_WORDS[place]}))) for place in PLACE_WORDS),
    *((f"colour {hue}", re.compile(any_of({0: COLOUR_WORDS[hue]}))) for hue in COLOUR_WORDS),
)  # fmt: skip
_MAX_CHARS = 40
_TYPEFACE = re.compile("フォント|書体")
_WRITING = re.compile("(?:縦|たて|横|よこ)書き|筆文字|丸文字|明朝|ゴシック")


@dataclass(frozen=True)
class Look:
    """What a text says of letters.

    style: letters without text; its size says how many steps larger they shall become. named:
    whether the text speaks of letters, not just of a place or a colour. lack: what it leaves open:
    which words are to be set, in which script they are to be written, or a look that there is not.
    complains: whether it says how the letters are, 「字が小さい」, and not how they shall be.
    aspect: whether it says of what it speaks, 「色は水色」.
    """

    style: Letters
    named: bool
    lack: Lack | None = None
    complains: bool = False
    aspect: bool = False


def read_look(text: str) -> Look | None:
    """Return how a text wants letters to look, or None if it is about anything else.

    text: cleaned. Only what every word of is understood is about letters.
    """
    if len(text) > _MAX_CHARS:
        return None
    words = text.strip("。、!?！？ 　")
    views = dict.fromkeys((words, strip_politeness(words)))
    return next(filter(None, map(_read, views)), None)


def _read(plain: str) -> Look | None:
    style, said, position = Letters(""), dict[str, int](), 0
    while position < len(plain):
        kind, end = _longest(plain, position)
        if not kind or end == position:
            return None
        said[kind.partition(" ")[0]] = said.get(kind.partition(" ")[0], 0) + 1
        style = _with(style, kind)
        position = end
    named = "noun" in said or _WRITING.search(plain) is not None
    if style.vertical is not None and not named:
        return None  # 「横にして」 may mean the picture's shape
    steps = 2 if "very" in said else 1
    style = replace(style, size=max(-MAX_SIZE, min(MAX_SIZE, style.size * steps)))
    if style == Letters(""):
        lack = _lack(said, plain)
        return Look(style, named, lack) if named and lack else None
    if not named and (style.colour or style.face) and ("もっと" in plain or "small" in said):
        return None  # 「もっと赤く」 is about the picture
    complains = "larger" in said or "smaller" in said
    return Look(style, named, "look" if "cannot" in said else None, complains, "aspect" in said)


def _lack(said: dict[str, int], plain: str) -> Lack | None:
    if "script" in said:
        return "script"
    if "cannot" in said or "aspect" in said or _TYPEFACE.search(plain):
        return "look"
    return "words" if "change" in said else None


def _longest(text: str, start: int) -> tuple[str, int]:
    """Return the kind of the longest word that begins there, and where it ends."""
    kind, end = "", start
    for name, pattern in _LOOKS:
        if (match := pattern.match(text, start)) and match.end() > end:
            kind, end = name, match.end()
    match = _WORD.match(text, start)
    if match is not None and match.end() >= end and match.end() > start:
        kind, end = match.lastgroup or "", match.end()
    return kind, end


def _with(style: Letters, kind: str) -> Letters:
    name, _, value = kind.partition(" ")
    match name:
        case "down" | "across":
            return replace(style, vertical=name == "down")
        case "face":
            return replace(style, face=_FACES[value])
        case "place":
            return replace(style, place=_PLACES[value])
        case "colour":
            return replace(style, colour=_COLOURS[value])
        case "large" | "larger":
            return replace(style, size=1)
        case "small" | "smaller":
            return replace(style, size=-1)
    return style


_FACES: dict[str, Face] = {face: face for face in FACE_WORDS}
_PLACES: dict[str, Place] = {place: place for place in PLACE_WORDS}
_COLOURS: dict[str, Colour] = {colour: colour for colour in COLOUR_WORDS}


def combine(style: Letters, before: Letters, *, text: str | None = None) -> Letters:
    """Return letters with another look, where what is not said stays as it was.

    style: as `Look.style`. text: other words; None: those of before.
    """
    place = style.place or before.place
    if style.place in {"left", "right"} and before.place in {"top", "bottom"}:
        place = _PLACES[f"{before.place}_{style.place}"]
    return Letters(
        before.text if text is None else text,
        place,
        vertical=before.vertical if style.vertical is None else style.vertical,
        face=style.face or before.face,
        colour=style.colour or before.colour,
        size=max(-MAX_SIZE, min(MAX_SIZE, before.size + style.size)),
    )

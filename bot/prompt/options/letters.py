"""Letters that the program sets over a picture, and the words for how they look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Place = Literal[
    "top", "bottom", "left", "right", "middle", "top_left", "top_right", "bottom_left",
    "bottom_right",
]  # fmt: skip
Face = Literal["round", "brush", "serif"]
Colour = Literal[
    "white", "black", "red", "pink", "orange", "yellow", "green", "blue", "light_blue", "navy",
    "purple", "brown", "grey", "gold", "silver",
]  # fmt: skip
PLACES: tuple[Place, ...] = get_args(Place)
FACES: tuple[Face, ...] = get_args(Face)
COLOURS: tuple[Colour, ...] = get_args(Colour)
MAX_LETTERS = 60  # characters; more would be too small to read on a phone
MAX_SIZE = 2  # steps larger or smaller than usual


@dataclass(frozen=True)
class Letters:
    """What is written on a picture, and how.

    text: as typed, lines separated by line feeds, longer than MAX_LETTERS where somebody wrote so.
    place: None where the picture is calmest. vertical: in columns from right to left; None where
    nobody said, which is across. face: None where nobody asked for one. colour: None is white or
    black, whichever can be read. size: steps larger than usual, -MAX_SIZE to MAX_SIZE.
    """

    text: str
    place: Place | None = None
    vertical: bool | None = None
    face: Face | None = None
    colour: Colour | None = None
    size: int = 0

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Letters:
        """Read what `dataclasses.asdict` wrote, in any version; unknown values are left out."""
        place = next((place for place in PLACES if place == document.get("place")), None)
        face = next((face for face in FACES if face == document.get("face")), None)
        colour = next((colour for colour in COLOURS if colour == document.get("colour")), None)
        vertical = document.get("vertical")
        vertical = vertical if isinstance(vertical, bool) else None
        size = document.get("size")
        size = size if isinstance(size, int) else 0
        text = str(document.get("text") or "")
        return cls(text, place, vertical, face, colour, max(-MAX_SIZE, min(MAX_SIZE, size)))


PLACE_WORDS: dict[Place, str] = {
    "top": "上|上部|一番上|いちばん上|頭",
    "bottom": "下|下部|一番下|いちばん下|足元",
    "left": "左|左側",
    "right": "右|右側",
    "middle": "真ん中|まんなか|真中|中央|中心",
    "top_left": "左上|左の上|上の左",
    "top_right": "右上|右の上|上の右",
    "bottom_left": "左下|左の下|下の左",
    "bottom_right": "右下|右の下|下の右",
}
FACE_WORDS: dict[Face, str] = {
    "round": "丸文字|丸ゴシック体?|ゴシック体?|まるもじ|ポップ体?",
    "brush": "筆文字|筆書き|毛筆|習字|書道|筆記体|筆|手書き",
    "serif": "明朝体?|みんちょう体?",
}
COLOUR_WORDS: dict[Colour, str] = {
    "white": "白|白色|真っ白|ホワイト|しろ",
    "black": "黒|黒色|真っ黒|ブラック|くろ",
    "red": "赤|赤色|真っ赤|朱色|レッド|あか",
    "pink": "ピンク|ピンク色|桃色|桜色|ぴんく",
    "orange": "オレンジ|オレンジ色|橙色|だいだい色|おれんじ",
    "yellow": "黄色|黄|イエロー|きいろ",
    "green": "緑|緑色|グリーン|みどり",
    "blue": "青|青色|真っ青|ブルー|あお",
    "light_blue": "水色|空色|ライトブルー|みずいろ",
    "navy": "紺|紺色|ネイビー",
    "purple": "紫|紫色|パープル|むらさき",
    "brown": "茶色|茶|ブラウン|ちゃいろ",
    "grey": "灰色|グレー|ねずみ色",
    "gold": "金|金色|ゴールド|きんいろ",
    "silver": "銀|銀色|シルバー|ぎんいろ",
}


def any_of(words: Mapping[Any, str]) -> str:
    """Return a pattern of all words of a table, longer ones first."""
    every = {word for group in words.values() for word in group.split("|")}
    return "|".join(sorted(every, key=lambda word: (-len(word), word)))

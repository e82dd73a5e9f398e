"""The shapes of pictures: their sizes, how they are named, and the words that ask for one."""

from __future__ import annotations

import re
from math import log

from bot.prompt.japanese.grammar import (
    BOUNDARY_AFTER,
    MARK_BEFORE,
    MARK_OR_PARTICLE_BEFORE,
    POLITE_ENDING,
)

Size = tuple[int, int]  # pixels, for a model of 512 x 512
LANDSCAPE, PORTRAIT, SQUARE = (768, 512), (512, 768), (512, 512)
LANDSCAPE_16_9, PORTRAIT_9_16, LANDSCAPE_4_3, PORTRAIT_3_4 = (
    (896, 512),
    (512, 896),
    (768, 576),
    (576, 768),
)

# How a shape is named in the summary of a request, in words that are read as that shape.
SHAPE_LABELS: dict[Size, str] = {
    LANDSCAPE: "横長",
    PORTRAIT: "縦長",
    SQUARE: "正方形",
    LANDSCAPE_16_9: "16:9",
    PORTRAIT_9_16: "9:16",
    LANDSCAPE_4_3: "4:3",
    PORTRAIT_3_4: "3:4",
}
_PHONE = "スマホ|スマートフォン|携帯|ケータイ|iPhone|アイフォン|アイフォーン|Android"
_DESK = "PC|パソコン|デスクトップ|モニター|ディスプレイ"
_SUCH = "(?:の|みたいな|くらいの|ぐらいの)?"  # 「16:9みたいな横長」
_SHAPE_WORDS: dict[Size, str] = {
    LANDSCAPE: "横長|よこなが|横画面|ワイド画面|ワイド|横サイズ|横位置|3:2",
    PORTRAIT: "縦長|たてなが|縦画面|縦サイズ|縦位置|2:3",
    SQUARE: "正方形|せいほうけい|真四角|ましかく|スクエア|1:1|(?:LINE|ライン|インスタ)?の?"
    "(?:プロフィール|プロフ)(?:画像|写真)?|(?:LINE|ライン|インスタ|SNS)?の?アイコン(?:画像)?",
    LANDSCAPE_16_9: rf"16[:対]9(?:{_SUCH}横長)?|(?:{_DESK})用?の?(?:壁紙|背景)|"
    "(?:YouTube|ユーチューブ)?の?サムネ(?:イル)?",
    PORTRAIT_9_16: rf"9[:対]16(?:{_SUCH}縦長)?|"
    rf"(?:{_PHONE})用?の?(?:壁紙|待ち受け|待受け?|ロック画面|背景)"
    r"|待ち受け(?:画面|画像)?|待受け?(?:画面|画像)?|ロック画面|壁紙|ストーリーズ?",
    LANDSCAPE_4_3: rf"4[:対]3(?:{_SUCH}横長)?",
    PORTRAIT_3_4: rf"3[:対]4(?:{_SUCH}縦長)?",
}
_SHAPE_WORD = "|".join(
    rf"(?P<s{width}x{height}>{words})" for (width, height), words in _SHAPE_WORDS.items()
)
_SHAPE_OF_SUBJECT_WORD = "|".join(  # 「猫のアイコン」: a form, but the words also say what to paint
    rf"(?P<s{width}x{height}>{words})"
    for (width, height), words in {
        SQUARE: "アイコン(?:画像)?|プロフィール画像|プロフ画像",
        LANDSCAPE_16_9: rf"(?:{_DESK})用?の?壁紙|サムネイル|サムネ",
        PORTRAIT_9_16: rf"(?:{_PHONE})用?の?(?:壁紙|待ち受け|待受け?|ロック画面)"
        "|待ち受け画面|待ち受け|ロック画面|壁紙",
    }.items()
)
SHAPE_BY_WORD = {
    **{"横長": LANDSCAPE, "よこなが": LANDSCAPE, "横": LANDSCAPE},
    **{"縦長": PORTRAIT, "たてなが": PORTRAIT, "縦": PORTRAIT},
    **{"正方形": SQUARE},
}
PICTURE_SUFFIX = r"(?:の?(?:サイズ|構図|画面|画像|絵|イラスト|写真|比率|向き|アスペクト比))?"
_USE_SUFFIX = (
    r"(?:用(?:の(?:絵|画像|イラスト)|に|で)?|に(?:したい|使いたい|使う|使える|する)"
    r"(?:ん?です(?:けど|が)?|んだけど|のですが|から|ので|やつ|もの|と思(?:って|い)(?:い?ます)?)?)?"
)
SHAPE = re.compile(
    rf"{MARK_OR_PARTICLE_BEFORE}(?:{_SHAPE_WORD}){_USE_SUFFIX}{PICTURE_SUFFIX}{POLITE_ENDING}{BOUNDARY_AFTER}"
    rf"|{MARK_BEFORE}(?P<side>縦|横){POLITE_ENDING}{BOUNDARY_AFTER}"
    rf"|{MARK_BEFORE}(?P<leading>横長|縦長|正方形|よこなが|たてなが)で"
)
SHAPE_OF_SUBJECT = re.compile(
    rf"の(?:{_SHAPE_OF_SUBJECT_WORD})(?=(?:用に?|に(?:して|したい|する|使いたい))?{POLITE_ENDING}{BOUNDARY_AFTER})"
)


def size_of(match: re.Match[str]) -> Size | None:
    """Return the size that a match of one of the patterns asks for, if it is by a shape's word."""
    for size in SHAPE_LABELS:
        if match.groupdict().get("s{}x{}".format(*size)) is not None:
            return size
    return None


def nearest_size(ratio: float) -> Size:
    """Return the size whose width / height is nearest to a ratio greater than 0."""
    return min(SHAPE_LABELS, key=lambda size: abs(log(size[0] / size[1] / ratio)))

"""Japanese in Latin letters, by Hepburn's spelling or the government's: "shinitai", "sinitai"."""

from __future__ import annotations

import re

_ROWS = {
    "": "あいうえお",
    **{"k": "かきくけこ", "g": "がぎぐげご", "s": "さしすせそ", "z": "ざじずぜぞ"},
    **{"t": "たちつてと", "d": "だぢづでど", "n": "なにぬねの", "h": "はひふへほ"},
    **{"b": "ばびぶべぼ", "p": "ぱぴぷぺぽ", "m": "まみむめも", "r": "らりるれろ"},
}
_SMALL = {"a": "ゃ", "u": "ゅ", "o": "ょ"}
_KANA = {
    f"{row}{vowel}": line[place]
    for row, line in _ROWS.items()
    for place, vowel in enumerate("aiueo")
}
_KANA |= {"ya": "や", "yu": "ゆ", "yo": "よ", "wa": "わ", "wo": "を"}
_KANA |= {"shi": "し", "chi": "ち", "tsu": "つ", "fu": "ふ", "ji": "じ"}
for _begin, _kana in [*((row, line[1]) for row, line in _ROWS.items() if row), ("j", "じ")]:
    _KANA |= {f"{_begin}y{vowel}": f"{_kana}{small}" for vowel, small in _SMALL.items()}
for _begin, _kana in (("sh", "し"), ("ch", "ち"), ("j", "じ")):
    _KANA |= {f"{_begin}{vowel}": f"{_kana}{small}" for vowel, small in _SMALL.items()}
_WORDS = re.compile(r"[a-z][a-z '.!?-]*+")
_SYLLABLE = re.compile(
    rf"(?P<double>([kgsztdhbpmrcj])(?=\2)|t(?=ch))"
    rf"|(?P<kana>{'|'.join(sorted(_KANA, key=len, reverse=True))})"
    r"|(?P<n>n'|nn?(?![aiueoy]))|(?P<rest>.)",
    re.DOTALL,
)


def as_kana(text: str) -> str | None:
    """Return a text of Latin letters alone in hiragana; None if it is no Japanese."""
    letters = text.lower()
    if not _WORDS.fullmatch(letters):
        return None
    kana = []
    for syllable in _SYLLABLE.finditer(re.sub("[^a-z']", "", letters)):
        if syllable["rest"]:
            return None
        kana.append("っ" if syllable["double"] else "ん" if syllable["n"] else _KANA[syllable[0]])
    return "".join(kana)

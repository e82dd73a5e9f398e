"""Characters that stand for others because they look alike: 「工口」 for 「エロ」, Cyrillic "ѕех".

A text is judged as it is typed and, if it has any of them, once more as it looks.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bot.prompt.japanese.cleaning import join_sound_marks

_KANJI = "工口力二一卜夕八千才匕丿三了"
_KATAKANA = "エロカニートタハチオヒノミア"
_KANJI_TO_KATAKANA = str.maketrans(_KANJI, _KATAKANA)
# A stretch of katakana with such kanji in it. 「エロ」 may be written with the kanji alone.
_STRETCH = re.compile(rf"[ァ-ヺー{_KANJI}]{{2,}}+")
_KATAKANA_LETTER = re.compile("[ァ-ヺ]")
_LATIN = str.maketrans("аеорсухѕіјһӏԁɡαεορνυικτＡΑΕΟΡСТХ", "aeopcyxsijhldgaeopvuiktaaeopctx")
_LATIN |= str.maketrans("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz")
_LATIN |= str.maketrans("ηпո", "nnn")
_LATIN |= {  # 🅐 🅰 🇦
    start + at: 0x61 + at for start in (0x1F150, 0x1F170, 0x1F1E6) for at in range(26)
}
_LATIN |= str.maketrans("ㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ", "クシストヌハヒフヘホムラリルレロ")
_LATIN |= str.maketrans("ゑゐヱヰ", "えいエイ")
# Marks over or under letters, which no Japanese word has, and Latin letters that have them.
_ACCENTED = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1dff\u20d0-\u20ffÀ-ɏḀ-ỿ]")
_MIXED = (  # kana and signs that no word mixes so
    (re.compile("(?<=え)口(?=[いくさ]|[な画絵本](?!り))"), "ろ"),
    (re.compile("[0〇○◯o](?=(?:っぱい|ッパイ))"), "お"),
    (re.compile("(?<=おっ)π|(?<=オッ)π"), "ぱい"),
)
_BAR = re.compile(r"(?<=[ぁ-ゖァ-ヺー])[-‐‑‒–—−─━|_]+(?=[ぁ-ゖァ-ヺ]|の|、|。|$)")
_VOICEABLE = "かきくけこさしすせそたちつてとはひふへほカキクケコサシスセソタチツテトハヒフヘホ"
_TYPED_MARK = re.compile(f"(?<=[{_VOICEABLE}])(?:[\"”″〃ʺ˝]|''|’’|´´)")
_SPACING_MARK = re.compile(  # 「¨」 and 「˝」, of which cleaning makes a blank and an accent
    f"(?<=[{_VOICEABLE}]) (?:\u0308|\u030b|\u0301 \u0301)"
)
_SPACING_RING = re.compile("(?<=[はひふへほハヒフヘホ]) \u030a")
_TYPED_RING = re.compile("(?<=[はひふへほハヒフヘホ])[°○◦˚]")
_QUOTE = re.compile("[\"”″“〝]|''|’’")


@lru_cache(maxsize=16)  # a message is looked at several times
def as_it_looks(text: str) -> str:
    """Return the text with the letters that its look-alikes stand for.

    text: as `bot.prompt.clean` leaves it. Returns it as it is if it has none.
    """
    looks = _SPACING_RING.sub("\u309a", _SPACING_MARK.sub("\u3099", text))
    looks = _STRETCH.sub(_as_katakana, _without_accents(looks)).lower().translate(_LATIN)
    for pattern, letter in _MIXED:
        looks = pattern.sub(letter, looks)
    looks = _BAR.sub("ー", looks)
    looks = join_sound_marks(_TYPED_RING.sub("\u309a", looks))
    # What opens a quotation stands after no kana that takes the mark, or else what closes it does.
    if len(_QUOTE.findall(looks)) == len(_QUOTE.findall("".join(_TYPED_MARK.findall(looks)))):
        looks = join_sound_marks(_TYPED_MARK.sub("\u3099", looks))
    return looks if looks != text.lower() else text


def _without_accents(text: str) -> str:
    if not _ACCENTED.search(text):
        return text
    letters = unicodedata.normalize("NFD", text)
    kept = (
        c for c in letters if c in "\u3099\u309a" or unicodedata.category(c) not in {"Mn", "Me"}
    )
    return unicodedata.normalize("NFC", "".join(kept))


def _as_katakana(stretch: re.Match[str]) -> str:
    if _KATAKANA_LETTER.search(stretch[0]) or "工口" in stretch[0]:
        return stretch[0].translate(_KANJI_TO_KATAKANA)
    return stretch[0]

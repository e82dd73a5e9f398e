"""Words about a photo that somebody sent: 「これを水彩画に」, 「この写真の背景を海に」.

They are read as a change (bot.prompt.changes) of a picture of which nothing is known. A wish that
only begins alike, 「これからの街」, 「写真を撮る人」, is none of them.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.prompt.applying import apply
from bot.prompt.asking import plain_order
from bot.prompt.changes import Change, change, parse
from bot.prompt.reading import Reading, read

# How closely 「忠実に」 and 「自由に」 keep to a photo (bot.prompt.steering has the other words).
STRENGTHS = {"faithful": 0.4, "free": 0.8}

_SUBJECT = "絵"  # what is painted of a photo when nothing is said of it
_THIS = "これ|それ|こいつ|(?:この|その|あの)(?:子|こ|人|ひと|犬|猫|動物|景色|風景|場所|料理|花)"
_THE_PHOTO = (
    "(?:(?:この|その|あの|上の|前の|最後の|今の|いまの|(?:さっき|さきほど|先ほど|今|いま)の?|"
    "(?:さっき|今|いま)?(?:送った|おくった|撮った|とった))(?:写真|写メ|画像|フォト))"
)
_BASED = "(?:を|から|で)(?:もとに|元に|基に|ベースに|参考に|使って|つかって|下絵に)(?:して)?[、 ]?"
_NAMED = re.compile(rf"^(?:{_THE_PHOTO}|(?:写真|写メ)(?={_BASED}|を|から|の))")
_POINTED = re.compile(rf"^(?:{_NAMED.pattern[1:]}|{_THIS})")
# What follows it and goes: 「この写真に帽子を」, 「これはうちの犬です」; a 「の」 is seen to apart.
_JOINT = re.compile(
    rf"^(?:{_BASED}|から[、 ]?|(?:をに|を|は|も|で|に|って)[、 ]?|[、 ]|(?=[^の])(?![かまらだ]))"
)
_FAITHFUL_TO_IT = re.compile(
    "(?:(?:もと|元|この|その)の?)?(?:写真|画像|これ)(?:に|の)(?=(?:もっと|もう少し)?(?:忠実|近く))"
)
_CAN_IT = re.compile("に(?:でき|なり)(?:ますか|ませんか|る|ます)?[??]?$")
_CHANGED_AND = re.compile(r"((?:変え|かえ)て)(?=[^、 。くほみねなよ])")
_IT_IS = re.compile("(?:です|だよ)(?=$|[、。!])")
_OURS = re.compile(  # 「うちの猫です！水彩画にして」, said of what was just sent
    "(?:うち|わが家|我が家|実家|私|わたし|僕|ぼく|俺)の[^、。!]{1,10}(?:です|だよ)[、。!]+ ?(?=.)"
)
_HINT = re.compile("[てにく](?:$|[、。! ])")  # worth a closer look


def about_photo(text: str, reading: Reading, *, bare: bool = False) -> Change | None:
    """What a text wants of a photo that was just sent; None: it does not speak of one.

    bare: whether it need not point at the photo, 「水彩画に」, since it can hardly mean anything
    else.
    """
    if bare and _OURS.match(text):
        text = f"これは{text}"
    if _POINTED.match(text):
        wanted = change(_plain(text))
        if wanted is None or not wanted.refers:
            return None
        # 「写真を撮る人」, 「これからの街」: wishes. Only who clearly points may say anything.
        clear = re.match(rf"(?:{_THE_PHOTO}|{_THIS})(?:{_BASED}|[をは、 ])|写真{_BASED}", text)
        strange = wanted.loose or any(it.kind == "about" for it in wanted.steps)
        return wanted if clear or not strange else None
    if not bare:
        return None
    looks_so = reading.problem == "only_controls" or _HINT.search(plain_order(text.rstrip("?!。")))
    wanted = change(text) if looks_so else None
    return wanted if wanted is not None and not wanted.refers and wanted.fits("") else None


def names_photo(text: str) -> bool:
    """Whether a text says that it speaks of a photo: 「この写真を」."""
    return _NAMED.match(text) is not None


def of_photo(text: str) -> Change:
    """What a text wants of a photo that it quotes, whatever it says."""
    if _OURS.match(text):
        text = f"これは{text}"
    return about_photo(text, read(text)) or parse(_CAN_IT.sub("に", text))


def _plain(text: str) -> str:
    """The text with all that points at the photo said as 「これを」."""
    text = _CHANGED_AND.sub(r"\1、", _FAITHFUL_TO_IT.sub("", _CAN_IT.sub("に", text)))
    if (found := _POINTED.match(text)) and (joint := _JOINT.match(text[found.end() :])):
        rest = text[found.end() + joint.end() :]
        if "は" in joint[0]:
            rest = _IT_IS.sub("", rest)
        text = f"これを{rest}"
    elif found and text[found.end() :].startswith("の"):
        text = f"これを{text[found.end() + 1 :]}"
    return text


def wish(wanted: Change) -> Reading:
    """What is to be painted of a photo, as a reading."""
    reading = apply(wanted, Reading(_SUBJECT))
    if reading.problem is not None:
        return reading
    reading = replace(reading, prompt=reading.prompt.removeprefix(f"{_SUBJECT}、"))
    if reading.strength is None and reading.fidelity in STRENGTHS:
        # Said of a photo, it is the photo that is to be kept to, rather than the words.
        reading = replace(reading, strength=STRENGTHS[reading.fidelity], fidelity=None)
    return reading

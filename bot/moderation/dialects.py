"""Dialects as the lists write the same: 「着とらん女ば描いて」 is 「着ていない女を描いて」.

Only what is judged is rewritten, never what is painted.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.prompt.japanese.kana import to_hiragana

_KANJI = "一-龠々"
_REWRITTEN = tuple(
    (re.compile(pattern), standard)
    for pattern, standard in (
        (r"(?<=[てで])(?:は)?(?:へん|ひん|まへん|やへん|はらへん)", "いない"),
        (r"(?<=[いきしちにびみけげせねべめれっ着見出寝似煮])(?:とら|ちょら)へん", "ていない"),
        (
            r"(?<=[いきしちにびみけげせてねべめれっ着見出寝似煮])(?:とら|ちょら)ん(?!ぷ|す|く|ち|ぽ)",
            "ていない",
        ),
        (r"(?<=[んい])どらん", "でいない"),
        (r"(?<=[てで])(?:ねえ|ねぇ|ねー)", "いない"),
        (r"(?<=[いきしちにびみけげせねべめれっ着見出寝似煮])(?:とる|ちょる)", "ている"),
        (r"(?<=ん)(?:どる|じょる)", "でいる"),
        (r"(?<=[いきしちびみ寝見着出])よる(?!と|の|こ)", "ている"),
        (
            rf"(?<=[てで])はる(?=$|[、。{_KANJI}ァ-ヺ]|とこ|ひと|お(?:ばあ|じい|ねえ|かあ|とう|なご|っさん|っちゃん))",
            "いる",
        ),
        (r"(?<=[てで])(?:らった|らの|ら(?=[、。]|絵|え|ところ|とこ|人|親|子|女|男))", "いる"),
        (
            rf"(?<=[{_KANJI}ァ-ヺーん])(?<![半並])ば(?=[{_KANJI}]|はね|いじ|ぬい|ぬが|みせ|かい|だい|ころ|たた|なぐ|あら)",
            "を",
        ),
        (
            r"(?<=[てで])(?:や|けろ|けれ|くれんね|くんろ|くんない|ちょんまい|つかあさい|たもれ|みい|おくれやす|おくんなはれ|"
            r"たのむわ|ちょ)(?=$|[、。!！])",
            "",
        ),
        (r"したって(?:や|え|ぇ)?(?=$|[、。!！])", "して"),
        (r"描いたって(?:や|え|ぇ)?(?=$|[、。!！])", "描いて"),
        (r"(?<=[てしき])ちょくれ(?=$|[、。!！])", "て"),
        (r"描いちょくれ|描いちょって", "描いて"),
        (r"(?:おなご|女子はん|おなごし)", "女"),
    )
)
_MAX_CHARS = 400
_MIN_KATAKANA = 8  # of a sentence in katakana alone
_KATAKANA = re.compile("[ァ-ヺ]")
_OTHER_LETTERS = re.compile("[^ァ-ヺー。!！?？]")  # 「マシュマロ、リボン」 is none


@lru_cache(maxsize=16)  # a message is looked at several times
def standardize(text: str) -> str:
    """Return a text as it is said in the standard language. text: of any length, as cleaned."""
    if len(text) > _MAX_CHARS:
        return text
    for pattern, standard in _REWRITTEN:
        text = pattern.sub(standard, text)
    return text


def without_katakana(text: str) -> str:
    """Return a sentence in katakana alone, as cleaned, in hiragana, in which words are told."""
    letters = len(_KATAKANA.findall(text))
    if letters < _MIN_KATAKANA or _OTHER_LETTERS.search(text):
        return text
    return to_hiragana(text)

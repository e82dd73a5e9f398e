"""Words to be set on a picture that no marks enclose: 「おめでとうって右下に入れて」."""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.prompt.options.letter_looks import read_look
from bot.prompt.options.letter_patterns import ANY_PLACE, HOW, NOUN, PUT_FIRST, PUT_STEM, REQUEST


class Unquoted(NamedTuple):
    """Words without marks, how they shall look, and what of the text says so."""

    match: re.Match[str]
    words: str
    how: str


_PUT = (
    rf"(?:(?:{PUT_STEM})[てで](?:{REQUEST}){{0,3}}|"
    "(?:書き|入れ|いれ|載せ|のせ|添え)(?:たい|られる|られます)(?:です|ん?だ?けど|んですが|な|か){0,2}[?？]?)"
)
_START = r"(?:^|(?<=[、。,\n])|(?<=[絵真像ト状きド]に))[ 　]?"
_WORDS = r"[^、。,\n「」『』“”\"にを]{1,40}?"
_END = r"(?=$|[、。!！\n])"
_HOW = rf"(?:(?:{HOW})(?<=[にでのく、 　])){{0,5}}"  # not 「青」 of 「青森」
_LABELLED = re.compile(
    rf"(?:^|(?<=[、。,\n ]))(?:{NOUN})(?:は|[:：])[ 　]?(?P<words>[^、。\n『「]{{1,900}})"
    r"(?=$|[、。\n])"
)
# 「ハッピーバースデーって入れて」. But 「犬と猫と入れて」 asks for a dog and a cat.
_SAID = re.compile(
    rf"{_START}(?P<how>{_HOW})(?P<words>{_WORDS})"
    rf"、?(?:って|と(?=(?:{HOW}){{0,5}}書い)|(?:と|って)(?:いう|言う)?の?(?:{NOUN}|字)[をも]?|"
    rf"(?P<of>の)(?:文字|字|言葉|ことば|メッセージ)[をも]?)、?"
    rf"(?P<how2>(?:{HOW}){{0,5}})(?:(?:(?:{NOUN}|字)[をも]?)?{_PUT}|(?<=[右左上下央中側部][にで])){_END}"
)
# What nobody would ask to be painted: 「お誕生日おめでとうを縦書きで入れて」.
_GREETING = (
    "(?:おめでとう?(?:ございます)?|ありがとう?(?:ございます)?|謹賀新年|賀正|迎春|メリークリスマス|"
    "ハッピー[ァ-ヶー]{2,12}|よろしく(?:お願いします)?|(?:がんば|頑張)(?:れ|ろう)|ようこそ|お疲れ様(?:でした)?|"
    "お元気で|また会おうね|必勝|寒中お見舞い|暑中お見舞い|"
    "(?i:happy|merry|thank|congrat)[A-Za-z '!]{1,24})"
)
_GREETED = re.compile(
    rf"(?:^|(?<=[、。,\n])|(?<=に))[ 　]?(?P<how>{_HOW})"
    rf"(?P<words>[^、。,\n「」『』“”\"にを]{{0,14}}?{_GREETING}[^、。,\n「」『』“”\"にを]{{0,12}}?)"
    rf"(?:って|と|を|も|、)?(?:いう|言う)?の?(?:(?:{NOUN}|字)[をも]?)?、?(?P<how2>(?:{HOW}){{0,5}}){_PUT}{_END}"
)
_LAST = re.compile(  # 「文字入れて、感謝って」
    rf"(?:^|(?<=[、。,\n])|(?<=[絵真像ト状きド]に))[ 　]?(?P<how>)"
    r"(?:[^、。,\n「」『』を]{1,12}?に)?"
    rf"(?:{NOUN}|字|名前|なまえ|店名)[をも]?{PUT_FIRST}"
    "(?:[:：、。 　]{1,2}|(?<=[?？]))"
    '(?P<words>[^、。,\n「」『』“”"にを]{1,40}?)(?:って|と)(?=$|[。!！\n])'
)
_AFTER_A_PAUSE = re.compile(  # 「左上に日付入れたい 2024.5.3」
    rf"^(?P<how>{_HOW})(?:{NOUN}|字|日付|日にち|日時|名前|なまえ|店名|お?店の名前)[をも]?{_PUT}"
    '[:：、。 　\n]{1,2}(?P<words>[^、\n「」『』“”"にを]{1,30}?)[ 　]?(?:って|と|で)?[。!！]?$'
)
_GOES_ON = re.compile("(?:[てで]|ください|下さい|たい|ます|です|けど|から|ので|ほしい|[?？])$")
_NO_WORDS = re.compile(
    "(?:(?:入れ|いれ|書か|かか|載せ|のせ|付け|つけ)(?:ず|ない|なく)|[な無]くて|なし|無し|ナシ|"
    "いらない|要らない|不要|抜き|[含ふ]く?[まめ]|除[くいき外]|省|外し|はずし|消し|禁止|NG|縦|横|大きく|小さく|読め|日本語|英語|漢字|ひらがな|カタカナ|何|なん)"
)
_LOOK_OF_LETTERS = re.compile(  # 「金色の文字を入れて」 says not what to write
    f"^(?:.*(?:色|[めいな]|風|体)|{ANY_PLACE}|[赤青白黒金銀緑紫]|ピンク|オレンジ|別|他|ほか|同じ|普通|"
    "中国語|韓国語|お祝い|看板|お?店|さっき|[こそあ]|今|いま|前|まえ|元|もと|最初|絵|写真|画像|カード|ポスター|"
    "[1-3一二三]行目|名前|なまえ|日付|全部|ぜんぶ|中)"
)


def find_unquoted(text: str) -> Unquoted | None:
    """Return the words that a text wants written, though it does not quote them."""
    for pattern in (_SAID, _GREETED, _LAST, _AFTER_A_PAUSE):
        match = pattern.search(text)
        if match is None or not _says_what(match):
            continue
        if pattern is _AFTER_A_PAUSE and _GOES_ON.search(match["words"]):
            continue
        how = match["how"] + (match.groupdict().get("how2") or "")
        return Unquoted(match, match["words"].replace("改行", "\n"), how)
    return None


def find_labelled(text: str) -> Unquoted | None:
    """Return the words after what calls them letters, 「文字は夏休み」."""
    match = _LABELLED.search(text)
    if match is None or _NO_WORDS.match(match["words"]):
        return None
    if read_look(f"文字は{match['words']}") is not None:  # 「文字は金色」
        return None
    return Unquoted(match, match["words"], "")


def _says_what(unquoted: re.Match[str]) -> bool:
    """Return whether words without marks are to be written, not how: 「感謝の文字を入れて」."""
    words = unquoted["words"]
    if _NO_WORDS.match(words):
        return False
    return not (unquoted.groupdict().get("of") and _LOOK_OF_LETTERS.fullmatch(words))

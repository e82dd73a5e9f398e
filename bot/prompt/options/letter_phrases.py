"""Letters that the program sets over a picture: 「『あけましておめでとう』と入れて、縦書きで」.

They are no part of what is painted, and keep the characters as typed. A title that is only named,
「『吾輩は猫である』を描いて」, is none.
"""

from __future__ import annotations

import re
import unicodedata

from bot.prompt.japanese.cleaning import visible
from bot.prompt.japanese.grammar import SEAM
from bot.prompt.options.letter_lines import with_lines_joined
from bot.prompt.options.letter_looks import combine, read_look
from bot.prompt.options.letter_patterns import (
    ANY_COLOUR,
    ANY_FACE,
    ANY_PLACE,
    HOW,
    NOUN,
    PUT,
    PUT_FIRST,
    QUOTED,
    REQUEST,
    SCRIPT,
    how,
)
from bot.prompt.options.letter_unquoted import find_labelled, find_unquoted
from bot.prompt.options.letters import COLOUR_WORDS, FACE_WORDS, PLACE_WORDS, Letters
from bot.prompt.options.quotes import usual_quotes

_PLACE_BY_WORD = {word: place for place, words in PLACE_WORDS.items() for word in words.split("|")}
_COLOUR_BY_WORD = {word: hue for hue, words in COLOUR_WORDS.items() for word in words.split("|")}
_NAMES_LETTERS = re.compile("文字|もじ|字|ことば|言葉|セリフ|メッセージ|テキスト")
# What words stand for, where they are quoted: 「店名は「こもれび」」, but not 「名前は「モカ」」.
_NAMED = (
    "(?:お?店の名前|店名|会社名|社名|屋号|チーム名|ブランド名|値段|(?:もう|あと)(?:一行|1行|"
    "一言|ひとこと|一つ|ひとつ)|日付|日時|"
    "名前(?=[はをも]?(?:入れ|いれ|書い|つけ|付け)))"
)
_ONLY_QUOTED = re.compile(
    "(?P<anew>(?:やっぱり?|いや|ちがう|違う|じゃあ?|なら|あと)?[、 　]?"
    rf"(?:(?:{SCRIPT})で[、 　]?)?)"
    rf"(?:{QUOTED})(?P<how>(?:で|に|が(?:いい|良い)|に(?:し|変え|かえ)て)?)"
    rf"(?:{REQUEST}){{0,2}}[。!！]?"
)
_BEFORE = re.compile(
    rf"(?P<lead>(?:(?:{NOUN}|{_NAMED}|字(?=[はをもに書入載]))(?:は|を|も|に|として|"
    rf"で)?(?:{PUT_FIRST})?"
    "[:：、。 　]?)?"
    rf"(?P<how1>(?:{HOW}){{0,5}}))"
    rf"(?:{QUOTED})"
    rf"(?P<said>(?:とか|と|って|て(?=[入い書か載の]))?(?:いう|言う)?の?"
    rf"(?P<noun>{NOUN}|(?:プレート|札|吹き出し)(?=[をばも]?(?:乗|の[せっ]|つけ|付|入))|"
    rf"字(?=[をばもは]?(?:入|いれ|書|足|載|のせ|つけ|付)))?(?:を|ば(?=入|いれ|"
    rf"書|足|載|つけ|付)|も|が|は|です|だよ)?)"
    rf"(?P<by>で(?!作|つく|でき|出来|描|書|か))?[、 　]?"
    rf"(?P<how2>(?:{how('はがも')}){{0,5}})(?P<put>{PUT}(?:{REQUEST}){{0,3}}|に(?:変え|かえ|"
    rf"替え|し)て(?:{REQUEST}){{0,3}})?"
)
_ON_WHAT = re.compile("(?:絵|画像|イラスト|カード|ポスター|チラシ|ロゴ|年賀状|はがき)に$")
_WRITING = re.compile(f"縦書き|たて書き|横書き|よこ書き|{ANY_FACE}")
_IN_THE_SCENE = re.compile(
    "(?:あ[るっ]|い[るた]|ない|入っ|書かれ|描かれ|刻まれ|つい[てた]|付い[てた])"
)  # 「看板に「営業中」と書いてある」
_CLAUSE_END = re.compile("[、。,\n]")
_PICTURE = re.compile("(?:絵|画像|イラスト|写真|カード|年賀状|はがき|ハガキ|ポスター)")
# 「カード、バラ「ありがとう」」; no 「カードを持つ「クマ」」, 「「桜」の絵はがき」.
_ALONE = re.compile(
    rf"(?<![るつくすうぬむぐぶたのとをがはもへや])(?:{QUOTED})(?=$|[、。,\n 　!！])"
)
_CARD = re.compile("カード|年賀|見舞|はがき|ハガキ|葉書|招待状|ポスター|チラシ|お?知らせ")
_ENGLISH = re.compile(
    r"(?:,? ?(?:and|with) )?(?:(?:put|write|add|set)(?: the)?(?: words?| text)?"
    r"|(?:the )?(?:words?|text)|that says|saying) [\"“](?P<words>[^\"“”]{1,900})[\"”]"
    r"(?: on it| on top| over it)?(?: (?:at|on|in) the "
    r"(?P<place>(?:top|bottom) (?:left|right)|top|bottom|left|right|middle))?"
    r"(?P<vertical> written vertically| vertically)?"
    r"(?: in (?P<colour>white|black|red|pink|orange|yellow|green|light blue|blue|navy|purple|brown|"
    r"gr[ae]y|gold|silver))?(?: in (?P<face>round|brush|serif) letters)?"
    r"(?:,? (?P<size>very large|very small|large|small)(?! [a-z]))?",
    re.IGNORECASE,
)
_ON_POSTER = re.compile(  # 「ポスターで「水を大切に」って書いてある蛇口の絵」
    "(?P<quoted>(?:ポスター|チラシ|カード|年賀状|はがき|招待状)(?:で(?:す|、)?|、|。|"
    "作りたいです。?|なんだけど、?)"
    "「[^」]{1,60}」)(?:って|と)(?:書いて(?:ある|あって|る)|書いた|入った|入ってる)"
    "、?(?=[^、。]{2})"
)
_ENGLISH_SIZES = {"very large": 2, "large": 1, "small": -1, "very small": -2}
_STYLE = re.compile(
    rf"(?:文字は)?(?P<how>縦書き|たて書き|横書き|よこ書き|{ANY_FACE})(?:で|に|の文字)?"
    r"(?=$|[、。 　\n])"
)
_TARGET = re.compile("(?P<what>絵|画像|イラスト|写真|カード)?(?:の上)?(?:に|へ)(?:は|も)?$")
_POINTER = re.compile(  # at what is there already: 「この写真に『…』」 names nothing to paint
    "(?:^|(?<=[、。,\n 　]))(?:(?:この|その|今の|いまの|さっきの|前の|最後の|最初の|元の|もとの|"
    "(?:さっき|今)?送った)?"
    "(?:絵|画像|イラスト|写真)|(?:この|その|さっきの)カード|これ|それ)(?:(?:の上)?(?:に|へ)"
    "(?:は|も)?|のまま)$"
)
_AFTER = re.compile("^(?:[、。 　]|くださ?い|下さい)+")


def extract_letters(text: str) -> tuple[str, Letters | None]:
    """Return the text without the letters that it asks for, and the letters.

    text: as typed, before it is cleaned. Returns the text itself and None if it asks for none.
    """
    quoted = re.sub(
        "(?<=[一-鿿ァ-ヶ])さ(?=「)", "に", usual_quotes(text)
    )  # 「提灯さ「おでん」て書いで」
    quoted = re.sub("(?<=」て書)いで", "いて", quoted)
    plain = _ON_POSTER.sub(r"\g<quoted>と書いて、", quoted)
    rest, letters = _extract_letters(with_lines_joined(plain))
    return (text, None) if letters is None else (rest, letters)


def _extract_letters(text: str) -> tuple[str, Letters | None]:
    for match in _BEFORE.finditer(text):
        words = next(filter(None, match.group("a", "b", "c", "d")))
        named = match["lead"].strip(" 　") != match["how1"].strip(" 　") or match["noun"]
        named = named or _WRITING.search(match["how1"] + match["how2"])
        named = named or (match["said"] in {"と", "って"} and match.end() == len(text.rstrip()))
        named = named or (
            _ON_WHAT.search(text, 0, match.start()) and match.end() == len(text.rstrip())
        )
        named = named or _is_all(match, text)
        if not (match["put"] or named) or not words.strip():
            continue
        if _IN_THE_SCENE.match(text, match.end()) or _describes_thing(match, text):
            continue
        is_part = match["put"] or match["noun"] or match["by"]
        if not (is_part or _ends_there(match[0], text[match.end() :])):
            continue
        return _cut(text, match, words, match["how1"] + match["how2"])
    english = _ENGLISH.search(text)
    if english is not None:
        rest = text[: english.start()] + " " + text[english.end() :]
        return rest, _english_letters(english)
    if unquoted := find_unquoted(text):
        return _cut(text, *unquoted)
    alone = _ALONE.search(text) if _CARD.search(text) else None
    if alone is not None:
        return _cut(text, alone, next(filter(None, alone.group("a", "b", "c", "d"))), "")
    if labelled := find_labelled(text):
        return _cut(text, *labelled)
    return text, None


def only_quoted(text: str) -> tuple[str, bool] | None:
    """Return the words that a text only quotes, 「おめでとう」, and whether it says that they shall
    take the place of others, 「やっぱ「ありがとう」で」. Returns None for any other text."""
    match = _ONLY_QUOTED.fullmatch(text.strip())
    if match is None:
        return None
    words = _tidied(next(filter(None, match.group("a", "b", "c", "d"))))
    return (words, bool(match["anew"] or match["how"])) if words else None


def _english_letters(match: re.Match[str]) -> Letters:
    chosen = {
        name: (match[name] or "").casefold().replace(" ", "_")
        for name in ("place", "face", "colour")
    }
    chosen["colour"] = chosen["colour"].replace("gray", "grey")
    size = _ENGLISH_SIZES.get((match["size"] or "").casefold(), 0)
    vertical = True if match["vertical"] else None
    text = _tidied(match["words"])
    return Letters.from_json({**chosen, "text": text, "vertical": vertical, "size": size})


def _describes_thing(match: re.Match[str], text: str) -> bool:
    """Return whether the words stand on a thing in the picture: 「「お願い」と書いた短冊」."""
    after = _CLAUSE_END.split(text[match.end() :], maxsplit=1)[0]
    put = match["put"] or ""
    return put.endswith("た") and bool(after.strip()) and not _PICTURE.search(after)


def _is_all(match: re.Match[str], text: str) -> bool:
    """Return whether a text says nothing but words and where they are to stand: 「右上に青で
    「にゃん」」."""
    is_whole = match[0].strip() == text.strip()
    return is_whole and re.search(rf"(?:{ANY_PLACE}).{{0,4}}に", match["how1"]) is not None


def _ends_there(words: str, after: str) -> bool:
    return not after.strip() or words[-1] == "、" or after.lstrip(" 　")[0] in "、。,\n!！"


def _cut(text: str, match: re.Match[str], words: str, looks: str) -> tuple[str, Letters | None]:
    before, after = text[: match.start()], text[match.end() :]
    before = _POINTER.sub("", before)
    before = _TARGET.sub(
        lambda target: "" if before[: target.start()].endswith("の") else target["what"] or "",
        before,
    )
    before = before.removesuffix("の")
    after = _AFTER.sub("", after)
    styles = [match["how"] for match in _STYLE.finditer(after)] + [
        match["how"] for match in _STYLE.finditer(before)
    ]
    letters = _letters(words, looks + "、".join(styles))
    parts = []
    for part in (_STYLE.sub("", before), _STYLE.sub("", after)):
        kept, letters = _without_looks(part, letters)
        parts.append(kept)
    return SEAM.join(part for part in parts if part.strip(" 　、。")), letters


def _without_looks(part: str, letters: Letters) -> tuple[str, Letters]:
    """Return a part of a text without the clauses that say how the letters look, 「字は赤で」, and
    the letters with those looks."""
    if not _NAMES_LETTERS.search(part):
        return part, letters
    kept = []
    for clause in _CLAUSE_END.split(part):
        look = read_look(clause)
        if look is None or not look.named or look.lack:
            kept.append(clause)
        else:
            letters = combine(look.style, letters)
    return ("、".join(kept) if len(kept) < len(_CLAUSE_END.split(part)) else part), letters


def _letters(words: str, looks: str) -> Letters:
    without_face = re.sub(ANY_FACE, "", looks)
    place = re.search(rf"(?:{ANY_PLACE})", without_face)
    colour = re.search(rf"(?:{ANY_COLOUR})", without_face)
    face = next((face for face, names in FACE_WORDS.items() if re.search(names, looks)), None)
    return Letters(
        _tidied(words),
        _PLACE_BY_WORD[place[0]] if place else None,
        vertical=_direction(looks),
        face=face,
        colour=_COLOUR_BY_WORD[colour[0]] if colour else None,
        size=_size(looks),
    )


def _size(looks: str) -> int:
    """Return how many steps larger than usual it says."""
    larger, smaller = re.search("大き|目立つ", looks), re.search("小さ|控えめ", looks)
    return (bool(larger) - bool(smaller)) * (2 if "とても" in looks else 1)


def _direction(looks: str) -> bool | None:
    """Return whether it says vertical; None if it says neither."""
    across = re.search("(?:横|よこ)書き", looks) is not None
    return True if re.search("(?:縦|たて)書き", looks) else (False if across else None)


def _tidied(words: str) -> str:
    """Return the words without controls, each line trimmed, and quotes that can be read back."""
    words = words.replace("『", "「").replace("』", "」")
    lines = re.split("[\r\n\u2028\u2029]+", unicodedata.normalize("NFC", words))
    kept = ("".join(visible(line)).strip() for line in lines)
    return "\n".join(filter(None, kept))

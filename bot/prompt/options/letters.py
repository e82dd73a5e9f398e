"""Letters that the program sets over a picture: 「『あけましておめでとう』と入れて、縦書きで」.

They are no part of what is painted, and keep the characters as typed. A title that is only named,
「『吾輩は猫である』を描いて」, is none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from bot.prompt.japanese.cleaning import visible
from bot.prompt.japanese.grammar import SEAM

Place = Literal["top", "bottom", "left", "right", "middle"]
Face = Literal["round", "brush", "serif"]
PLACES: tuple[Place, ...] = get_args(Place)
FACES: tuple[Face, ...] = get_args(Face)
MAX_LETTERS = 60  # characters; more would be too small to read on a phone


@dataclass(frozen=True)
class Letters:
    """What is written on a picture, and how.

    text: as typed, lines separated by line feeds, longer than MAX_LETTERS where somebody wrote so.
    place: None where the picture is calmest. vertical: in columns from right to left; None where
    nobody said, which is across. face: None where nobody asked for one.
    """

    text: str
    place: Place | None = None
    vertical: bool | None = None
    face: Face | None = None

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Letters:
        """Read what `dataclasses.asdict` wrote, in any version; unknown values are left out."""
        place = next((place for place in PLACES if place == document.get("place")), None)
        face = next((face for face in FACES if face == document.get("face")), None)
        vertical = document.get("vertical")
        vertical = vertical if isinstance(vertical, bool) else None
        return cls(str(document.get("text") or ""), place, vertical=vertical, face=face)


_PLACE_WORDS: dict[Place, str] = {
    "top": "上|上部|一番上|いちばん上|頭",
    "bottom": "下|下部|一番下|いちばん下|足元",
    "left": "左|左側",
    "right": "右|右側",
    "middle": "真ん中|まんなか|中央|中心",
}
_FACE_WORDS: dict[Face, str] = {
    "round": "丸文字|丸ゴシック体?|ゴシック体?|まるもじ|ポップ体?",
    "brush": "筆文字|筆書き|毛筆|習字|書道|筆記体|筆|手書き",
    "serif": "明朝体?|みんちょう体?",
}
_PLACE_BY_WORD = {word: place for place, words in _PLACE_WORDS.items() for word in words.split("|")}
_ANY_PLACE = "|".join(sorted(_PLACE_BY_WORD, key=len, reverse=True))
_ANY_FACE = "|".join(_FACE_WORDS.values())
_NOUN = "文字|もじ|言葉|ことば|セリフ|せりふ|台詞|メッセージ|タイトル|見出し|テキスト|文"
# How and where, before or after the words themselves.
_HOW = (
    "(?:(?:絵|画像|イラスト|写真)の)?"
    rf"(?:縦書き|たて書き|横書き|よこ書き|(?:{_ANY_FACE})(?:風)?|(?:{_ANY_PLACE})(?:の?(?:方|ほう|ところ|端))?|"
    "(?:小さ|大き)(?:く|め)|目立つよう|控えめ)(?:に|で|の)?[、 　]{0,2}"
)
_QUOTED = (
    '『(?P<a>[^『』]{1,900})』|「(?P<b>[^「」]{1,900})」|“(?P<c>[^“”]{1,900})”|"(?P<d>[^"]{1,900})"'
)
_PUT_STEM = "書い|入れ|いれ|載せ|のせ|乗せ|添え"
_PUT = (
    "(?:入れ|いれ|書い|かい|載せ|のせ|乗せ|添え|そえ|付け|つけ|足し|加え|重ね|置い|書き込ん|入り|表示し|印字し)"
    "(?:て|で|た|る|の)?"
)
_REQUEST = (
    "(?:ください|下さい|くださいませんか|くれますか|くれない|くれる|ほしいです|欲しいです|ほしい|欲しい|"
    "もらえますか|もらえる|お願いします|おねがいします|お願い|おいて|ちょうだい|[ねよな])"
)
_PUT_FIRST = rf"(?:{_PUT_STEM}|付け|つけ|足し)て(?:{_REQUEST}){{0,2}}"  # 「文字入れて『感謝』って」
_BEFORE = re.compile(
    rf"(?P<lead>(?:(?:{_NOUN}|字(?=[はをもに書入載]))(?:は|を|も|に|として|で)?(?:{_PUT_FIRST})?"
    "[:：、。 　]?)?"
    rf"(?P<how1>(?:{_HOW}){{0,3}}))"
    rf"(?:{_QUOTED})"
    rf"(?P<said>(?:と|って)?(?:いう|言う)?の?(?P<noun>{_NOUN})?(?:を|も|が|は)?)"
    rf"(?P<by>で(?!作|つく|でき|出来|描|書|か))?[、 　]?"
    rf"(?P<how2>(?:{_HOW}){{0,3}})(?P<put>{_PUT}(?:{_REQUEST}){{0,3}}|に(?:変え|かえ|替え|し)て(?:{_REQUEST}){{0,3}})?"
)
_WRITING = re.compile(f"縦書き|たて書き|横書き|よこ書き|{_ANY_FACE}")
_IN_THE_SCENE = re.compile(
    "(?:あ[るっ]|い[るた]|ない|入っ|書かれ|描かれ|刻まれ|つい[てた]|付い[てた])"
)  # 「看板に「営業中」と書いてある」
_CLAUSE_END = re.compile("[、。,\n]")
_PICTURE = re.compile("(?:絵|画像|イラスト|写真|カード|年賀状|はがき|ハガキ|ポスター)")
_LABELLED = re.compile(
    rf"(?:^|(?<=[、。,\n ]))(?:{_NOUN})(?:は|[:：])[ 　]?(?P<words>[^、。\n『「]{{1,900}})"
    r"(?=$|[、。\n])"
)
# 「ハッピーバースデーって入れて」. But 「犬と猫と入れて」 asks for a dog and a cat.
_UNQUOTED = re.compile(
    r"(?:^|(?<=[、。,\n])|(?<=[絵真像ト状きド]に))[ 　]?"
    rf"(?P<how>(?:{_HOW}){{0,3}})(?P<words>[^、。,\n「」『』“”\"にを]{{1,40}}?)"
    rf"(?:って(?:{_PUT_STEM})|と書い|(?:と|って)(?:いう|言う)?(?:{_NOUN})を?(?:{_PUT_STEM})|"
    rf"(?P<of>の)(?:文字|言葉|ことば|メッセージ)を?(?:{_PUT_STEM}))"
    rf"て(?:{_REQUEST}){{0,3}}(?=$|[、。!！\n])"
)
_UNQUOTED_LAST = re.compile(  # 「文字入れて、感謝って」
    rf"(?:^|(?<=[、。,\n])|(?<=[絵真像ト状きド]に))[ 　]?(?P<how>)(?:{_NOUN}|字)[をも]?{_PUT_FIRST}"
    '[:：、。 　]{1,2}(?P<words>[^、。,\n「」『』“”"にを]{1,40}?)(?:って|と)(?=$|[。!！\n])'
)
# 「カード、バラ「ありがとう」」; no 「カードを持つ「クマ」」, 「「桜」の絵はがき」.
_ALONE = re.compile(
    rf"(?<![るつくすうぬむぐぶたのとをがはもへや])(?:{_QUOTED})(?=$|[、。,\n 　!！])"
)
_CARD = re.compile("カード|年賀|見舞|はがき|ハガキ|葉書|招待状|ポスター|チラシ|お?知らせ")
_NO_WORDS = re.compile(
    "(?:(?:入れ|いれ|書か|かか|載せ|のせ|付け|つけ)(?:ず|ない|なく)|なし|無し|ナシ|"
    "いらない|要らない|不要|抜き|[含ふ]く?[まめ]|除[くいき外]|省|外し|はずし|消し|禁止|NG|縦|横|大きく|小さく|読め|日本語|英語|漢字|ひらがな|カタカナ|何|なん)"
)
_LOOK_OF_LETTERS = re.compile(  # 「金色の文字を入れて」 says not what to write
    f".*(?:色|[めいな]|風|体)|{_ANY_PLACE}|[赤青白黒金銀緑紫]|ピンク|オレンジ|別|他|ほか|同じ|普通|"
    "中国語|韓国語|お祝い|看板|お?店"
)
_ENGLISH = re.compile(
    r"(?:,? ?(?:and|with) )?(?:(?:put|write|add|set)(?: the)?(?: words?| text)?"
    r"|(?:the )?(?:words?|text)|that says|saying) [\"“](?P<words>[^\"“”]{1,900})[\"”]"
    r"(?: on it| on top| over it)?(?: (?:at|on|in) the (?P<place>top|bottom|left|right|middle))?"
    r"(?P<vertical> written vertically| vertically)?(?: in (?P<face>round|brush|serif) letters)?",
    re.IGNORECASE,
)
_STYLE = re.compile(
    rf"(?:文字は)?(?P<how>縦書き|たて書き|横書き|よこ書き|{_ANY_FACE})(?:で|に|の文字)?"
    r"(?=$|[、。 　\n])"
)
_RESTYLED = re.compile(
    rf"(?:(?:{_NOUN})(?:を|は|も)?(?:{_HOW}){{1,2}}|(?:縦書き|たて書き|横書き|よこ書き|{_ANY_FACE})(?:に|で))"
    rf"(?:(?:し|変え|かえ|替え|直し)て(?:{_REQUEST}){{0,3}})?[。!！]?"
)
_TARGET = re.compile("(?P<what>絵|画像|イラスト|写真|カード)?(?:の上)?(?:に|へ)(?:は|も)?$")
_POINTER = re.compile(  # at what is there already: 「この写真に『…』」 names nothing to paint
    "(?:^|(?<=[、。,\n 　]))(?:(?:この|その|今の|いまの|さっきの|前の|最後の|(?:さっき|今)?送った)?"
    "(?:絵|画像|イラスト|写真)|(?:この|その|さっきの)カード|これ|それ)(?:の上)?(?:に|へ)(?:は|も)?$"
)
_AFTER = re.compile("^(?:[、。 　]|くださ?い|下さい)+")


def extract_letters(text: str) -> tuple[str, Letters | None]:
    """Return the text without the letters that it asks for, and the letters.

    text: as typed, before it is cleaned. Returns the text itself and None if it asks for none.
    """
    for match in _BEFORE.finditer(text):
        words = next(filter(None, match.group("a", "b", "c", "d")))
        named = match["lead"].strip(" 　") != match["how1"].strip(" 　") or match["noun"]
        named = named or _WRITING.search(match["how1"] + match["how2"])
        named = named or (match["said"] in {"と", "って"} and match.end() == len(text.rstrip()))
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
        chosen = {name: (english[name] or "").casefold() for name in ("place", "face")}
        vertical = True if english["vertical"] else None
        document = {**chosen, "text": _tidied(english["words"]), "vertical": vertical}
        return rest, Letters.from_json(document)
    unquoted = _UNQUOTED.search(text) or _UNQUOTED_LAST.search(text)
    if unquoted is not None and _says_what(unquoted):
        return _cut(text, unquoted, unquoted["words"], unquoted["how"])
    alone = _ALONE.search(text) if _CARD.search(text) else None
    if alone is not None:
        return _cut(text, alone, next(filter(None, alone.group("a", "b", "c", "d"))), "")
    labelled = _LABELLED.search(text)
    if labelled is not None and not _NO_WORDS.match(labelled["words"]):
        return _cut(text, labelled, labelled["words"], "")
    return text, None


def _describes_thing(match: re.Match[str], text: str) -> bool:
    """Return whether the words stand on a thing in the picture: 「「お願い」と書いた短冊」."""
    after = _CLAUSE_END.split(text[match.end() :], maxsplit=1)[0]
    put = match["put"] or ""
    return put.endswith("た") and bool(after.strip()) and not _PICTURE.search(after)


def _says_what(unquoted: re.Match[str]) -> bool:
    """Return whether words without marks are to be written, not how: 「感謝の文字を入れて」."""
    words = unquoted["words"]
    if _NO_WORDS.match(words):
        return False
    return not (unquoted.groupdict().get("of") and _LOOK_OF_LETTERS.fullmatch(words))


def _ends_there(words: str, after: str) -> bool:
    return not after.strip() or words[-1] == "、" or after.lstrip(" 　")[0] in "、。,\n!！"


def _cut(text: str, match: re.Match[str], words: str, how: str) -> tuple[str, Letters | None]:
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
    rest = SEAM.join(
        part for part in (_STYLE.sub("", before), _STYLE.sub("", after)) if part.strip(" 　、。")
    )
    return rest, _letters(words, how + "、".join(styles))


def _letters(words: str, how: str) -> Letters:
    place = re.search(rf"(?:{_ANY_PLACE})", re.sub(_ANY_FACE, "", how))
    face = next((face for face, names in _FACE_WORDS.items() if re.search(names, how)), None)
    return Letters(
        _tidied(words),
        _PLACE_BY_WORD[place[0]] if place else None,
        vertical=_direction(how),
        face=face,
    )


def read_style(text: str) -> Letters | None:
    """Return how letters that are there shall look, 「文字を横書きにして」, with an empty text.

    A place counts only with the word for letters, since 「下にして」 may mean anything.
    """
    match = _RESTYLED.fullmatch(text)
    return _letters("", match[0]) if match else None


def _direction(how: str) -> bool | None:
    """Return whether it says vertical; None if it says neither."""
    across = re.search("(?:横|よこ)書き", how) is not None
    return True if re.search("(?:縦|たて)書き", how) else (False if across else None)


def _tidied(words: str) -> str:
    """Return the words without controls, each line trimmed, and quotes that can be read back."""
    words = words.replace("『", "「").replace("』", "」")
    lines = re.split("[\r\n\u2028\u2029]+", unicodedata.normalize("NFC", words))
    kept = ("".join(visible(line)).strip() for line in lines)
    return "\n".join(filter(None, kept))

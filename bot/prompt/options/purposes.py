"""What a picture is for: 「年賀状に使いたいので」, 「アイコンにするから」, 「プレゼント用の」.

A purpose is no part of the picture: it leaves the prompt and is kept beside it, with the shape that
it implies. What only looks like one stays: 「年賀状を書く人」, 「プレゼント用の箱」.
"""

from __future__ import annotations

import re

from bot.prompt.japanese import morphology
from bot.prompt.japanese.grammar import MARKS, REQUEST_PHRASE, SEAM, close_seams
from bot.prompt.japanese.morphology import Word
from bot.prompt.japanese.request_phrases import is_auxiliary
from bot.prompt.options.media import DESK, PERSON, PHONE, PURPOSE_SIZES, Purpose, medium_of

_ANYTHING = {"やつ", "もの", "もん", "の", "絵", "画像", "イラスト"}
_ITSELF = re.compile("^(?:(?:この|その)?(?:絵|画像|イラスト)|これ|それ)[をはも]")
_WHO = re.compile(f"^(?:{PERSON}|私|わたし|僕|ぼく|俺|おれ|自分)[がはも]")
_HOW = re.compile("(?P<how>用に|として|とか(?:に|で)|など(?:に|で)|にも|に|へ|で|を)$")
_PUT_ON = {
    *(
        "使う",
        "使える",
        "為る",
        "出来る",
        "貼る",
        "張る",
        "載せる",
        "乗せる",
        "飾る",
        "入れる",
        "添える",
        "付ける",
    ),
    *("印刷", "プリント", "投稿", "掲載", "アップ", "発表", "利用", "使用", "活用", "刺繍", "転写"),
    *(
        "送る",
        "贈る",
        "配る",
        "出す",
        "渡す",
        "上げる",
        "見せる",
        "書く",
        "描く",
        "作る",
        "デザイン",
    ),
}
_MAKE = {"作る", "書く", "出す", "配る", "送る", "デザイン", "渡す", "印刷", "刷る"}  # with 「を」
# With another noun than a medium: what it is for, by the verb.
_BY_VERB: dict[str, Purpose] = {
    **dict.fromkeys(("送る", "贈る", "上げる", "渡す", "見せる", "プレゼント"), Purpose.GIFT),
    **dict.fromkeys(("飾る", "貼る", "張る"), Purpose.DECORATION),
    **dict.fromkeys(("印刷", "プリント"), Purpose.PRINT),
    **dict.fromkeys(("投稿", "アップ", "載せる", "掲載"), Purpose.POST),
    **dict.fromkeys(("使う", "配る"), Purpose.OTHER),
}
_ALONE = {"プレゼント", "印刷", "プリント", "投稿", "飾る"}  # need not say to whom or where
_BECAUSE = {
    "ので",
    "んで",
    "から",
    "けど",
    "けれど",
    "けれども",
    "が",
    "ため",
    "為",
    "なので",
    "だから",
}
_BECAUSE |= {"用", "よう", "様"}
_TAIL_LEMMAS = {"積もり", "つもり", "予定", "為", "様", "居る", "考える", "所", "感じ", "奴"}
_AFTER_BECAUSE = re.compile("(?:に|の(?=[^での])|ね|さ)?")
_THEREFORE = re.compile("^(?:だから|なので|それで|ですから|なんで)[、 ]?(?=.)")
_FOR = re.compile(
    "(?:用|向け|むけ|(?P<size>の?サイズ))(?P<how>に|の|として|です(?:から|ので|が|けど)?|で|なので|だから)?"
)
_IS_PERSON = re.compile(f"(?:{PERSON})$")
_IS_PHONE, _IS_DESK = re.compile(f"{PHONE}$"), re.compile(f"{DESK}$")
_PAPER = re.compile(  # 「A4サイズで」
    "(?:[AB][2-6]|2?L判?|色紙|四つ?切り?|六つ?切り?)$", re.IGNORECASE
)
_FOR_USE = (  # before 「用に」 only: 「パソコン用の机」 is a thing
    (_IS_PERSON, Purpose.GIFT),
    (_IS_PHONE, Purpose.WALLPAPER),
    (_IS_DESK, Purpose.DESKTOP),
)
_FOR_THING = {  # 「…用の」 says what the picture is for; 「練習用の剣」, 「印刷用の紙」 are things
    *(Purpose.ICON, Purpose.DESKTOP, Purpose.WALLPAPER, Purpose.THUMBNAIL, Purpose.HEADER),
    *(Purpose.STORY, Purpose.NEW_YEAR_CARD, Purpose.CARD, Purpose.GIFT, Purpose.POSTER),
    *(Purpose.STAMP, Purpose.GOODS, Purpose.COVER, Purpose.POST),
}
_IS_TOOL = re.compile(
    ".{0,8}(?:箱|袋|リボン|紙|棚|ケース|ペン|筆|額|台|封筒|切手|かばん|カバン|ノート|カメラ|マイク|道具|材料|"
    "インク|ラッピング|包装|機|スタンド|ホルダー|充電器)(?:$|[を、。 ])"
)
_LABEL = re.compile(f"^(?:用途|使い道|使いみち|目的)[:=は] ?(?P<np>[^{MARKS}]{{1,24}})$")
_HINT = re.compile(
    "用|向け|むけ|使|つか|貼|はり|はる|載|のせ|飾|かざ|送|おく|贈|アップ|投稿|掲載|印刷|プリント|プレゼント|"
    "サイズ|配|渡|わた|出[しすそ]|作|つく|書|入れ|添え|見せ|あげ|に(?:し|す)|発表|デザイン|使い道|目的"
)
_MAX_CHARS = 48  # of a phrase that says what a picture is for
_FIRST_SENTENCE = re.compile(  # 「メニューの告知に使う画像をお願いします。…」
    f"^(?P<noun>[^{MARKS}]{{1,30}}?)(?:に|で|として)(?P<use>使(?:う|える|いたい|用する)|つか(?:う|える)|載せる|のせる|貼る|飾る|"
    "掲載する|投稿する|印刷する|配る|出す)(?:ための|用の|よう(?:な|の))?"
    f"(?:絵|画像|イラスト|写真|素材)(?:です|(?:を|が|で)?(?:{REQUEST_PHRASE}|(?:ほし|欲し)い(?:です|んですけど)?|"
    "探して(?:い)?ます|(?:お願い|おねがい)(?:したい(?:です)?|できますか)?|(?:作|つく)(?:って|りたい)[^。、]{0,8})?)"
    "[。!！? ]+(?=[^ ])"
)
_SPLIT = re.compile(f"([{MARKS}]+)")
_REQUEST = re.compile(f"{REQUEST_PHRASE}$")


def extract_purpose(text: str) -> tuple[str, Purpose | None]:
    """Return the text with a seam in place of what it says that the picture is for, and that.

    The last one counts if there are several. text: cleaned. Returns the text itself and None if it
    says nothing of the kind.
    """
    if not _HINT.search(text):
        return text, None
    purpose = None
    if first := _FIRST_SENTENCE.match(text):
        purpose = medium_of(first["noun"]) or _purpose_of_use(first["use"])
        text = SEAM + text[first.end() :]
    parts = _SPLIT.split(text)
    for index in range(0, len(parts), 2):
        mark = parts[index - 1] if index else ""
        if (
            mark.endswith(":")
            and index > 1
            and (labelled := _LABEL.match("".join(parts[index - 2 : index + 1])))
        ):
            purpose = medium_of(labelled["np"]) or Purpose.OTHER
            parts[index - 2 : index + 1] = [SEAM, "", ""]
            continue
        rest, named = _from_segment(parts[index])
        if named is not None:
            parts[index], purpose = rest, named
            parts[index + 2 : index + 3] = [
                _THEREFORE.sub("", part) for part in parts[index + 2 : index + 3]
            ]
    return "".join(parts), purpose


def without_purpose(text: str) -> str:
    """Return a cleaned text without what it says that the picture is for."""
    return close_seams(extract_purpose(text)[0])


def _purpose_of_use(verb: str) -> Purpose:
    """Return what a picture is for that is used so, whatever it is used for."""
    for word in morphology.tokenize(verb):
        if word.lemma in _BY_VERB:
            return _BY_VERB[word.lemma]
    return Purpose.OTHER


def _from_segment(segment: str) -> tuple[str, Purpose | None]:
    """Return the same for a text without marks."""
    if not _HINT.search(segment):
        return segment, None
    return _for_noun(segment) or _by_clause(segment) or (segment, None)


def _for_noun(segment: str) -> tuple[str, Purpose] | None:
    """Read 「年賀状用に龍」, 「プレゼント用の花束」, 「馬を年賀状用に」."""
    for match in _FOR.finditer(segment[:_MAX_CHARS]):
        before, rest = segment[: match.start()], segment[match.end() :]
        subject, _particle, noun = before.rpartition("を")
        how = match["how"]
        kind = medium_of(_WHO.sub("", noun))
        if kind is None and how == "に":
            kind = next((kind for ending, kind in _FOR_USE if ending.search(noun)), None)
        is_size = match["size"] is not None
        if is_size and kind is None and _PAPER.search(noun):
            kind = Purpose.PRINT
        if is_size and kind in PURPOSE_SIZES and not rest:
            continue  # 「壁紙サイズで」 is a shape
        if kind is None or (how is None and rest and not _REQUEST.fullmatch(rest)):
            continue
        if how == "の" and (kind not in _FOR_THING or _IS_TOOL.match(rest)):
            continue
        return subject + SEAM + rest, kind
    return None


def _by_clause(segment: str) -> tuple[str, Purpose] | None:
    """Read 「年賀状に使いたいので馬」, 「カードに貼る花」, 「馬を年賀状に使いたい」."""
    words = morphology.tokenize(segment[:_MAX_CHARS])
    for index, verb in enumerate(words):
        if verb.lemma not in _PUT_ON and verb.lemma not in _BY_VERB:
            continue
        following = words[index + 1].lemma if index + 1 < len(words) else ""
        if verb.part_of_speech == "名詞" and following not in {"為る", "出来る"}:
            continue  # 「印刷の紙」
        end, is_reason = _clause_end(words, index)
        rest = "" if segment[end:] in _ANYTHING else segment[end:]
        is_whole = not rest or _REQUEST.fullmatch(rest) is not None
        subject, kind = _what_for(segment[: verb.start], words[index:], is_reason, is_whole)
        if kind is None:
            continue
        if is_reason or is_whole or _describes(words, index, end):
            return subject + SEAM + rest, kind
    return None


def _what_for(
    before: str, words: list[Word], is_reason: bool, is_whole: bool
) -> tuple[str, Purpose | None]:
    """Return what stands before a phrase that ends before its verb, and what it is for."""
    verb = words[0].lemma
    how = _HOW.search(before)
    if how is None:
        is_alone = not before or _ITSELF.fullmatch(before) is not None or _WHO.fullmatch(before)
        sure = is_alone and verb in _ALONE and (is_reason or is_whole)
        return "", _BY_VERB.get(verb) if sure else None
    noun, particle = before[: how.start()], how["how"]
    subject = ""
    if particle != "を":
        noun = _WHO.sub("", _ITSELF.sub("", _WHO.sub("", noun)))
        subject, _, noun = noun.rpartition("を")
    elif verb not in _MAKE or not (is_reason or is_whole):
        return "", None
    kind = medium_of(noun)
    if kind is not None:
        return subject, kind
    wants = any(word.lemma == "たい" for word in words[1:4])
    if not noun or particle == "を" or not (is_reason or (is_whole and wants)):
        return "", None
    kind = _BY_VERB.get(verb)
    if kind is Purpose.OTHER and not wants:
        return "", None
    return subject, kind if morphology.is_noun_phrase(noun) else None


def _clause_end(words: list[Word], index: int) -> tuple[int, bool]:
    """Return where the phrase of the verb ends, and whether it gives a reason: 「…ので」."""
    wanted = False
    end = words[index].end
    for position, word in enumerate(words[index + 1 :], index + 1):
        wanted = wanted or word.lemma in {"たい", "思う", "為", "積もり", "つもり", "予定"}
        previous = words[position - 1]
        following = words[position + 1].text if position + 1 < len(words) else ""
        if word.text in {"よう", "様"} and following == "な":
            return words[position + 1].end, False  # 「使えるような猫」
        is_because = (
            word.text in _BECAUSE
            or (word.text == "で" and previous.text in {"の", "ん", "予定", "つもり"})
            or (word.text == "て" and wanted and previous.lemma in {"たい", "思う", "居る", "てる"})
        )
        if is_because:
            end = word.end
            text = "".join(item.text for item in words[position + 1 : position + 3])
            after = _AFTER_BECAUSE.match(text)
            return end + (after.end() if after else 0), True
        if not (is_auxiliary(word) or word.lemma in _TAIL_LEMMAS):
            break
        end = word.end
    return end, False


def _describes(words: list[Word], index: int, end: int) -> bool:
    """Return whether a verb in its plain form describes the noun after it: 「年賀状に使う馬」."""
    if words[index].lemma == "為る":
        return False  # 「アイコンにする人」
    following = next((word for word in words if word.start >= end), None)
    last = next(word for word in reversed(words) if word.end <= end)
    is_plain = last.text.endswith(("う", "る", "す", "く", "い", "の", "な"))
    return following is not None and is_plain and following.part_of_speech not in {"助詞", "助動詞"}

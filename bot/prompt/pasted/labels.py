"""Reads lists of what to leave out after a label: 「NG：車、人」, 「描かないもの：人」."""

from __future__ import annotations

import re

from bot.prompt.japanese import morphology

_KINDS = "もの|物|モノ|やつ|ヤツ|こと|要素|単語|ワード|キーワード|言葉"
_UNWANTED = (
    rf"(?:NG|ng|エヌジー|除外|禁止|不要|避ける|避けたい|省く|除く|消す|嫌な|いやな|嫌いな|苦手な)(?:{_KINDS}|な(?:{_KINDS})|"
    rf"する(?:{_KINDS})|事項|物|リスト)?"
    r"|(?:い|要)らない(?:{k})?|なくて(?:も)?(?:いい|良い)(?:{k})?"
    r"|(?:描か|書か|かか|えがか|入れ|いれ|出さ|だささ|写さ|うつさ|載せ|使わ|避け|さけ)"
    r"(?:ない(?:{k})|ないで(?:ほしい|欲しい|ください)?(?:{k})?|たくない(?:{k})?|なくて(?:も)?(?:いい|良い)(?:{k})?)"
    r"|(?:描い|書い|かい|入れ|いれ|出し|写し|載せ|使っ)て(?:は|ちゃ|ほしく|欲しく)(?:ない|いけない|だめな|ダメな)(?:{k})?"
    r"|(?:避け|さけ|除い|外し|省い)て(?:ほしい|欲しい|ください)?(?:{k})?"
    r"|(?:な|無)し|ナシ|(?:抜|ぬ)き|ネガ(?:ティブ|ティヴ|プロ)?(?:プロンプト|ワード)?|ねがてぃぶ|ネガティブ要素"
).replace("{k}", _KINDS)
_ENGLISH = (
    r"(?:without|exclude[ds]?|excluding|avoid|no|not|unwanted|leave out|do not want|don't want|"
    r"(?:do not|don't) (?:include|draw|add|paint|show)|things to avoid|negatives?(?: prompt)?|neg)"
)
_OPEN, _CLOSE = r"(\[「『【<", r")\]」』】>"
_PLAINLY = (  # without 「:」
    r"(?:(?<=もの)|(?<=物)|(?<=やつ)|(?<=要素)|(?<=ワード)|(?<=NG)|(?<=除外))"
)
_LABEL = re.compile(
    rf"(?:(?P<open>[{_OPEN}])|(?<![一-鿿々ぁ-んァ-ヶーa-zA-Z0-9]))"
    rf"(?P<label>{_UNWANTED}|(?i:{_ENGLISH}))"
    r"(?: ?(?:(?P<sign>[:=→⇒>]++|-(?= ))|(?P<shut>[\]】>])(?![のをがにとはも]):?)"
    rf"|{_PLAINLY}(?P<plain>は(?!で)| ))[ ・\-*]*+"
    r"|(?:[❌🚫✕✖]|(?<=[、。])×) ?:?(?=[^\W\d_])"
)
_NOTHING_UNWANTED = re.compile(
    "(?:^|(?<=[、。 (]))NG(?:は|:|ワードは?)? ?(?:特に|とくに)?(?:なし|無し|ナシ)(?=$|[、。 )])"
)
_ITEM = re.compile(rf" *+[・*\-]? *+(?P<item>(?! )[^、。,.;/・|※{_OPEN}{_CLOSE}\n]{{1,40}})")
_BETWEEN = re.compile(r" ?(?:[、,/・|]|(?= ))")
_NEXT_LINE = re.compile("(?<=[ぁ-ゖァ-ヺー一-鿿]) (?=[A-Za-z]{2,12} ?[:=])")
_BY_AND = re.compile("とか|[とや]")
_NOTHING = {"なし", "無し", "ナシ", "特になし", "とくになし", "ない", "無い", "none", "nothing"}
_STEERS = re.compile(  # not what is left out, but how to paint
    r"[0-9一二三四]{1,2} ?(?:枚|まい)|横長|縦長|正方形|よこなが|たてなが|シード|seed|"
    r"(?:水彩|油絵|水墨|鉛筆|浮世)画?$",
    re.IGNORECASE,
)
_STEERING_ENDINGS = (
    *("で", "風", "風に", "っぽく", "タッチ", "サイズ", "して", "描いて", "お願いします", "お願い"),
    *("ください", "下さい", "ほしい", "欲しい"),
)
_END_OF_ITEM = re.compile("(?:など|とか|等|の(?:入った|ある)もの|を(?:入れる|描く|書く)こと|です)$")
_MAX_ITEMS = 30  # the model reads the first


def extract_labelled(text: str) -> tuple[str, list[str]]:
    """Return a cleaned text without its lists of what to leave out, and what is in them.

    A list ends with its bracket, with 「。」, at a blank if it begins the text, or before a
    steering word. Returns the text itself if it has no label.
    """
    things: list[str] = []
    position = 0
    if _NOTHING_UNWANTED.search(text):
        text = _NOTHING_UNWANTED.sub("", text).strip(" 、")
    while match := _LABEL.search(text, position):
        items, end = _items(text, match)
        if not items:
            position = match.end()
            continue
        things += [thing for thing in items if thing not in things and thing not in _NOTHING]
        before, after = text[: match.start()].rstrip(" 、,;※/-"), text[end:].lstrip(" 、,。;/")
        joint = "、" if before and after else ""
        text, position = before + joint + after, len(before)
    return text, things[:_MAX_ITEMS]


def without_labels(text: str) -> str:
    """Return a cleaned text without its lists, or what it leaves out if it says nothing else."""
    rest, things = extract_labelled(text)
    return rest or "、".join(f"{thing}なし" for thing in things)


def _items(text: str, label: re.Match[str]) -> tuple[list[str], int]:
    """Return the things after a label, and where their list ends."""
    if label["shut"] and not label["open"]:
        return [], label.end()
    name = label["label"] or ""
    is_first = not text[: label.start()].strip()
    is_english = name.isascii() and name.upper() != "NG" and name != ""
    closing = bool(label["open"]) and not label["shut"]
    items: list[str] = []
    position = label.end()
    while match := _ITEM.match(text, position):
        item, end = match["item"], match.end()
        next_line = _NEXT_LINE.search(item) if is_english else re.search(r"(?<=\S) ", item)
        if next_line:
            item = item[: next_line.start()]
            end = match.start("item") + len(item)
        item = item.strip(" ×✕✖")
        if label["plain"] and not all(map(morphology.is_noun_phrase, _split(item))):
            break  # 「いらないものは捨てる人」
        if (items or label["plain"]) and is_steering(item):
            break
        items += _split(item)
        position = end
        separator = _BETWEEN.match(text, position)
        if separator is None or (separator[0] == "" and is_first and not closing):
            break
        following = text[separator.end() : separator.end() + 24].lstrip(" ・")
        if is_steering(re.split("[、 ]" if not is_english else "、", following)[0]):
            break
        position = separator.end()
    if closing and text[position : position + 1] in _CLOSE.replace("\\", "") and items:
        position += 1
    return items, position


def is_steering(words: str) -> bool:
    """Return whether words in a list are none of its things but say how to paint."""
    is_label = any(sign in words for sign in ":=")
    return is_label or words.endswith(_STEERING_ENDINGS) or _STEERS.match(words) is not None


def _split(item: str) -> list[str]:
    """Return the things in one place of a list: 「人と車」 are two, 「ひと」 is one."""
    item = _END_OF_ITEM.sub("", item).strip()
    parts = _BY_AND.split(item)
    if len(parts) > 1 and all(part and morphology.is_noun_phrase(part) for part in parts):
        return parts
    return [item] if item else []

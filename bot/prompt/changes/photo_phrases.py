"""Parses what people want of a photo that they sent: 「これを水彩画に」, 「この写真の背景を海に」.

The words are parsed as a change (bot.prompt.changes.parser) of a picture about which nothing is
known. Requests that only begin alike are none: 「これからの街」, 「写真を撮る人」.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.prompt.changes.apply import apply_change
from bot.prompt.changes.parser import parse_as_change, parse_change
from bot.prompt.changes.steps import Change
from bot.prompt.japanese.cleaning import strip_trailing_marks
from bot.prompt.japanese.request_phrases import order_of_ability, strip_politeness
from bot.prompt.request.reading import Reading, read

# How closely 「忠実に」 and 「自由に」 keep to a photo (other words: request.steering).
PHOTO_STRENGTHS = {"faithful": 0.4, "free": 0.8}

_SUBJECT = "絵"  # what is painted of a photo if the person names nothing
_THIS = (
    "これ|それ|こいつ|こ(?:っち|ちら)(?=[をに])|"
    "(?:この|その|あの|こっちの|こちらの)(?:子|こ|人|ひと|犬|猫|動物|景色|風景|場所|料理|花)"
)
_THE_PHOTO = (
    "(?:(?:この|その|あの|上の|前の|最後の|今の|いまの|(?:さっき|さきほど|先ほど|今|いま)の?|"
    "(?:さっき|今|いま)?(?:送った|おくった|撮った|とった))(?:写真|写メ|画像|フォト))"
)
_BASED = "(?:を|から|で)(?:もとに|元に|基に|ベースに|参考に|使って|つかって|下絵に)(?:して)?[、 ]?"
_STARTS_WITH_PHOTO = re.compile(rf"^(?:{_THE_PHOTO}|(?:写真|写メ)(?={_BASED}|を|から|の))")
_STARTS_WITH_POINTER = re.compile(rf"^(?:{_STARTS_WITH_PHOTO.pattern[1:]}|{_THIS})")
# Removed after the pointer: 「この写真に帽子を」, 「これはうちの犬です」. 「の」 is handled apart.
_JOINT = re.compile(
    rf"^(?:{_BASED}|から[、 ]?|(?:をに|を|は|も|で|に|って)[、 ]?|[、 ]|(?=[^の])(?![かまらだ]))"
)
_FAITHFUL_TO_IT = re.compile(
    "(?:(?:もと|元|この|その)の?)?(?:写真|画像|これ)(?:に|の)(?=(?:もっと|もう少し)?忠実)"
)
_NEAR_IT = re.compile(
    "(?:(?:もと|元|この|その)の?)?(?:写真|画像|これ)に(?:もっと|もう少し)?近く(?!の)"
)
_CAN_BECOME = re.compile("に(?:でき|なり)(?:ますか|ませんか|る|ます)?[??]?$")
_CHANGE_THEN = re.compile(r"((?:変え|かえ)て)(?=[^、 。くほみねなよ])")
_COPULA = re.compile("(?:です|だよ)(?=$|[、。!])")
_IS_OURS = re.compile(  # 「うちの猫です！水彩画にして」, said of what was just sent
    "(?:うち|わが家|我が家|実家|私|わたし|僕|ぼく|俺)の[^、。!]{1,10}(?:です|だよ)[、。!]+ ?(?=.)"
)
_HINT = re.compile("[てにく](?:$|[、。! ])")  # worth a closer look

_POINTER_WORDS = re.compile(
    f"^(?:{_THE_PHOTO}|{_THIS}|この写真|写真|画像)(?:だけ)?(?:を|は|も|って|、| )?(?=.)"
)
_CAN_CHANGE = re.compile(
    "(変え|かえ|替え|(?<!願い)(?<!ねがい)し|描き替え)(?:られ|れ|でき)?(?:ます|る|ません)"
    "か?(?:ね|な)?$"
)
_ONLY = re.compile("(背景|後ろ|空|髪|服|顔|色)(?:だけ|のみ)")
_AFTER_STYLE = re.compile(
    "(?:に|な感じに?|な感じで|で|の感じで|く|な絵に|の絵に|な絵で)?"
    "(?:して|する|したい|変えて|変換して|描いて|かいて|お願い|できる|なる|してほしい|してみて)?"
    "(?:です|ます|ね|よ|な|か|します|ください|下さい|ほしい|欲しい|くれる|もらえる|いただけ|"
    "ちょうだい|みたい){0,8}+$"
)
_STYLE = re.compile(
    "(?P<name>[^、。をはが]{1,20}?)(?P<kind>風|(?<![文変進強道消悪激])化|っぽ|"
    "(?<![好順体復快不同])調|タッチ|みたい|"
    "テイスト|スタイル|仕様)"
)
_PRODUCT = re.compile(
    "(?P<what>似顔絵|イラスト|アイコン|スタンプ|肖像画|絵)(?:を?お願い(?:します)?|で|に)?"
)
_OTHER_WISH = re.compile(
    "(?:を|の絵も?|のイラストも?|の写真)(?:描いて|かいて|えがいて|作って|つくって|生成)|"
    "[^、。これのそあ真]の(?:絵|イラスト)(?:を(?:お願い|おねがい|ください|下さい|ちょうだい|"
    "頂戴|一枚|頼)|が(?:ほし|欲し|[見み]たい))"
)
_ITS_DOINGS = re.compile(  # 「虹の橋で元気に走ってるところを描いて」: whom the photo shows
    "[^、。をがは]{2,24}?[てで](?:い)?る(?:ところ|とこ|姿|様子)を(?:描|か)いて"
)
_NO_WISH = re.compile(
    "(?:待って|まって|説明して|教えて|おしえて|助けて|たすけて|聞いて|きいて|やめて|止めて|"
    "とめて|許して|"
    "返して|送って|やり直して|戻して|もどして|黙って|頑張って|がんばって|見て|(?<![てで])みて|"
    "死|消えたい|"
    "(?:^|写真|画像|全部|ぜんぶ|絵|これ|それ|データ|情報|履歴|すべて)を?(?:消して|けして|削除して)"
    "(?:ください|下さい|ほしい|ね|よ)?)$|削除|退会"
    "|^(?:また)?(?:あとで|後で|今度|そのうち|ちょっと待)"
    "|^(?:この|こんな|そんな|いい|良い|変な)(?:感じ|雰囲気)(?:です|だ|かな|ね|よ|で|！|!)*$"
)
_DONE_TO_IT = re.compile(
    "(?:[てでく]|[てで](?:ほしい|欲しい|ください|下さい|くれ|くれる|もらえる|みて|ちょうだい|よ|ね|"
    "くれない|もらえない|もらえますか|くれますか|ほしいです|みたい)|にしたい|にしたいです|"
    "に変えたい|"
    "にできる|にできますか|にお願いします|でお願いします)$"
)


def parse_photo_change(text: str, reading: Reading, *, implicit: bool = False) -> Change | None:
    """Return what a text wants of a photo that was just sent. Returns None if it is about none.

    implicit: whether the text need not point at the photo, 「水彩画に」, since it can hardly mean
    anything else.
    """
    if implicit and _IS_OURS.match(text):
        text = f"これは{text}"
    if _STARTS_WITH_POINTER.match(text):
        change = parse_change(_with_plain_pointer(text))
        if change is None or not change.refers_to_picture:
            return None
        # 「写真を撮る人」, 「これからの街」 are requests of their own: only a clear pointer may be
        # followed by anything.
        clear = re.match(rf"(?:{_THE_PHOTO}|{_THIS})(?:{_BASED}|[をは、 ])|写真{_BASED}", text)
        unusual = change.additions or any(step.kind == "about" for step in change.steps)
        return change if clear or not unusual else None
    if not implicit:
        return None
    if reading.problem != "only_controls" and not _HINT.search(
        strip_politeness(text.rstrip("?!。"))
    ):
        return None
    change = parse_change(text)
    if change is None or change.refers_to_picture or not change.applies_to(""):
        return None
    return change


def parse_answer_about_photo(text: str) -> Change | None:
    """Return what a text wants of a photo, when the bot has just asked what to make of it.

    All but a clear wish for something else counts: an unknown style, 「ジブリ風」; what is done to
    it, 「雪を降らせて」; how it shall be, 「かわいく」. Returns None for a wish with a subject of
    its own, 「赤いりんご」, and for what is no wish.
    """
    core = _POINTER_WORDS.sub("", strip_trailing_marks(text))
    core = order_of_ability(_CAN_CHANGE.sub(r"\1て", core))
    if is_other_wish(core) or is_no_photo_wish(text):
        return None
    if (product := _PRODUCT.fullmatch(core)) or (len(core) <= 6 and read(core).styles):
        return parse_as_change(product["what"] if product else core)
    bare = _AFTER_STYLE.sub("", core)
    if style := _STYLE.fullmatch(bare):
        name = style["name"] if style["kind"] in ("化", "っぽ", "みたい") else bare
        suffix = "風" if name != bare else ""
        return parse_as_change(f"{name}{suffix}")
    if not _DONE_TO_IT.search(core):
        return None
    return parse_quoted_photo_change(_ONLY.sub(r"\1を", core))


def is_other_wish(text: str) -> bool:
    """Return whether a text asks for a picture of something else: 「りんごを描いて」."""
    return _OTHER_WISH.search(text) is not None and not _ITS_DOINGS.match(text)


def is_no_photo_wish(text: str) -> bool:
    """Return whether a text asks to wait, to help, or to erase: nothing that a photo could be."""
    return _NO_WISH.search(strip_trailing_marks(text)) is not None


def mentions_photo(text: str) -> bool:
    """Return whether a text names a photo: 「この写真を」."""
    return _STARTS_WITH_PHOTO.match(text) is not None


def parse_quoted_photo_change(text: str) -> Change:
    """Return what a text wants of a photo that it quotes, whatever it says."""
    if _IS_OURS.match(text):
        text = f"これは{text}"
    return parse_photo_change(text, read(text)) or parse_as_change(_CAN_BECOME.sub("に", text))


def _with_plain_pointer(text: str) -> str:
    """Return the text with 「これを」 for whatever points at the photo."""
    text = _CHANGE_THEN.sub(
        r"\1、", _FAITHFUL_TO_IT.sub("", _NEAR_IT.sub("忠実に", _CAN_BECOME.sub("に", text)))
    )
    pointer = _STARTS_WITH_POINTER.match(text)
    if pointer and (joint := _JOINT.match(text[pointer.end() :])):
        rest = text[pointer.end() + joint.end() :]
        if "は" in joint[0]:
            rest = _COPULA.sub("", rest)
        text = f"これを{rest}"
    elif pointer and text[pointer.end() :].startswith("の"):
        text = f"これを{text[pointer.end() + 1 :]}"
    return text


def photo_reading(change: Change) -> Reading:
    """Return what is to be painted of a photo, as a reading."""
    reading = apply_change(change, Reading(_SUBJECT))
    if reading.problem is not None:
        return reading
    reading = replace(reading, prompt=reading.prompt.removeprefix(f"{_SUBJECT}、"))
    if reading.strength is None and reading.fidelity in PHOTO_STRENGTHS:
        # Of a photo, 「忠実に」 means to keep to the photo rather than to the words.
        reading = replace(reading, strength=PHOTO_STRENGTHS[reading.fidelity], fidelity=None)
    return reading

"""Reads what is to hold for every picture: 「いつもアニメ調で」, 「次から全部縦長で」."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.prompt.request.reading import Reading, read

_FROM_NOW = (
    "(?:これから|これ以降|今後|この先|(?:次|次回|次の(?:絵|画像)|今度|今日|きょう|明日|あした)"
    "(?:から(?!次)|以降)|以後|以降|しばらく|当分)"
)
_EACH_TIME = (
    "(?:いつも|毎回|毎度|常に|つねに|ずっと|必ず|かならず|全部|ぜんぶ|すべて|全て|どの絵も|"
    "基本(?:的に|は)?|"
    "デフォルト(?:は|で)?)"
)
_LASTING = re.compile(
    rf"^(?P<from>{_FROM_NOW}(?P<topic>[はも])?"
    r"(?:(?:の|(?:描|か)(?:く|いてもらう|いてくれる))(?:絵|画像|イラスト)(?:は|を)?)?[、 ]?)?"
    rf"(?P<each>(?:{_EACH_TIME}(?:の(?:絵|画像|イラスト))?[はを]?[、 ]?){{0,2}})"
    r"(?P<what>.{1,40}?)"
    r"(?:(?:(?:に|と)?(?:なる|する|描く)よう(?:に)?|に|を|で)?(?:設定|固定)(?:に?し(?:て(?:おいて)?|とい?て)|でお願い(?:します)?)?(?:ください|ほしい|ね)?)?$"
)
_ALWAYS = re.compile("いつも|毎回|毎度|常に|つねに|ずっと|デフォルト|どの絵も|基本")
_DEGREE = re.compile(  # 「次からはもう少し淡い色で」
    "(?:もっと|もう少し|もうちょっと|もうちょい|できるだけ|なるべく)[^、。?？]{1,16}[でにくめ]"
    "(?:して|描いて|お願い(?:します)?|(?:して|描いて)(?:ください|ほしい(?:です)?|ね))?[。!！]?"
)
_ONE_PICTURE = re.compile("^[1一](?:枚|まい)(?:だけ|ずつ)?(?:で|に|を|$)")
_ORDER = re.compile(  # 「次からもっとかわいく描いて」, 「今後は犬にして」
    ".[くに](?:描い|かい|し|仕上げ)て(?:ください|下さい|ほしい(?:です)?|くれ(?:る|ますか|ませんか)?|"
    "もらえ(?:る|ますか)|お願い(?:します)?|[ねよ]){0,3}[。!！]?$"
)
_ENDING = re.compile(  # 「水彩の絵にしてほしい」, 「アニメ風で描くようにして」
    "(?P<aspect>向き)?(?:の(?:絵|画像|イラスト|感じ|やつ))?(?:[でにを]|(?<=[い風調])(?:絵|感じ)[でに])?"
    "(?:(?:描|か)(?:い(?:て(?:おいて)?|とい?て)|く(?:ように)?(?:して)?)|"
    "し(?:て(?:おいて)?|とい?て|とって)|したい|する(?:ように(?:して)?)?|"
    "(?:お願い|おねがい)(?:します|できる(?:かな)?|できます?か)?|統一(?:して|で)?|よろしく|頼む|[がで]いい)?"
    "(?:ください|下さい|ほしい|欲しい|もらえますか|もらえる|くれますか|くれる|もらいたい|もらって|"
    "いただけますか|です|ね|よ|な){0,3}$"
)
_THANKS = re.compile(
    "ありがと|有難|感謝|助か|たすか|おおきに|サンキュ"
)  # 「いつも早く描いてくれてありがとう」
_SOFT = "(?:ください|下さい|ほしい|お願い(?:します)?|です|ね|よ|な|わ){0,3}[。!！]*"
_RESET = re.compile(
    "(?:やっぱり?|もう)?[、 ]?"
    "(?:(?:さっき|いつも|今|いま|この|前|まえ|全部|ぜんぶ|ずっと)(?:の|決めた)?)?"
    "(?:設定|せってい|固定|デフォルト|いつもの(?:やつ|画風|形|スタイル)?)(?:を|は|、)?(?:全部|ぜんぶ|いったん|一旦)?"
    "(?:(?:元に|もとに|最初に)?(?:戻|もど)し|(?:リセット|初期化|クリア|解除|削除|取り?消し|なし|無し|ナシ)"
    f"(?:に?し)?|やめ|外し|はずし|消し|なくし|忘れ)(?:て|たい|で|にして|ます|よう|る)?{_SOFT}"
    f"|(?:元|もと|最初|普通|ふつう|初期)の設定(?:に|で)(?:(?:戻|もど)して|して)?{_SOFT}"
    f"|{_FROM_NOW}は?[、 ]?"
    "(?:もう)?(?:普通|ふつう|フツー|通常|おまかせ|お任せ|自由|なんでも|何でも|指定なし|"
    "設定なし|元(?:の(?:感じ|まま))?|もと(?:どおり|通り))(?:で|に(?:して|戻して)?)?(?:いい(?:です)?|大丈夫)?"
    f"{_SOFT}"
)
_SETTING = re.compile("固定|設定|縛り|しばり|解除")
_OF_SETTING = re.compile(
    f"^(?:やっぱり?)?(?:もう|いつもの?|ずっと|毎回|{_FROM_NOW})|{_SETTING.pattern}"
)
_NO_LONGER = re.compile(
    "(?:やっぱり?)?[、 ]?"
    f"(?:(?:もう|いつもの?|ずっと|毎回|全部|さっきの|{_FROM_NOW}は?)[、 ]?){{0,2}}"
    "(?P<what>[^、。をはがもう]{1,10}?)(?:の(?:設定|固定|縛り|しばり)|固定|設定|縛り|しばり)?"
    "(?:に(?:する|して(?:い)?た)の|で(?:描|か)くの|だけ)?(?:を|は|が)?、?"
    "(?:やめ(?:て|たい|よう|る|ます|に(?:して|する)?)|(?:じゃ|で)なくて(?:も)?(?:いい|大丈夫|OK)|解除(?:して|する|したい|で)?|"
    "終わり(?:で|に(?:して|する))?|おしまい|(?:なし|無し)で|(?:は)?もういい|いらない|飽きた)"
    f"{_SOFT}"
)
MAX_CHARS = 60


def parse_default(text: str) -> Reading | None:
    """Return how a cleaned text wants every picture, as far as it can be read.

    Whatever it says is in the reading, also what no chat keeps, 「毎回4枚で」. An order that has no
    steering word, 「次からもっとかわいく描いて」, is a reading of nothing. Returns None if the text
    asks for no such thing, or says what to paint: 「いつも笑っている猫」. Never raises.
    """
    match = _LASTING.match(text) if len(text) <= MAX_CHARS else None
    if match is None or not _is_lasting(match) or _THANKS.search(text):
        return None
    what = match["what"]
    bare = _ENDING.sub("", what.rstrip("。!！?？"))
    for words in (what, f"{what}で", f"{bare}で"):  # 「いつもアニメ」
        reading = read(words)
        if reading.problem == "only_controls" and (_says_how(reading) or _ONE_PICTURE.match(words)):
            return reading
    is_soon = match["from"] in {"これから", "これから、"}  # 「これから寝る猫を大きくして」
    is_for_all = match["from"] and (match["each"] or not is_soon)
    is_order = _ORDER.search(what) or _DEGREE.fullmatch(what)
    return Reading("", problem="only_controls") if is_for_all and is_order else None


def takes_back_all(text: str) -> bool:
    """Return whether a cleaned text takes back what was set for every picture, 「設定やめて」,
    「次から普通でいい」."""
    return len(text) <= MAX_CHARS and _RESET.fullmatch(text) is not None


def taken_back(text: str) -> Reading | None:
    """Return the style or shape that a cleaned text wants no longer, 「もう水彩じゃなくていい」.

    Returns None if it says no such thing. Whether it was set is for the caller to know.
    """
    match = _NO_LONGER.fullmatch(text) if len(text) <= MAX_CHARS else None
    if match is None:
        return None
    reading = read(f"{match['what'].removesuffix('向き')}で")
    return reading if reading.problem == "only_controls" and is_kept(reading) else None


def names_setting(text: str) -> bool:
    """Return whether a text says that it speaks of a setting, not of the last picture."""
    return _OF_SETTING.search(text) is not None


def says_setting(text: str) -> bool:
    """Return whether a text calls what it speaks of a setting."""
    return _SETTING.search(text) is not None


def is_kept(reading: Reading) -> bool:
    """Return whether it has a style or a shape, which are all that a chat keeps."""
    return bool(reading.styles) or reading.width is not None


def says_more(reading: Reading) -> bool:
    """Return whether it says how to paint in ways that no chat keeps, 「人物なし」."""
    bare = replace(reading, styles=(), width=None, height=None, purpose=None, capped=False)
    return bare != Reading("", problem=reading.problem)


def _is_lasting(match: re.Match[str]) -> bool:
    """Return whether the words before say so: 「全部正方形で」 alone may mean four pictures."""
    return bool(match["from"]) or _ALWAYS.search(match["each"]) is not None


def _says_how(reading: Reading) -> bool:
    return reading.steers_picture or bool(reading.negative) or reading.letters is not None

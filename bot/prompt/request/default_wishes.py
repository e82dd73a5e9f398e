"""Reads what is to hold for every picture: 「いつもアニメ調で」, 「次から全部縦長で」."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.prompt.request.reading import Reading, read

_FROM_NOW = (
    "(?:これから|これ以降|今後|この先|(?:次|次回|今度|今日|きょう)(?:から(?!次)|以降)|以後|以降)"
)
_EACH_TIME = (
    "(?:いつも|毎回|毎度|常に|つねに|ずっと|必ず|かならず|全部|ぜんぶ|すべて|全て|どの絵も|基本的?に?|"
    "デフォルト(?:は|で)?)"
)
_LASTING = re.compile(
    rf"^(?P<from>{_FROM_NOW}(?P<topic>[はも])?(?:の(?:絵|画像|イラスト)(?:は|を)?)?[、 ]?)?"
    rf"(?P<each>(?:{_EACH_TIME}[、 ]?){{0,2}})(?P<what>.{{1,40}}?)"
    r"(?:(?:に|を)?(?:設定|固定)(?:にして|して)?)?$"
)
_ALWAYS = re.compile("(?:いつも|毎回|毎度|常に|つねに|ずっと|デフォルト)")
_ONE_PICTURE = re.compile("^[1一](?:枚|まい)(?:だけ|ずつ)?(?:で|に|を|$)")
_ORDER = re.compile(  # 「次からもっとかわいく描いて」, 「今後は犬にして」
    ".[くに](?:描い|かい|し|仕上げ)て(?:ください|下さい|ほしい(?:です)?|くれ(?:る|ますか|ませんか)?|"
    "もらえ(?:る|ますか)|お願い(?:します)?|[ねよ]){0,3}[。!！]?$"
)
_THANKS = re.compile(
    "ありがと|有難|感謝|助か|たすか|おおきに|サンキュ"
)  # 「いつも早く描いてくれてありがとう」
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
    for words in (what, f"{what}で"):  # 「いつもアニメ」
        reading = read(words)
        if reading.problem == "only_controls" and (_says_how(reading) or _ONE_PICTURE.match(words)):
            return reading
    is_soon = match["from"] in {"これから", "これから、"}  # 「これから寝る猫を大きくして」
    is_for_all = match["from"] and (match["each"] or not is_soon)
    return Reading("", problem="only_controls") if is_for_all and _ORDER.search(what) else None


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

"""Parts a text that asks for several pictures: 「猫と犬を1枚ずつ」, 「①富士山②桜」.

Only where it says so. What stands together in one sentence, 「猫と犬」, is one picture.
"""

from __future__ import annotations

import re

from bot.prompt.japanese import morphology
from bot.prompt.japanese.cleaning import clean
from bot.prompt.japanese.grammar import REQUEST_PHRASE
from bot.prompt.japanese.request_phrases import shorten_requests
from bot.prompt.options.styles import remove_styles
from bot.prompt.request.plain_orders import ends_in_name
from bot.prompt.request.reading import read

MAX_WISHES = 4
_MAX_CHARS = 200
_MAX_WISH_CHARS = 60
_CIRCLED = re.compile("[①②③④⑤⑥⑦⑧⑨]")
_NUMBERED = re.compile(r"(?:^|[\s、。])(?P<number>[1-9])[.．)）:：、] *(?![0-9])")
_PICTURE = "(?:絵|え|イラスト|画像)"
_COUNT = "(?:[1-4一二三四](?:枚|まい))"
_ASK = rf"(?:{REQUEST_PHRASE}|(?:出して|(?:見|み)たい)(?:です|な|ね|よ|の)*)"  # with or without が
_ONE_EACH = re.compile(
    f"(?:(?:それぞれ|各|別々に)?(?:で)?(?:1|一|いち)(?:枚|まい)(?:ずつ|づつ)(?:を|で|ほど)?|それぞれ{_COUNT}(?:を|で)?)"
    f"(?=、?(?:[^、。]{{1,10}}で)?(?:{_ASK})?[。!！ ]*$)"
)
_APART = re.compile(
    f"(?:を)?(?:別々|べつべつ|別|それぞれ|個別)(?:の{_PICTURE})?[にで](?:分けて|1枚ずつ)?"
    f"(?={_ASK}|[。!！ ]*$)"
)
_OF_EACH = re.compile(  # 「りんごの絵とバナナの絵」
    f"(?P<first>[^、。]{{1,30}}?の{_PICTURE}{_COUNT}?)(?:を)?(?:と|、|,|。|それと|あと)+、?"
    f"(?P<second>[^、。]{{1,30}}?の{_PICTURE}{_COUNT}?)(?:を|も|が|は)?(?:{_ASK})?[。!！ ]*"
)
_TWO_ORDERS = re.compile(  # 「猫を描いて、あと犬も描いて」
    f"^(?P<first>.{{1,40}}?)(?:を|の{_PICTURE}を)?(?:描いて|かいて)[、。!！?？ ]*"
    f"(?:それと|あとは?|それから|ついでに|次に|つぎに|そのあと(?:に)?|もう(?:一枚|1枚)は?)、?"
    f"(?P<second>.{{1,40}}?)(?:の{_PICTURE})?(?:を|も)?(?:別に|別で|1枚|一枚)?{_ASK}[。!！ ]*"
)
_IN_TURN = re.compile(  # 「まずライオン、つぎにキリンをかいて」
    "(?:まず(?:は)?|最初に|はじめに|(?:1つ|一つ|1枚|一枚)目は)、?"
    "(?P<first>.{1,40}?)(?:を|で)?(?:描いて|かいて)?[、。 ]+"
    "(?:つぎに|次に|次は|つぎは|それから|そのあと(?:に)?|(?:2つ|二つ|2枚|二枚)目は)、?"
    f"(?P<second>.{{1,40}}?)(?:を|で)?(?:{_ASK})?[。!！ ]*"
)


def split_wishes(text: str) -> list[str]:
    """Return the wishes of a text that asks for two to MAX_WISHES pictures, each in words to send.

    Returns none if it is one wish, or more than so many. text: as a person typed it. Never raises.
    """
    if len(text) > _MAX_CHARS:
        return []
    wishes = _numbered(text) or _in_words(clean(text))
    wishes = [wish.strip("、。 \n") for wish in wishes]
    is_many = 2 <= len(wishes) <= MAX_WISHES and len(set(wishes)) == len(wishes)
    return wishes if is_many and all(map(_is_wish, wishes)) else []


def _numbered(text: str) -> list[str]:
    """Return what follows each number, 「①富士山②桜」; nothing if they do not count from 1."""
    circled = list(_CIRCLED.finditer(text))
    marks = circled or list(_NUMBERED.finditer(text))
    numbers = [ord(mark[0]) - ord("①") + 1 if circled else int(mark["number"]) for mark in marks]
    if len(marks) < 2 or numbers != list(range(1, len(marks) + 1)):
        return []
    if text[: marks[0].start()].strip():
        return []
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    return [clean(text[mark.end() : end]) for mark, end in zip(marks, ends, strict=True)]


def _in_words(text: str) -> list[str]:
    for pattern in (_ONE_EACH, _APART):
        match = pattern.search(text)
        if match and (things := _listed(text[: match.start()] + text[match.end() :])):
            return things
    short = shorten_requests(text)
    for pattern in (_IN_TURN, _OF_EACH, _TWO_ORDERS):
        if match := pattern.fullmatch(short):
            return [match["first"], match["second"]]
    return []


def _listed(text: str) -> list[str]:
    """Return the things of a list, 「猫と犬」, each with the style that is asked for."""
    reading = read(text)
    steers = (reading.width, reading.seed, reading.effort, reading.fidelity, reading.purpose)
    if reading.problem or any(value is not None for value in steers) or reading.negative:
        return []
    prompt = remove_styles(reading.prompt.removesuffix("を")).strip("、 ")
    things, start = [], 0
    for word in morphology.tokenize(prompt):
        is_joint = word.text in {"、", "・", ","}
        if word.text in {"と", "や"} and word.part_of_speech == "助詞":
            is_joint = word.start > start and not morphology.ends_in_noun(prompt[: word.end], 1)
        if is_joint:
            things.append(prompt[start : word.start])
            start = word.end
    things = [thing.strip() for thing in (*things, prompt[start:]) if thing.strip()]
    if not all(map(ends_in_name, things)):
        return []
    return ["、".join([thing, *reading.styles]) for thing in things]


def _is_wish(text: str) -> bool:
    return len(text) <= _MAX_WISH_CHARS and read(text).problem is None

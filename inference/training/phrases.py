"""How people put a wish: word orders, and what is said around the words that name a picture.

A model that was taught bare captions paints 「りんご」 and makes a blot of 「りんごを眺めたいな」:
every word that it never saw pulls its reading away. So many captions are put in one of thousands
of ways (phrases.tsv), and now and then beside syllables that mean nothing.

The frames that the evaluation asks in are left out: 「…をお願いします」, 「…を見せて」,
「…が一つほしいです」, 「背景は…で、」, 「…の背景で」, 「…が並んでいる絵」 and so on. It
measures what the model makes of frames that it was not taught.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

PHRASES = Path(__file__).with_name("phrases.tsv")


@dataclass(frozen=True)
class Words:
    """The words that name a picture, each as it stands before a noun; "" where it is not told.

    name: the thing. other: what stands to its right. looks: size, mood and colour, 「小さな赤い」.
    number: with its counter, 「三匹」. where: 「左に」. style: 「水彩風の」. ground: of a scene
    (「夜の」, in which case scene is true) or of a colour (「青い」). art: what such a picture is
    called, 「浮世絵」.
    """

    name: str
    looks: str = ""
    other: str = ""
    number: str = ""
    where: str = ""
    style: str = ""
    ground: str = ""
    scene: bool = False
    art: str = ""


SYLLABLES = (
    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん"
    "がぎぐげござじずだでどばびぶべぼぱっゃゅょー、。願見送来出人何私言思行時本手気会今"
)


@lru_cache(maxsize=1)
def load_phrases() -> dict[str, tuple[list[str], list[int]]]:
    """Of every kind in phrases.tsv the phrases and how often each is drawn."""
    kinds: dict[str, tuple[list[str], list[int]]] = {}
    for line in PHRASES.read_text("utf-8").splitlines()[1:]:
        kind, weight, phrase = line.split("\t")
        phrases, weights = kinds.setdefault(kind, ([], []))
        phrases.append(phrase)
        weights.append(int(weight))
    return kinds


def pick(kind: str, rng: random.Random) -> str:
    """One phrase of a kind."""
    phrases, weights = load_phrases()[kind]
    return rng.choices(phrases, weights)[0]


def framed(core: str, rng: random.Random) -> str:
    """A caption with something said before it, after it or both."""
    form = rng.random()
    if form < 0.12:
        return core + noise(rng)
    if form < 0.18:
        return noise(rng) + core
    before = pick("before", rng) if rng.random() < 0.3 else ""
    after = pick("after", rng) if not before or rng.random() < 0.7 else ""
    return before + core + after + pick("close", rng)


def stem(word: str) -> str:
    """A word that stands before a noun, without its ending: 「水彩風の」 is 「水彩風」."""
    return word.removesuffix("の").removesuffix("な")


def noise(rng: random.Random) -> str:
    """One to seven characters that mean nothing."""
    return "".join(rng.choice(SYLLABLES) for _ in range(rng.randint(1, 7)))


def plainly(words: Words) -> str:
    """The one order that a model learns first: 「青い背景の三匹の猫」."""
    core = words.looks + words.name
    if words.number:
        core = f"{words.number}の{core}"
    core = words.style + words.where + core
    if words.other:
        core += "と" + words.other
    if words.ground:
        core = words.ground + ("" if words.scene else "背景の") + core
    return core


def styled(core: str, words: Words, rng: random.Random) -> str:
    """The style said before it, after it, or as what the picture is: 「猫の浮世絵」."""
    if words.art and rng.random() < 0.2:
        return pick("art", rng).format(core, words.art)
    return pick("styled", rng).format(core, words.style, stem(words.style))


def ordered(words: Words, rng: random.Random) -> str:
    """One of the orders that Japanese allows."""
    core = words.looks + words.name
    if words.number:
        core = pick("numbered", rng).format(core, words.number)
    if words.where:
        core = pick("placed", rng).format(core, words.where)
    if words.other:
        core = pick("paired", rng).format(core, words.other)
    if words.style and words.scene and rng.random() < 0.6:
        return styled(words.ground + core, words, rng)  # 「夜の富士山、浮世絵風」
    if words.style:
        core = styled(core, words, rng)
    if not words.ground:
        return core
    if words.scene:
        return words.ground + core
    bare = words.ground.removesuffix("の")
    return pick("grounded", rng).format(core, words.ground, bare)

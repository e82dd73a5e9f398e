"""Say in Japanese what a composed picture shows, in many of the ways that people ask for it."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from inference.training.fetch import package_json

THINGS = Path(__file__).with_name("things.tsv")

STYLE_WORDS: tuple[tuple[str, ...], ...] = (
    ("絵文字風の", "イラスト風の"),
    ("フラットな", "平面的な", "シンプルな"),
    ("立体的な", "グラデーションの", "つやつやの"),
)
# How often a caption names the style. A rarely named style is what "猫" alone means, and the less
# there is to choose from, the sooner a small model stops painting the average of everything.
STYLE_NAMED = (0.12, 0.75, 0.75)
MOODS = ("かわいい", "きれいな", "素敵な", "美しい", "可愛い", "かっこいい")
ENDINGS = (
    "の絵", "のイラスト", "を描いて", "の絵を描いて", "がほしい", "が見たい", "をください",
    "の画像", "を描いてください", "の絵文字", "が欲しい",
)  # fmt: skip
COLOUR_WORDS: dict[str, tuple[str, ...]] = {
    "赤": ("赤い", "赤い", "赤の", "真っ赤な"),
    "オレンジ": ("オレンジの", "オレンジ色の"),
    "黄": ("黄色い", "黄色の"),
    "緑": ("緑の", "緑色の"),
    "水": ("水色の",),
    "青": ("青い", "青い", "青色の"),
    "紫": ("紫の", "紫色の"),
    "ピンク": ("ピンクの", "ピンク色の"),
    "茶": ("茶色の", "茶色い"),
    "黒": ("黒い", "黒の"),
    "白": ("白い", "白の"),
    "灰": ("灰色の", "グレーの"),
}
SCENE_WORDS: dict[str, tuple[str, ...]] = {
    "夜": ("夜の", "夜空の", "夜の", "星空と"),
    "夕": ("夕焼けの", "夕方の", "夕日と"),
    "空": ("青空の", "晴れた日の", "空と"),
    "草": ("草原の", "草の上の", "野原の"),
    "雪": ("雪の中の", "雪の日の", "冬の"),
    "海": ("海の", "海辺の", "海と"),
}


@dataclass(frozen=True)
class Thing:
    """Something that can be painted: its emoji, its names, and rarer keywords from CLDR.

    weight: how often it is shown compared with others; what people ask for first has 3.
    """

    emoji: str
    weight: int
    names: tuple[str, ...]
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown:
    """What a composed picture shows. Empty words: a white ground, the usual size and colour."""

    thing: Thing
    style: int = 0
    ground: str = ""  # a key of COLOUR_WORDS or SCENE_WORDS
    size: str = ""  # "小さな", "大きな" or ""
    colour: str = ""  # the colour that it was painted over with
    own_colour: str = ""  # the colour that most of it has by nature


@lru_cache(maxsize=4)
def load_things(work: Path) -> tuple[Thing, ...]:
    """Every line of things.tsv, with those CLDR keywords that mean one thing only."""
    lines = [line.split("\t") for line in THINGS.read_text("utf-8").splitlines()]
    named = {emoji: tuple(names.split()) for emoji, _, names in lines}
    try:
        cldr = package_json(work, "cldr-annotations-full/annotations/ja/annotations.json")
        words = {
            emoji: tuple(cldr["annotations"]["annotations"].get(emoji, {}).get("default", ()))
            for emoji in named
        }
    except FileNotFoundError:  # a toy run has no packages
        words = dict.fromkeys(named, ())
    known = {name for names in named.values() for name in names}
    seen = Counter(word for keywords in words.values() for word in keywords)
    return tuple(
        Thing(
            emoji,
            int(weight),
            named[emoji],
            tuple(w for w in words[emoji] if seen[w] == 1 and w not in known),
        )
        for emoji, weight, _ in lines
    )


def name_of(thing: Thing, rng: random.Random) -> str:
    """One of the thing's names: often the first, now and then a mere keyword."""
    draw = rng.random()
    if draw < 0.35:
        return thing.names[0]
    if draw < 0.43 and thing.keywords:
        return rng.choice(thing.keywords)
    return rng.choice(thing.names)


def caption(shown: Shown, rng: random.Random) -> str:
    """A caption of the picture; ground, size and a painted-over colour are always told."""
    words = [name_of(shown.thing, rng)]
    if shown.colour:
        words.insert(0, rng.choice(COLOUR_WORDS[shown.colour]))
    elif shown.own_colour and rng.random() < 0.18:
        words.insert(0, rng.choice(COLOUR_WORDS[shown.own_colour]))
    if shown.size:
        words.insert(0, shown.size)
    if rng.random() < 0.08:
        words.insert(0, rng.choice(MOODS))
    if rng.random() < STYLE_NAMED[shown.style]:
        words.insert(0, rng.choice(STYLE_WORDS[shown.style]))
    core = "".join(words)
    ending = rng.choice(ENDINGS) if rng.random() < 0.25 else ""
    if shown.ground in SCENE_WORDS:
        return rng.choice(SCENE_WORDS[shown.ground]) + core + ending
    if shown.ground or rng.random() < 0.04:
        ground = rng.choice(COLOUR_WORDS[shown.ground or "白"])
        form = rng.random()
        if form < 0.6:
            return f"{ground}背景の{core}{ending}"
        if form < 0.8:
            return f"{ground}背景に{core}"
        return f"{core}{ending}、{ground}背景"
    return core + ending

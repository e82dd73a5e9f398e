"""Say in Japanese what a composed picture shows, in many of the ways that people ask for it."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from inference.training.fetch import package_json
from inference.training.phrases import Words, framed, ordered, plainly, stem
from inference.training.prompts import held_out

THINGS = Path(__file__).with_name("things.tsv")
KEYWORDS = "keywords.json"  # in the work folder: with the pictures, all that training needs

STYLE_WORDS: tuple[tuple[str, ...], ...] = (
    ("絵文字風の", "イラスト風の"),
    ("フラットな", "平面的な", "シンプルな"),
    ("立体的な", "グラデーションの", "つやつやの"),
    ("水彩風の", "水彩画の", "水彩の", "淡い色の"),
    ("浮世絵風の", "浮世絵風の", "浮世絵の", "浮世絵調の", "木版画の", "版画風の"),
    ("切り絵風の", "切り絵の", "切り絵調の", "紙を切った"),
    ("水墨画風の", "水墨画の", "墨絵の", "墨絵風の"),
    ("ドット絵の", "ドット絵風の", "ピクセルアートの", "ファミコン風の"),
)
# What a picture in such a style is called, 「猫の浮世絵」; empty where it is no word of its own.
ARTS: tuple[tuple[str, ...], ...] = (
    (), (), (), ("水彩画",), ("浮世絵", "浮世絵", "版画"), ("切り絵",), ("水墨画", "墨絵"),
    ("ドット絵", "ピクセルアート"),
)  # fmt: skip
# How often a caption names the style. A rarely named style is what "猫" alone means, and the less
# there is to choose from, the sooner a small model stops painting the average of everything.
STYLE_NAMED = (0.12, 0.8, 0.8, 1.0, 1.0, 1.0, 1.0, 1.0)
BARE = 0.07  # the share of captions that name a property and nothing else: see properties()
MOODS = ("かわいい", "きれいな", "素敵な", "美しい", "可愛い", "かっこいい")
ENDINGS = (
    "の絵", "のイラスト", "を描いて", "の絵を描いて", "がほしい", "が見たい", "をください",
    "の画像", "を描いてください", "の絵文字", "が欲しい", "がいいな", "を描いてほしいです",
    "、お願い", "が見たいです", "ください", "を一つ",
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

PLACE_WORDS: dict[str, tuple[str, ...]] = {
    "左": ("左に", "左側に", "左の方に"),
    "右": ("右に", "右側に", "右の方に"),
    "上": ("上に", "上の方に"),
    "下": ("下に", "下の方に"),
}
NUMBERS = {2: ("二", "2"), 3: ("三", "3"), 4: ("四", "4")}
# What is counted with another word than 〜つ and 〜個, by emoji.
COUNTERS: dict[str, str] = (
    dict.fromkeys("🐱🐶🐭🐹🦊🐻🐼🐨🐯🦁🐷🐸🐵🐺🐝🐞🐢🐍🐙🦐🦀🐠🐟🐬🦈🐊🐑🐉👻👹", "匹")
    | dict.fromkeys("🐮🦄🐴🐳🐘🦒🐪🐎🦖🦋", "頭")
    | dict.fromkeys("🐰🐔🐧🐦🐤🦉", "羽")
    | dict.fromkeys("🚗🚕🚌🚑🚒🚲🚁🎹💻📱📷🤖", "台")
    | dict.fromkeys("🎅👧👶🥷👽", "人")
    | dict.fromkeys("🌳🌴🌵🎄☂✏🌷🌹🌻🍌🥕🌽🎸🍺", "本")
    | dict.fromkeys("🍕🍞👕🍁👘🍫🍪🥞", "枚")
    | dict.fromkeys("✈🚀", "機")
    | dict.fromkeys("🚢⛵", "隻")
)


@dataclass(frozen=True)
class Thing:
    """Something that can be painted: its emoji, its names, and rarer keywords from CLDR.

    weight: how often it is shown compared with others; what people ask for first has 3, what was
    learned last 2, and 富士山, which every style must have, more.
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
    count: int = 1
    place: str = ""  # a key of PLACE_WORDS; "" is the middle
    other: Thing | None = None  # what stands to the right of the thing


@lru_cache(maxsize=4)
def load_things(work: Path) -> tuple[Thing, ...]:
    """Every line of things.tsv, with those CLDR keywords that mean one thing only.

    New ones are added at its end: a judge counts on the order.
    """
    lines = [line.split("\t") for line in THINGS.read_text("utf-8").splitlines()]
    named = {emoji: tuple(names.split()) for emoji, _, names in lines}
    words = {emoji: tuple(keywords(work).get(emoji, ())) for emoji in named}
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


def keywords(work: Path) -> dict[str, list[str]]:
    """CLDR's Japanese keywords by emoji: as the render stage kept them, or from the package.

    Empty where there is neither, as in a toy run.
    """
    kept = work / KEYWORDS
    if kept.exists():
        words: dict[str, list[str]] = json.loads(kept.read_text("utf-8"))
        return words
    try:
        cldr = package_json(work, "cldr-annotations-full/annotations/ja/annotations.json")
    except FileNotFoundError:
        return {}
    entries = cldr["annotations"]["annotations"]
    return {emoji: entry.get("default", []) for emoji, entry in entries.items()}


def name_of(thing: Thing, rng: random.Random) -> str:
    """One of the thing's names: often the first, now and then a mere keyword."""
    draw = rng.random()
    if draw < 0.35:
        return thing.names[0]
    if draw < 0.43 and thing.keywords:
        return rng.choice(thing.keywords)
    return rng.choice(thing.names)


def caption(shown: Shown, rng: random.Random) -> str:
    """A caption of the picture; whatever is not as usual is always told.

    Never one of the prompts that the evaluation asks for.
    """
    while True:
        bare = properties(shown) if rng.random() < BARE else ()
        text = rng.choice(bare) if bare else _caption(choose_words(shown, rng), rng)
        if text not in held_out():
            return text


def properties(shown: Shown) -> tuple[str, ...]:
    """What a picture is, but not of what: 「赤い」, 「青い背景」, 「水彩風」, 「夜」, 「二つ」.

    Such a caption is hardly a wish. It is what people leave out: a negative prompt pulls away from
    what the UNet paints for it alone. Empty where nothing of the picture is worth a word.
    """
    captions: list[str] = []
    colour = shown.colour or shown.own_colour
    if colour:
        captions += [stem(word) for word in COLOUR_WORDS[colour]]
    if shown.ground in SCENE_WORDS:
        captions += [word.rstrip("のと") for word in SCENE_WORDS[shown.ground]]
    elif shown.ground:
        words = COLOUR_WORDS[shown.ground]
        captions += [f"{word}背景" for word in words]
        captions += [f"背景は{stem(word)}" for word in words]
    if shown.style:
        captions += [stem(word) for word in STYLE_WORDS[shown.style]]
    if shown.count > 1:
        captions += [f"{number}{counter}" for number in NUMBERS[shown.count] for counter in "つ個"]
    if shown.place:
        captions += PLACE_WORDS[shown.place]
    if shown.size:
        captions += [shown.size, shown.size.replace("な", "い")]
    return tuple(captions)


def _caption(words: Words, rng: random.Random) -> str:
    form = rng.random()
    if form < 0.25:
        return plainly(words)
    core = ordered(words, rng)
    if form < 0.45:
        return core
    return core + rng.choice(ENDINGS) if form < 0.6 else framed(core, rng)


def choose_words(shown: Shown, rng: random.Random) -> Words:
    """The words for what a picture shows: which of its names, and which of its looks are told."""
    looks = shown.size
    if rng.random() < 0.08:
        looks = rng.choice(MOODS) + looks
    if shown.colour:
        looks += rng.choice(COLOUR_WORDS[shown.colour])
    elif shown.own_colour and rng.random() < 0.18:
        looks += rng.choice(COLOUR_WORDS[shown.own_colour])
    scene = shown.ground in SCENE_WORDS
    ground = ""
    if scene:
        ground = rng.choice(SCENE_WORDS[shown.ground])
    elif shown.ground or rng.random() < 0.04:
        ground = rng.choice(COLOUR_WORDS[shown.ground or "白"])
    styled = rng.random() < STYLE_NAMED[shown.style]
    return Words(
        name_of(shown.thing, rng),
        looks,
        other=name_of(shown.other, rng) if shown.other else "",
        number=counters(shown.thing, shown.count, rng) if shown.count > 1 else "",
        where=rng.choice(PLACE_WORDS[shown.place]) if shown.place else "",
        style=rng.choice(STYLE_WORDS[shown.style]) if styled else "",
        art=rng.choice(ARTS[shown.style]) if styled and ARTS[shown.style] else "",
        ground=ground,
        scene=scene,
    )


def counters(thing: Thing, count: int, rng: random.Random) -> str:
    """A number with its counter: 「三匹」, 「3個」, 「三つ」."""
    kanji, digit = NUMBERS[count]
    usual = COUNTERS.get(thing.emoji)
    if usual and rng.random() < 0.75:
        return rng.choice((kanji, digit)) + usual
    return rng.choice((f"{kanji}つ", f"{digit}つ", f"{digit}個", f"{kanji}個"))

"""Ask the exported folder for every prompt of two lists, and tell what came of it.

It is opened and painted with as the bot does it, by inference.painter. Who looks at the pictures
is the judge, which was trained on real pictures only (judge.py), and plain arithmetic (measure.py).
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from inference.load_options import LoadOptions
from inference.request import DrawRequest
from inference.training.captions import Thing, load_things
from inference.training.config import Config
from inference.training.judge import (
    STYLE_WEIGHTS,
    Judge,
    known_to,
    load_judge,
    prepared,
    weights_of,
)
from inference.training.measure import (
    NAMED,
    Pixels,
    beside,
    colour_share,
    ground_colour,
    halves,
    whereabouts,
)
from inference.training.prompts import SECOND_PROMPTS, STYLE_PROMPTS, Ask, load_prompts
from inference.training.scenes import WATERCOLOUR

SHEET = (
    "赤いりんご", "猫", "犬", "桜", "富士山", "夜の富士山", "すし", "おにぎり",
    "ラーメン", "車", "花", "月", "雪だるま", "城", "ロケット", "魚",
    "青い背景の犬", "ピンクの背景の象", "青い車", "青りんご", "電車", "家", "木", "太陽",
    "かわいいうさぎの絵", "ペンギンを描いて", "いちご", "ケーキ", "夕焼けの城", "草原の馬",
    "龍", "黒い猫",
    "猫と魚", "左に犬、右に月", "りんごが三つ", "二匹のパンダ", "右に星", "小さなバス",
    "水彩風のいちご", "フラットなロケット",
)  # fmt: skip
STYLE_SHEET = (
    "夜の富士山、浮世絵風", "浮世絵の富士山", "浮世絵風の夕焼けの富士山", "海と富士山、浮世絵風",
    "富士山", "夜の富士山", "切り絵風の夜の富士山", "富士山の水墨画",
    "浮世絵風の猫", "波の浮世絵", "浮世絵風の龍", "浮世絵風の城",
    "切り絵の猫", "切り絵の桜", "切り絵風の魚", "切り絵風のパンダ",
    "水墨画の龍", "水墨画風の猫", "水墨画の城", "水墨画風の魚",
    "ドット絵の猫", "ドット絵のりんご", "ドット絵の車", "ドット絵の雪だるま",
    "門松", "鏡餅", "雛人形", "七夕飾り", "風鈴", "お月見", "猪", "鹿",
)  # fmt: skip
Paint = Callable[[Sequence[DrawRequest]], list[Pixels]]


def open_painter(folder: Path) -> Paint:
    """A function that paints one picture for each request; several share the UNet's batch."""
    from inference.painter import load_painter

    painter = load_painter(str(folder), options=LoadOptions(compile="auto"))  # as the bot does

    def one(request: DrawRequest) -> Pixels:
        (picture,) = painter.paint(request)
        return np.asarray(Image.open(io.BytesIO(picture.data)).convert("RGB"))

    def paint(requests: Sequence[DrawRequest]) -> list[Pixels]:
        with ThreadPoolExecutor(4) as threads:
            return list(threads.map(one, requests))

    return paint


@torch.no_grad()
def evaluate(config: Config, folder: Path) -> dict[str, Any]:
    """Write evaluation.json and two sheets into config.work, print and return the figures."""
    started = time.time()
    paint = open_painter(folder)
    sheet(paint, config.work / "sheet.png", SHEET)
    sheet(paint, config.work / "styles.png", STYLE_SHEET)
    judge = load_judge(weights_of(config))
    things = load_things(config.work)
    names = known_to(judge, things)
    usual, styled = by_judge(load_prompts(SECOND_PROMPTS)[:: 20 if config.toy else 1])
    result: dict[str, Any] = {
        "groups": judged(paint, load_prompts()[:: 20 if config.toy else 1], judge, names),
        "styles": judged_styles(
            paint, config, things, load_prompts(STYLE_PROMPTS)[:: 7 if config.toy else 1]
        ),
        "second": judged(paint, usual, judge, names) | judged_styles(paint, config, things, styled),
        "behaviour": behaviour(paint, judge, names, few=config.toy),
    }
    result["seconds"] = round(time.time() - started)
    text = json.dumps(result, ensure_ascii=False, indent=2) + "\n"
    (config.work / "evaluation.json").write_text(text, "utf-8")
    print(table(result), flush=True)
    return result


def by_judge(asks: Sequence[Ask]) -> tuple[list[Ask], list[Ask]]:
    """Those for the usual judge, and those for the judge of styles made by procedure."""
    styled = [ask for ask in asks if (ask.style or 0) > WATERCOLOUR]
    return [ask for ask in asks if ask not in styled], styled


def judged_styles(
    paint: Paint, config: Config, things: Sequence[Thing], asks: Sequence[Ask]
) -> dict[str, dict[str, float]]:
    """Prompts told by the judge of styles; nothing where there is none yet."""
    weights = weights_of(config, STYLE_WEIGHTS)
    if not weights.exists():
        return {}
    judge = load_judge(weights)
    return judged(paint, asks, judge, known_to(judge, things))


def judged(
    paint: Paint, asks: Sequence[Ask], judge: Judge, names: list[str]
) -> dict[str, dict[str, float]]:
    """Paint a list of prompts, one seed each, and tell of every group what was right."""
    pictures = paint([DrawRequest(ask.prompt, seed=i) for i, ask in enumerate(asks)])
    groups: dict[str, dict[str, float]] = {}
    for group in dict.fromkeys(ask.group for ask in asks):
        chosen = [i for i, ask in enumerate(asks) if ask.group == group]
        seen = score([asks[i] for i in chosen], [pictures[i] for i in chosen], judge, names)
        groups[group] = {"prompts": len(chosen)} | seen
    return groups


def score(
    asks: Sequence[Ask], pictures: Sequence[Pixels], judge: Judge, names: list[str]
) -> dict[str, float]:
    """The shares (0..1) of one group's pictures that show what was asked for."""
    things, counts, styles = look(judge, pictures)
    hits: dict[str, list[bool]] = {}

    def note(what: str, hit: bool) -> None:
        hits.setdefault(what, []).append(hit)

    for i, (ask, picture) in enumerate(zip(asks, pictures, strict=True)):
        if len(ask.things) == 2:
            sides_seen, _, _ = look(judge, halves(picture))
            sides = [names[int(side.argmax())] for side in sides_seen]
            note("both", sorted(sides) == sorted(ask.things))
            note("one_of_them", bool(set(sides) & set(ask.things)))
            continue
        order = [names[k] for k in things[i].topk(min(5, len(names))).indices]
        note("top1", ask.things[0] == order[0])
        note("top5", ask.things[0] in order)
        if ask.ground in NAMED:
            note("ground", ground_colour(picture) == ask.ground)
        if ask.count:
            note("count", int(counts[i].argmax()) + 1 == ask.count)
            if ask.count <= 3:
                note("count_to_three", int(counts[i].argmax()) + 1 == ask.count)
        if ask.place:
            note("place", whereabouts(picture) == ask.place)
            near, _, _ = look(judge, [beside(picture, ask.place)])
            note("top1_from_near", ask.things[0] == names[int(near[0].argmax())])
        if ask.style is not None:
            note("style", int(styles[i].argmax()) == ask.style)
    return {what: round(sum(hit) / len(hit), 4) for what, hit in hits.items()}


def look(
    judge: Judge, pictures: Sequence[Pixels]
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The judge's logits for pictures of any size."""
    small = [prepared(torch.from_numpy(picture.copy())[None]) for picture in pictures]
    things, counts, styles = judge(torch.cat(small))
    return things, counts, styles


# Things that have a colour by nature, and the word for it that a negative prompt is to take away.
COLOURED = (
    ("赤", "赤い", ("車", "いちご", "りんご")),
    # No green: the emoji's lies nearer to yellow than HUES has it, and would not be counted.
    ("黄", "黄色い", ("ひよこ", "バナナ", "星")),
)


def against_colours(paint: Paint, *, few: bool) -> dict[str, dict[str, float]]:
    """Of COLOURED things the share that is of their colour, with and without a negative prompt.

    Means of six seeds. 1.0: all of the thing.
    """
    shares: dict[str, dict[str, float]] = {}
    for colour, word, things in COLOURED[: 1 if few else None]:
        for thing in things[: 1 if few else None]:
            for key, negative in (("asked_plainly", ""), (f"negative_{word}", word)):
                requests = [DrawRequest(thing, negative, seed=s) for s in range(2 if few else 6)]
                seen = [colour_share(picture, colour) for picture in paint(requests)]
                shares.setdefault(thing, {})[key] = round(sum(seen) / len(seen), 4)
    return shares


def behaviour(paint: Paint, judge: Judge, names: list[str], *, few: bool) -> dict[str, Any]:
    """Whether guidance, negative prompt and seed do what they are there for."""
    single = [ask for ask in load_prompts() if ask.group == "thing"][: 2 if few else 40]

    def recognised(guidance: float | None) -> float:
        requests = [DrawRequest(a.prompt, seed=i, guidance=guidance) for i, a in enumerate(single)]
        return score(single, paint(requests), judge, names)["top1"]

    blue = [f"青い背景の{ask.prompt.removesuffix('をお願いします')}" for ask in single]

    def still_blue(negative: str) -> float:
        requests = [
            DrawRequest(prompt, negative, seed=i, guidance=3.0) for i, prompt in enumerate(blue)
        ]
        return sum(ground_colour(picture) == "青" for picture in paint(requests)) / len(blue)

    four = [
        paint([DrawRequest(ask.prompt, seed=s) for s in (1, 2, 3, 4)])
        for ask in single[: 1 if few else 12]
    ]
    again = paint([DrawRequest(single[0].prompt, seed=1)])[0]
    return {
        "top1_without_guidance": recognised(1.0),
        "top1_with_guidance": recognised(None),
        "blue_ground": round(still_blue(""), 4),
        "blue_ground_against_a_negative_prompt": round(still_blue("青い背景"), 4),
        "share_of_the_colour": against_colours(paint, few=few),
        "most_that_a_repeated_seed_differs": apart(four[0][0], again, most=True),
        "least_that_two_seeds_differ": min(
            apart(one, two) for pictures in four for one, two in pairs(pictures)
        ),
    }


def pairs(pictures: list[Pixels]) -> list[tuple[Pixels, Pixels]]:
    """Every two of them."""
    return [(a, b) for i, a in enumerate(pictures) for b in pictures[i + 1 :]]


def apart(one: Pixels, two: Pixels, *, most: bool = False) -> float:
    """The mean (or the largest) difference of two pictures, as a share of the range."""
    difference = np.abs(one.astype(np.float32) - two.astype(np.float32)) / 255
    return round(float(difference.max() if most else difference.mean()), 5)


def table(result: dict[str, Any]) -> str:
    """The figures as a Markdown table and a list."""
    lines = ["| group | prompts | what was right |", "|---|---|---|"]
    second = {f"second: {group}": figures for group, figures in result["second"].items()}
    for group, figures in (result["groups"] | result["styles"] | second).items():
        shares = ", ".join(f"{k} {v:.1%}" for k, v in figures.items() if k != "prompts")
        lines.append(f"| {group} | {figures['prompts']} | {shares} |")
    lines += [f"* {key}: {value}" for key, value in result["behaviour"].items()]
    return "\n".join(lines)


def sheet(
    paint: Paint, path: Path, prompts: Sequence[str], columns: int = 8, side: int = 128
) -> None:
    """Write one picture for each prompt, in reading order."""
    pictures = paint([DrawRequest(prompt, seed=i) for i, prompt in enumerate(prompts)])
    rows = -(-len(pictures) // columns)
    page = Image.new("RGB", (columns * side, rows * side), "white")
    for i, picture in enumerate(pictures):
        small = Image.fromarray(picture).resize((side, side), Image.Resampling.LANCZOS)
        page.paste(small, (i % columns * side, i // columns * side))
    page.save(path)

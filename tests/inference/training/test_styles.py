"""Styles made by procedure, our own drawings, and the words for them."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

pytest.importorskip("sentencepiece")

from inference.training.captions import SCENE_WORDS, STYLE_WORDS, Shown, caption, load_things
from inference.training.config import STYLES, Config
from inference.training.diffusion import emphasis
from inference.training.drawings import OWN, fuji
from inference.training.grounds import Rgb
from inference.training.judge import STYLE_WEIGHTS, WEIGHTS, known_to, load_judge, prepared
from inference.training.prompts import STYLE_PROMPTS, held_out, load_prompts
from inference.training.scenes import (
    CUT_PAPER,
    GROUND_COLOURS,
    INK,
    MADE,
    PIXELS,
    SCENES,
    WATERCOLOUR,
    WIDE,
    WOODBLOCK,
    Drawn,
    Lots,
    choose,
)
from inference.training.shelf import Shelf
from inference.training.styles import LOOKS, look_of
from inference.training.styles.dots import CELLS
from inference.training.styles.shapes import regions
from inference.training.toys import draw

pytestmark = pytest.mark.slow  # torch

SIZE = 96
GROUNDS = ("", *GROUND_COLOURS, *SCENE_WORDS)


def thing(emoji: str):  # type: ignore[no-untyped-def]
    return next(known for known in load_things(Path("/nonexistent")) if known.emoji == emoji)


def page_of(style: int, name: str, seed: int = 0) -> Rgb:
    return look_of(style).ground(name, SIZE, random.Random(seed))


def scene(style: int, emoji: str, ground: str) -> Rgb:
    """One thing, a red disc or our own drawing, on a ground."""
    rgba = OWN[emoji](SIZE, 0) if emoji in OWN else draw(0, (220, 30, 30), SIZE)
    lots = Lots([emoji], [0], load_things(Path("/nonexistent")))
    shelf, drawn = Shelf(rgba[None], lots, random.Random(1)), Drawn(thing(emoji), "", False)
    while True:
        chosen = choose(drawn, style, random.Random(random.random()), plain=True)
        if chosen.shown.ground == ground:
            return shelf.compose(0, None, chosen)


@pytest.mark.parametrize("style", list(LOOKS))
def test_each_style_makes_pages_of_everything(style: int) -> None:
    look, rng = look_of(style), random.Random(2)
    made = look.thing(draw(2, (30, 90, 200), SIZE))
    assert made.shape == (SIZE, SIZE, 4)
    assert made.dtype == np.uint8
    assert made[..., 3].max() == 255
    assert made[0, 0, 3] < 128, "what is not drawn stays open"
    wrong = []
    for name in GROUNDS:
        page = look.finish(look.ground(name, SIZE, rng), rng)
        if page.shape != (SIZE, SIZE, 3) or page.min() < -1 or page.max() > 256:
            wrong.append(name)
    assert wrong == []
    assert look.thing(np.zeros((SIZE, SIZE, 4), np.uint8)).shape == (SIZE, SIZE, 4), "or nothing"


def test_the_same_drawing_is_always_made_in_the_same_way() -> None:
    """Else it could not be kept."""
    rgba = draw(2, (30, 90, 200), SIZE)
    for look in LOOKS.values():
        assert np.array_equal(look.thing(rgba), look.thing(rgba.copy()))


def test_a_print_has_flat_colours_and_a_dark_outline() -> None:
    made = look_of(WOODBLOCK).thing(draw(0, (220, 30, 30), SIZE))
    line = made[SIZE // 2, : SIZE // 2]
    edge = int(np.argmax(line[:, 3] > 200))
    assert line[edge + 1, :3].max() < 90, "ink at the edge"
    red, green, _ = made[SIZE // 2, SIZE // 2, :3].astype(int)
    assert red > 150 > green + 40
    assert abs(red - 204) < 24, "nearer to vermilion than to the screen's red"
    night, day = page_of(WOODBLOCK, "夜"), page_of(WOODBLOCK, "空")
    assert night.mean() < day.mean()
    assert day[1].mean() < day[SIZE // 2].mean(), "the sky is wiped from dark to light"


def test_prints_have_a_moon_at_night_and_now_and_then_a_red_sun() -> None:
    def count(name: str, low: tuple[int, int, int], high: tuple[int, int, int]) -> list[int]:
        pages = [page_of(WOODBLOCK, name, seed)[: SIZE // 2] for seed in range(12)]
        return [int(((page >= low) & (page <= high)).all(-1).sum()) for page in pages]

    assert min(count("夜", (230, 215, 170), (255, 250, 220))) > 0.02 * SIZE * SIZE
    suns = count("", (190, 40, 30), (215, 75, 60))
    assert 0 < sum(share > 0.02 * SIZE * SIZE for share in suns) < 12
    assert max(count("空", (190, 40, 30), (215, 75, 60))) == 0


def test_ink_has_no_colour_but_its_seal() -> None:
    page = scene(INK, "🍎", "")
    colour = page.max(-1) - page.min(-1)
    low = slice(SIZE - SIZE // 6, SIZE)
    assert np.median(colour) < 20
    assert colour[low, low].max() > 120
    colour[low, low] = 0
    assert colour.max() < 40


def test_pixels_are_cells_of_one_colour() -> None:
    page = scene(PIXELS, "🍎", "夜")
    cells = page.reshape(CELLS, SIZE // CELLS, CELLS, SIZE // CELLS, 3)
    assert (cells.max((1, 3)) == cells.min((1, 3))).all()
    assert len(np.unique(cells[:, 0, :, 0].reshape(-1, 3), axis=0)) <= 12


def test_a_sprite_has_a_dark_rim_and_cells_that_survive_the_decoder() -> None:
    """Narrower ones than a latent come back as smooth lines: then nothing of the style is seen."""
    assert Config(Path("unused")).latent_size > CELLS
    page = scene(PIXELS, "🍎", "").mean(-1)
    fill = page[SIZE // 2, SIZE // 2]
    assert page.min() < fill - 5, (page.min(), fill)
    plain = scene(0, "🍎", "").mean(-1)
    assert plain.min() > fill - 5, "nothing is darker without a rim"


def test_paper_throws_a_shadow_to_the_lower_right() -> None:
    page = scene(CUT_PAPER, "🍎", "").mean(-1)
    middle = page[SIZE // 2]
    solid = np.flatnonzero(middle < 150)
    assert middle[solid[-1] + 2] < middle[solid[0] - 2] - 8


def test_regions_are_few_and_leave_out_what_is_not_drawn() -> None:
    number, palette = regions(draw(0, (220, 30, 30), SIZE), 4)
    assert number[0, 0] == 255
    assert len(palette) <= 4
    assert np.abs(palette[number[SIZE // 2, SIZE // 2]] - (220, 30, 30)).max() < 6


@pytest.mark.parametrize("style", range(len(STYLES)))
def test_fuji_is_a_wide_cone_with_snow(style: int) -> None:
    picture = fuji(SIZE, style).astype(int)
    assert (picture[: SIZE // 5, :, 3] == 0).all()
    assert (picture[-1, 2:-2, 3] > 200).all(), "it stands on the lower edge, all across"
    widths = (picture[..., 3] > 128).sum(1)
    drawn = np.flatnonzero(widths)[3:]
    assert (np.diff(widths[drawn]) >= 0).all()
    peak, foot = picture[int(SIZE * 0.38), SIZE // 2], picture[-3, SIZE // 4]
    assert peak[:3].min() > 190
    assert foot[2] > foot[0] + 40


def test_fuji_alone_fills_the_page() -> None:
    rng = random.Random(3)
    for _ in range(20):
        alone = choose(Drawn(thing("🗻"), "", False), WOODBLOCK, rng, plain=True)
        assert alone.scale == 1.0
    assert {"🗻"} == WIDE


def test_our_own_things_are_drawn_in_every_style() -> None:
    for draw_it in OWN.values():
        pictures = [draw_it(SIZE, style) for style in range(len(STYLES))]
        assert all(picture.shape == (SIZE, SIZE, 4) for picture in pictures)
        assert not np.array_equal(pictures[0], pictures[2])


def test_lots_fall_on_every_style() -> None:
    things = load_things(Path("/nonexistent"))
    lots, rng = Lots(["🍎", "🐱"], [0, 0], things), random.Random(4)
    drawn = [lots.draw(rng)[1] for _ in range(4000)]
    for style, share in MADE.items():
        assert abs(drawn.count(style) / 4000 - share) < 0.025, style
    flat = Lots(["🍎"], [1], things)
    assert {flat.draw(rng)[1] for _ in range(99)} == {1}


def test_what_shows_a_style_best_is_shown_most() -> None:
    """One large thing in it; and 富士山 at night oftener than on any other ground."""
    things = load_things(Path("/nonexistent"))
    lots, rng = Lots(["🍎", "🐱"], [0, 0], things), random.Random(6)
    drawn = [lots.draw(rng) for _ in range(6000)]

    def paired(made: bool) -> float:
        among = [other for _, style, other in drawn if (style > WATERCOLOUR) == made]
        return sum(other is not None for other in among) / len(among)

    assert paired(False) > 2 * paired(True) > 0  # half of both are the same thing again
    fuji_alone = Drawn(thing("🗻"), "", False)
    grounds = Counter(choose(fuji_alone, WOODBLOCK, rng).shown.ground for _ in range(2000))
    assert set(grounds) == set(GROUNDS)
    assert [name for name, _ in grounds.most_common(2)] == ["", "夜"]
    apple, cat = thing("🍎"), thing("🐱")
    one = emphasis(Shown(apple, WOODBLOCK))
    assert emphasis(Shown(apple)) > one > emphasis(Shown(apple, 1))
    assert one > emphasis(Shown(apple, WOODBLOCK, other=cat))
    assert emphasis(Shown(thing("🗻"), WOODBLOCK, "夜")) > 2 * one


def test_a_style_is_asked_for_in_many_ways() -> None:
    rng = random.Random(5)
    shown = Shown(thing("🗻"), style=WOODBLOCK, ground="夜")
    captions = {caption(shown, rng) for _ in range(9000)}
    for way in (
        "夜の富士山、浮世絵風",
        "浮世絵風の夜の富士山",
        "夜の富士山の浮世絵",
        "夜の浮世絵風の富士山",
    ):
        assert any(text.startswith(way) for text in captions), way
    silent = [
        text for text in captions if not any(w in text for w in ("浮世絵", "版画", "夜", "星空"))
    ]
    assert silent == []


def test_what_is_asked_in_the_list_of_styles_is_never_taught() -> None:
    asks = load_prompts(STYLE_PROMPTS)
    known = {known_thing.emoji for known_thing in load_things(Path("/nonexistent"))}
    styles = {"fuji", "woodblock", "paper", "ink", "pixels"}
    assert {ask.group for ask in asks} == styles | {"event", "later"}
    assert all(set(ask.things) <= known for ask in asks)
    assert all(ask.style is None or ask.style < len(STYLE_WORDS) for ask in asks)
    assert all(ask.ground in GROUNDS for ask in asks)
    assert {ask.prompt for ask in asks} <= held_out()
    assert len({ask.prompt for ask in asks}) == len(asks)
    frames = ("お願いします", "見せて", "に描いて", "で、", "がある絵", "見える")
    assert all(any(frame in ask.prompt for frame in frames) for ask in asks)


def test_the_judge_of_old_knows_the_first_things_and_styles() -> None:
    """Newer ones stand behind them, or its answers would be read as other things."""
    judge, things = load_judge(WEIGHTS), load_things(Path("/nonexistent"))
    names = known_to(judge, things)
    assert (judge.things, judge.styles) == (189, 4)
    assert names == [known_thing.emoji for known_thing in things[:189]]
    wanted = {emoji for ask in load_prompts() for emoji in ask.things}
    assert wanted <= set(names)
    assert [ask.style for ask in load_prompts() if (ask.style or 0) >= judge.styles] == []


def test_the_judge_of_styles_tells_a_print_from_a_drawing() -> None:
    """It knows all of today's things and styles, and sees what procedure makes of 富士山.

    One ground may deceive it.
    """
    judge, things = load_judge(STYLE_WEIGHTS), load_things(Path("/nonexistent"))
    assert (judge.things, judge.styles) == (len(things), len(STYLE_WORDS))
    names, grounds = known_to(judge, things), ("", *SCENES)
    for style in (WOODBLOCK, INK, PIXELS):
        pages = [scene(style, "🗻", ground) for ground in grounds]
        seen, _, styles = judge(prepared(torch.from_numpy(np.stack(pages))))
        assert styles.argmax(1).tolist().count(style) >= len(grounds) - 1
        assert {names[int(number)] for number in seen.argmax(1)} == {"🗻"}

"""Letters on pictures: where, how large, in which face, and never beyond the edge."""

from __future__ import annotations

from itertools import pairwise
from typing import cast

import numpy as np
import pytest
from PIL import Image, ImageChops

from bot.composition.faces import choose_face, missing_characters
from bot.composition.letters import LettersDoNotFit, set_letters
from bot.composition.lines import NOT_AT_END, NOT_AT_START, balance_lines, break_lines
from bot.prompt.options.letters import (
    COLOURS,
    FACES,
    MAX_LETTERS,
    MAX_SIZE,
    PLACES,
    Colour,
    Letters,
    Place,
)

SKY = (90, 130, 200)


def ground(width: int = 512, height: int = 512) -> Image.Image:
    return Image.new("RGB", (width, height), SKY)


def changed(before: Image.Image, after: Image.Image) -> tuple[int, int, int, int]:
    box = ImageChops.difference(before, after.convert("RGB")).getbbox()
    assert box is not None, "nothing was written"
    return box


@pytest.mark.parametrize("vertical", [False, True])
@pytest.mark.parametrize("size", [(512, 512), (768, 512), (512, 768), (1252, 1819), (370, 320)])
def test_letters_stand_where_they_were_asked_for(size: tuple[int, int], vertical: bool) -> None:
    wrong = []
    for place in PLACES:
        picture = ground(*size)
        written = set_letters(picture, Letters("お誕生日おめでとう", place, vertical=vertical))
        left, top, right, bottom = changed(picture, written)
        middle = ((left + right) / 2 / size[0], (top + bottom) / 2 / size[1])
        is_there = {
            "top": middle[1] < 0.5,
            "bottom": middle[1] > 0.5,
            "left": middle[0] < 0.5,
            "right": middle[0] > 0.5,
            "middle": abs(middle[0] - 0.5) < 0.1 or abs(middle[1] - 0.5) < 0.1,
            "top_left": middle[0] < 0.5 and middle[1] < 0.5,
            "top_right": middle[0] > 0.5 and middle[1] < 0.5,
            "bottom_left": middle[0] < 0.5 and middle[1] > 0.5,
            "bottom_right": middle[0] > 0.5 and middle[1] > 0.5,
        }[place]
        inside = left > 0 and top > 0 and right < size[0] and bottom < size[1]
        if not (is_there and inside):
            wrong.append((place, (left, top, right, bottom)))
    assert wrong == []


@pytest.mark.parametrize("text", ["祝", "お誕生日おめでとう", "今年もよろしくお願いします"])
@pytest.mark.parametrize("vertical", [False, True])
def test_letters_grow_step_by_step_and_stay_inside(text: str, vertical: bool) -> None:
    wrong = []
    for width, height in ((512, 512), (768, 512), (512, 768)):
        inks = []
        for size in range(-MAX_SIZE, MAX_SIZE + 1):
            picture = ground(width, height)
            written = set_letters(picture, Letters(text, vertical=vertical, size=size))
            left, top, right, bottom = changed(picture, written)
            if min(left, top) <= 0 or right >= width or bottom >= height:
                wrong.append(f"{size} in {width} x {height}: beyond the edge")
            difference = np.asarray(ImageChops.difference(picture, written))
            inks.append(int((difference.max(axis=2) > 0).sum()))  # pixels written on
        if any(more < 1.03 * less for less, more in pairwise(inks)):
            wrong.append(f"{width} x {height}: {inks}")
    assert wrong == []


def test_larger_letters_part_no_phrase() -> None:
    lines = []
    for size in range(MAX_SIZE + 1):
        written = set_letters(ground(), Letters("今年もよろしくお願いします", "top", size=size))
        difference = np.asarray(ImageChops.difference(ground(), written)).max(axis=2)
        lines.append(int((np.diff((difference.max(axis=1) > 0).astype(int)) == 1).sum()))
    assert lines == [2, 3, 3]  # 今年も よろしく お願いします


def test_letters_in_a_corner_stand_at_its_edges() -> None:
    corners: tuple[Place, ...] = ("bottom_right", "top_left")
    for place in corners:
        letters = Letters("あ", place, size=-2)
        left, top, right, bottom = changed(ground(), set_letters(ground(), letters))
        gaps = (512 - right, 512 - bottom) if place == "bottom_right" else (left, top)
        assert max(gaps) < 0.1 * 512, place


@pytest.mark.parametrize("colour", COLOURS)
def test_letters_have_their_colour_and_can_be_read(colour: Colour) -> None:
    counted = set_letters(ground(), Letters("祝", colour=colour, size=2)).getcolors(1 << 18)
    assert counted is not None
    most = sorted((count, pixel) for count, pixel in counted if pixel != SKY)[-2:]
    light, dark = sorted((luminance(cast(tuple[int, int, int], pixel)) for _, pixel in most))[::-1]
    # Large letters have to have 3 by WCAG 2, https://www.w3.org/TR/WCAG22/
    assert (light + 0.05) / (dark + 0.05) > 3
    hue = {"red": 0, "green": 1, "blue": 2}.get(colour)
    if hue is not None:
        assert any(np.argmax(pixel) == hue for _, pixel in most)


def luminance(pixel: tuple[int, int, int]) -> float:
    shares = zip((0.2126, 0.7152, 0.0722), pixel, strict=True)
    return float(sum(share * (value / 255) ** 2.2 for share, value in shares))


def test_letters_keep_off_what_there_is_to_see() -> None:
    picture = ground()
    noise = np.random.default_rng(7).integers(0, 255, (200, 512, 3), np.uint8)
    picture.paste(Image.fromarray(noise), (0, 0))
    assert changed(picture, set_letters(picture, Letters("夏休み")))[1] > 200


@pytest.mark.parametrize("ground_colour", ["white", "black", (120, 120, 120), (250, 220, 60)])
def test_letters_can_be_read_on_any_ground(ground_colour: str | tuple[int, int, int]) -> None:
    picture = Image.new("RGB", (512, 512), ground_colour)
    written = np.asarray(set_letters(picture, Letters("祝")).convert("L"), np.int16)
    # The ink against its edge: 4.5 is asked for by WCAG 2, https://www.w3.org/TR/WCAG22/
    light, dark = ((value / 255) ** 2.2 + 0.05 for value in (written.max(), written.min()))
    assert light / dark > 4.5


@pytest.mark.parametrize("vertical", [False, True])
def test_sixty_characters_fit_and_hundreds_are_refused(vertical: bool) -> None:
    picture = ground()
    long = Letters("あ" * MAX_LETTERS, vertical=vertical)
    left, top, right, bottom = changed(picture, set_letters(picture, long))
    assert min(left, top) > 0
    assert max(right, bottom) < 512
    with pytest.raises(LettersDoNotFit, match="500 characters"):
        set_letters(picture, Letters("あ" * 500, vertical=vertical))


def test_each_face_looks_different() -> None:
    pictures = [set_letters(ground(), Letters("祝", face=face)).tobytes() for face in FACES]
    assert len(set(pictures)) == 3


def test_a_face_without_a_character_gives_way() -> None:
    assert choose_face("謹賀新年", "brush") == "brush"
    assert choose_face("鬱薔薇", "brush") == "serif"
    assert missing_characters("おめでとう🎉한글！\n") == "🎉한글"


def test_vertical_letters_have_their_own_forms() -> None:
    across = set_letters(ground(), Letters("ー", "middle"))
    down = set_letters(ground(), Letters("ー", "middle", vertical=True, face="round"))
    left, top, right, bottom = changed(ground(), across)
    assert right - left > bottom - top
    left, top, right, bottom = changed(ground(), down)
    assert right - left < bottom - top


def test_lines_break_between_phrases_and_keep_kinsoku() -> None:
    text = "今年もよろしくお願いいたします。「よい年」になりますように！がんばろう、っと。"
    wrong = []
    for limit in range(4, 30):
        lines = break_lines(text, limit, len)
        if "".join(lines) != text:
            wrong.append(f"{limit}: {lines} lost something")
        if limit < 8:
            continue  # too narrow for what must not be parted
        wrong += [f"{limit}: {line}" for line in lines if line[0] in NOT_AT_START]
        wrong += [f"{limit}: {line}" for line in lines[:-1] if line[-1] in NOT_AT_END]
    assert wrong == []
    assert break_lines("あけまして\nおめでとう", 20, len) == ["あけまして", "おめでとう"]
    even = balance_lines("今年もよろしくお願いします", 12, len)
    assert even == ["今年もよろしく", "お願いします"]

"""Letters on pictures: where, how large, in which face, and never beyond the edge."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageChops

from bot.composition.faces import choose_face, missing_characters
from bot.composition.letters import LettersDoNotFit, set_letters
from bot.composition.lines import NOT_AT_END, NOT_AT_START, balance_lines, break_lines
from bot.prompt.options.letters import FACES, MAX_LETTERS, PLACES, Letters

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
        }[place]
        inside = left > 0 and top > 0 and right < size[0] and bottom < size[1]
        if not (is_there and inside):
            wrong.append((place, (left, top, right, bottom)))
    assert wrong == []


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

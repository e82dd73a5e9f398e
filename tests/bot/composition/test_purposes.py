"""Sizes for purposes, and the composing of a picture as a whole."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageDraw

from bot.composition.compose import compose
from bot.composition.formats import FORMATS
from bot.composition.purposes import fit_purpose
from bot.prompt.options.letters import Letters
from bot.prompt.options.media import Purpose
from inference.images.encode import encode_image
from inference.request import Picture


def apple(size: tuple[int, int] = (512, 512), ground: str = "white") -> Image.Image:
    image = Image.new("RGB", size, ground)
    ImageDraw.Draw(image).ellipse((120, 100, 400, 420), fill="red")
    ImageDraw.Draw(image).ellipse((200, 200, 240, 240), fill="white")
    return image


def painted(image: Image.Image) -> Picture:
    return encode_image(image, seed=7, model="a model")


@pytest.mark.parametrize("purpose", FORMATS)
def test_a_picture_gets_the_size_that_its_purpose_needs(purpose: Purpose) -> None:
    wanted = FORMATS[purpose]
    assert fit_purpose(apple(), purpose).size == (wanted.width, wanted.height)


def test_a_card_is_turned_with_its_picture() -> None:
    assert fit_purpose(apple((768, 512)), Purpose.NEW_YEAR_CARD).size == (1819, 1252)
    assert fit_purpose(apple((512, 768)), Purpose.NEW_YEAR_CARD).size == (1252, 1819)


def test_a_purpose_without_a_size_changes_nothing() -> None:
    assert fit_purpose(apple(), Purpose.GIFT).size == (512, 512)


def test_a_stamp_stands_on_nothing() -> None:
    stamp = fit_purpose(apple(), Purpose.STAMP)
    alpha = np.asarray(stamp.getchannel("A"))
    assert stamp.mode == "RGBA"
    assert alpha[:10].max() == alpha[-10:].max() == alpha[:, :10].max() == alpha[:, -10:].max() == 0
    assert alpha[160, 185] == 255
    assert stamp.getpixel((155, 130)) != (255, 255, 255, 0), "white inside stays"


def test_a_stamp_keeps_a_ground_that_is_not_plain() -> None:
    noise = np.random.default_rng(7).integers(0, 255, (512, 512, 3), np.uint8)
    alpha = np.asarray(fit_purpose(Image.fromarray(noise), Purpose.STAMP).getchannel("A"))
    assert alpha[10:-10, 50:-50].min() == 255
    assert alpha[:10].max() == 0


def test_a_plain_picture_of_nothing_is_no_error() -> None:
    nothing = Image.new("RGB", (512, 512), "white")
    assert fit_purpose(nothing, Purpose.STAMP).size == (370, 320)
    assert fit_purpose(nothing, Purpose.ICON).size == (640, 640)


def distances(icon: Image.Image, ground: tuple[int, int, int]) -> np.ndarray:
    """How far from the middle, in pixels, the picture is of another colour than its ground."""
    other = np.abs(np.asarray(icon, np.int16) - ground).max(axis=2) > 40
    rows, columns = np.nonzero(other)
    return np.asarray(np.hypot(rows + 0.5 - icon.height / 2, columns + 0.5 - icon.width / 2))


@pytest.mark.parametrize("box", [(20, 20, 490, 490), (10, 300, 210, 500), (150, 5, 350, 500)])
@pytest.mark.parametrize("size", [(512, 512), (512, 768)])
def test_an_icon_holds_its_subject_within_the_circle(
    box: tuple[int, int, int, int], size: tuple[int, int]
) -> None:
    image = Image.new("RGB", size, (240, 250, 255))
    ImageDraw.Draw(image).rectangle(box, fill="darkgreen")
    icon = fit_purpose(image, Purpose.ICON)
    assert icon.size == (640, 640)
    assert icon.getpixel((2, 2)) == (240, 250, 255)
    far = distances(icon, (240, 250, 255))
    assert 100 < far.max() < 320


def test_an_icon_that_is_full_to_its_edges_stays_full() -> None:
    noise = Image.fromarray(np.random.default_rng(7).integers(0, 255, (512, 512, 3), np.uint8))
    icon = fit_purpose(noise, Purpose.ICON)
    assert icon.size == (640, 640)
    assert np.asarray(icon)[:5, :5].std() > 20


@pytest.mark.parametrize("size", [(512, 768), (768, 512)])
@pytest.mark.parametrize("vertical", [False, True])
def test_the_letters_of_a_card_stay_clear_of_the_knife(
    size: tuple[int, int], *, vertical: bool
) -> None:
    plain = painted(Image.new("RGB", size, "white"))
    letters = Letters("あけましておめでとうございます", vertical=vertical)
    made, complete = compose(plain, Purpose.NEW_YEAR_CARD, letters, "a model")
    assert complete
    written = np.abs(np.asarray(made.image, np.int16) - 255).max(axis=2) > 40
    rows, columns = np.nonzero(written)
    edge = 6 * 300 / 25.4  # 3 mm are cut off, and 3 mm more stay free
    assert min(rows.min(), columns.min()) >= edge - 1
    assert rows.max() <= made.height - edge
    assert columns.max() <= made.width - edge


def test_composing_keeps_seed_and_label_and_says_what_is_missing() -> None:
    made, complete = compose(painted(apple()), Purpose.NEW_YEAR_CARD, Letters("迎春"), "a model")
    assert complete
    assert (made.seed, made.width, made.height) == (7, 1252, 1819)
    assert made.image.text["Description"] == "AI-generated"  # type: ignore[attr-defined]
    assert len(made.data) < 10_000_000
    assert len(made.preview) < 1_000_000
    made, complete = compose(painted(apple()), None, Letters("おめでとう🎉"), "a model")
    assert not complete
    assert made.data != painted(apple()).data
    made, complete = compose(painted(apple()), None, Letters("🎉"), "a model")
    assert not complete
    assert np.array_equal(np.asarray(made.image), np.asarray(apple()))
    made, complete = compose(painted(apple()), None, Letters("あ" * 500), "a model")
    assert not complete


def test_a_card_of_noise_still_fits_into_a_message() -> None:
    noise = np.random.default_rng(7).integers(0, 255, (768, 512, 3), np.uint8)
    made, _ = compose(painted(Image.fromarray(noise)), Purpose.NEW_YEAR_CARD, None, "a model")
    assert len(made.data) < 10_000_000
    assert len(made.preview) < 1_000_000


def test_a_stamp_is_a_png_with_a_white_preview() -> None:
    made, _ = compose(painted(apple()), Purpose.STAMP, Letters("やあ"), "a model")
    assert made.content_type == "image/png"
    assert made.image.mode == "RGBA"
    with Image.open(BytesIO(made.preview)) as preview:
        assert np.asarray(preview)[2, 2].min() > 245


def test_a_flagged_picture_is_left_alone() -> None:
    withheld = Picture(b"", "image/png", b"", 512, 512, 7, flagged=True)
    assert compose(withheld, Purpose.STAMP, Letters("やあ"), "a model") == (withheld, True)

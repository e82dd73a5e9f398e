"""The request column: old rows are read, and older workers can read what is written."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.prompt import Purpose, StoredRequest, read
from inference.models.catalog import ModelInfo
from inference.request import DrawRequest

LARGE = ModelInfo("large", "cpu", "float32", 512, 50, 7.5, "", safety_checker=False)
SMALL = replace(LARGE, native_size=96, default_steps=16, default_guidance=2.0)

PLAIN_ROW: dict[str, Any] = {
    "prompt": "猫",
    "negative_prompt": "",
    "count": 1,
    "seed": None,
    "steps": None,
    "guidance": None,
    "width": None,
    "height": None,
    "scheduler": None,
    "image": None,
    "strength": None,
    "mask": None,
}
FULL_ROW: dict[str, Any] = PLAIN_ROW | {
    "prompt": "夜の富士山 浮世絵風",
    "negative_prompt": "人物",
    "count": 2,
    "seed": 42,
    "steps": 20,
    "width": 768,
    "height": 512,
    "styles": ["浮世絵風"],
    "effort": "careful",
    "fidelity": "faithful",
}
PHOTO_ROW: dict[str, Any] = PLAIN_ROW | {
    "strength": 0.35,
    "source": "p/secret/0-original.png",
    "photo": True,
}
FINE_ROW: dict[str, Any] = PLAIN_ROW | {
    "seed": 7,
    "effort": "careful",
    "way": "fine",
    "larger": "p/secret/1-original.png",
    "cut": "、青い空",
    "blurred": True,
}


@pytest.mark.parametrize(
    ("row", "request_"),
    [
        (PLAIN_ROW, StoredRequest("猫")),
        (
            FULL_ROW,
            StoredRequest(
                "夜の富士山 浮世絵風",
                "人物",
                2,
                42,
                20,
                width=768,
                height=512,
                styles=("浮世絵風",),
                effort="careful",
                fidelity="faithful",
            ),
        ),
        (
            PHOTO_ROW,
            StoredRequest(
                "猫", strength=0.35, source_key="p/secret/0-original.png", from_photo=True
            ),
        ),
        (
            FINE_ROW,
            StoredRequest(
                "猫",
                seed=7,
                effort="careful",
                origin="fine",
                enlarge_key="p/secret/1-original.png",
                cut_text="、青い空",
                blurred=True,
            ),
        ),
    ],
    ids=["plain", "full", "from a photo", "enlarged"],
)
def test_rows_of_older_versions(row: dict[str, Any], request_: StoredRequest) -> None:
    assert StoredRequest.from_json(row) == request_
    assert request_.to_json() == row, "an older worker reads these keys"


def test_a_row_of_the_first_version_has_few_keys() -> None:
    assert StoredRequest.from_json({"prompt": "猫", "count": 4}) == StoredRequest("猫", count=4)


def test_unknown_keys_of_a_newer_version_are_ignored() -> None:
    assert StoredRequest.from_json(PLAIN_ROW | {"frame": "gold"}) == StoredRequest("猫")


def test_a_reading_survives() -> None:
    reading = read("夜の富士山を浮世絵風に、横長で2枚、人物なし、丁寧に、忠実に、シード42")
    assert StoredRequest.from_reading(reading).reading() == reading


def test_a_purpose_is_kept_and_an_unknown_one_is_some_other() -> None:
    request = StoredRequest.from_reading(read("年賀状に使いたいので、馬"))
    row = json.loads(json.dumps(request.to_json()))
    assert row["purpose"] == "new_year_card"
    assert StoredRequest.from_json(row) == request
    assert StoredRequest.from_json(PLAIN_ROW).purpose is None
    assert StoredRequest.from_json(PLAIN_ROW | {"purpose": "hologram"}).purpose is Purpose.OTHER


def test_what_was_learnt_when_it_was_painted_does_not_hinder_a_second_try() -> None:
    request = StoredRequest.from_json(FINE_ROW)
    assert replace(request, enlarge_key=None).draw_request(LARGE) == DrawRequest(
        "猫", seed=7, steps=80
    )


def test_levels_are_relative_to_the_loaded_model() -> None:
    quick, careful = (
        StoredRequest.from_reading(read("猫を速く")),
        StoredRequest.from_reading(read("猫を丁寧に描いて")),
    )
    assert quick.draw_request(LARGE).steps == 25
    assert quick.draw_request(SMALL).steps == 8
    assert careful.draw_request(LARGE).steps == 80
    assert StoredRequest.from_reading(read("猫、忠実に")).draw_request(LARGE).guidance in {
        10.12,
        10.13,
    }
    assert StoredRequest.from_reading(read("猫、自由に")).draw_request(SMALL).guidance == 1.4
    assert StoredRequest.from_reading(read("猫")).draw_request(LARGE).steps is None


def test_levels_are_relative_to_the_operators_numbers() -> None:
    stored = StoredRequest.from_reading(read("猫、速く、忠実に"), steps=20, guidance=4.0)
    request = stored.draw_request(LARGE)
    assert (request.steps, request.guidance) == (10, 5.4)
    extremes = StoredRequest.from_reading(read("猫を丁寧に、忠実に"), steps=500, guidance=30.0)
    extremes.draw_request(LARGE).check()


def test_a_preset_adds_words_for_a_model_that_knows_them() -> None:
    stored = StoredRequest.from_reading(read("富士山を浮世絵風に、人物なし"))
    request = stored.draw_request(LARGE)
    assert request.prompt.startswith("富士山 浮世絵風、木版画")
    assert request.negative_prompt.startswith("人物、写真")
    assert stored.draw_request(SMALL).prompt == "富士山 浮世絵風"


def test_a_strength_without_a_picture_to_change_is_stored_but_not_painted() -> None:
    stored = StoredRequest.from_reading(read("猫を少しだけ変えて"))
    assert stored.strength == 0.35
    stored.draw_request(LARGE).check()


@pytest.mark.parametrize(
    ("shape", "painted"),
    [
        ((768, 512), (1216, 832)),
        ((512, 768), (832, 1216)),
        ((512, 512), (1024, 1024)),
        ((768, 576), (1152, 896)),
        ((1344, 768), (1344, 768)),
    ],
)
def test_a_shape_becomes_a_size_of_a_larger_model(
    shape: tuple[int, int], painted: tuple[int, int]
) -> None:
    request = StoredRequest(prompt="猫", width=shape[0], height=shape[1])
    large = replace(LARGE, native_size=1024)
    drawn = request.draw_request(large)
    assert (drawn.width, drawn.height) == painted
    unchanged = request.draw_request(LARGE)
    assert (unchanged.width, unchanged.height) == shape
    assert StoredRequest(prompt="猫").draw_request(large).width is None


def test_a_card_is_painted_upright_unless_somebody_said_otherwise() -> None:
    card = StoredRequest("羊", purpose=Purpose.NEW_YEAR_CARD)
    request = card.draw_request(LARGE)
    assert (request.width, request.height) == (512, 768)
    wide = replace(card, width=768, height=512).draw_request(LARGE)
    assert (wide.width, wide.height) == (768, 512)
    gift = StoredRequest("羊", purpose=Purpose.GIFT).draw_request(LARGE)
    assert gift.width is None

from __future__ import annotations

from bot.prompt import Reading, StoredRequest, read, styles
from inference.models.catalog import ModelInfo
from tests.bot.prompt.examples import wrong_rows

MODEL = ModelInfo("large", "cpu", "float32", 512, 50, 7.5, "", safety_checker=False)


def test_every_style_is_read_by_its_name_and_its_words() -> None:
    assert not wrong_rows(
        (label, read(f"猫、{label}"), Reading(f"猫、{label}", styles=(label,)))
        for label in styles()
    )
    words = [(word, label) for label, style in styles().items() for word in style.words]
    assert not wrong_rows((word, read(f"猫を{word}風に").styles, (label,)) for word, label in words)


def test_every_style_makes_a_request_that_can_be_painted() -> None:
    for label in styles():
        StoredRequest.from_reading(read(f"猫、{label}")).draw_request(MODEL).check()

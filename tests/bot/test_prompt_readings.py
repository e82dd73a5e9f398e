"""A corpus of what people send, and what holds for every sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import readback
from bot.prompt import (
    SHAPES,
    Reading,
    read,
    request_of,
    stored,
    styles,
)
from inference.catalog import ModelInfo
from tests.bot.test_prompt import STEERING, SUBJECTS, TEXTS

CORPUS = [
    line.split("\t")
    for line in Path(__file__).with_name("readings.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
LARGE = ModelInfo("large", "cpu", "float32", 512, 50, 7.5, "", safety_checker=False)
SMALL = replace(LARGE, native_size=96, default_steps=16, default_guidance=2.0)


def rest(reading: Reading) -> str:
    """All but the prompt, in the notation of the corpus."""
    size = (reading.width or 0, reading.height or 0)
    found = [f"×{reading.count}"] if reading.count > 1 else []
    found += [f"▭{SHAPES[size]}"] if size in SHAPES else []
    found += [f"−{reading.negative}"] if reading.negative else []
    found += [f"#{reading.seed}"] if reading.seed is not None else []
    found += [f"~{label}" for label in reading.styles]
    found += [f"!{level}" for level in (reading.effort, reading.fidelity) if level]
    found += [f"%{reading.strength}"] if reading.strength else []
    return " ".join(found)


def said_back(reading: Reading) -> str:
    """The prompt and the read-back, as a person would copy them."""
    return "、".join([reading.prompt, *readback.parts(stored(reading))])


def test_the_corpus_is_large_and_has_no_doubles() -> None:
    assert len({text for text, *_ in CORPUS}) == len(CORPUS) >= 600


@pytest.mark.parametrize("row", CORPUS, ids=[text for text, *_ in CORPUS])
def test_corpus(row: list[str]) -> None:
    reading = read(row[0])
    assert (reading.prompt, rest(reading)) == (row[1], row[2] if len(row) > 2 else "")


@pytest.mark.parametrize("row", CORPUS, ids=[text for text, *_ in CORPUS])
def test_what_is_said_back_is_read_the_same(row: list[str]) -> None:
    reading = read(row[0])
    assert read(said_back(reading)) == reading


MANNERS = st.lists(
    st.sampled_from(
        ["水彩で", "浮世絵風に", "アニメ調", "写真みたいに", "ドット絵で", "速く", "丁寧に",
         "忠実に", "自由に",
         "16:9", "スマホの壁紙", "アイコンで", "看板なしで", "赤い車はいらない", "2、3枚ください",
         "少しだけ変えて", "変化30%で", "できれば人が写り込まないように", "もっと忠実に",
         "なるはやで", "描いてもらえへんやろか", "お願いできますでしょうか", "やっぱり",
         "ありがとう！"]
    ),
    max_size=4,
)  # fmt: skip


@given(SUBJECTS, STEERING, MANNERS, st.sampled_from([" ", "、", "\n", "。", "　"]))
def test_the_subject_is_never_lost_among_manners(
    subject: str, before: list[str], after: list[str], blank: str
) -> None:
    reading = read(blank.join([*before, subject, *after]))
    assert subject in reading.prompt
    assert read(said_back(reading)) == reading


@given(TEXTS)
def test_whatever_comes_the_prompt_reads_as_itself(text: str) -> None:
    prompt = read(text).prompt
    assert read(prompt).prompt == prompt


# --- what the worker makes of it


def test_levels_are_relative_to_the_loaded_model() -> None:
    quick, careful = stored(read("猫を速く")), stored(read("猫を丁寧に描いて"))
    assert request_of(quick, LARGE).steps == 25
    assert request_of(quick, SMALL).steps == 8
    assert request_of(careful, LARGE).steps == 80
    assert request_of(stored(read("猫、忠実に")), LARGE).guidance in {10.12, 10.13}
    assert request_of(stored(read("猫、自由に")), SMALL).guidance == 1.4
    assert request_of(stored(read("猫")), LARGE).steps is None


def test_levels_are_relative_to_the_operators_numbers() -> None:
    kept = stored(read("猫、速く、忠実に"), steps=20, guidance=4.0)
    request = request_of(kept, LARGE)
    assert (request.steps, request.guidance) == (10, 5.4)
    extremes = stored(read("猫を丁寧に、忠実に"), steps=500, guidance=30.0)
    request_of(extremes, LARGE).check()


def test_a_preset_adds_words_for_a_model_that_knows_them() -> None:
    kept = stored(read("富士山を浮世絵風に、人物なし"))
    request = request_of(kept, LARGE)
    assert request.prompt.startswith("富士山 浮世絵風、木版画")
    assert request.negative_prompt.startswith("人物、写真")
    assert request_of(kept, SMALL).prompt == "富士山 浮世絵風"


@pytest.mark.parametrize("label", styles())
def test_every_style_is_read_by_its_name(label: str) -> None:
    reading = read(f"猫、{label}")
    assert reading.styles == (label,)
    assert reading.prompt == f"猫、{label}"
    for word in styles()[label].words:
        assert read(f"猫を{word}風に").styles == (label,), word
    request_of(stored(reading), LARGE).check()


def test_a_strength_without_a_picture_to_change_is_kept_but_not_painted() -> None:
    kept = stored(read("猫を少しだけ変えて"))
    assert kept["strength"] == 0.35
    request_of(kept, LARGE).check()


# --- what is said of it


def test_the_line_names_everything_in_both_languages() -> None:
    kept = stored(read("夜の富士山を水彩で、横長、4枚、人物なし、シード42、丁寧に、忠実に"))
    assert (
        readback.line(kept)
        == "こう読みました：水彩風、横長、4枚、人物なし、シード42、丁寧に、忠実に"
    )
    assert readback.line(kept, "en") == (
        "Read as: watercolour, wide, 4 pictures, without 人物, seed 42, carefully, to the letter"
    )


def test_a_plain_wish_needs_no_line() -> None:
    assert readback.line(stored(read("猫"))) == ""


def test_cut_words_are_named_and_shortened() -> None:
    kept = stored(read("猫")) | {"cut": "、青い空、" + "雲" * 100}
    assert "：青い空、雲" in readback.line(kept)
    assert len(readback.line(kept)) < 120

from __future__ import annotations

import json

import pytest

from inference.models import catalog
from inference.models.checkpoint import EMBEDDED
from inference.request import DrawRequest


def test_restrictions_come_in_two_languages_one_to_one() -> None:
    japanese = catalog.restrictions("rinna/japanese-stable-diffusion")
    english = catalog.restrictions("rinna/japanese-stable-diffusion", "en")
    assert len(japanese) == len(english) == 11
    assert all(line.endswith("。") for line in japanese)
    assert all(line.isascii() for line in english)


@pytest.mark.parametrize("model", ["someone/unheard-of", "/srv/models/anything"])
def test_an_unknown_model_is_taken_to_be_restricted(model: str) -> None:
    assert catalog.restrictions(model)
    assert catalog.terms_url(model)


@pytest.mark.parametrize("model", [None, "", "mame"])
def test_the_embedded_model_binds_nobody(model: str | None) -> None:
    assert catalog.lookup(model) is catalog.MODELS["mame"]
    assert catalog.restrictions(model) == []


PERMISSIVE = {"CC-BY-4.0", "Apache-2.0"}


@pytest.mark.parametrize("known", catalog.MODELS.values(), ids=catalog.MODELS)
def test_restrictions_follow_the_licence(known: catalog.KnownModel) -> None:
    assert bool(catalog.restrictions(known.name)) == (known.license not in PERMISSIVE)
    assert catalog.terms_url(known.name) == known.terms_url
    assert known.terms_url.startswith("https://")
    assert "\n" not in known.license


@pytest.mark.parametrize("known", catalog.MODELS.values(), ids=catalog.MODELS)
def test_defaults_can_be_asked_for(known: catalog.KnownModel) -> None:
    if known.name != catalog.DEFAULT_MODEL:  # mame's own sides are not bound to be a multiple of 16
        assert known.size % 16 == 0
    DrawRequest(
        "猫", steps=known.steps, guidance=known.guidance, width=known.size, height=known.size
    ).check()
    assert known.good_at
    assert known.vram


def test_warnings() -> None:
    def told(model: str, *, english: bool = False) -> str:
        return catalog.setup_warning(model, catalog.lookup(model), english=english) or ""

    assert "does not understand Japanese" in told("stabilityai/stable-diffusion-xl-base-1.0")
    assert "does not understand Japanese" in told("someone/unheard-of", english=True)
    assert "Nobody has verified" in told("Qwen/Qwen-Image-2.1")
    assert "commercially" in told("Qwen/Qwen-Image-2.1")
    for model in ("mame", "someone/unheard-of"):
        assert told(model) == ""
    assert told("rinna/japanese-stable-diffusion", english=True) == ""


def test_the_embedded_models_defaults_are_its_own() -> None:
    own = json.loads((EMBEDDED / "mame.json").read_text(encoding="utf-8"))
    known = catalog.MODELS["mame"]
    assert known.size == own["native_size"]
    assert (known.steps, known.guidance) == (own["default_steps"], own["default_guidance"])
    assert known.license == own["licence"]


def test_the_list_given_out_is_a_copy() -> None:
    catalog.restrictions("a/b").clear()
    assert catalog.restrictions("a/b")

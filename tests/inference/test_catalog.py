from __future__ import annotations

import pytest

from inference import catalog


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
    assert catalog.find(model) is catalog.KNOWN["mame"]
    assert catalog.restrictions(model) == []


def test_the_list_given_out_is_a_copy() -> None:
    catalog.restrictions("a/b").clear()
    assert catalog.restrictions("a/b")

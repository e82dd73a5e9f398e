from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.line import signature

# The example of LINE's documentation, "Verify webhook signature".
SECRET = "8c570fa6dd201bb328f1c1eac23a96d8"
BODY = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'
SIGNATURE = "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="


def test_lines_own_example() -> None:
    assert signature.sign(SECRET, BODY) == SIGNATURE
    assert signature.is_valid_signature(SECRET, BODY, SIGNATURE)


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        "",
        " ",
        "x",
        SIGNATURE[:-1],
        SIGNATURE + "=",
        SIGNATURE.lower(),
        "署名",
        "\udcff",
        "A" * 10_000,
    ],
)
def test_a_wrong_signature_is_not_valid_and_raises_nothing(wrong: str | None) -> None:
    assert not signature.is_valid_signature(SECRET, BODY, wrong)


def test_one_changed_byte_is_noticed() -> None:
    assert not signature.is_valid_signature(SECRET, BODY.replace(b"[]", b"[ ]"), SIGNATURE)
    assert not signature.is_valid_signature(SECRET[:-1] + "9", BODY, SIGNATURE)


def test_an_empty_secret_validates_nothing() -> None:
    assert not signature.is_valid_signature("", BODY, signature.sign("", BODY))


@given(st.text(min_size=1), st.binary())
def test_any_bytes_can_be_signed(secret: str, body: bytes) -> None:
    assert signature.is_valid_signature(secret, body, signature.sign(secret, body))


@given(st.text())
def test_no_text_makes_it_raise(text: str) -> None:
    assert not signature.is_valid_signature(SECRET, BODY, text)

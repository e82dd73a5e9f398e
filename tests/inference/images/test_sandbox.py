"""Decoding in a child process: the same pictures, and an end to what takes too much."""

from __future__ import annotations

import logging
import sys
import time

import pytest
from PIL import Image

from inference.images import decode, limits
from inference.images.sandbox import ImageSandbox
from tests.inference.images.profiles import cmyk_profile
from tests.inference.images.test_decode import encoded, halves, png_of

READ = "import sys; sys.stdin.buffer.read(); "
LIMITED = "from inference.images import decoder_process as it; it.CPU_SECONDS = 1; it._limit(); "


def stand_in(code: str, seconds: float = 20.0) -> ImageSandbox:
    """A sandbox whose decoder is this program."""
    return ImageSandbox([sys.executable, "-c", code], seconds)


def test_a_child_gives_what_the_decoder_gives() -> None:
    photo = encoded(halves((3200, 1600)), "JPEG", quality=90)
    assert ImageSandbox().shrink(photo, 200) == decode.shrink(photo, 200)


def test_as_many_pixels_as_are_read_fit_into_its_limits() -> None:
    noise = Image.effect_noise((500, 500), 90).resize((5000, 5000)).convert("RGB")
    for data in (encoded(noise, "JPEG", progressive=True, subsampling=0), encoded(noise)):
        assert ImageSandbox(seconds=60).shrink(data, 1536)[1:] == (1536, 1536)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"no picture", "image_unreadable"),
        (b"GIF89a" + bytes(100), "image_format"),
        (png_of(30_000, 30_000), "image_too_large"),
        (bytes(limits.MAX_BYTES + 9), "image_too_large"),
        (encoded(halves((8, 8))), "image_too_small"),
        (encoded(halves((800, 20))), "image_too_narrow"),
    ],
)
def test_a_refusal_comes_through_with_its_reason(data: bytes, code: str) -> None:
    with pytest.raises(limits.ImageRefused) as caught:
        ImageSandbox().shrink(data, 1536)
    assert type(caught.value) is limits.REFUSALS[code]
    assert len(str(caught.value)) > 20


def test_what_a_child_logs_is_logged_here(caplog: pytest.LogCaptureFixture) -> None:
    photo = encoded(halves(), "JPEG", icc_profile=cmyk_profile())
    with caplog.at_level(logging.WARNING, "inference"):
        ImageSandbox().shrink(photo, 1536)
    assert "Ignored a colour profile of CMYK" in caplog.text


@pytest.mark.parametrize(
    "code",
    [
        READ + "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        READ + "sys.exit(1)",
        "raise SystemExit(3)",
        READ + "print('junk')",
        READ + "print('{}')",
        READ + "print('[]')",
        READ,
        READ + LIMITED + "bytearray(1 << 30)",
        READ + LIMITED + "\nwhile True: pass",
    ],
    ids=["killed", "failed", "deaf", "junk", "empty", "a list", "silent", "memory", "time"],
)
def test_whatever_becomes_of_a_child_is_a_refusal(code: str) -> None:
    with pytest.raises(limits.ImageTooCostly) as caught:
        stand_in(code).shrink(bytes(3_000_000), 1536)
    assert caught.value.permanent


def test_a_child_that_sleeps_is_ended() -> None:
    began = time.monotonic()
    for code in ("import time; time.sleep(600)", READ + "import time; time.sleep(600)"):
        with pytest.raises(limits.ImageTooCostly, match="within"):
            stand_in(code, seconds=0.5).shrink(bytes(3_000_000), 1536)
    assert time.monotonic() - began < 60


def test_a_child_has_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINE_CHANNEL_ACCESS_TOKEN", "a secret")
    tells = "import json, os; print(json.dumps({'refused': 'image_format', 'message': "
    with pytest.raises(limits.ImageFormatUnknown) as caught:
        stand_in(READ + tells + "str(os.environ)}))").shrink(b"", 1536)
    assert "a secret" not in str(caught.value)
    assert "PYTHONPATH" in str(caught.value)


def test_a_child_loads_no_more_than_it_needs() -> None:
    asks = "import inference.images.decode, json; print(json.dumps({'refused': '', 'width': "
    sandbox = stand_in(READ + asks + "len({'numpy', 'torch'} & set(sys.modules)), 'height': 0}))")
    assert sandbox.shrink(b"", 1536) == (b"", 0, 0)

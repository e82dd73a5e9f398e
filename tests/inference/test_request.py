from __future__ import annotations

import subprocess
import sys

import pytest

from inference.errors import InvalidRequest, OutOfMemory, Unsafe
from inference.request import DrawRequest


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": " 　\n"},
        {"count": 0},
        {"count": 5},
        {"seed": -1},
        {"seed": 2**32},
        {"steps": 0},
        {"guidance": 31},
        {"width": 63},
        {"width": 100},
        {"height": 2056},
    ],
)
def test_a_value_out_of_range_is_named(change: dict[str, object]) -> None:
    name = next(iter(change))
    with pytest.raises(InvalidRequest, match=name) as caught:
        DrawRequest(**{"prompt": "りんご", **change}).check()  # type: ignore[arg-type]
    assert caught.value.permanent


def test_the_ends_of_the_ranges_are_fine() -> None:
    for count, seed, steps, guidance, side in ((1, 0, 1, 0.0, 64), (4, 2**32 - 1, 500, 30.0, 2048)):
        DrawRequest("猫", "", count, seed, steps, guidance, side, side, "ddim").check()


def test_smaller_gives_up_pictures_first_then_size() -> None:
    request = DrawRequest("猫", count=4, width=768, height=512)
    seen = []
    following: DrawRequest | None = request
    while following:
        seen.append((following.count, following.width, following.height))
        following = following.smaller()
    assert seen == [(4, 768, 512), (2, 768, 512), (1, 768, 512), (1, 384, 256)]


def test_codes_and_permanence_are_what_the_bot_relies_on() -> None:
    assert (Unsafe("").code, Unsafe("").permanent) == ("unsafe", True)
    assert (OutOfMemory("").code, OutOfMemory("").permanent) == ("out_of_memory", False)


def test_the_words_are_light() -> None:
    """The bot's web process imports them; torch there would cost it 200 MB and three seconds."""
    script = (
        "import sys, inference, inference.request, inference.models.catalog, inference.__main__\n"
        "heavy = {'torch', 'numpy', 'PIL', 'diffusers', 'transformers', 'sentencepiece'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr

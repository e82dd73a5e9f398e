"""The pictures of README and docs show what the shipped weights paint, and are small."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from inference.request import MAX_SEED
from scripts.pictures import files
from scripts.pictures.seeded_worker import Seeds
from tests import ROOT

MOST_BYTES = 3_000_000  # of all pictures, for whoever clones
MOVING = ROOT / "docs" / "pictures" / "chat.webp"


def test_the_pictures_are_of_the_weights_that_are_shipped() -> None:
    assert files.stale() == []


def test_pictures_of_other_weights_are_told_with_what_to_do(tmp_path: Path) -> None:
    files.write("new.png", b"a picture", tmp_path)
    assert files.stale(tmp_path) == []
    (tmp_path / "by-hand.png").write_bytes(b"another")
    record = tmp_path / files.RECORD
    record.write_text(
        record.read_text(encoding="utf-8")
        + f'"old.webp" = {{ weights = "{"0" * 16}", date = 2026-01-01 }}\n',
        encoding="utf-8",
    )
    (tmp_path / "old.webp").write_bytes(b"a third")
    told = files.stale(tmp_path)
    assert [sentence.split()[0] for sentence in told] == ["by-hand.png", "old.webp"]
    assert all("run `make pictures`" in sentence for sentence in told)
    (tmp_path / "new.png").unlink()
    assert [sentence.split()[0] for sentence in files.stale(tmp_path)][1] == "new.png"


def test_a_picture_that_is_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="choose a smaller size"):
        files.palette_png(Image.effect_noise((1_000, 1_000), 100))


def test_all_pictures_together_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in files.OUT.iterdir()}
    assert sum(sizes.values()) < MOST_BYTES, sizes


def test_the_same_prompt_gets_the_same_seeds_in_every_run() -> None:
    first, second = Seeds(), Seeds()
    asked = ["犬", "犬", "猫", "犬"]
    seeds = [first.next(prompt) for prompt in asked]
    assert seeds == [second.next(prompt) for prompt in asked]
    assert len(set(seeds)) == len(asked)
    assert all(0 <= seed <= MAX_SEED for seed in seeds)


def test_the_chat_moves_and_can_be_read() -> None:
    """It ends with a frame that stands, and its size is that of a phone."""
    with Image.open(MOVING) as film:
        shown_ms = []
        for frame in range(getattr(film, "n_frames", 1)):
            film.seek(frame)
            film.load()
            shown_ms.append(film.info["duration"])
        assert film.size == (390, 844)
    assert len(shown_ms) > 10
    assert 10_000 <= sum(shown_ms) <= 20_000
    assert shown_ms[-1] >= 3_000
    assert MOVING.stat().st_size < 1_500_000


def test_both_readmes_show_the_moving_chat_and_a_still_one_for_whoever_wants_none() -> None:
    for name in ("README.md", "README.ja.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        shown = re.search(r"<picture>(.+?)</picture>", text, re.DOTALL)
        assert shown, name
        assert (
            'media="(prefers-reduced-motion: reduce)" srcset="docs/pictures/chat.png"' in shown[1]
        )
        assert 'src="docs/pictures/chat.webp"' in shown[1]
        assert len(re.findall(r'alt="[^"]{30,}"', shown[1])) == 1

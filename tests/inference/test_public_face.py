"""The names that `from inference import ...` gives, without torch until a model is loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import inference
from tests import ROOT

LIGHT = """
import sys
from pathlib import Path
from inference import DrawRequest, LoadOptions, Painter, Picture, Status, load_painter
DrawRequest("赤いりんご", count=2).check()
print(sorted({"torch", "diffusers", "transformers", "PIL", "numpy"} & set(sys.modules)))
"""


def test_every_public_name_can_be_imported() -> None:
    missing = [name for name in inference.__all__ if not hasattr(inference, name)]
    assert missing == []
    assert set(inference.__all__) <= set(dir(inference))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Pinter'"):
        _ = inference.Pinter


def test_the_public_names_do_not_import_torch() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIGHT], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_a_withheld_picture_can_neither_be_looked_at_nor_saved(tmp_path: Path) -> None:
    picture = inference.Picture(b"", "image/png", b"", 256, 256, seed=5, flagged=True)
    with pytest.raises(ValueError, match="withheld the picture of seed 5"):
        _ = picture.image
    with pytest.raises(ValueError, match="withheld the picture of seed 5"):
        picture.save(tmp_path / "a.png")
    assert not list(tmp_path.iterdir())


def test_closed_is_a_way_of_having_stopped() -> None:
    assert issubclass(inference.Closed, inference.Stopped)
    assert not issubclass(inference.Closed, inference.PaintError)  # nothing is wrong

"""Both painters through the public face: paint, look, save, close."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from inference import Closed, DrawRequest, Painter, Picture, load_painter
from inference.engine.painter import EnginePainter
from inference.pipelines.painter import PipelinePainter
from tests.inference.pipelines.families import make_pixart

pytestmark = [
    pytest.mark.slow,
    pytest.mark.core,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

BOTH: dict[str, type[Painter]] = {"engine": EnginePainter, "pipeline": PipelinePainter}
REQUEST = DrawRequest("赤いりんご", seed=7, steps=1, width=64, height=72)


@pytest.fixture(params=BOTH)
def loaded(
    request: pytest.FixtureRequest, checkpoint: Path, tmp_path: Path
) -> Iterator[tuple[Painter, type[Painter]]]:
    folder = checkpoint if request.param == "engine" else make_pixart(tmp_path / "pixart")
    with load_painter(str(folder), device="cpu") as painter:
        yield painter, BOTH[request.param]


def test_what_it_paints_can_be_looked_at_and_saved_until_it_is_closed(
    loaded: tuple[Painter, type[Painter]], tmp_path: Path
) -> None:
    painter, kind = loaded
    assert isinstance(painter, kind)
    [picture] = painter.paint(REQUEST)
    assert isinstance(picture, Picture)
    assert (picture.content_type, picture.image.format) == ("image/png", "PNG")
    assert picture.image.size == (picture.width, picture.height) == (256, 288)
    saved = picture.save(str(tmp_path / "りんご.png"))
    assert saved.read_bytes() == picture.data
    with Image.open(saved) as image:
        assert image.tobytes() == picture.image.tobytes()
    with pytest.raises(OSError, match="nowhere"):
        picture.save(tmp_path / "nowhere" / "a.png")
    painter.close()
    painter.close()  # once more does no harm
    with pytest.raises(Closed, match="load another"):
        painter.paint(REQUEST)
    assert picture.image.size == (256, 288)  # a picture outlives its painter


@pytest.mark.parametrize("kind", BOTH.values(), ids=BOTH)
def test_each_takes_what_the_protocol_says(kind: type[Painter]) -> None:
    methods = ("paint", "status", "split_at_token_limit", "close", "__exit__")
    differing = [
        name
        for name in methods
        if inspect.signature(getattr(kind, name)) != inspect.signature(getattr(Painter, name))
    ]
    assert differing == []
    assert all(isinstance(getattr(kind, name), property) for name in ("info", "slots"))

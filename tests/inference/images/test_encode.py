from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import ExifTags, Image

from inference.engine.painter import EnginePainter
from inference.images.encode import (
    MAX_ORIGINAL_BYTES,
    MAX_PREVIEW_BYTES,
    encode_picture,
    withheld_picture,
)
from inference.request import DrawRequest
from tests.inference.test_painter import QUICK

pytestmark = pytest.mark.slow

PROMPT = "とても個人的なりんご"


def test_a_picture_says_that_a_machine_made_it_and_not_of_what_words(
    painter: EnginePainter,
) -> None:
    request = DrawRequest(PROMPT, "秘密の猫", seed=11, steps=1)
    picture = painter.paint(request)[0]
    original, preview = Image.open(BytesIO(picture.data)), Image.open(BytesIO(picture.preview))
    assert picture.content_type == "image/png"
    assert original.format == "PNG"
    assert isinstance(original.info, dict)
    text = {key: str(value) for key, value in original.info.items()}
    assert text["Software"] == "Efude"
    assert text["Description"] == "AI-generated"
    assert (text["Seed"], text["Model"]) == ("11", painter.info.name)
    assert "trainedAlgorithmicMedia" in text["XML:com.adobe.xmp"]
    exif = preview.getexif()
    assert preview.format == "JPEG"
    assert exif[ExifTags.Base.Software] == "Efude"
    assert "AI-generated" in exif[ExifTags.Base.ImageDescription]
    assert b"trainedAlgorithmicMedia" in picture.preview
    for secret in (PROMPT, request.negative_prompt):
        for coding in ("utf-8", "utf-16-le", "utf-16-be", "shift_jis", "euc_jp"):
            assert secret.encode(coding) not in picture.data + picture.preview


def test_previews_are_small(painter: EnginePainter) -> None:
    picture = painter.paint(QUICK)[0]
    assert max(Image.open(BytesIO(picture.preview)).size) <= 512
    noise = np.random.default_rng(0).integers(0, 256, (512, 1024, 3), dtype=np.uint8)
    wide = encode_picture(noise, size=(1024, 512), seed=1, model="m")
    assert Image.open(BytesIO(wide.preview)).size == (512, 256)
    assert len(wide.preview) <= MAX_PREVIEW_BYTES


def test_what_is_too_large_as_png_becomes_the_best_jpeg_that_fits() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (2048, 2048, 3), dtype=np.uint8)
    picture = encode_picture(noise, size=(2048, 2048), seed=2**32 - 1, model="模型")
    assert picture.content_type == "image/jpeg"
    assert 2_000_000 < len(picture.data) <= MAX_ORIGINAL_BYTES
    image = Image.open(BytesIO(picture.data))
    assert (image.format, image.size) == ("JPEG", (2048, 2048))
    assert "4294967295" in image.getexif()[ExifTags.Base.ImageDescription]


def test_a_withheld_picture_has_no_pixels() -> None:
    picture = withheld_picture((256, 128), 5)
    assert picture.flagged
    assert not picture.data + picture.preview
    assert (picture.width, picture.height, picture.seed) == (256, 128, 5)

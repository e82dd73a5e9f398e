"""Pixels -> the files that leave the worker, labelled as made by a machine.

The label never holds the prompt: it is personal, and files travel.
"""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, PngImagePlugin

from inference.request import Picture

# LINE's limits (Messaging API reference, Image message): original 10 MB, preview 1 MB.
MAX_ORIGINAL_BYTES = 10_000_000
MAX_PREVIEW_BYTES = 1_000_000
PREVIEW_SIDE = 512
BLUR_PATCHES = 8
_QUALITIES = (95, 90, 85, 80, 70, 60, 50, 40, 30, 20, 10)
SOFTWARE = "Efude"

# IPTC's digital source type, which picture viewers and search engines read.
_XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description'
    ' rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    " Iptc4xmpExt:DigitalSourceType="
    '"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"/>'
    "</rdf:RDF></x:xmpmeta>"
)


def encode_picture(
    pixels: NDArray[np.uint8], *, size: tuple[int, int], seed: int, model: str
) -> Picture:
    """Encode (height, width, 3) pixels, resized to `size` (width, height) with Lanczos if need be.

    PNG, or the best JPEG that fits where the PNG is above 10 MB.
    """
    image = Image.fromarray(pixels)
    if image.size != size:
        image = image.resize(size, Image.Resampling.LANCZOS)
    return encode_image(image, seed=seed, model=model)


def encode_image(image: Image.Image, *, seed: int, model: str) -> Picture:
    """Encode an RGB or RGBA picture as it is.

    PNG, or the best JPEG that fits where the PNG is above 10 MB. What is transparent is white in
    a JPEG, as in the preview.
    """
    data, content_type = _png(image, seed, model), "image/png"
    opaque = _on_white(image)
    if len(data) > MAX_ORIGINAL_BYTES:
        data, content_type = _jpeg(opaque, seed, model, MAX_ORIGINAL_BYTES), "image/jpeg"
    small = opaque.copy()
    small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE), Image.Resampling.LANCZOS)
    return Picture(
        data=data,
        content_type=content_type,
        preview=_jpeg(small, seed, model, MAX_PREVIEW_BYTES),
        width=image.width,
        height=image.height,
        seed=seed,
    )


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    ground = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(ground, image).convert("RGB")


def encode_checked(
    pixels: NDArray[np.uint8],
    flagged: bool,
    *,
    may_blur: bool,
    size: tuple[int, int],
    seed: int,
    model: str,
) -> Picture:
    """Return the picture; of a flagged one a blur where that may be, else nothing."""
    if not flagged:
        return encode_picture(pixels, size=size, seed=seed, model=model)
    return (
        blurred_picture(pixels, size=size, seed=seed, model=model)
        if may_blur
        else withheld_picture(size, seed)
    )


def withheld_picture(size: tuple[int, int], seed: int) -> Picture:
    """Return a flagged picture: it has a place and a seed, but no pixels that could leave the
    worker.
    """
    return Picture(
        data=b"",
        content_type="image/png",
        preview=b"",
        width=size[0],
        height=size[1],
        seed=seed,
        flagged=True,
    )


def blurred_picture(
    pixels: NDArray[np.uint8], *, size: tuple[int, int], seed: int, model: str
) -> Picture:
    """Return a flagged picture as patches of colour: BLUR_PATCHES along its longer side, no more.

    What is averaged away is gone: nobody can bring it back from the file.
    """
    image = Image.fromarray(pixels)
    scale = BLUR_PATCHES / max(image.size)
    few = image.resize([max(1, round(side * scale)) for side in image.size], Image.Resampling.BOX)
    soft = few.resize(size, Image.Resampling.BICUBIC)
    made = encode_picture(np.asarray(soft), size=size, seed=seed, model=model)
    return replace(made, flagged=True, blurred=True)


def _png(image: Image.Image, seed: int, model: str) -> bytes:
    label = PngImagePlugin.PngInfo()
    label.add_text("Software", SOFTWARE)
    label.add_text("Description", "AI-generated")
    label.add_itxt("Model", model)
    label.add_text("Seed", str(seed))
    label.add_itxt("XML:com.adobe.xmp", _XMP)
    file = BytesIO()
    # Two steps below zlib's default: half of its time, for a file that is a fifteenth larger.
    image.save(file, "PNG", pnginfo=label, compress_level=4)
    return file.getvalue()


def _jpeg(image: Image.Image, seed: int, model: str, limit: int) -> bytes:
    """Return the best quality that fits into `limit` bytes; the lowest if none does."""
    exif = Image.Exif()
    exif[ExifTags.Base.Software] = SOFTWARE
    ascii_model = model.encode("ascii", "replace").decode("ascii")  # EXIF text is ASCII
    exif[ExifTags.Base.ImageDescription] = f"AI-generated; model {ascii_model}; seed {seed}"
    data = b""
    for quality in _QUALITIES:
        file = BytesIO()
        image.save(file, "JPEG", quality=quality, exif=exif, xmp=_XMP.encode())
        data = file.getvalue()
        if len(data) <= limit:
            break
    return data

"""Colours as they were meant: a picture with a colour profile -> sRGB, which screens show.

Phones save photos in Display P3, cameras in Adobe RGB, printers in CMYK. Without its profile such
a picture is pale, or of other colours altogether.
"""

from __future__ import annotations

import logging
from io import BytesIO

from PIL import Image

logger = logging.getLogger(__name__)

_SPACES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}  # of a profile -> Pillow's mode


def to_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert a picture of mode L, LA, RGB, RGBA or CMYK to RGB, or RGBA if it is transparent.

    profile: an ICC profile. One that is damaged, or of another kind of picture, is ignored, which
    is logged; so do browsers.
    """
    alpha = picture.getchannel("A") if picture.mode in {"LA", "RGBA"} else None
    opaque = picture.convert({"LA": "L", "RGBA": "RGB"}[picture.mode]) if alpha else picture
    colours = _converted(opaque, profile) if profile else None
    flat = colours or opaque.convert("RGB")
    if alpha:
        flat.putalpha(alpha)
    return flat


def _converted(picture: Image.Image, profile: bytes) -> Image.Image | None:
    try:
        from PIL import ImageCms

        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        space = source.profile.xcolor_space.strip()
        if space == "RGB" and picture.mode == "L":
            picture = picture.convert("RGB")  # its greys are that screen's
        if _SPACES.get(space) != picture.mode:
            logger.warning("Ignored a colour profile of %s in a picture of %s", space, picture.mode)
            return None
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
    except MemoryError:
        raise
    except Exception as error:  # a library of its own, fed with what strangers send
        logger.warning("Ignored a colour profile that cannot be used: %s", type(error).__name__)
        return None

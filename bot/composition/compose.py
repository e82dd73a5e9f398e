"""From painted pictures to those that are delivered: sizes first, letters on top."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import structlog
from PIL import Image

from bot.composition.faces import missing_characters
from bot.composition.letters import LettersDoNotFit, set_letters
from bot.composition.purposes import fit_purpose
from bot.prompt.options.letters import Letters
from bot.prompt.options.media import Purpose
from inference.images.encode import encode_image
from inference.request import Picture

log = structlog.get_logger(__name__)


def compose(
    picture: Picture, purpose: Purpose | None, letters: Letters | None, model: str
) -> tuple[Picture, bool]:
    """Return a picture in the size of its purpose and with letters, and whether it has them all.

    Without those that no face has; without any where they do not fit. model: for the label.
    A picture that the safety checker flagged is returned as it is.
    """
    if picture.flagged:
        return picture, True
    with Image.open(BytesIO(picture.data)) as opened:
        image = opened.convert("RGB")
    if purpose is not None:
        image = fit_purpose(image, purpose)
    complete = True
    if letters is not None:
        text = letters.text.translate(dict.fromkeys(map(ord, missing_characters(letters.text))))
        complete = text == letters.text
        try:
            image = set_letters(image, replace(letters, text=text)) if text.strip() else image
        except LettersDoNotFit as error:
            log.info("letters.left_out", characters=len(text), error=str(error))
            complete = False
    return encode_image(image, seed=picture.seed, model=model), complete

"""Samples of the styles that the loaded model knows, and the carousel that shows them."""

from __future__ import annotations

from sqlalchemy import Connection

from bot import messages
from bot.messages import Message
from bot.prompt import StoredRequest
from bot.prompt.options.model_styles import offered_styles
from bot.storage import Storage
from bot.store import samples
from inference.models import catalog

_PREFIX = "style."
_SUBJECT_PLACE = 1  # among the catalog's examples: a plain thing, so that the style is seen


def style_requests(model: str | None) -> dict[str, StoredRequest]:
    """Return name of the sample -> what to paint, for each style that is offered."""
    examples = catalog.examples(model)
    subject = examples[min(_SUBJECT_PLACE, len(examples) - 1)].prompt
    in_english = subject.isascii()
    return {
        _PREFIX + style.label: StoredRequest(
            f"{subject}, {style.en}" if in_english else f"{subject} {style.label}",
            styles=() if in_english else (style.label,),
        )
        for style in offered_styles(model)
    }


def has_samples(db: Connection, model: str | None) -> bool:
    """Return whether any style's sample is painted."""
    return any(samples.find(db, name) for name in style_requests(model))


def style_messages(db: Connection, storage: Storage, model: str | None, lang: str) -> list[Message]:
    """Return the carousel of the styles whose samples are painted, and of shapes; of all styles,
    without pictures, before any is."""
    offered = [(style, samples.find(db, _PREFIX + style.label)) for style in offered_styles(model)]
    shown = [
        (style, storage.url(sample.preview_key), (sample.width, sample.height))
        for style, sample in offered
        if sample
    ]
    return messages.style_carousel(shown or [(style, None, (1, 1)) for style, _ in offered], lang)

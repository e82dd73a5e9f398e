"""Which styles of painting the model can show: those that are offered to tap."""

from __future__ import annotations

from bot.prompt.options.styles import Style, styles
from inference.models import catalog

OFFERED = (  # the best known first; a carousel holds no more with the shapes
    "水彩風", "アニメ調", "浮世絵風", "油絵風", "写真風", "絵本風",
    "水墨画風", "ドット絵風", "色鉛筆風", "3D風",
)  # fmt: skip


def offered_styles(model: str | None) -> list[Style]:
    """Return the styles to offer for this model: those that the catalog knows it to paint, else
    those that people ask for most. model: as in the setting MODEL."""
    known = catalog.lookup(model)
    labels = (known.styles if known else ()) or OFFERED
    return [styles()[label] for label in labels if label in styles()]

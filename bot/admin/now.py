"""GET /admin/: what is happening now."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue


def register(blueprint: Blueprint) -> None:
    """Register the page."""
    blueprint.add_url_rule("/", "now", now, strict_slashes=False)


def now() -> ResponseReturnValue:
    """The page."""
    return render_template("admin/now.html")

"""GET /terms: what the model's licence asks of everyone who has pictures painted."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Flask, render_template

from bot.settings import Settings
from bot.texts import say
from inference import catalog


def init_app(app: Flask, settings: Settings) -> None:
    """Register the page. Restrictions come with the model (CreativeML OpenRAIL-M, section 4)."""
    blueprint = Blueprint("terms", __name__, template_folder="templates")
    model = settings.model

    @blueprint.get("/terms")
    def terms() -> str:
        return render_template(
            "terms.html",
            say=say,
            restrictions=partial(catalog.restrictions, model),
            license=catalog.license_of(model),
            url=catalog.terms_url(model),
            days=settings.retention_days,
        )

    app.register_blueprint(blueprint)

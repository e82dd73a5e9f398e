"""GET /terms: who answers for the bot, and what the model's licence demands of everyone."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import partial
from pathlib import Path

from flask import Blueprint, Flask, Response, make_response, render_template
from markupsafe import Markup

from bot.settings import Settings
from bot.texts import gettext
from inference.models import catalog


def init_app(app: Flask, settings: Settings) -> None:
    """Register the page. The restrictions are the licence's (CreativeML OpenRAIL-M, attachment A).

    https://huggingface.co/spaces/CompVis/stable-diffusion-license
    """
    blueprint = Blueprint("terms", __name__, template_folder="templates")
    model, contact = settings.model, settings.operator_contact
    css = (Path(__file__).parent / "static" / "terms.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; "
    policy += "form-action 'none'; frame-ancestors 'none'"

    @blueprint.get("/terms")
    def terms() -> Response:
        from bot.messages import commercial_use  # memory that only this page needs

        html = render_template(
            "terms.html",
            css=Markup(css),  # noqa: S704  # our own file
            say=gettext,
            restrictions=partial(catalog.restrictions, model),
            license=catalog.license_of(model),
            url=catalog.terms_url(model),
            days=settings.retention_days,
            operator=settings.operator_name,
            contact=contact,
            contact_url=_contact_url(contact or ""),
            age=settings.min_age_years,
            commercial=partial(commercial_use, forbidden=settings.commercial_use_forbidden),
        )
        response = make_response(html)
        response.headers["Content-Security-Policy"] = policy
        return response

    app.register_blueprint(blueprint)


def _contact_url(contact: str) -> str | None:
    """Return the link of an e-mail address or of a URL. Returns None for a sentence."""
    if re.fullmatch(r"[^@\s<>]{1,64}@[^@\s<>]{1,190}", contact):
        return f"mailto:{contact}"
    return contact if re.fullmatch(r"https?://\S{1,500}", contact) else None

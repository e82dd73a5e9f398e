"""GET /terms: what the licence asks of people, in both languages."""

from __future__ import annotations

import html
from dataclasses import replace

import structlog
from flask.testing import FlaskClient

from bot.app import create_app
from bot.settings import Settings
from bot.texts import say
from inference import catalog


def test_the_embedded_models_terms(client: FlaskClient, settings: Settings) -> None:
    answer = client.get("/terms")
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    for lang in ("ja", "en"):
        assert say("terms.title", lang) in answer.text
        assert say("terms.data", lang, days=settings.retention_days) in answer.text
    assert say("terms.restrictions", "ja") not in answer.text
    assert catalog.license_of(None) in answer.text


def test_a_restricted_models_rules_are_all_there(settings: Settings, own_logs: None) -> None:
    for model in ("rinna/japanese-stable-diffusion", "somebody/unknown"):
        app = create_app(replace(settings, model=model, retention_days=12))
        structlog.configure(cache_logger_on_first_use=False)
        text = html.unescape(app.test_client().get("/terms").text)
        for lang in ("ja", "en"):
            rules = catalog.restrictions(model, lang)
            assert len(rules) > 5
            assert all(f"<li>{rule}</li>" in text for rule in rules)
        assert "12" in text
        assert f'href="{catalog.terms_url(model)}"' in text
        app.extensions["publisher"].close()
        app.extensions["database"].close()


def test_a_models_name_cannot_write_html(settings: Settings, own_logs: None) -> None:
    app = create_app(replace(settings, model="<script>alert(1)</script>"))
    assert "<script>alert" not in app.test_client().get("/terms").text
    app.extensions["publisher"].close()
    app.extensions["database"].close()

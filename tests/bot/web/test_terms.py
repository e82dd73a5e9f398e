"""GET /terms: what the licence asks of people, in both languages."""

from __future__ import annotations

import html
from dataclasses import replace

import pytest
import structlog
from flask.testing import FlaskClient

from bot.app import create_app
from bot.settings import Settings
from bot.texts import gettext
from inference.models import catalog


def test_the_embedded_models_terms(client: FlaskClient, settings: Settings) -> None:
    answer = client.get("/terms")
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    for lang in ("ja", "en"):
        assert gettext("terms.title", lang) in answer.text
        assert gettext("terms.data", lang, days=settings.retention_days) in answer.text
    assert gettext("terms.restrictions", "ja") not in answer.text
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


def terms_of(settings: Settings) -> str:
    """The page, as somebody reads it."""
    app = create_app(settings)
    text = html.unescape(app.test_client().get("/terms").text)
    app.extensions["publisher"].close()
    app.extensions["database"].close()
    return text


def test_the_operator_age_and_business_use_are_as_set(settings: Settings, own_logs: None) -> None:
    named = replace(
        settings,
        operator_name="絵筆の会 <b>",
        operator_contact="mail@example.jp",
        min_age_years=13,
        commercial_use="no",
    )
    page = terms_of(named)
    for lang in ("ja", "en"):
        assert gettext("terms.operator", lang, operator="絵筆の会 <b>") in page
        assert gettext("terms.age", lang, age=13) in page
        assert gettext("commercial.no", lang) in page
    assert page.count('href="mailto:mail@example.jp"') == 2
    page = terms_of(replace(settings, operator_contact="https://example.jp/form", min_age_years=0))
    assert 'href="https://example.jp/form"' in page
    for lang in ("ja", "en"):
        assert gettext("terms.operator_unnamed", lang) in page
        assert gettext("terms.age_title", lang) not in page
        assert gettext("commercial.yes", lang) in page


@pytest.mark.parametrize(
    "contact", ["javascript:alert(1)", "お電話でどうぞ", "a@b c", "https://a b"]
)
def test_a_contact_that_is_no_address_is_no_link(
    settings: Settings, own_logs: None, contact: str
) -> None:
    page = terms_of(replace(settings, operator_contact=contact))
    assert contact in page
    assert page.count("<a ") == 2, "the licence's alone"

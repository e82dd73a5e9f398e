"""The language of the pages: what a cookie says, else the browser; and their sentences.

The pages' sentences are in bot.texts, tables admin.*; `say` and the templates' `t` leave "admin."
out. Anybody may switch, also before the login: a cookie with two letters is all that it changes.
"""

from __future__ import annotations

from flask import Flask, Response, current_app, make_response, redirect, request, url_for
from markupsafe import Markup, escape

from bot.operations.timeline import label
from bot.texts import LANGUAGES, gettext
from bot.web.admin import security
from bot.web.admin.context import admin_context

COOKIE = "efude_language"
COOKIE_SECONDS = 365 * 86400
DEFAULT = "en"
NAMES = {"ja": "日本語", "en": "English"}


def init_app(admin: Flask) -> None:
    """Give the templates their sentences, and the link to the other language."""
    functions = {
        "t": markup,
        "tn": markup_counted,
        "label": name_label,
        "page_language": page_language,
        "language_switch": language_switch,
    }
    admin.jinja_env.globals.update(functions)


def page_language() -> str:
    """Return the language of the page that answers this request: ja or en."""
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return request.accept_languages.best_match(sorted(LANGUAGES), DEFAULT) or DEFAULT


def say(key: str, **values: object) -> str:
    """Return the pages' sentence `key` in this request's language, as text."""
    return gettext(f"admin.{key}", page_language(), **values)


def markup(key: str, **values: object) -> Markup:
    """Return the pages' sentence `key` for a template; of its values only Markup keeps its tags."""
    blanks = {name: f"{{{name}}}" for name in values}
    return escape(say(key, **blanks)).format(**values)


def markup_counted(key: str, n: int, **values: object) -> Markup:
    """Return the sentence `key` for the number `n`, or `key`_one if that is 1."""
    return markup(f"{key}_one" if n == 1 else key, n=n, **values)


def name_label(table: str, name: str | None) -> str:
    """Return what a name of the database or the code is called; itself if there is no text."""
    return label(table, name, page_language()) if name else "–"


def language_switch() -> tuple[str, str, str]:
    """Return code, name and address of the language that this page is not in."""
    other = next(lang for lang in NAMES if lang != page_language())
    return other, NAMES[other], url_for("admin.language", lang=other, next=_this_page())


def choose_language(lang: str) -> Response:
    """Keep the language in a cookie for a year, and go back to ?next, a path of these pages."""
    target = security.safe_redirect_target(request.args.get("next")) or url_for("admin.now")
    response = make_response(redirect(target, 303))
    response.set_cookie(
        COOKIE,
        lang,
        max_age=COOKIE_SECONDS,
        path="/admin",
        secure=admin_context().settings.public_url.startswith("https://"),
        httponly=True,
        samesite="Lax",
    )
    return response


def _this_page() -> str:
    """Return the address of this page, or of the first one if it only answers a form."""
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    adapter = current_app.create_url_adapter(request)
    can_be_read = adapter is not None and adapter.test(request.path, "GET")
    return request.path if can_be_read else url_for("admin.now")

"""The operator's pages, under /admin; without ADMIN_PASSWORD there are none.

They are an application of their own in front of the bot's, so that webhooks do not pay for
sessions, CSRF protection and rate limits. Each module registers its views on `blueprint`; every
view but the login requires a login (bot.web.admin.security). May import what bot.web may.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Blueprint, Flask

from bot.settings import Settings
from bot.storage import Storage
from bot.store.database import Database
from bot.web import hostile
from bot.web.admin import (
    appeals_page,
    dashboard,
    errors,
    filters,
    inbox_page,
    job_page,
    language,
    log_page,
    login,
    people_page,
    security,
    settings_page,
    wordlist_page,
)
from bot.web.admin.context import AdminContext

PREFIX = "/admin"

blueprint = Blueprint("admin", __name__, url_prefix=PREFIX)
for _page in (
    login, dashboard, job_page, inbox_page, log_page, people_page, wordlist_page, appeals_page,
    settings_page,
):  # fmt: skip
    _page.register(blueprint)
blueprint.add_url_rule("/language/<any(ja, en):lang>", "language", language.choose_language)


def init_app(app: Flask, settings: Settings, database: Database, storage: Storage) -> None:
    """Mount the pages before the application, if there is a password for them."""
    if settings.admin_password is None:
        return
    admin = Flask(
        "bot.web.admin", static_url_path=f"{PREFIX}/static", template_folder="../templates"
    )
    # What a form of these pages holds; the webhook's own limit is far larger.
    admin.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    publisher = app.extensions["publisher"]
    admin.extensions["admin_context"] = AdminContext(settings, database, storage, publisher)
    app.extensions["admin"] = admin
    hostile.init_app(admin)
    security.init_app(admin, settings)
    filters.init_app(admin)
    language.init_app(admin)
    errors.init_app(admin)
    admin.register_blueprint(blueprint)
    security.limit_logins(admin, settings)
    app.wsgi_app = _mount(app.wsgi_app, admin)  # type: ignore[assignment,method-assign]


Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def _mount(app: Wsgi, admin: Wsgi) -> Wsgi:
    """Send requests under /admin to the pages, and all others to the application."""

    def dispatch(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        is_admin = path == PREFIX or path.startswith(f"{PREFIX}/")
        return (admin if is_admin else app)(environ, start_response)

    return dispatch

"""The operator's pages, under /admin: off entirely without ADMIN_PASSWORD.

They are an application of their own before the bot's: what sessions, CSRF protection and the limit
of logins cost is never paid by a webhook, and nothing of them can break one. Each module registers
its views on `blueprint`; every view but the login needs one (bot.admin.security).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Blueprint, Flask

from bot.admin import errors, filters, house, job, live, login, now, people, security, words
from bot.admin.desk import Desk
from bot.database import Database
from bot.settings import Settings
from bot.storage import Storage

PREFIX = "/admin"

blueprint = Blueprint("admin", __name__, url_prefix=PREFIX)
for _page in (login, now, job, live, people, words, house):
    _page.register(blueprint)


def init_app(app: Flask, settings: Settings, database: Database, storage: Storage) -> None:
    """Put the pages before the application, if there is a password for them."""
    if settings.admin_password is None:
        return
    admin = Flask("bot.admin", static_url_path=f"{PREFIX}/static", template_folder="../templates")
    # What a form of these pages holds; the webhook's own limit is far larger.
    admin.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    publisher = app.extensions["publisher"]
    admin.extensions["desk"] = Desk(settings, database, storage, publisher)
    app.extensions["admin"] = admin
    security.init_app(admin, settings)
    filters.init_app(admin)
    errors.init_app(admin)
    admin.register_blueprint(blueprint)
    security.limit_logins(admin, settings)
    app.wsgi_app = _before(app.wsgi_app, admin)  # type: ignore[assignment,method-assign]


Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def _before(house: Wsgi, admin: Wsgi) -> Wsgi:
    """Hand what is under /admin to the pages, and all else to the house."""

    def choose(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        ours = path == PREFIX or path.startswith(f"{PREFIX}/")
        return (admin if ours else house)(environ, start_response)

    return choose

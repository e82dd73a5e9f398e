"""The web process: a Flask application with one init_app a concern."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from bot.settings import Settings
from bot.storage import open_storage
from bot.store.checkpoints import checkpoint_apart
from bot.store.database import Database
from bot.telemetry import crash, encryption, log_stream, logs, sentry, tracing
from bot.web import album_pages, headers, health, hostile, metrics, pictures, terms, webhook


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application; without `settings`, they are read from the environment.

    Raises SettingError when one of them is missing or wrong.
    """
    settings = settings or Settings.from_env()
    logs.configure("web", settings.log_format, log_stream.for_process(settings))
    sentry.configure("web", settings)
    tracing.configure("web", settings)
    encryption.warn(settings)
    with crash.log_fatal():
        return _build_app(settings)


def _build_app(settings: Settings) -> Flask:
    app = Flask("bot")
    app.config["MAX_CONTENT_LENGTH"] = webhook.MAX_BODY_BYTES
    app.extensions["trusted_proxies"] = settings.trusted_proxies
    headers.init_app(app, settings)
    hostile.init_app(app)
    database = Database(settings.database_url, hasty=True)  # LINE waits for its 200
    checkpoint_apart(database)
    app.extensions["database"] = database
    health.init_app(app, database)
    metrics.init_app(app, settings, database)
    webhook.init_app(app, settings, database)
    storage = open_storage(settings)
    pictures.init_app(app, storage)
    album_pages.init_app(app, settings, database, storage)
    terms.init_app(app, settings)
    if settings.admin_password is not None:
        from bot.web import admin  # sessions and forms: memory that is saved without the pages

        admin.init_app(app, settings, database, storage)
    # Around the operator's pages too. Nothing but the address is believed: the bot's own links
    # begin with PUBLIC_URL, and gunicorn believes nothing (bot.gunicorn_conf).
    if hops := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=0, x_host=0, x_port=0, x_prefix=0
        )
    return app

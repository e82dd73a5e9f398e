"""The web process: a Flask application with one init_app a concern."""

from __future__ import annotations

from functools import partial

import structlog
from flask import Flask

from bot import (
    album,
    health,
    japanese,
    last_words,
    logs,
    logstream,
    metrics,
    pictures,
    sentry,
    terms,
    tracing,
    webhook,
)
from bot.database import Database
from bot.moderation import moderation
from bot.settings import Settings
from bot.storage import open_storage

log = structlog.get_logger(__name__)


def create_app(settings: Settings | None = None) -> Flask:
    """The application; without `settings`, they come from the environment.

    Raises SettingError when one of them is missing or wrong.
    """
    settings = settings or Settings.from_env()
    logs.set_up("web", settings.log_format, logstream.for_process(settings))
    sentry.set_up("web", settings)
    tracing.set_up("web", settings)
    with last_words.spoken():
        return _made(settings)


def _made(settings: Settings) -> Flask:
    if settings.moderation:
        moderation(settings.moderation_lists)  # a list that cannot be read is told now
    else:
        log.warning("moderation is off", meaning="prompts are painted unchecked")
    app = Flask("bot")
    app.config["MAX_CONTENT_LENGTH"] = webhook.MAX_BODY
    app.extensions["warm_up"] = partial(_warm_up, settings)
    database = Database(settings.database_url)
    app.extensions["database"] = database
    health.init_app(app, database)
    metrics.init_app(app, settings, database)
    webhook.init_app(app, settings, database)
    storage = open_storage(settings)
    pictures.init_app(app, storage)
    album.init_app(app, settings, database, storage)
    terms.init_app(app, settings)
    if settings.admin_password is not None:
        from bot import admin  # sessions and forms: memory that a house without pages saves

        admin.init_app(app, settings, database, storage)
    return app


def _warm_up(settings: Settings) -> None:
    """Do once, beside the first requests, what would hold an answer up for half a second: open the
    dictionary, and make the moderation's lists ready with it."""
    japanese.words("絵")
    if settings.moderation:
        moderation(settings.moderation_lists).category("絵")

"""The processes of the Procfile."""

from __future__ import annotations

import click

from bot import logs, logstream, sentry, tracing
from bot.database import Database
from bot.settings import Settings


def _settings(process: str) -> Settings:
    settings = Settings.from_env()
    logs.set_up(process, settings.log_format, logstream.for_process(settings))
    sentry.set_up(process, settings)
    tracing.set_up(process, settings)
    return settings


@click.command()
def migrate() -> None:
    """Bring the database to the newest form."""
    database = Database(_settings("migrate").database_url)
    database.migrate()
    database.close()


@click.command()
def worker() -> int:
    """Paint (queue gpu)."""
    settings = _settings("worker")
    from bot import tasks

    return tasks.work(tasks.make_app(settings), "gpu", None, "worker")


@click.command()
def courier() -> int:
    """Talk to LINE (queue io)."""
    settings = _settings("courier")
    from bot import tasks

    return tasks.work(tasks.make_app(settings), "io", 8, "courier")


@click.command()
def clock() -> int:
    """Tick: sweep, tickets, retention; run exactly one."""
    settings = _settings("clock")
    from bot import tasks

    return tasks.tick(tasks.make_app(settings))


COMMANDS = (migrate, worker, courier, clock)

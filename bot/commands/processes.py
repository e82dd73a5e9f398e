"""The processes of the Procfile."""

from __future__ import annotations

from collections.abc import Callable

import click

from bot import last_words, logs, logstream, sentry, tracing
from bot.database import Database
from bot.settings import SettingError, Settings


def _settings(process: str) -> Settings:
    settings = Settings.from_env()
    logs.set_up(process, settings.log_format, logstream.for_process(settings))
    sentry.set_up(process, settings)
    tracing.set_up(process, settings)
    return settings


def _run(process: str, work: Callable[[Settings], int]) -> int:
    """The exit status of a process; 1 when it could not start, or go on."""
    settings = _settings(process)
    try:
        with last_words.spoken():
            return work(settings)
    except SettingError:
        raise
    except Exception:
        return 1  # all is said


@click.command()
def migrate() -> int:
    """Bring the database to the newest form."""

    def work(settings: Settings) -> int:
        database = Database(settings.database_url)
        database.migrate()
        database.close()
        return 0

    return _run("migrate", work)


def _work(process: str, queues: str, threads: int | None) -> int:
    def work(settings: Settings) -> int:
        from bot import tasks

        return tasks.work(tasks.make_app(settings), queues, threads, process)

    return _run(process, work)


@click.command()
def worker() -> int:
    """Paint (queue gpu)."""
    return _work("worker", "gpu", None)


@click.command()
def courier() -> int:
    """Talk to LINE (queue io)."""
    return _work("courier", "io", 8)


@click.command()
def clock() -> int:
    """Tick: sweep, tickets, retention; run exactly one."""

    def work(settings: Settings) -> int:
        from bot import tasks

        return tasks.tick(tasks.make_app(settings))

    return _run("clock", work)


COMMANDS = (migrate, worker, courier, clock)

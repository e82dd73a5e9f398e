"""The processes of the Procfile."""

from __future__ import annotations

from collections.abc import Callable

import click

from bot.settings import SettingError, Settings
from bot.store.database import Database
from bot.telemetry import crash, encryption, log_stream, logs, sentry, tracing


def _settings(process: str) -> Settings:
    settings = Settings.from_env()
    logs.configure(process, settings.log_format, log_stream.for_process(settings))
    sentry.configure(process, settings)
    encryption.warn(settings)
    tracing.configure(process, settings)
    return settings


def _run(process: str, work: Callable[[Settings], int]) -> int:
    """Run a process. Returns its exit status: 1 if it could not start, or go on."""
    settings = _settings(process)
    try:
        with crash.log_fatal():
            return work(settings)
    except SettingError:
        raise
    except Exception:
        return 1  # crash.log_fatal has logged it


@click.command()
def migrate() -> int:
    """Bring the database to the newest form."""

    def work(settings: Settings) -> int:
        database = Database(settings.database_url)
        database.migrate()
        database.close()
        return 0

    return _run("migrate", work)


def _work(process: str, queue: str, threads: int | None) -> int:
    def work(settings: Settings) -> int:
        from bot.tasks.app import make_app
        from bot.tasks.run import run_worker

        return run_worker(make_app(settings), queue, threads, process)

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
        from bot.tasks.app import make_app
        from bot.tasks.run import run_clock

        return run_clock(make_app(settings))

    return _run("clock", work)


COMMANDS = (migrate, worker, courier, clock)

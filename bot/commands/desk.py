"""The operator's desk: settings, database and the rest, each opened when a command needs it."""

from __future__ import annotations

import re
import sys
from functools import cached_property
from pathlib import Path

import click

from bot import jobs, logs, logstream
from bot.database import Database
from bot.jobs import Job
from bot.line import LineClient
from bot.runtime import Runtime
from bot.settings import Settings


class Desk:
    """What commands work with. SettingError passes through, and ends the program with 2."""

    @cached_property
    def settings(self) -> Settings:
        """The settings in force; what is logged from now on goes to stderr."""
        settings = Settings.from_env()
        stream = logstream.for_process(settings)
        logs.set_up("operator", settings.log_format, stream, out=sys.stderr, quiet=True)
        return settings

    @cached_property
    def database(self) -> Database:
        """The database; refuses one whose tables are of an older form."""
        database = Database(self.settings.database_url)
        if database.sqlite and not _exists(database):
            raise click.ClickException(
                f"There is no database at {database.url.database}. Are you in the right folder, "
                "and is DATABASE_URL set? A new one is made by: python -m bot migrate"
            )
        if database.behind():
            raise click.ClickException(
                "The database is of an older form. Run: python -m bot migrate"
            )
        return database

    @cached_property
    def line(self) -> LineClient:
        """LINE."""
        return LineClient(self.settings)

    @cached_property
    def runtime(self) -> Runtime:
        """What a courier works with."""
        return Runtime(self.settings)

    def job(self, number: str) -> Job:
        """The job with this 受付番号, as people type it; raises what the operator is told."""
        plain = normal(number)
        if plain is None:
            raise click.ClickException(f"{number!r} is no 受付番号: they look like 4F7-K2M.")
        with self.database.read() as db:
            job = jobs.anywhere(db, plain)
        if job is None:
            raise click.ClickException(
                f"There is no job {plain}. Look at the newest with: python -m bot jobs"
            )
        return job

    def close(self) -> None:
        """Close what was opened."""
        if "database" in self.__dict__:
            self.database.close()
        if "runtime" in self.__dict__:
            self.runtime.database.close()


def normal(number: str) -> str | None:
    """A 受付番号 as it is stored, or None: small letters and a missing hyphen are forgiven."""
    plain = re.sub(r"[\s-]", "", number).upper().translate(str.maketrans("OIL", "011"))
    return f"{plain[:3]}-{plain[3:]}" if re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{6}", plain) else None


def _exists(database: Database) -> bool:
    name = database.url.database
    return not name or name == ":memory:" or Path(name).exists()

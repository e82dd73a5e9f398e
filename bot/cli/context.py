"""Settings, database and the rest, each opened when a command first needs it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import click

from bot.cli.language import command_language, say
from bot.jobs import Job
from bot.line import LineClient
from bot.operations import lookup
from bot.operations.lookup import NotIdentified
from bot.settings import Settings
from bot.storage import Storage, open_storage
from bot.store.database import Database
from bot.telemetry import log_stream, logs


class CliContext:
    """What commands work with. SettingError passes through, and ends the program with 2."""

    @cached_property
    def settings(self) -> Settings:
        """The settings in force; what is logged from now on goes to stderr."""
        settings = Settings.from_env()
        stream = log_stream.for_process(settings)
        logs.configure("operator", settings.log_format, stream, out=sys.stderr, warnings_only=True)
        return settings

    @cached_property
    def database(self) -> Database:
        """The database; refuses one whose tables are of an older form."""
        database = Database(self.settings.database_url)
        if database.sqlite and not _exists(database):
            raise click.ClickException(say("error.no_database", file=database.url.database))
        if database.needs_migration():
            raise click.ClickException(say("error.old_database"))
        return database

    @cached_property
    def line(self) -> LineClient:
        """LINE."""
        return LineClient(self.settings)

    @cached_property
    def storage(self) -> Storage:
        """Where pictures are kept."""
        return open_storage(self.settings)

    def find_job(self, number: str) -> Job:
        """Return the job with this 受付番号. Raises ClickException if there is none."""
        with self.database.read() as db, _told_to_operator():
            return lookup.find_job(db, number)

    def find_line_id(self, typed: str, *, chat: bool = False) -> str:
        """Return whom an operator means (lookup.find_line_id). Raises ClickException if nobody."""
        with self.database.read() as db, _told_to_operator():
            return lookup.find_line_id(db, typed, chat=chat)

    def close(self) -> None:
        """Close what was opened."""
        if "database" in self.__dict__:
            self.database.close()


@contextmanager
def _told_to_operator() -> Iterator[None]:
    try:
        yield
    except NotIdentified as error:
        raise click.ClickException(error.said.in_language(command_language())) from None


def _exists(database: Database) -> bool:
    name = database.url.database
    return not name or name == ":memory:" or Path(name).exists()

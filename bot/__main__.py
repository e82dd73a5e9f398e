"""Commands of the bot: `python -m bot migrate | worker | courier | clock`."""

from __future__ import annotations

import argparse
import sys

from bot import logs
from bot.database import Database
from bot.settings import SettingError, Settings


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit status (2: the settings are wrong)."""
    parser = argparse.ArgumentParser(prog="python -m bot", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("migrate", help="bring the database to the newest form")
    commands.add_parser("worker", help="paint (queue gpu)")
    commands.add_parser("courier", help="talk to LINE (queue io)")
    commands.add_parser("clock", help="tick: sweep, tickets, retention; run exactly one")
    command = parser.parse_args(argv).command
    try:
        settings = Settings.from_env()
    except SettingError as error:
        print(error, file=sys.stderr)
        return 2
    logs.set_up(command, settings.log_format)
    if command == "migrate":
        database = Database(settings.database_url)
        database.migrate()
        database.close()
        return 0
    from bot import tasks

    app = tasks.make_app(settings)
    if command == "worker":
        return tasks.work(app, "gpu", None, "worker")
    if command == "courier":
        return tasks.work(app, "io", 8, "courier")
    return tasks.tick(app)


if __name__ == "__main__":
    raise SystemExit(main())

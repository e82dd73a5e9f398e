"""Check everything that the bot depends on, each thing by using it.

May import what bot.operations may.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bot.line import LineClient
from bot.line.rich_menus import RichMenuClient
from bot.operations.doctor import line, machine, services
from bot.operations.doctor.finding import CheckFailed, Finding
from bot.settings import Settings
from bot.store.database import Database

__all__ = ["CheckFailed", "Finding", "run_checks"]


def run_checks(settings: Settings) -> Iterator[Finding]:
    """Run the checks in order, and yield what each found. A check that fails stops no other."""
    client = LineClient(settings)
    database = Database(settings.database_url)
    checks: list[tuple[str, Callable[[], str]]] = [
        ("LINE token", lambda: line.check_token(client)),
        ("webhook endpoint", lambda: line.check_webhook(settings, client)),
        ("public URL", lambda: line.check_public_url(settings)),
        ("rich menu", lambda: line.check_menu(RichMenuClient(settings))),
        ("signature secret", lambda: line.check_secret(settings, client)),
        ("broker", lambda: services.check_broker(settings)),
        ("encryption", lambda: services.check_encryption(settings)),
        ("database", lambda: services.check_database(database)),
        ("inbox", lambda: services.check_inbox(database)),
        ("storage", lambda: services.check_storage(settings)),
        ("disk", lambda: services.check_disk(settings)),
        ("model files", lambda: machine.check_model(settings)),
        ("device", lambda: machine.check_device(settings)),
        ("clock", lambda: services.check_clock(settings, database)),
        ("workers", lambda: services.check_workers(database, settings)),
    ]
    try:
        for name, check in checks:
            try:
                yield Finding(name, True, check())
            except CheckFailed as failure:
                yield Finding(name, False, failure.says, failure.remedy)
            except Exception as error:
                remedy = "Nobody expected that: run it again, and report it if it stays."
                yield Finding(name, False, f"the check failed ({type(error).__name__})", remedy)
    finally:
        database.close()

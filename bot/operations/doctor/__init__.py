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
from bot.texts.sentence import Sentence

__all__ = ["CheckFailed", "Finding", "run_checks"]


def run_checks(settings: Settings) -> Iterator[Finding]:
    """Run the checks in order, and yield what each found. A check that fails stops no other."""
    client = LineClient(settings)
    database = Database(settings.database_url)
    checks: list[tuple[str, Callable[[], Sentence]]] = [
        ("line_token", lambda: line.check_token(client)),
        ("webhook_endpoint", lambda: line.check_webhook(settings, client)),
        ("public_url", lambda: line.check_public_url(settings)),
        ("rich_menu", lambda: line.check_menu(RichMenuClient(settings))),
        ("signature_secret", lambda: line.check_secret(settings, client)),
        ("broker", lambda: services.check_broker(settings)),
        ("encryption", lambda: services.check_encryption(settings)),
        ("database", lambda: services.check_database(database)),
        ("inbox", lambda: services.check_inbox(database)),
        ("storage", lambda: services.check_storage(settings)),
        ("disk", lambda: services.check_disk(settings)),
        ("model_files", lambda: machine.check_model(settings)),
        ("device", lambda: machine.check_device(settings)),
        ("clock", lambda: services.check_clock(settings, database)),
        ("workers", lambda: services.check_workers(database, settings)),
    ]
    try:
        for name, check in checks:
            try:
                yield Finding(name, True, check())
            except CheckFailed as failure:
                yield Finding(name, False, failure.result, failure.advice)
            except Exception as error:
                result = Sentence("doctor.crashed", error=type(error).__name__)
                yield Finding(name, False, result, Sentence("doctor.crashed_remedy"))
    finally:
        database.close()

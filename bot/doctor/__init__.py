"""Is all well? Each check tries the real thing and says what it found, or what mends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bot.database import Database
from bot.doctor import house, line, machine
from bot.doctor.finding import Finding, Ill
from bot.line import LineClient
from bot.settings import Settings

__all__ = ["Finding", "Ill", "examine"]


def examine(settings: Settings) -> Iterator[Finding]:
    """Every check in turn; what one of them raises is a red line, and the next goes on."""
    client = LineClient(settings)
    database = Database(settings.database_url)
    checks: list[tuple[str, Callable[[], str]]] = [
        ("LINE token", lambda: line.token(client)),
        ("webhook endpoint", lambda: line.webhook(settings, client)),
        ("public URL", lambda: line.public_url(settings)),
        ("signature secret", lambda: line.secret(settings, client)),
        ("broker", lambda: house.broker(settings)),
        ("database", lambda: house.database(database)),
        ("storage", lambda: house.storage(settings)),
        ("disk", lambda: house.disk(settings)),
        ("model files", lambda: machine.model(settings)),
        ("device", lambda: machine.device(settings)),
        ("clock", lambda: house.clock(settings, database)),
        ("workers", lambda: house.workers(database, settings)),
    ]
    try:
        for name, check in checks:
            try:
                yield Finding(name, True, check())
            except Ill as ill:
                yield Finding(name, False, ill.says, ill.remedy)
            except Exception as error:
                remedy = "Nobody expected that: run it again, and report it if it stays."
                yield Finding(name, False, f"the check failed ({type(error).__name__})", remedy)
    finally:
        database.close()

"""alarms: what is wrong now, and what to do about it."""

from __future__ import annotations

import click

from bot import alarms as watched
from bot.commands import show
from bot.commands.desk import Desk
from bot.database import now

GUIDE = "docs/operate/alarms.md"


@click.command()
@show.json_option
@click.pass_obj
def alarms(desk: Desk, as_json: bool) -> int:
    """Show what the watchdog finds wrong. Exit status 1: something is."""
    with desk.database.read() as db:
        found = watched.every(db)
    if as_json:
        show.as_json_text([_as_json(it) for it in found])
        return 1 if found else 0
    for it in found:
        advice = watched.ADVICE.get(it.name)
        since = show.length(now() - it.since)
        click.echo(click.style(f"✘ {it.name}", fg="red") + f" for {since}: {it.detail or ''}")
        if advice:
            click.echo(f"  {advice.means} Run: {advice.do}")
        click.echo(f"  → {GUIDE}#{it.name}")
    if not found:
        click.echo("Nothing is wrong, as far as the couriers' watchdog sees.")
    return 1 if found else 0


def _as_json(it: watched.Alarm) -> dict[str, object]:
    times = {name: show.iso(getattr(it, name)) for name in ("since", "seen_at", "told_at")}
    return {"name": it.name, **times, "detail": it.detail, "guide": f"{GUIDE}#{it.name}"}


COMMANDS = (alarms,)

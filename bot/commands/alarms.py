"""alarms: what is wrong now, and what to do about it."""

from __future__ import annotations

import click

from bot import alarms as watched
from bot import pulse
from bot.commands import show
from bot.commands.desk import Desk
from bot.database import now

GUIDE = "docs/operate/alarms.md"
START = "Start one: python -m bot courier"


@click.command()
@show.json_option
@click.pass_obj
def alarms(desk: Desk, as_json: bool) -> int:
    """Show what the watchdog finds wrong. Exit status 1: something is, or nobody looks."""
    with desk.database.read() as db:
        found = watched.every(db)
        looked = any(it.process == "courier" and it.alive for it in pulse.all_workers(db))
    if not looked:
        click.echo(
            click.style("✘ ", fg="red") + f"No courier is alive: nobody looks. {START}", err=True
        )
    status = 1 if found or not looked else 0
    if as_json:
        show.as_json_text([_as_json(it) for it in found])
        return status
    for it in found:
        advice = watched.ADVICE.get(it.name)
        since = show.length(max(0.0, now() - it.since))
        click.echo(click.style(f"✘ {it.name}", fg="red") + f" for {since}: {it.detail or ''}")
        if advice:
            click.echo(f"  {advice.means} Run: {advice.do}")
        click.echo(f"  → {GUIDE}#{it.name}")
    if looked and not found:
        click.echo("Nothing is wrong, as far as the couriers' watchdog sees.")
    return status


def _as_json(it: watched.Alarm) -> dict[str, object]:
    times = {name: show.iso(getattr(it, name)) for name in ("since", "seen_at", "told_at")}
    return {"name": it.name, **times, "detail": it.detail, "guide": f"{GUIDE}#{it.name}"}


COMMANDS = (alarms,)

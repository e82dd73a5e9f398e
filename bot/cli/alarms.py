"""alarms: what is wrong now, and what to do about alarm."""

from __future__ import annotations

import click

from bot.cli import output
from bot.cli.context import CliContext
from bot.cli.language import command_language, duration, say
from bot.monitoring.alarms import ALARMS, Alarm, list_active
from bot.operations import formatting
from bot.store import workers
from bot.store.clock import now
from bot.telemetry import terminal

GUIDE = "docs/operate/alarms.md"


@click.command()
@output.json_option
@click.pass_obj
def alarms(ctx: CliContext, as_json: bool) -> int:
    """Show what the watchdog finds wrong. Exit status 1: something is, or nobody looks."""
    with ctx.database.read() as db:
        active = list_active(db)
        watched = any(row.process == "courier" and row.alive for row in workers.all_workers(db))
    lang = command_language()
    if not watched:
        click.echo(click.style("✘ ", fg="red") + say("alarms.no_courier"), err=True)
    status = 1 if active or not watched else 0
    if as_json:
        output.print_json([_as_json(alarm) for alarm in active])
        return status
    for alarm in active:
        name = click.style(f"✘ {alarm.name}", fg="red")
        since = duration(max(0.0, now() - alarm.since))
        detail = terminal.escape(alarm.detail_in(lang))
        click.echo(say("alarms.active", name=name, time=since, detail=detail))
        if info := ALARMS.get(alarm.name):
            values = {"meaning": info.meaning_in(lang), "command": info.first_command}
            click.echo(f"  {say('alarms.what_to_run', **values)}")
        click.echo(f"  → {say('alarms.guide', name=alarm.name)}")
    if watched and not active:
        click.echo(say("alarms.all_well"))
    return status


def _as_json(alarm: Alarm) -> dict[str, object]:
    times = {
        name: formatting.iso_time(getattr(alarm, name)) for name in ("since", "seen_at", "told_at")
    }
    return {"name": alarm.name, **times, "detail": alarm.detail, "guide": f"{GUIDE}#{alarm.name}"}


COMMANDS = (alarms,)

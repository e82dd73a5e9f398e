"""health: does the process of this host live? For a container's health check."""

from __future__ import annotations

import socket

import click

from bot.cli.context import CliContext
from bot.cli.language import say
from bot.monitoring import liveness
from bot.store import workers as worker_rows


@click.command()
@click.argument("process", type=click.Choice(("worker", "courier", "clock")))
@click.pass_obj
def health(ctx: CliContext, process: str) -> int:
    """Tell whether this host's process is alive, as a container's health check asks.

    A worker and a courier write a row every few seconds, a worker also while it loads its model.
    The clock writes none: its ticks are seen by couriers, wherever they run, and without one nobody
    knows. Exit status 1: it is not alive.
    """
    with ctx.database.read() as db:
        rows, last_seen = worker_rows.all_workers(db), liveness.last_seen(db)
    if process == "clock":
        courier_start = worker_rows.oldest_courier_start(rows)
        interval = ctx.settings.sweep_interval_seconds
        alive = liveness.seconds_since_tick(last_seen, courier_start, interval) is None
    else:
        here = socket.gethostname()
        ours = [row for row in rows if (row.process, row.host) == (process, here)]
        alive = any(row.running for row in ours)
    click.echo(say("health.alive" if alive else "health.silent", process=process))
    return 0 if alive else 1


COMMANDS = (health,)

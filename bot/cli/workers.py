"""workers: who is alive, what they are, and what they are at."""

from __future__ import annotations

from typing import Any

import click

from bot.cli import output
from bot.cli.context import CliContext
from bot.monitoring import liveness
from bot.monitoring.liveness import LastSeen
from bot.operations import formatting
from bot.store import flags
from bot.store import workers as worker_rows
from bot.store.clock import now
from bot.store.workers import Painting, Worker
from bot.tasks.database_checks import MAX_CLOCK_SKEW_SECONDS


@click.command()
@output.json_option
@click.pass_obj
def workers(ctx: CliContext, as_json: bool) -> int:
    """Show the workers and couriers that are alive. Exit status 1: no worker is."""
    with ctx.database.read() as db:
        rows, paintings = worker_rows.all_workers(db), worker_rows.active_paintings(db)
        draining, last_seen = flags.get_flags(db).draining, liveness.last_seen(db)
    paints = {
        row.id: [painting for painting in paintings if painting.worker == row.id] for row in rows
    }
    if as_json:
        output.print_json([_as_json(row, paints[row.id]) for row in rows])
    else:
        _print_workers(rows, paints)
        _print_liveness(last_seen, rows, ctx.settings.sweep_interval_seconds)
        if draining:
            click.secho(
                "The workers are drained: they take nothing new. Go on with: python -m bot resume",
                fg="yellow",
            )
    return 0 if any(row.process == "worker" and row.alive for row in rows) else 1


def _print_workers(workers: list[Worker], paints: dict[str, list[Painting]]) -> None:
    rows = []
    for worker in workers:
        about = worker.about
        slots = f"{about['active']}/{about['slots']}" if "active" in about else about.get("slots")
        progress = ", ".join(_progress(painting) for painting in paints[worker.id])
        rows.append(
            (
                worker.process,
                worker.host,
                worker.pid,
                _seen(worker),
                about.get("model"),
                about.get("device"),
                slots,
                formatting.format_bytes(about.get("memory", 0)),
                progress or "-",
            )
        )
    headings = ("PROCESS", "HOST", "PID", "SEEN", "MODEL", "DEVICE", "SLOTS", "MEMORY", "PAINTS")
    output.print_table(
        headings, rows, red_rows={i for i, worker in enumerate(workers) if worker.state != "alive"}
    )
    if not any(worker.process == "worker" and worker.alive for worker in workers):
        click.secho(
            "No worker is alive: nothing will be painted. Start: python -m bot worker", fg="red"
        )


def _print_liveness(last_seen: LastSeen, workers: list[Worker], sweep_seconds: float) -> None:
    def ago(at: float | None) -> str:
        return "never" if at is None else f"{formatting.format_duration(now() - at)} ago"

    click.echo(
        f"the clock ticked {ago(last_seen.tick_at)}; "
        f"LINE's webhooks came {ago(last_seen.webhook_accepted_at)}"
    )
    listening_since = worker_rows.oldest_courier_start(workers)
    if liveness.seconds_since_tick(last_seen, listening_since, sweep_seconds) is not None:
        click.secho("The clock does not tick. Start it: python -m bot clock", fg="red")
    if liveness.webhook_signature_failing(last_seen):
        click.secho(
            f"{last_seen.rejected_count} webhooks in a row bore a wrong signature: "
            "python -m bot doctor",
            fg="red",
        )


def _seen(worker: Worker) -> str:
    seconds = now() - worker.seen_at
    if seconds < -MAX_CLOCK_SKEW_SECONDS:
        return f"alive, its CLOCK {formatting.format_duration(-seconds)} ahead of this one"
    ago = formatting.format_duration(max(0.0, seconds))
    match worker.state:
        case "hung":
            return f"HUNG at {worker.about['hung']['number']}, ended itself {ago} ago"
        case "still":
            return f"NO STEP for {formatting.format_duration(worker.about['still'])}"
        case "silent":
            return f"SILENT for {ago}"
        case _:
            return f"alive, {ago} ago"


def _progress(painting: Painting) -> str:
    return f"{painting.number} ({painting.step or 0}/{painting.steps or '?'})"


def _as_json(worker: Worker, paints: list[Painting]) -> dict[str, Any]:
    return {
        "process": worker.process,
        "host": worker.host,
        "pid": worker.pid,
        "alive": worker.alive,
        "state": worker.state,
        "started_at": formatting.iso_time(worker.started_at),
        "seen_at": formatting.iso_time(worker.seen_at),
        **worker.about,
        "paints": [
            {
                "number": painting.number,
                "step": painting.step,
                "steps": painting.steps,
                "attempt": painting.attempts,
            }
            for painting in paints
        ],
    }


COMMANDS = (workers,)

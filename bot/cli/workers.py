"""workers: who is alive, what they are, and what they are at."""

from __future__ import annotations

from typing import Any

import click

from bot.cli import output
from bot.cli.context import CliContext
from bot.cli.language import command_language, duration, headings, say, say_of_pages
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
            click.secho(say("workers.drained"), fg="yellow")
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
    columns = ("process", "host", "pid", "seen", "model", "device", "slots", "memory", "paints")
    output.print_table(
        headings(*columns),
        rows,
        red_rows={
            i for i, worker in enumerate(workers) if worker.state not in {"alive", "loading"}
        },
    )
    painters = [worker for worker in workers if worker.process == "worker"]
    if any(worker.alive for worker in painters):
        return
    if any(worker.state == "loading" for worker in painters):
        click.secho(say_of_pages("now.worker_loading"), fg="yellow")
    else:
        click.secho(say_of_pages("now.no_worker", command="python -m bot worker"), fg="red")


def _print_liveness(last_seen: LastSeen, workers: list[Worker], sweep_seconds: float) -> None:
    def seen(at: float | None, key: str, never: str) -> str:
        return say_of_pages(never) if at is None else say_of_pages(key, time=duration(now() - at))

    ticked = seen(last_seen.tick_at, "now.ticked", "now.never_ticked")
    came = seen(last_seen.webhook_accepted_at, "now.webhooks_came", "now.webhooks_never")
    click.echo(ticked + ("" if command_language() == "ja" else " ") + came)
    listening_since = worker_rows.oldest_courier_start(workers)
    if liveness.seconds_since_tick(last_seen, listening_since, sweep_seconds) is not None:
        click.secho(say("workers.no_clock"), fg="red")
    if liveness.webhook_signature_failing(last_seen):
        click.secho(say("workers.wrong_signatures", n=last_seen.rejected_count), fg="red")


def _seen(worker: Worker) -> str:
    seconds = now() - worker.seen_at
    if seconds < -MAX_CLOCK_SKEW_SECONDS:
        return say("workers.ahead", ahead=duration(-seconds))
    ago = duration(max(0.0, seconds))
    match worker.state:
        case "hung":
            return say("workers.hung", number=worker.about["hung"]["number"], ago=ago)
        case "still":
            return say("workers.still", time=duration(worker.about["still"]))
        case "loading":
            return say("workers.loading", time=duration(max(0.0, now() - worker.started_at)))
        case "silent":
            return say("workers.silent", time=ago)
        case _:
            return say("workers.alive", ago=ago)


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

"""workers: who is alive, what they are, and what they are at."""

from __future__ import annotations

from typing import Any

import click

from bot import heard, pulse, switches
from bot.commands import show
from bot.commands.desk import Desk
from bot.database import now
from bot.heard import Heard
from bot.pulse import Painting, Worker
from bot.watchdog import SKEW


@click.command()
@show.json_option
@click.pass_obj
def workers(desk: Desk, as_json: bool) -> int:
    """Show the workers and couriers that are alive. Exit status 1: no worker is."""
    with desk.database.read() as db:
        found, paintings = pulse.all_workers(db), pulse.paintings(db)
        draining, last = switches.state(db).draining, heard.read(db)
    mine = {it.id: [each for each in paintings if each.worker == it.id] for it in found}
    if as_json:
        show.as_json_text([_as_json(it, mine[it.id]) for it in found])
    else:
        _tell(found, mine)
        _tell_heard(last, found, desk.settings.sweep_seconds)
        if draining:
            click.secho(
                "The workers are drained: they take nothing new. Go on with: python -m bot resume",
                fg="yellow",
            )
    return 0 if any(it.process == "worker" and it.alive for it in found) else 1


def _tell(found: list[Worker], mine: dict[str, list[Painting]]) -> None:
    rows = []
    for it in found:
        about = it.about
        slots = f"{about['active']}/{about['slots']}" if "active" in about else about.get("slots")
        at = ", ".join(_at(each) for each in mine[it.id])
        rows.append(
            (
                it.process,
                it.host,
                it.pid,
                _seen(it),
                about.get("model"),
                about.get("device"),
                slots,
                show.amount(about.get("memory", 0)),
                at or "-",
            )
        )
    heads = ("PROCESS", "HOST", "PID", "SEEN", "MODEL", "DEVICE", "SLOTS", "MEMORY", "PAINTS")
    show.table(heads, rows, red={place for place, it in enumerate(found) if it.state != "alive"})
    if not any(it.process == "worker" and it.alive for it in found):
        click.secho(
            "No worker is alive: nothing will be painted. Start: python -m bot worker", fg="red"
        )


def _tell_heard(last: Heard, found: list[Worker], sweep_seconds: float) -> None:
    def ago(at: float | None) -> str:
        return "never" if at is None else f"{show.length(now() - at)} ago"

    click.echo(f"the clock ticked {ago(last.swept_at)}; LINE's webhooks came {ago(last.taken_at)}")
    if heard.silence(last, pulse.listening_since(found), sweep_seconds) is not None:
        click.secho("The clock does not tick. Start it: python -m bot clock", fg="red")
    if heard.refuses(last):
        click.secho(
            f"{last.refusals} webhooks in a row bore a wrong signature: python -m bot doctor",
            fg="red",
        )


def _seen(it: Worker) -> str:
    seconds = now() - it.seen_at
    if seconds < -SKEW:
        return f"alive, its CLOCK {show.length(-seconds)} ahead of this one"
    ago = show.length(max(0.0, seconds))
    match it.state:
        case "hung":
            return f"HUNG at {it.about['hung']['number']}, ended itself {ago} ago"
        case "still":
            return f"NO STEP for {show.length(it.about['still'])}"
        case "silent":
            return f"SILENT for {ago}"
        case _:
            return f"alive, {ago} ago"


def _at(it: Painting) -> str:
    return f"{it.number} ({it.step or 0}/{it.steps or '?'})"


def _as_json(it: Worker, paints: list[Painting]) -> dict[str, Any]:
    return {
        "process": it.process,
        "host": it.host,
        "pid": it.pid,
        "alive": it.alive,
        "state": it.state,
        "started_at": show.iso(it.started_at),
        "seen_at": show.iso(it.seen_at),
        **it.about,
        "paints": [
            {
                "number": each.number,
                "step": each.step,
                "steps": each.steps,
                "attempt": each.attempts,
            }
            for each in paints
        ],
    }


COMMANDS = (workers,)

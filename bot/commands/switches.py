"""pause, drain, resume: for the whole house, at once, without a restart of anything."""

from __future__ import annotations

from collections.abc import Callable

import click
from sqlalchemy import Connection

from bot import jobs, measures, switches, waking
from bot.commands import show
from bot.commands.desk import Desk
from bot.queue import make_celery
from bot.switches import State


@click.command()
@show.json_option
@click.pass_obj
def pause(desk: Desk, as_json: bool) -> None:
    """Take no new wishes: people are told kindly. What was asked for is painted and delivered."""
    _do(desk, measures.pause, as_json)


@click.command()
@show.json_option
@click.pass_obj
def drain(desk: Desk, as_json: bool) -> None:
    """Have all workers finish what they paint, and take nothing new; wishes wait in the queue."""
    _do(desk, measures.drain, as_json)


@click.command()
@show.json_option
@click.pass_obj
def resume(desk: Desk, as_json: bool) -> None:
    """Take wishes again, and paint what waits: the end of `pause` and of `drain`."""
    _do(desk, measures.resume, as_json)


def _do(desk: Desk, measure: Callable[[Connection], bool], as_json: bool) -> None:
    with desk.database.write() as db:
        changed = measure(db)
        state = switches.state(db)
        wakes = waking.late(db) if changed else []
    woken = not wakes or waking.wake(make_celery(desk.settings), desk.database, wakes)
    with desk.database.read() as db:
        drawing = len(jobs.newest(db, (jobs.DRAWING,), 1000))
        queued = len(jobs.newest(db, (jobs.QUEUED,), 1000))
    if as_json:
        told = {"accepting": state.accepting, "draining": state.draining, "changed": changed}
        show.as_json_text({**told, "drawing": drawing, "queued": queued})
        return
    click.echo(f"{'' if changed else 'It was so already: '}{in_words(state)}")
    click.echo(f"{drawing} jobs are being painted, {queued} wait.")
    if not woken:
        click.echo(
            "The broker cannot be reached: the workers are told when it is back. Look with: "
            "python -m bot doctor",
            err=True,
        )


def in_words(state: State) -> str:
    """How things are switched, as a sentence."""
    taken = "new wishes are taken" if state.accepting else "new wishes are not taken"
    painted = "workers take nothing new" if state.draining else "workers paint what waits"
    return f"{taken}, {painted}."


COMMANDS = (pause, drain, resume)

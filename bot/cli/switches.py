"""pause, drain, resume: for the whole house, at once, without a restart of anything."""

from __future__ import annotations

from collections.abc import Callable

import click
from sqlalchemy import Connection

from bot import jobs
from bot.cli import output
from bot.cli.context import CliContext
from bot.cli.language import say
from bot.operations import actions
from bot.queue import republish
from bot.queue.app import make_celery
from bot.store import flags
from bot.store.flags import Flags


@click.command()
@output.json_option
@click.pass_obj
def pause(ctx: CliContext, as_json: bool) -> None:
    """Take no new wishes: people are told kindly. What was asked for is painted and delivered."""
    _run(ctx, actions.pause, as_json)


@click.command()
@output.json_option
@click.pass_obj
def drain(ctx: CliContext, as_json: bool) -> None:
    """Have all workers finish what they paint, and take nothing new; wishes wait in the queue."""
    _run(ctx, actions.drain, as_json)


@click.command()
@output.json_option
@click.pass_obj
def resume(ctx: CliContext, as_json: bool) -> None:
    """Take wishes again, and paint what waits: the end of `pause` and of `drain`."""
    _run(ctx, actions.resume, as_json)


def _run(ctx: CliContext, action: Callable[[Connection], bool], as_json: bool) -> None:
    with ctx.database.write() as db:
        changed = action(db)
        current = flags.get_flags(db)
        messages = republish.overdue(db) if changed else []
    published = not messages or republish.publish_all(
        make_celery(ctx.settings), ctx.database, messages
    )
    with ctx.database.read() as db:
        drawing = len(jobs.newest(db, (jobs.DRAWING,), 1000))
        queued = len(jobs.newest(db, (jobs.QUEUED,), 1000))
    if as_json:
        document = {"accepting": current.accepting, "draining": current.draining}
        counts = {"changed": changed, "drawing": drawing, "queued": queued}
        output.print_json({**document, **counts})
        return
    state = _describe(current)
    click.echo(state if changed else say("switches.before", state=state))
    click.echo(say("switches.counts", drawing=drawing, queued=queued))
    if not published:
        click.echo(say("switches.broker_away"), err=True)


def _describe(current: Flags) -> str:
    requests = say("switches.accepting" if current.accepting else "switches.paused")
    painting = say("switches.draining" if current.draining else "switches.painting")
    return say("switches.state", requests=requests, painting=painting)


COMMANDS = (pause, drain, resume)

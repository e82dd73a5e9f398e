"""inbox: events of LINE that wait, and those that were set aside."""

from __future__ import annotations

import click

from bot.cli import output
from bot.cli.context import CliContext
from bot.cli.language import duration, headings, say, say_of_pages
from bot.operations import formatting, inbox_actions
from bot.queue.app import READ_INBOX, make_celery
from bot.queue.republish import publish_all
from bot.store import inbox as store
from bot.store.clock import now
from bot.store.inbox import Parked

_EVENT = click.IntRange(0, 2**63 - 1)  # what the column holds


@click.command()
@click.option("--retry", type=_EVENT, metavar="EVENT", help="Have a parked event tried again.")
@click.option("--drop", type=_EVENT, metavar="EVENT", help="Delete a parked event.")
@output.json_option
@click.pass_obj
def inbox(ctx: CliContext, retry: int | None, drop: int | None, as_json: bool) -> int:
    """Show how many events wait to be read, and which were set aside. Exit status 1: some were.

    EVENT: the number in the first column. What people wrote is not shown.
    """
    if retry is not None or drop is not None:
        _act(ctx, retry, drop)
    with ctx.database.read() as db:
        backlog, parked = store.backlog(db), store.list_parked(db)
    if as_json:
        document = {**backlog._asdict(), "events": [_as_json(event) for event in parked]}
        output.print_json(document)
        return 1 if parked else 0
    key = "inbox.wait_oldest" if backlog.waiting else "inbox.wait"
    values = {"age": duration(backlog.oldest_age)} if backlog.waiting else {}
    key += "_one" if backlog.waiting == 1 else ""
    click.echo(say_of_pages(key, n=backlog.waiting, **values))
    if parked:
        columns = ("event", "type", "why", "tries", "set_aside", "event_id")
        output.print_table(headings(*columns), [_cells(event) for event in parked])
    return 1 if parked else 0


def _act(ctx: CliContext, retry: int | None, drop: int | None) -> None:
    with ctx.database.write() as db:
        for seq, act in ((retry, inbox_actions.retry), (drop, inbox_actions.drop)):
            if seq is not None and not act(db, seq):
                raise click.ClickException(say("inbox.no_event", n=seq))
    if retry is not None:
        publish_all(make_celery(ctx.settings), ctx.database, [READ_INBOX])


def _cells(event: Parked) -> tuple[object, ...]:
    ago = say_of_pages("now.ago", time=duration(max(0.0, now() - event.parked_at)))
    why = event.error_code or ""
    return event.seq, event.type, why, event.tries, ago, event.event_id


def _as_json(event: Parked) -> dict[str, object]:
    times = {
        name: formatting.iso_time(getattr(event, name)) for name in ("received_at", "parked_at")
    }
    return {**event._asdict(), **times}


COMMANDS = (inbox,)

"""quota: the month's push budget, as LINE tells it and as the settings allow."""

from __future__ import annotations

import click

from bot.cli import output
from bot.cli.context import CliContext
from bot.line import LineError
from bot.operations.budget import summarize_budget


@click.command()
@output.json_option
@click.pass_obj
def quota(ctx: CliContext, as_json: bool) -> None:
    """Ask LINE for the month's push budget: two calls that cost nothing."""
    try:
        line_quota = ctx.line.quota()
    except LineError as error:
        raise click.ClickException(f"{error} (LINE's request id: {error.request_id})") from None
    budget = summarize_budget(line_quota, ctx.settings)
    if as_json:
        output.print_json(budget)
        return
    limit = "no limit" if line_quota.limit is None else line_quota.limit
    click.echo(f"this month's limit      {limit}")
    click.echo(f"used, about             {line_quota.used}")
    left = "no limit" if line_quota.remaining is None else line_quota.remaining
    click.echo(f"left                    {left}")
    click.echo(f"kept back, PUSH_RESERVE {ctx.settings.push_reserve}")
    if not ctx.settings.push_enabled:
        click.echo("pictures may push       none: PUSH_ENABLED is off")
    elif budget["pictures_may_push"] is None:
        click.echo("pictures may push       without limit")
    else:
        click.echo(f"pictures may push       {budget['pictures_may_push']}")


COMMANDS = (quota,)

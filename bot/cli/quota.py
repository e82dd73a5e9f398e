"""quota: the month's push budget, as LINE tells it and as the settings allow."""

from __future__ import annotations

from typing import Any

import click

from bot.cli import output
from bot.cli.context import CliContext
from bot.cli.language import line_failed, say, say_of_pages
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
        raise click.ClickException(line_failed(error)) from None
    budget = summarize_budget(line_quota, ctx.settings)
    if as_json:
        output.print_json(budget)
        return
    fields = (
        (say_of_pages("now.limit"), _or_none(line_quota.limit)),
        (say_of_pages("now.used_about"), line_quota.used),
        (say_of_pages("now.left"), _or_none(line_quota.remaining)),
        (say("quota.kept_back"), ctx.settings.push_reserve),
        (say_of_pages("now.may_push"), _may_push(budget)),
    )
    click.secho(say_of_pages("now.budget"), bold=True)
    output.print_fields(fields)


def _or_none(count: int | None) -> object:
    return say_of_pages("now.no_limit") if count is None else count


def _may_push(budget: dict[str, Any]) -> object:
    if not budget["push"]:
        return say_of_pages("now.push_off")
    count = budget["pictures_may_push"]
    return say_of_pages("now.without_limit") if count is None else count


COMMANDS = (quota,)

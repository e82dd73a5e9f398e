"""quota: the month's push budget, as LINE tells it and as the settings allow."""

from __future__ import annotations

from typing import Any

import click

from bot.commands import show
from bot.commands.desk import Desk
from bot.line import LineError, Quota
from bot.settings import Settings


@click.command()
@show.json_option
@click.pass_obj
def quota(desk: Desk, as_json: bool) -> None:
    """Ask LINE for the month's push budget: two calls that cost nothing."""
    try:
        found = desk.line.quota()
    except LineError as error:
        raise click.ClickException(f"{error} (LINE's request id: {error.request_id})") from None
    budget = allowed(found, desk.settings)
    if as_json:
        show.as_json_text(budget)
        return
    limit = "no limit" if found.limit is None else found.limit
    click.echo(f"this month's limit      {limit}")
    click.echo(f"used, about             {found.used}")
    click.echo(f"left                    {'no limit' if found.left is None else found.left}")
    click.echo(f"kept back, PUSH_RESERVE {desk.settings.push_reserve}")
    if not desk.settings.push:
        click.echo("pictures may push       none: PUSH is off")
    elif budget["pictures_may_push"] is None:
        click.echo("pictures may push       without limit")
    else:
        click.echo(f"pictures may push       {budget['pictures_may_push']}")


def allowed(found: Quota, settings: Settings) -> dict[str, Any]:
    """The budget as numbers; None is "no limit". A push to a group costs one for each member."""
    may = None if found.left is None else max(0, found.left - settings.push_reserve)
    return {
        "limit": found.limit,
        "used": found.used,
        "left": found.left,
        "reserve": settings.push_reserve,
        "push": settings.push,
        "pictures_may_push": may if settings.push else 0,
    }


COMMANDS = (quota,)

"""richmenu: the menu under every 1:1 chat, made, replaced or taken away."""

from __future__ import annotations

from collections.abc import Callable

import click

from bot.cli import output
from bot.cli.context import CliContext
from bot.cli.language import line_failed, say
from bot.line import LineError
from bot.line.rich_menus import RichMenuClient
from bot.messages import rich_menu
from bot.store import people
from bot.store.database import Database
from bot.texts import LANGUAGES


@click.command()
@click.option("--remove", is_flag=True, help="Take the menu away.")
@click.option(
    "--language", type=click.Choice(LANGUAGES), default="ja", help="Of the menu for everybody."
)
@output.json_option
@click.pass_obj
def richmenu(ctx: CliContext, *, remove: bool, language: str, as_json: bool) -> None:
    """Make the rich menu under every 1:1 chat, or bring it up to date: run it again at will.

    Whoever is spoken to in another language is shown the menu in that, by the courier.
    """
    line = RichMenuClient(ctx.settings)
    try:
        if remove:
            done = rich_menu.remove_all(line)
        else:
            done = publish(line, lambda: ctx.database, language)
    except LineError as error:
        raise click.ClickException(line_failed(error)) from None
    if as_json:
        output.print_json({"menu": done.menu_id, "changed": done.changed})
    elif remove:
        click.echo(say("richmenu.gone" if done.changed else "richmenu.none"))
    else:
        key = "richmenu.made" if done.changed else "richmenu.as_it_was"
        click.echo(say(key, menu=done.menu_id))


def publish(
    line: RichMenuClient, open_database: Callable[[], Database], language: str
) -> rich_menu.PublishResult:
    """Bring the menus up to date at LINE, `language` for everybody. Raises LineError.

    If anything changed, the courier shows the new ones to those who had seen one of their language.
    """
    done = rich_menu.publish_all(line, language)
    if done.changed:
        _show_again(open_database(), language)
    return done


def _show_again(database: Database, language: str) -> None:
    with database.write() as db:
        for other in LANGUAGES:
            if other != language:
                people.enqueue_refresh(db, language=other)


COMMANDS = (richmenu,)

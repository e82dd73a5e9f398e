"""richmenu: the menu under every 1:1 chat, made, replaced or taken away."""

from __future__ import annotations

from pathlib import Path

import click

from bot import people
from bot.commands import show
from bot.commands.desk import Desk
from bot.line import LineError
from bot.line.rich_menus import RichMenuClient
from bot.texts import LANGUAGES

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--remove", is_flag=True, help="Take the menu away.")
@click.option(
    "--language", type=click.Choice(LANGUAGES), default="ja", help="Of the menu for everybody."
)
@click.option("--font", type=_FILE, help="A font with Japanese; else one of the system's.")
@click.option("--save", type=_FILE, help="Only write the image to this file; LINE is not asked.")
@show.json_option
@click.pass_obj
def richmenu(
    desk: Desk, *, remove: bool, language: str, font: Path | None, save: Path | None, as_json: bool
) -> None:
    """Make the rich menu under every 1:1 chat, or bring it up to date: run it again at will.

    Whoever is spoken to in another language is shown the menu in that, by the courier.
    """
    from bot import richmenu as menus  # Pillow, which no other command needs

    try:
        if save:
            image = menus.draw(language, font)
            save.write_bytes(image)
            click.echo(f"Written: {save} ({show.amount(len(image))})")
            return
        line = RichMenuClient(desk.settings)
        done = menus.remove(line) if remove else menus.apply_all(line, language, font)
        if done.changed and not remove:
            _show_again(desk, language)
    except OSError as error:
        raise click.ClickException(f"{font} cannot be read as a font: {error}") from None
    except LineError as error:
        raise click.ClickException(f"{error} (LINE's request id: {error.request_id})") from None
    if as_json:
        show.as_json_text({"menu": done.menu_id, "changed": done.changed})
    elif remove:
        click.echo("The menu is gone." if done.changed else "There was no menu of ours.")
    elif done.changed:
        click.echo(f"People see the menu {done.menu_id} the next time they open the chat.")
    else:
        click.echo(f"Nothing to do: the menu {done.menu_id} is as it should be.")


def _show_again(desk: Desk, language: str) -> None:
    """Have the courier show the new menus to those who had seen one of their language."""
    with desk.database.write() as db:
        for other in LANGUAGES:
            if other != language:
                people.again(db, language=other)


COMMANDS = (richmenu,)

"""adminchat: which LINE chats alarms are told to, and where 「/状態」 is answered."""

from __future__ import annotations

import click

from bot import bans, state
from bot.commands import show
from bot.commands.desk import Desk


@click.command()
@click.option("--list", "listing", is_flag=True, help="Show the operators' chats.")
@click.option(
    "--remove", metavar="WHO", help="Make one a chat like any other; WHO as --list shows."
)
@show.json_option
@click.pass_obj
def adminchat(desk: Desk, listing: bool, remove: str | None, as_json: bool) -> None:
    """Print a code; typed in a LINE chat within ten minutes, it makes that an operators' chat."""
    if listing:
        with desk.database.read() as db:
            found = state.admin_chats(db)
        chats = [(bans.fingerprint(it.chat_id)[:8], it.kind, it.at) for it in found]
        if as_json:
            names = ("fingerprint", "kind", "at")
            show.as_json_text([dict(zip(names, it, strict=True)) for it in chats])
        else:
            rows = [(mark, kind, show.clock(at)) for mark, kind, at in chats]
            show.table(("WHO", "KIND", "SINCE"), rows)
        return
    if remove:
        with desk.database.write() as db:
            marks = [bans.fingerprint(it.chat_id) for it in state.admin_chats(db)]
            gone = [it for it in marks if it.startswith(remove) and state.remove(db, it)]
        if not gone:
            raise click.ClickException(f"No operators' chat begins with {remove}; see --list.")
        click.echo(f"{gone[0][:8]} is a chat like any other again.")
        return
    with desk.database.write() as db:
        code = state.new_code(db)
    if as_json:
        show.as_json_text({"code": code, "seconds": state.CODE_LIFE})
    else:
        click.echo(f"Type in the chat, within ten minutes:  /管理 {code}")


COMMANDS = (adminchat,)

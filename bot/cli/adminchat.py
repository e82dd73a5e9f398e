"""adminchat: which LINE chats alarms are told to, and where 「/状態」 is answered."""

from __future__ import annotations

import click

from bot.cli import output
from bot.cli.context import CliContext
from bot.cli.language import headings, name_of, say
from bot.operations import formatting
from bot.store import bans, operator_chats


@click.command()
@click.option("--list", "listing", is_flag=True, help="Show the operators' chats.")
@click.option(
    "--remove", metavar="WHO", help="Make one a chat like any other; WHO as --list shows."
)
@output.json_option
@click.pass_obj
def adminchat(ctx: CliContext, listing: bool, remove: str | None, as_json: bool) -> None:
    """Print a code; typed in a LINE chat within ten minutes, it makes that an operators' chat."""
    if listing:
        with ctx.database.read() as db:
            chats = operator_chats.list_chats(db)
        rows = [(bans.fingerprint(chat.chat_id)[:8], chat.kind, chat.at) for chat in chats]
        if as_json:
            names = ("fingerprint", "kind", "at")
            output.print_json([dict(zip(names, row, strict=True)) for row in rows])
        else:
            output.print_table(
                headings("operators_chat", "kind", "registered"),
                [
                    (who, name_of("admin.kind", kind), formatting.format_local_time(at))
                    for who, kind, at in rows
                ],
            )
        return
    if remove is not None:
        with ctx.database.write() as db:
            known = [bans.fingerprint(chat.chat_id) for chat in operator_chats.list_chats(db)]
            removed = [
                fingerprint
                for fingerprint in known
                if remove
                and fingerprint.startswith(remove)
                and operator_chats.remove_chat(db, fingerprint)
            ]
        if not removed:
            raise click.ClickException(say("adminchat.no_chat", who=remove))
        click.echo(say("adminchat.removed", who=removed[0][:8]))
        return
    with ctx.database.write() as db:
        code = operator_chats.create_code(db)
    if as_json:
        output.print_json({"code": code, "seconds": operator_chats.CODE_TTL_SECONDS})
    else:
        click.echo(say("adminchat.code", code=f"/管理 {code}"))


COMMANDS = (adminchat,)

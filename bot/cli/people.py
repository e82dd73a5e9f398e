"""ban, unban, bans, erase, limits: of a person or a chat; and the audit.

Whoever is meant is named by LINE's id, by a 受付番号, or by the beginning of a fingerprint.
"""

from __future__ import annotations

import click

from bot import jobs
from bot.cli import output
from bot.cli.context import CliContext
from bot.cli.language import command_language, headings, name_of, say, say_counted
from bot.jobs import limits
from bot.operations import actions, formatting, lookup
from bot.operations.setting_errors import SettingProblems
from bot.settings import SettingError
from bot.store import audit, bans
from bot.tasks import sweep

_who = click.argument("who")
_chat = click.option("--chat", is_flag=True, help="WHO is a number: mean its chat, not its author.")


@click.command()
@_who
@_chat
@click.option("--reason", help="For other operators; nobody else sees it. Name nobody.")
@output.json_option
@click.pass_obj
def ban(ctx: CliContext, who: str, chat: bool, reason: str | None, as_json: bool) -> None:
    """Have nothing painted any more for WHO: a person or chat, by LINE's id or by a 受付番号."""
    line_id = ctx.find_line_id(who, chat=chat)
    with ctx.database.write() as db:
        new = actions.ban(db, line_id, reason)
    fingerprint, kind = bans.fingerprint(line_id), bans.kind_of(line_id)
    if as_json:
        output.print_json(
            {"fingerprint": fingerprint, "kind": kind, "state": "banned", "changed": new}
        )
    else:
        key = "people.banned" if new else "people.banned_before"
        click.echo(say(key, kind=name_of("command.kind", kind), who=fingerprint[:8]))


@click.command()
@_who
@_chat
@output.json_option
@click.pass_obj
def unban(ctx: CliContext, who: str, chat: bool, as_json: bool) -> None:
    """Lift a ban. WHO may also be the beginning of what `bans` shows."""
    if lookup.is_fingerprint(who):
        with ctx.database.read() as db:
            known = [ban.fingerprint for ban in bans.list_all(db)]
        matching = [fingerprint for fingerprint in known if fingerprint.startswith(who)]
        if len(matching) > 1:
            raise click.ClickException(say("people.many_bans", n=len(matching), who=who))
        fingerprint = matching[0] if matching else who
    else:
        fingerprint = bans.fingerprint(ctx.find_line_id(who, chat=chat))
    with ctx.database.write() as db:
        lifted = actions.unban(db, fingerprint)
    if as_json:
        output.print_json({"fingerprint": fingerprint, "changed": lifted})
    else:
        click.echo(say("people.free" if lifted else "people.not_banned", who=fingerprint[:8]))


@click.command("bans")
@output.json_option
@click.pass_obj
def listing(ctx: CliContext, as_json: bool) -> None:
    """Show who is banned."""
    with ctx.database.read() as db:
        banned = bans.list_all(db)
    if as_json:
        output.print_json([{**ban._asdict(), "at": formatting.iso_time(ban.at)} for ban in banned])
        return
    rows = [
        (
            ban.fingerprint[:8],
            name_of("command.kind", ban.kind),
            formatting.format_local_time(ban.at),
            ban.reason,
        )
        for ban in banned
    ]
    output.print_table(headings("banned", "kind", "banned_since", "reason"), rows)


@click.command()
@_who
@_chat
@click.option("--yes", is_flag=True, help="Do not ask.")
@output.json_option
@click.pass_obj
def erase(ctx: CliContext, who: str, chat: bool, yes: bool, as_json: bool) -> None:
    """Erase everything of WHO: prompts, pictures, ids. A ban stays, without the id."""
    line_id = ctx.find_line_id(who, chat=chat)
    fingerprint, kind = bans.fingerprint(line_id), bans.kind_of(line_id)
    whose = {"kind": name_of("command.kind", kind), "who": fingerprint[:8]}
    with ctx.database.read() as db:
        count = jobs.count_by_line_id(db, line_id)
    if not yes:
        click.confirm(say_counted("people.erase", count, **whose), abort=True, err=True)
    with ctx.database.write() as db:
        dropped = actions.erase(db, line_id)
    left = [job_id for job_id in dropped if not _delete_pictures(ctx, job_id)]
    if as_json:
        output.print_json(
            {"fingerprint": fingerprint, "kind": kind, "jobs": len(dropped), "left": len(left)}
        )
    else:
        click.echo(say_counted("people.erased", len(dropped) - len(left), **whose))
    if left:
        raise click.ClickException(say_counted("people.left", len(left)))


def _delete_pictures(ctx: CliContext, job_id: str) -> bool:
    """Delete a job's pictures. Returns False if the storage fails."""
    from bot.storage import StorageError

    try:
        sweep.erase_job(ctx.database, ctx.storage, ctx.settings, job_id)
    except StorageError:
        return False
    return True


_per_person = ("--per-person", "queued_per_person")
_per_group = ("--per-group", "queued_per_group")
_daily = ("--daily", "daily_pictures")
_cooldown = ("--cooldown", "cooldown_seconds")


@click.command("limits")
@click.argument("chat")
@click.option(*_per_person, help="Unfinished jobs that one person may have there.")
@click.option(*_per_group, help="Unfinished jobs of all people of the group.")
@click.option(*_daily, help="Pictures of one person in a day of Japan, those elsewhere included.")
@click.option(*_cooldown, help="Seconds between two wishes of one person.")
@output.json_option
@click.pass_obj
def limiting(ctx: CliContext, /, chat: str, as_json: bool, **typed: str | None) -> None:
    """Show the limits of CHAT, or give it its own: a number, or "" for that of the settings.

    CHAT: LINE's id, a 受付番号 of a job there, or what the page of people shows.
    """
    line_id = ctx.find_line_id(chat, chat=True)
    try:
        values = {
            name: limits.parse_override(name, text)
            for name, text in typed.items()
            if text is not None
        }
    except SettingError as error:
        raise click.ClickException(SettingProblems(error).in_language(command_language())) from None
    if values:
        with ctx.database.write() as db:
            known = actions.set_limits(db, line_id, values)
        if not known:
            raise click.ClickException(say("people.no_chat"))
    with ctx.database.read() as db:
        own = limits.chat_overrides(db, line_id)
        valid = limits.limits_for_chat(db, ctx.settings, line_id)
    in_force = dict(zip(limits.CHAT_LIMITS, valid, strict=True))
    if as_json:
        output.print_json(
            {"fingerprint": bans.fingerprint(line_id), "own": own, "in_force": in_force}
        )
        return
    rows = [
        (
            name_of("command.limit", name),
            f"{value:g}",
            say("people.all_chats" if own[name] is None else "people.this_chat"),
        )
        for name, value in in_force.items()
    ]
    output.print_table(headings("limit", "in_force", "set_for"), rows)


@click.command("audit")
@click.option("--limit", "-n", default=50, show_default=True, type=click.IntRange(1, 10_000))
@output.json_option
@click.pass_obj
def history(ctx: CliContext, limit: int, as_json: bool) -> None:
    """Show what operators did, the newest first."""
    with ctx.database.read() as db:
        entries = audit.latest(db, limit)
    if as_json:
        output.print_json([{**row._asdict(), "at": formatting.iso_time(row.at)} for row in entries])
        return
    rows = [
        (
            formatting.format_local_time(row.at),
            name_of("command.who", row.who),
            name_of("admin.did", row.action),
            _about(row.about),
            actions.describe_detail(row, command_language()),
        )
        for row in entries
    ]
    output.print_table(headings("when", "operator", "action", "about", "detail"), rows)


def _about(about: str) -> str:
    """Return the name of what was acted on; of a fingerprint the first digits."""
    name = name_of("admin.did_about", about)
    return name if name != about else about[:8]


COMMANDS = (ban, unban, listing, erase, limiting, history)

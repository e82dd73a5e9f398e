"""ban, unban, bans, erase, limits: of a person or a chat; and the audit.

Whoever is meant is named by LINE's id, by a 受付番号, or by the beginning of a fingerprint.
"""

from __future__ import annotations

import re

import click

from bot import audit, bans, census, jobs, limits, measures, sweeping
from bot.commands import show
from bot.commands.desk import Desk
from bot.settings import SettingError

_ID = re.compile(r"[UCR][0-9a-f]{32}")
_MARK = re.compile(r"[0-9a-f]{8,64}")


def _whom(desk: Desk, who: str, *, chat: bool) -> str:
    """LINE's id of whom an operator means: who asked for that picture, or (chat) where."""
    if _ID.fullmatch(who):
        return who
    if _MARK.fullmatch(who):
        with desk.database.read() as db:
            behind = census.behind(db, who)
        if len(behind) != 1:
            known = "nobody" if not behind else f"{len(behind)} of those"
            raise click.ClickException(f"{who} is the beginning of {known} known here.")
        return behind[0]
    job = desk.job(who)
    found = None if job.erased_at is not None else job.chat_id if chat else job.user_id
    if job.erased_at is not None:
        raise click.ClickException(f"{job.number} is erased: whose it was is not known any more.")
    if found is None:
        raise click.ClickException(f"LINE did not say who asked for {job.number}. Take --chat?")
    return found


_who = click.argument("who")
_chat = click.option("--chat", is_flag=True, help="WHO is a number: mean its chat, not its author.")


@click.command()
@_who
@_chat
@click.option("--reason", help="For other operators; nobody else sees it. Name nobody.")
@show.json_option
@click.pass_obj
def ban(desk: Desk, who: str, chat: bool, reason: str | None, as_json: bool) -> None:
    """Have nothing painted any more for WHO: a person or chat, by LINE's id or by a 受付番号."""
    line_id = _whom(desk, who, chat=chat)
    with desk.database.write() as db:
        new = measures.ban(db, line_id, reason)
    _told(line_id, "banned", new=new, as_json=as_json)


@click.command()
@_who
@_chat
@show.json_option
@click.pass_obj
def unban(desk: Desk, who: str, chat: bool, as_json: bool) -> None:
    """Lift a ban. WHO may also be the beginning of what `bans` shows."""
    if _MARK.fullmatch(who):
        with desk.database.read() as db:
            marks = [it.fingerprint for it in bans.every(db) if it.fingerprint.startswith(who)]
        if len(marks) > 1:
            raise click.ClickException(f"{len(marks)} bans begin with {who}; give more of it.")
        mark = marks[0] if marks else who
    else:
        mark = bans.fingerprint(_whom(desk, who, chat=chat))
    with desk.database.write() as db:
        lifted = measures.unban(db, mark)
    if as_json:
        show.as_json_text({"fingerprint": mark, "changed": lifted})
    else:
        click.echo(f"{mark[:8]} is free again." if lifted else f"{mark[:8]} was not banned.")


def _told(line_id: str, what: str, *, new: bool, as_json: bool) -> None:
    mark = bans.fingerprint(line_id)
    if as_json:
        show.as_json_text(
            {"fingerprint": mark, "kind": bans.kind_of(line_id), "state": what, "changed": new}
        )
    else:
        click.echo(
            f"The {bans.kind_of(line_id)} {mark[:8]} {'is' if new else 'was already'} {what}."
        )


@click.command("bans")
@show.json_option
@click.pass_obj
def listing(desk: Desk, as_json: bool) -> None:
    """Show who is banned."""
    with desk.database.read() as db:
        found = bans.every(db)
    if as_json:
        show.as_json_text([{**it._asdict(), "at": show.iso(it.at)} for it in found])
        return
    rows = [(it.fingerprint[:8], it.kind, show.clock(it.at), it.reason) for it in found]
    show.table(("WHO", "KIND", "SINCE", "REASON"), rows)


@click.command()
@_who
@_chat
@click.option("--yes", is_flag=True, help="Do not ask.")
@show.json_option
@click.pass_obj
def erase(desk: Desk, who: str, chat: bool, yes: bool, as_json: bool) -> None:
    """Erase everything of WHO: prompts, pictures, ids. A ban stays, without the id."""
    line_id = _whom(desk, who, chat=chat)
    mark, kind = bans.fingerprint(line_id), bans.kind_of(line_id)
    with desk.database.read() as db:
        count = jobs.count_of(db, line_id)
    if not yes:
        click.confirm(
            f"Erase {count} jobs of the {kind} {mark[:8]}, for good?", abort=True, err=True
        )
    with desk.database.write() as db:
        dropped = measures.erase(db, line_id)
    left = [it for it in dropped if not _erased(desk, it)]
    if as_json:
        show.as_json_text(
            {"fingerprint": mark, "kind": kind, "jobs": len(dropped), "left": len(left)}
        )
    else:
        click.echo(f"Erased {len(dropped) - len(left)} jobs of the {kind} {mark[:8]}.")
    if left:
        raise click.ClickException(
            f"The pictures of {len(left)} jobs could not be deleted yet; the sweep goes on trying. "
            "Look with: python -m bot doctor"
        )


def _erased(desk: Desk, job_id: str) -> bool:
    from bot.storage import StorageError

    try:
        sweeping.erase(desk.runtime, job_id)
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
@show.json_option
@click.pass_obj
def limiting(desk: Desk, /, chat: str, as_json: bool, **typed: str | None) -> None:
    """Show the limits of CHAT, or give it its own: a number, or "" for that of the settings.

    CHAT: LINE's id, a 受付番号 of a job there, or what the page of people shows.
    """
    line_id = _whom(desk, chat, chat=True)
    try:
        values = {name: limits.read_own(name, it) for name, it in typed.items() if it is not None}
    except SettingError as error:
        raise click.ClickException(str(error)) from None
    if values:
        with desk.database.write() as db:
            found = measures.limit(db, line_id, values)
        if not found:
            raise click.ClickException(
                "That chat is not known: nobody spoke there yet, or it was erased."
            )
    with desk.database.read() as db:
        own, valid = limits.own(db, line_id), limits.limits_of(db, desk.settings, line_id)
    in_force = dict(zip(limits.OWN, valid, strict=True))
    if as_json:
        show.as_json_text(
            {"fingerprint": bans.fingerprint(line_id), "own": own, "in_force": in_force}
        )
        return
    rows = [
        (name, f"{it:g}", "all chats" if own[name] is None else "this chat")
        for name, it in in_force.items()
    ]
    show.table(("LIMIT", "IN FORCE", "SET FOR"), rows)


@click.command("audit")
@click.option("--limit", "-n", default=50, show_default=True, type=click.IntRange(1, 10_000))
@show.json_option
@click.pass_obj
def history(desk: Desk, limit: int, as_json: bool) -> None:
    """Show what operators did, the newest first."""
    with desk.database.read() as db:
        found = audit.latest(db, limit)
    if as_json:
        show.as_json_text([{**it._asdict(), "at": show.iso(it.at)} for it in found])
        return
    rows = [(show.clock(it.at), it.who, it.action, it.about[:8], it.detail) for it in found]
    show.table(("WHEN", "WHO", "ACTION", "ABOUT", "DETAIL"), rows)


COMMANDS = (ban, unban, listing, erase, limiting, history)

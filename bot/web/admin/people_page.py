"""/admin/people: people and chats; their counts, limits, bans and erasure. No id is shown."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot.jobs import limits
from bot.operations import actions, lookup, usage
from bot.operations.lookup import NotIdentified
from bot.queue.app import TaskMessage
from bot.settings import NotANumber, NumberError
from bot.store import bans
from bot.texts.graphemes import cut
from bot.web.admin.context import admin_context, operator_name
from bot.web.admin.language import say

PAGE_SIZE = 50
MAX_SKIP = 1_000_000  # a database counts to 2**63 only


def register(blueprint: Blueprint) -> None:
    """Register the pages and their actions."""
    blueprint.add_url_rule("/people", "people", list_people)
    blueprint.add_url_rule("/people", "people_find", find_person, methods=["POST"])
    blueprint.add_url_rule("/people/<fingerprint>", "person", show_person)
    for name, view in (("ban", ban), ("unban", unban), ("limits", set_limits), ("erase", erase)):
        blueprint.add_url_rule(
            f"/people/<fingerprint>/{name}", f"person_{name}", view, methods=["POST"]
        )


def list_people() -> ResponseReturnValue:
    """Show the people and groups with the latest requests, and the bans."""
    skip = min(max(0, request.args.get("skip", 0, int)), MAX_SKIP)
    with admin_context().database.read() as db:
        rows = usage.list_people(db, PAGE_SIZE + 1, skip)
        groups = usage.list_groups(db, PAGE_SIZE)
        banned = bans.list_all(db)
    return render_template(
        "admin/people.html",
        people=rows[:PAGE_SIZE],
        next_skip=skip + PAGE_SIZE if len(rows) > PAGE_SIZE else None,
        groups=groups,
        banned=banned,
        banned_fingerprints={ban.fingerprint for ban in banned},
    )


def find_person() -> ResponseReturnValue:
    """Redirect to whoever is meant by a 受付番号, the beginning of a fingerprint, or a LINE id.

    The form is posted: an id must not be in an address.
    """
    typed = request.form.get("who", "").strip()
    if lookup.is_fingerprint(typed.lower()) and not lookup.is_line_id(typed):
        return redirect(url_for("admin.person", fingerprint=typed.lower()), 303)
    line_id = None
    with admin_context().database.read() as db:
        for chat in (True, False):  # of a job the person who asked, else its chat
            with suppress(NotIdentified):
                line_id = lookup.find_line_id(db, typed, chat=chat)
    if line_id is None:
        flash(say("people.not_found"), "bad")
        return redirect(url_for("admin.people"), 303)
    return redirect(url_for("admin.person", fingerprint=bans.fingerprint(line_id)), 303)


def show_person(fingerprint: str) -> ResponseReturnValue:
    """Show one person or chat."""
    line_id = _line_id(fingerprint)
    settings = admin_context().settings
    with admin_context().database.read() as db:
        report = usage.report(db, line_id)
        neighbours = usage.neighbours(db, line_id)
        valid = limits.limits_for_chat(db, settings, line_id)
    in_force = dict(zip(limits.CHAT_LIMITS, valid, strict=True))
    defaults = {name: getattr(settings, setting) for name, setting in limits.CHAT_LIMITS.items()}
    return render_template(
        "admin/person.html",
        section="admin.people",
        report=report,
        neighbours=neighbours,
        in_force=in_force,
        defaults=defaults,
        setting_names={name: setting.upper() for name, setting in limits.CHAT_LIMITS.items()},
    )


def ban(fingerprint: str) -> ResponseReturnValue:
    """Ban them: nothing is painted for them any more."""
    line_id = _line_id(fingerprint)
    reason = cut(request.form.get("reason", "").strip(), 255) or None
    with admin_context().database.write() as db:
        changed = actions.ban(db, line_id, reason, who=operator_name())
    return _back(fingerprint, say("person.said_banned" if changed else "person.said_so"))


def unban(fingerprint: str) -> ResponseReturnValue:
    """Lift a ban; also of somebody who was erased, of whom only the fingerprint is left."""
    if not lookup.is_fingerprint(fingerprint):
        abort(404)
    with admin_context().database.write() as db:
        changed = actions.unban(db, fingerprint, who=operator_name())
    flash(say("person.said_lifted" if changed else "person.said_no_ban"))
    return redirect(url_for("admin.people"), 303)


def set_limits(fingerprint: str) -> ResponseReturnValue:
    """Give a chat limits of its own."""
    line_id = _line_id(fingerprint)
    values: dict[str, Any] = {}
    try:
        for name in limits.CHAT_LIMITS:
            if name in request.form:
                values[name] = limits.parse_override(name, request.form[name])
    except NumberError as error:
        return _back(fingerprint, _what_is_wrong(name, error), "bad")
    if not values:
        abort(400)
    with admin_context().database.write() as db:
        changed = actions.set_limits(db, line_id, values, who=operator_name())
    if not changed:
        return _back(fingerprint, say("person.said_no_chat"), "bad")
    return _back(fingerprint, say("person.said_limits"))


def _what_is_wrong(name: str, error: NumberError) -> str:
    values = {"name": name, "label": say(f"person.{name}"), "typed": error.typed}
    if isinstance(error, NotANumber):
        return say("person.said_not_number", **values)
    return say("person.said_range", **values, low=f"{error.low:g}", high=f"{error.high:g}")


def erase(fingerprint: str) -> ResponseReturnValue:
    """Erase them: from the tables at once, the pictures by a courier."""
    line_id = _line_id(fingerprint)
    if request.form.get("sure") != "yes":
        return _back(fingerprint, say("person.said_tick"), "bad")
    with admin_context().database.write() as db:
        dropped = actions.erase(db, line_id, who=operator_name())
    admin_context().publisher.put([TaskMessage("erase", job_id) for job_id in dropped])
    flash(say("person.said_erased", n=len(dropped)), "good")
    return redirect(url_for("admin.people"), 303)


def _line_id(fingerprint: str) -> str:
    """Return whom a fingerprint, or its beginning, stands for. Aborts with 404 if nobody."""
    with admin_context().database.read() as db, suppress(NotIdentified):
        return lookup.find_by_fingerprint(db, fingerprint)
    abort(404)


def _back(fingerprint: str, text: str, kind: str = "good") -> ResponseReturnValue:
    flash(text, kind)
    return redirect(url_for("admin.person", fingerprint=fingerprint), 303)

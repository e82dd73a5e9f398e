"""/admin/settings: settings in force, flags, and the audit log."""

from __future__ import annotations

from dataclasses import fields
from typing import NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from bot.operations import actions
from bot.queue import republish
from bot.settings import Settings
from bot.store import audit, flags
from bot.store.schema import jobs
from bot.texts import setting_meaning
from bot.web.admin.context import admin_context, operator_name
from bot.web.admin.language import page_language, say

PAGE_SIZE = 100  # of the audit on one page
FLAG_ACTIONS = {
    "pause": (actions.pause, "settings.said_pause"),
    "drain": (actions.drain, "settings.said_drain"),
    "resume": (actions.resume, "settings.said_resume"),
}


class SettingRow(NamedTuple):
    """One setting in force. value: None if it is hidden. is_set: whether it is not the default."""

    name: str
    value: str | None
    is_set: bool
    help: str


def register(blueprint: Blueprint) -> None:
    """Register the pages and the flags' form."""
    blueprint.add_url_rule("/settings", "house", show_settings)
    blueprint.add_url_rule("/settings/switch", "switch", change_flag, methods=["POST"])
    blueprint.add_url_rule("/audit", "audit", show_audit)


def show_settings() -> ResponseReturnValue:
    """Show settings and flags."""
    with admin_context().database.read() as db:
        current = flags.get_flags(db)
        unfinished = jobs.c.state.in_(("queued", "drawing"))
        rows = db.execute(
            select(jobs.c.state, func.count()).where(unfinished).group_by(jobs.c.state)
        )
        counts: dict[str, int] = {state: int(count) for state, count in rows}
    return render_template(
        "admin/settings.html",
        flags=current,
        counts=counts,
        settings=effective_settings(admin_context().settings),
    )


def effective_settings(settings: Settings) -> list[SettingRow]:
    """Return all settings in force; the values of secrets are left out."""
    rows, lang = [], page_language()
    for field in fields(Settings):
        value = getattr(settings, field.name)
        if value is None:
            text: str | None = say("settings.not_set")
        elif field.metadata["secret"]:
            text = None
        elif isinstance(value, bool):
            text = say("settings.on" if value else "settings.off")
        else:
            text = str(value)
        is_set = value != field.default
        meaning = setting_meaning(field.name.upper(), lang) or field.metadata["help"]
        rows.append(SettingRow(field.name.upper(), text, is_set, meaning))
    return rows


def change_flag() -> ResponseReturnValue:
    """Pause, drain or resume."""
    action, said = FLAG_ACTIONS.get(request.form.get("do", ""), (None, ""))
    if action is None:
        abort(400)
    with admin_context().database.write() as db:
        changed = action(db, operator_name())
        messages = republish.overdue(db) if changed else []
    admin_context().publisher.put(messages)
    flash(say(said if changed else "settings.said_so"), "good")
    return redirect(url_for("admin.house"), 303)


def show_audit() -> ResponseReturnValue:
    """Show the audit log, the newest entries first."""
    before = request.args.get("before", None, float)
    with admin_context().database.read() as db:
        entries = audit.latest(db, PAGE_SIZE + 1, before)
    next_before = entries[PAGE_SIZE - 1].at if len(entries) > PAGE_SIZE else None
    return render_template(
        "admin/audit.html",
        section="admin.house",
        entries=entries[:PAGE_SIZE],
        detail=actions.describe_detail,
        next_before=next_before,
    )

"""/admin/settings: settings in force, how the house is switched, and what operators did."""

from __future__ import annotations

from dataclasses import fields
from typing import NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from bot import audit, measures, switches, waking
from bot.admin.desk import desk, who
from bot.settings import Settings
from bot.tables import jobs

ENTRIES = 100  # of the audit on one page
MEASURES = {
    "pause": (measures.pause, "New wishes are answered kindly, and not taken."),
    "drain": (measures.drain, "Workers finish what they paint, and take nothing new."),
    "resume": (measures.resume, "Wishes are taken, and what waits is painted."),
}


class Setting(NamedTuple):
    """One setting in force. value: None where it is hidden. given: whether it differs from the
    default."""

    name: str
    value: str | None
    given: bool
    help: str


def register(blueprint: Blueprint) -> None:
    """Register the pages and the switches."""
    blueprint.add_url_rule("/settings", "house", house)
    blueprint.add_url_rule("/settings/switch", "switch", switch, methods=["POST"])
    blueprint.add_url_rule("/audit", "audit", history)


def house() -> ResponseReturnValue:
    """Settings and switches."""
    with desk().database.read() as db:
        state = switches.state(db)
        rows = db.execute(
            select(jobs.c.state, func.count())
            .where(jobs.c.state.in_(("queued", "drawing")))
            .group_by(jobs.c.state)
        )
        count: dict[str, int] = {name: int(many) for name, many in rows}
    return render_template(
        "admin/house.html", state=state, count=count, settings=in_force(desk().settings)
    )


def in_force(settings: Settings) -> list[Setting]:
    """All settings; of secrets only whether there are any."""
    found = []
    for it in fields(Settings):
        value, secret = getattr(settings, it.name), it.metadata["secret"]
        if value is None:
            plain: str | None = "not set"
        elif secret:
            plain = None
        elif isinstance(value, bool):
            plain = "on" if value else "off"
        else:
            plain = str(value)
        found.append(Setting(it.name.upper(), plain, value != it.default, it.metadata["help"]))
    return found


def switch() -> ResponseReturnValue:
    """Pause, drain or resume."""
    measure, said = MEASURES.get(request.form.get("do", ""), (None, ""))
    if measure is None:
        abort(400)
    with desk().database.write() as db:
        changed = measure(db, who())
        wakes = waking.late(db) if changed else []
    desk().publisher.put(wakes)
    flash(said if changed else "It was so already.", "good")
    return redirect(url_for("admin.house"), 303)


def history() -> ResponseReturnValue:
    """What operators did, the newest first."""
    before = request.args.get("before", None, float)
    with desk().database.read() as db:
        found = audit.latest(db, ENTRIES + 1, before)
    more = found[ENTRIES - 1].at if len(found) > ENTRIES else None
    return render_template(
        "admin/audit.html", section="admin.house", entries=found[:ENTRIES], more=more
    )

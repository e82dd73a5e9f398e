"""/admin/people: who asks, and where; counts, limits, bans, erasure. Nobody's id is shown."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import bans, census, jobs, limits, measures
from bot.admin.desk import desk, who
from bot.commands.desk import normal
from bot.queue import Wake
from bot.settings import SettingError

PAGE = 50
_MARK = re.compile(r"[0-9a-f]{8,64}")
_ID = re.compile(r"[UCR][0-9a-f]{32}")


def register(blueprint: Blueprint) -> None:
    """Register the pages and what can be done on them."""
    blueprint.add_url_rule("/people", "people", people)
    blueprint.add_url_rule("/people", "people_find", find, methods=["POST"])
    blueprint.add_url_rule("/people/<mark>", "person", person)
    for name, view in (("ban", ban), ("unban", unban), ("limits", limit), ("erase", erase)):
        blueprint.add_url_rule(f"/people/<mark>/{name}", f"person_{name}", view, methods=["POST"])


def people() -> ResponseReturnValue:
    """Those who asked last, groups, and who is banned."""
    skip = max(0, request.args.get("skip", 0, int))
    with desk().database.read() as db:
        found = census.persons(db, PAGE + 1, skip)
        groups = census.groups(db, PAGE)
        banned = bans.every(db)
    return render_template(
        "admin/people.html",
        people=found[:PAGE],
        more=skip + PAGE if len(found) > PAGE else None,
        groups=groups,
        banned=banned,
        marks={it.fingerprint for it in banned},
    )


def find() -> ResponseReturnValue:
    """Go to whoever is meant: by a 受付番号, the beginning of a fingerprint, or LINE's id.

    It is posted, since an id must not stand in an address.
    """
    typed = request.form.get("who", "").strip()
    line_id = None
    if _ID.fullmatch(typed):
        line_id = typed
    elif (number := normal(typed)) is not None:
        with desk().database.read() as db:
            job = jobs.anywhere(db, number)
        line_id = (job.user_id or job.chat_id) if job else None
    elif _MARK.fullmatch(typed.lower()):
        return redirect(url_for("admin.person", mark=typed.lower()), 303)
    if line_id is None:
        flash("Nobody is found by that: the job does not exist, or is erased.", "bad")
        return redirect(url_for("admin.people"), 303)
    return redirect(url_for("admin.person", mark=bans.fingerprint(line_id)), 303)


def person(mark: str) -> ResponseReturnValue:
    """One person or chat."""
    line_id = _behind(mark)
    settings = desk().settings
    with desk().database.read() as db:
        found = census.look(db, line_id)
        beside = census.beside(db, line_id)
        valid = limits.limits_of(db, settings, line_id)
    in_force = dict(zip(limits.OWN, valid, strict=True))
    house = {name: getattr(settings, setting) for name, setting in limits.OWN.items()}
    return render_template(
        "admin/person.html",
        section="admin.people",
        found=found,
        beside=beside,
        in_force=in_force,
        house=house,
        setting_names={name: setting.upper() for name, setting in limits.OWN.items()},
    )


def ban(mark: str) -> ResponseReturnValue:
    """Have nothing painted any more for them."""
    line_id = _behind(mark)
    reason = request.form.get("reason", "").strip()[:255] or None
    with desk().database.write() as db:
        done = measures.ban(db, line_id, reason, who=who())
    return _back(mark, "Banned: their next wish is refused, kindly." if done else "It was so.")


def unban(mark: str) -> ResponseReturnValue:
    """Lift a ban; of somebody who was erased, too, of whom only the fingerprint is left."""
    if not _MARK.fullmatch(mark):
        abort(404)
    with desk().database.write() as db:
        done = measures.unban(db, mark, who=who())
    flash("The ban is lifted." if done else "There was no ban.")
    return redirect(url_for("admin.people"), 303)


def limit(mark: str) -> ResponseReturnValue:
    """Give a chat limits of its own."""
    line_id = _behind(mark)
    values: dict[str, Any] = {}
    try:
        for name in limits.OWN:
            if name in request.form:
                values[name] = limits.read_own(name, request.form[name])
    except SettingError as error:
        return _back(mark, f"Nothing is changed: {error}", "bad")
    if not values:
        abort(400)
    with desk().database.write() as db:
        done = measures.limit(db, line_id, values, who=who())
    if not done:
        return _back(mark, "Nothing is changed: they have not spoken to the bot in a chat.", "bad")
    return _back(mark, "These limits hold from the next wish on.")


def erase(mark: str) -> ResponseReturnValue:
    """Erase all of them: at once from the tables, the pictures by a courier."""
    line_id = _behind(mark)
    if request.form.get("sure") != "yes":
        return _back(mark, "Nothing is erased: tick the box first.", "bad")
    with desk().database.write() as db:
        dropped = measures.erase(db, line_id, who=who())
    desk().publisher.put([Wake("erase", it) for it in dropped])
    flash(f"Erased. A courier deletes the pictures of {len(dropped)} jobs now.", "good")
    return redirect(url_for("admin.people"), 303)


def _behind(mark: str) -> str:
    """LINE's id of whom a fingerprint, or its beginning, is."""
    if not _MARK.fullmatch(mark):
        abort(404)
    with desk().database.read() as db:
        found = census.behind(db, mark)
    if len(found) != 1:
        abort(404)
    return found[0]


def _back(mark: str, said: str, kind: str = "good") -> ResponseReturnValue:
    flash(said, kind)
    return redirect(url_for("admin.person", mark=mark), 303)

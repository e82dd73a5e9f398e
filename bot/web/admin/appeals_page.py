"""/admin/appeals: refusals that people say are mistaken, masked."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from bot.store import appeals, audit
from bot.web.admin.context import admin_context, operator_name
from bot.web.admin.language import say


def register(blueprint: Blueprint) -> None:
    """Register the page and its form."""
    blueprint.add_url_rule("/appeals", "appeals", show_appeals)
    blueprint.add_url_rule(
        "/appeals/<string(length=32):appeal_id>", "appeals_drop", drop_appeal, methods=["POST"]
    )


def show_appeals() -> ResponseReturnValue:
    """Show the appeals, newest first."""
    with admin_context().database.read() as db:
        open_appeals = appeals.list_appeals(db)
    return render_template("admin/appeals.html", appeals=open_appeals, section="admin.words")


def drop_appeal(appeal_id: str) -> ResponseReturnValue:
    """Delete an appeal that was looked at."""
    with admin_context().database.write() as db:
        dropped = appeals.drop(db, appeal_id)
        if dropped:
            audit.record(db, "drop appeal", appeal_id, who=operator_name())
    flash(
        say("appeals.said_deleted" if dropped else "appeals.said_gone"),
        "good" if dropped else "warn",
    )
    return redirect(url_for("admin.appeals"), 303)

"""/admin/inbox: events of LINE that wait, and those that were set aside, without their content."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot.operations import inbox_actions
from bot.queue.app import READ_INBOX
from bot.store import inbox
from bot.web.admin.context import admin_context, operator_name
from bot.web.admin.language import say

_ACTIONS = {
    "retry": (inbox_actions.retry, "inbox.said_retry"),
    "drop": (inbox_actions.drop, "inbox.said_drop"),
}


def register(blueprint: Blueprint) -> None:
    """Register the page and its form."""
    blueprint.add_url_rule("/inbox", "inbox", show_inbox)
    blueprint.add_url_rule("/inbox/<int:seq>", "inbox_act", change_event, methods=["POST"])


def show_inbox() -> ResponseReturnValue:
    """Show how many events wait, and which were set aside."""
    with admin_context().database.read() as db:
        backlog, parked = inbox.backlog(db), inbox.list_parked(db)
    return render_template(
        "admin/inbox.html", backlog=backlog, parked=parked, section="admin.house"
    )


def change_event(seq: int) -> ResponseReturnValue:
    """Have a parked event tried again, or delete it."""
    action, said = _ACTIONS.get(request.form.get("do", ""), (None, ""))
    if action is None:
        abort(400)
    with admin_context().database.write() as db:
        changed = action(db, seq, operator_name())
    if changed and action is inbox_actions.retry:
        admin_context().publisher.put([READ_INBOX])
    flash(say(said if changed else "inbox.said_gone"), "good" if changed else "warn")
    return redirect(url_for("admin.inbox"), 303)

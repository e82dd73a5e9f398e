"""GET and POST /admin/login, POST /admin/logout."""

from __future__ import annotations

import hashlib
import hmac

import structlog
from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import InputRequired

from bot.web.admin import security
from bot.web.admin.context import admin_context, operator_name, record_action
from bot.web.admin.language import say

log = structlog.get_logger(__name__)


class LoginForm(FlaskForm):  # type: ignore[misc]
    """One password."""

    password = PasswordField(validators=[InputRequired()])


def register(blueprint: Blueprint) -> None:
    """Register the views; bot.web.admin.security limits how often one may try."""
    blueprint.add_url_rule("/login", "login", login, methods=["GET", "POST"])
    blueprint.add_url_rule("/logout", "logout", logout, methods=["POST"])


def login() -> ResponseReturnValue:
    """Show the form, and log in whoever sends the password."""
    target = security.safe_redirect_target(request.args.get("next")) or url_for("admin.now")
    if current_user.is_authenticated:
        return redirect(target, 303)
    form = LoginForm()
    if not form.validate_on_submit():
        if request.method == "POST":
            form.password.errors = [say("login.empty")]
        return _page(form, 200 if request.method == "GET" else 401)
    if not _same(form.password.data, admin_context().settings.admin_password or ""):
        if count := current_app.extensions["log_throttle"].count("password"):
            log.warning("admin_password.rejected", who=operator_name(), count=count)
        form.password.errors = [say("login.wrong")]
        return _page(form, 401)
    session.clear()  # a CSRF token of before the login must not be valid after it
    login_user(security.Operator())
    with admin_context().database.write() as db:
        security.start_session(db)
        record_action(db, "log in", "admin pages")
    return redirect(target, 303)


def logout() -> ResponseReturnValue:
    """End the login in every browser that has its cookie."""
    with admin_context().database.write() as db:
        security.end_session(db)
    flash(say("login.said_out"))
    return redirect(url_for("admin.login"), 303)


def _page(form: LoginForm, status: int) -> ResponseReturnValue:
    return render_template("admin/login.html", form=form), status


def _same(given: str, expected: str) -> bool:
    """Compare two texts in constant time, whatever their lengths."""
    digests = (hashlib.sha256(text.encode()).digest() for text in (given, expected))
    return hmac.compare_digest(*digests)

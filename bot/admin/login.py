"""GET and POST /admin/login, POST /admin/logout."""

from __future__ import annotations

import hashlib
import hmac

import structlog
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import InputRequired

from bot.admin import security
from bot.admin.desk import desk, note, who

log = structlog.get_logger(__name__)


class LoginForm(FlaskForm):  # type: ignore[misc]
    """One password."""

    password = PasswordField("Password", [InputRequired("Type the password.")])


def register(blueprint: Blueprint) -> None:
    """Register the views; how often one may try is set in bot.admin.security."""
    blueprint.add_url_rule("/login", "login", login, methods=["GET", "POST"])
    blueprint.add_url_rule("/logout", "logout", logout, methods=["POST"])


def login() -> ResponseReturnValue:
    """The form, and whether what was typed into it is the password."""
    there = security.inside(request.args.get("next")) or url_for("admin.now")
    if current_user.is_authenticated:
        return redirect(there, 303)
    form = LoginForm()
    if not form.validate_on_submit():
        return _page(form, 200 if request.method == "GET" else 401)
    if not _same(form.password.data, desk().settings.admin_password or ""):
        log.warning("wrong admin password", who=who())
        form.password.errors = ["That is not the password."]
        return _page(form, 401)
    session.clear()  # nothing of before the login, such as its CSRF token, is valid after it
    login_user(security.Operator())
    with desk().database.write() as db:
        security.begin(db)
        note(db, "log in", "admin pages")
    return redirect(there, 303)


def logout() -> ResponseReturnValue:
    """End the login: in this browser, and wherever else its cookie may be."""
    with desk().database.write() as db:
        security.end(db)
    flash("You are logged out.")
    return redirect(url_for("admin.login"), 303)


def _page(form: LoginForm, status: int) -> ResponseReturnValue:
    return render_template("admin/login.html", form=form), status


def _same(given: str, expected: str) -> bool:
    """In a time that tells nothing of either, their lengths included."""
    one, other = (hashlib.sha256(it.encode()).digest() for it in (given, expected))
    return hmac.compare_digest(one, other)

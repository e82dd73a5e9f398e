"""The pages for errors: what happened, and what to do."""

from __future__ import annotations

import structlog
from flask import Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from bot.telemetry.throttle import LogThrottle
from bot.web.admin.language import say

log = structlog.get_logger(__name__)

_EXPLAINED = frozenset((400, 401, 404, 405, 413, 429))  # statuses with sentences of their own


def init_app(admin: Flask) -> None:
    """Register the pages for errors."""
    admin.extensions["log_throttle"] = LogThrottle()
    admin.register_error_handler(CSRFError, _forged)
    admin.register_error_handler(HTTPException, _http)
    admin.register_error_handler(SQLAlchemyError, _database)
    admin.register_error_handler(Exception, _unforeseen)


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.response
    status = error.code or 500
    # Keep headers such as Retry-After; type and length are those of our page.
    ours = ("Content-Type", "Content-Length")
    headers = [header for header in error.get_headers() if header[0] not in ours]
    return _page(str(status) if status in _EXPLAINED else "other", status), status, headers


def _forged(_error: CSRFError) -> ResponseReturnValue:
    throttle = current_app.extensions["log_throttle"]
    if count := throttle.count("form"):
        log.warning("admin_form.token_rejected", count=count, remote=request.remote_addr)
    return _page("form", 400), 400


def _database(error: SQLAlchemyError) -> ResponseReturnValue:
    log.error("admin_page.database_failed", error=type(error).__name__)
    return _page("database", 503, error=type(error).__name__), 503


def _unforeseen(error: Exception) -> ResponseReturnValue:
    log.exception("admin_page.failed", error=type(error).__name__, endpoint=request.endpoint)
    return _page("other", 500), 500


def _page(what: str, status: int, **values: str) -> str:
    title, remedy = say(f"error.title_{what}", **values), say(f"error.remedy_{what}")
    return render_template("admin/error.html", title=title, remedy=remedy, status=status)

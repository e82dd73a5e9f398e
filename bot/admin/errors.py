"""What is said when a page cannot be shown: what happened, and what to do."""

from __future__ import annotations

import structlog
from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

log = structlog.get_logger(__name__)

_SAID = {
    400: ("That could not be read", "Go back, load the page again, and try once more."),
    401: ("You are not logged in", "Your session has ended. Log in, and do it again."),
    404: ("There is no such page", "Nothing is here, or it has been erased."),
    405: ("That cannot be done here", "Go back, and use the page's buttons."),
    413: ("That is too much", "Send less at once."),
    429: ("Too many tries", "Wait a minute, then try again."),
}
_OTHER = ("Something went wrong", "The web process's log tells what.")


def init_app(admin: Flask) -> None:
    """Register the pages for errors."""
    admin.register_error_handler(CSRFError, _forged)
    admin.register_error_handler(HTTPException, _http)
    admin.register_error_handler(SQLAlchemyError, _database)
    admin.register_error_handler(Exception, _unforeseen)


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.response
    status = error.code or 500
    title, remedy = _SAID.get(status, _OTHER)
    # Some, such as Retry-After, belong to the answer; its type and form are ours.
    kept = [it for it in error.get_headers() if it[0] not in ("Content-Type", "Content-Length")]
    return _page(title, remedy, status), status, kept


def _forged(_error: CSRFError) -> ResponseReturnValue:
    log.warning("admin form without its token", path=request.path, remote=request.remote_addr)
    title = "That form is out of date"
    return _page(
        title, "Nothing was done. Go back, load the page again, and send it anew.", 400
    ), 400


def _database(error: SQLAlchemyError) -> ResponseReturnValue:
    log.error("admin page without database", error=type(error).__name__)
    remedy = "Nothing is lost: webhooks are sent again by LINE. Look with: python -m bot doctor"
    return _page(f"The database cannot be used ({type(error).__name__})", remedy, 503), 503


def _unforeseen(error: Exception) -> ResponseReturnValue:
    log.exception("admin page failed", error=type(error).__name__, endpoint=request.endpoint)
    return _page(*_OTHER, 500), 500


def _page(title: str, remedy: str, status: int) -> str:
    return render_template("admin/error.html", title=title, remedy=remedy, status=status)

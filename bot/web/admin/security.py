"""Access to the pages: session, rate limit of logins, CSRF protection and security headers.

The session is a signed cookie with two times and the id of its login, and no secret. Its key is
derived from the channel secret and the password: every web process can compute it, nobody can try
passwords against a stolen cookie, and a new password ends every session. Logging out ends the login
in the database (bot.web.admin.sessions), and with it every copy of the cookie.
"""

from __future__ import annotations

import datetime as dt
import hmac
import ipaddress
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from flask_login import LoginManager, UserMixin, current_user, logout_user
from flask_wtf import CSRFProtect
from sqlalchemy import Connection

from bot.settings import Settings
from bot.store.clock import now
from bot.telemetry.encryption import is_loopback
from bot.web import headers
from bot.web.admin import sessions
from bot.web.admin.context import admin_context

log = structlog.get_logger(__name__)

IDLE_SECONDS = 30 * 60.0  # without a click, after which a session ends
MAX_SESSION_SECONDS = 12 * 3600.0  # after the login, whatever was clicked
MIN_PASSWORD_CHARS = 12  # shorter ones can be guessed by a patient stranger
LOGIN_RATE_LIMIT = "5 per minute; 30 per hour"  # for one address
PUBLIC_ENDPOINTS = frozenset(("admin.login", "admin.language"))  # need no login
AUTO_REFRESH_ARG = "auto"  # in the address of a reload by fresh.js, which is no click

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        *("script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'"),
        *("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"),
    )
)
HEADERS = headers.HEADERS | {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Operator(UserMixin):  # type: ignore[misc]
    """The only account: whoever knows the password."""

    id = "operator"


def init_app(admin: Flask, settings: Settings) -> None:
    """Set up session, login, CSRF protection and headers of the pages' application."""
    https = settings.public_url.startswith("https://")
    if len(settings.admin_password or "") < MIN_PASSWORD_CHARS:
        log.warning(
            "admin_password.too_short",
            meaning=f"take {MIN_PASSWORD_CHARS} characters or more, at random",
        )
    if not https and not is_loopback(settings.public_url):
        log.warning(
            "admin_pages.https_missing",
            meaning="password and session can be read on the way; give PUBLIC_URL an https address",
        )
    admin.secret_key = session_key(settings)
    admin.permanent_session_lifetime = dt.timedelta(seconds=MAX_SESSION_SECONDS)
    admin.config.update(
        SESSION_COOKIE_NAME="efude_admin",
        SESSION_COOKIE_PATH="/admin",
        SESSION_COOKIE_HTTPONLY=True,
        # Links from a chat or a dashboard lead to the page, not to the login; all they do is read.
        SESSION_COOKIE_SAMESITE="Lax",
        # Browsers drop a Secure cookie that came by http, and nobody could ever log in.
        SESSION_COOKIE_SECURE=https,
        WTF_CSRF_TIME_LIMIT=None,  # the session's
        # It compares the referrer with the Host header, which a proxy may have changed.
        WTF_CSRF_SSL_STRICT=False,
    )
    manager = LoginManager(admin)
    manager.session_protection = None  # a phone's address changes as it travels
    manager.user_loader(lambda name: Operator() if name == Operator.id else None)
    CSRFProtect(admin)
    admin.before_request(require_login)

    @admin.after_request
    def add_headers(response: Response) -> Response:
        response.headers.update(HEADERS | (headers.HSTS if https else {}))
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        return response


def session_key(settings: Settings) -> bytes:
    """Return the key that signs sessions: equal in all web processes, new with a new password."""
    what = b"efude admin session 1\0" + (settings.admin_password or "").encode()
    return hmac.digest(settings.line_channel_secret.encode(), what, "sha256")


def rate_limit_key() -> str:
    """Return what wrong passwords are counted by: the IPv4 address, or the IPv6 /64 network."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))


def limit_logins(admin: Flask, settings: Settings) -> None:
    """Limit how often one address may try a password. Call after the views are registered.

    Tries are counted in the broker's Redis for all web processes; in the process's memory if the
    broker is RabbitMQ or unavailable.
    """
    redis, options = settings.broker.is_redis, dict[str, Any]()
    if redis:
        options["connection_pool"] = settings.broker.redis_pool(connect_timeout=1.0, timeout=1.0)
    limiter = Limiter(
        rate_limit_key,
        storage_uri="redis://" if redis else "memory://",  # the address is the pool's
        storage_options=options,
        in_memory_fallback=[LOGIN_RATE_LIMIT] if redis else [],
        in_memory_fallback_enabled=redis,
        key_prefix="efude:admin",
        headers_enabled=True,
    )
    limiter.init_app(admin)
    views: dict[str, Any] = admin.view_functions
    # Counted before the password is looked at, right or wrong: many at once gain nothing.
    views["admin.login"] = limiter.limit(LOGIN_RATE_LIMIT, methods=["POST"])(views["admin.login"])


def require_login() -> ResponseReturnValue | None:
    """Run before every request: let pass only those whose login is still valid."""
    if request.endpoint is None or request.endpoint == "static":
        return None
    if current_user.is_authenticated and not _is_valid():
        logout_user()
        session.clear()
    if request.endpoint in PUBLIC_ENDPOINTS:
        return None
    if current_user.is_authenticated:
        if AUTO_REFRESH_ARG not in request.args:
            session["seen"] = now()
        return None
    page = "text/html" in request.headers.get("accept", "text/html")
    if request.method not in ("GET", "HEAD") or not page:
        abort(401)
    return redirect(url_for("admin.login", next=request.full_path.rstrip("?")))


def start_session(db: Connection) -> None:
    """Start a session. The caller has checked the password."""
    session["since"] = session["seen"] = now()
    session["login"] = sessions.start(db, MAX_SESSION_SECONDS)


def end_session(db: Connection) -> None:
    """End the login of this request in every browser that has its cookie."""
    sessions.end(db, login_id())
    logout_user()
    session.clear()


def login_id() -> str:
    """Return the login id of this request's session; "" without one."""
    return str(session.get("login", ""))


def _is_valid() -> bool:
    """Return whether the login of this request is young enough and has not been ended."""
    if session_seconds_left() <= 0:
        return False
    with admin_context().database.read() as db:
        return sessions.is_active(db, login_id())


def session_seconds_left() -> float:
    """Return the seconds until this session ends without a click; 0 or less if it is over."""
    since, seen = session.get("since", 0.0), session.get("seen", 0.0)
    return float(min(since + MAX_SESSION_SECONDS, seen + IDLE_SECONDS) - now())


def safe_redirect_target(address: str | None) -> str | None:
    """Return a path of these pages to redirect to; None for any other address."""
    if not address or not address.startswith("/admin") or "\\" in address:
        return None
    if not address.isprintable():  # a header cannot hold it
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else address

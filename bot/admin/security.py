"""Who may see the pages: session, limit of logins, CSRF, and what browsers are told.

The session is a signed cookie that holds two times and the id of its login, and no secret. Its key
comes from the channel secret and the password: every web process can compute it, nobody can try
passwords against a cookie that they found, and a new password ends every session. Logging out ends
the login in the database (bot.admin.logins), and with it every copy of the cookie.
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
from werkzeug.middleware.proxy_fix import ProxyFix

from bot.admin import logins
from bot.admin.desk import desk
from bot.database import now
from bot.settings import Settings

log = structlog.get_logger(__name__)

IDLE = 30 * 60.0  # seconds without a click after which one has to log in again
LONGEST = 12 * 3600.0  # seconds after a login, whatever was clicked
LONG = 12  # characters of a password that cannot be guessed by a patient stranger
TRIES = "5 per minute; 30 per hour"  # of one address
OPEN = frozenset(("admin.login",))  # what may be seen without a login
AUTO = "auto"  # stands in the address of a page that came by itself, which is no click

POLICY = "; ".join(
    (
        "default-src 'none'",
        *("script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'"),
        *("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"),
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}
_HSTS = "max-age=31536000"


class Operator(UserMixin):  # type: ignore[misc]
    """The one account: whoever knows the password."""

    id = "operator"


def init_app(admin: Flask, settings: Settings) -> None:
    """Session, login, CSRF protection, limit and headers of the pages' application."""
    https = settings.public_url.startswith("https://")
    if len(settings.admin_password or "") < LONG:
        log.warning("short admin password", meaning=f"take {LONG} characters or more, at random")
    if not https and not loopback(settings.public_url):
        log.warning(
            "admin pages without https",
            meaning="password and session can be read on the way; give PUBLIC_URL an https address",
        )
    admin.secret_key = session_key(settings)
    admin.permanent_session_lifetime = dt.timedelta(seconds=LONGEST)
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
    if settings.trusted_proxies:
        admin.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            admin.wsgi_app, x_for=settings.trusted_proxies, x_proto=0, x_host=0
        )
    admin.before_request(guard)

    @admin.after_request
    def headers(response: Response) -> Response:
        response.headers.update(HEADERS)
        if https:
            response.headers["Strict-Transport-Security"] = _HSTS
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        return response


def session_key(settings: Settings) -> bytes:
    """What signs sessions: the same in all web processes, and another with another password."""
    what = b"efude admin session 1\0" + (settings.admin_password or "").encode()
    return hmac.digest(settings.line_channel_secret.encode(), what, "sha256")


def loopback(url: str) -> bool:
    """Whether an address can be reached from its own machine only."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def client() -> str:
    """Whose wrong passwords are counted together: an IPv4 address, or an IPv6 network of /64."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))


def limit_logins(admin: Flask, settings: Settings) -> None:
    """Let one address try a few passwords a minute; for an application that has its views.

    Tries are counted in the broker's Redis, for all web processes; in this one's memory where the
    broker is none or is away.
    """
    redis = settings.broker_url.startswith(("redis://", "rediss://"))
    options: dict[str, Any] = {"socket_connect_timeout": 1.0, "socket_timeout": 1.0}
    limiter = Limiter(
        client,
        storage_uri=settings.broker_url if redis else "memory://",
        storage_options=options if redis else {},
        in_memory_fallback=[TRIES] if redis else [],
        in_memory_fallback_enabled=redis,
        key_prefix="efude:admin",
        headers_enabled=True,
    )
    limiter.init_app(admin)
    views: dict[str, Any] = admin.view_functions
    # Counted before the password is looked at, right or wrong: many at once gain nothing.
    views["admin.login"] = limiter.limit(TRIES, methods=["POST"])(views["admin.login"])


def guard() -> ResponseReturnValue | None:
    """Before every request: only whoever has logged in, and not too long ago, passes."""
    if request.endpoint is None or request.endpoint == "static":
        return None
    if current_user.is_authenticated and not _holds():
        logout_user()
        session.clear()
    if request.endpoint in OPEN:
        return None
    if current_user.is_authenticated:
        if AUTO not in request.args:
            session["seen"] = now()
        return None
    page = "text/html" in request.headers.get("accept", "text/html")
    if request.method not in ("GET", "HEAD") or not page:
        abort(401)
    return redirect(url_for("admin.login", next=request.full_path.rstrip("?")))


def begin(db: Connection) -> None:
    """Mark the session as begun now; whoever calls this has checked the password."""
    session["since"] = session["seen"] = now()
    session["login"] = logins.begin(db, LONGEST)


def end(db: Connection) -> None:
    """End the login of this request, in every browser that has its cookie."""
    logins.end(db, login_id())
    logout_user()
    session.clear()


def login_id() -> str:
    """The login of this request's session; "" without one."""
    return str(session.get("login", ""))


def _holds() -> bool:
    """Whether the login of this request is young enough, and nobody has logged out of it."""
    if seconds_left() <= 0:
        return False
    with desk().database.read() as db:
        return logins.stands(db, login_id())


def seconds_left() -> float:
    """Seconds until the session of this request ends, if nothing is clicked; <= 0: it is over."""
    since, seen = session.get("since", 0.0), session.get("seen", 0.0)
    return float(min(since + LONGEST, seen + IDLE) - now())


def inside(address: str | None) -> str | None:
    """An address of these pages to go on to, or None for any other."""
    if not address or not address.startswith("/admin") or "\\" in address:
        return None
    parts = urlsplit(address)
    return None if parts.scheme or parts.netloc else address

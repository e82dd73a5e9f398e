"""Security headers of every answer, whoever gives it: a page, an error, a file, or gunicorn.

A page that needs more than this allows, such as styles and images, sets its own policy.
https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html
"""

from __future__ import annotations

from flask import Flask, Response

from bot.settings import Settings

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex, nofollow",
}
HSTS = {"Strict-Transport-Security": "max-age=31536000"}


def security_headers(settings: Settings) -> dict[str, str]:
    """Return the headers; HSTS among them where PUBLIC_URL is https."""
    return HEADERS | (HSTS if settings.public_url.startswith("https://") else {})


def init_app(app: Flask, settings: Settings) -> None:
    """Add the headers to every answer that has none of its own; gunicorn is told of them."""
    headers = security_headers(settings)
    app.extensions["security_headers"] = headers
    rows = [(name, name.lower(), value) for name, value in headers.items()]

    @app.after_request
    def add(response: Response) -> Response:
        # Not one setdefault a header: each looks through the list, 7 % of what a webhook costs.
        own = {name.lower() for name, _ in response.headers}
        for name, lowered, value in rows:
            if lowered not in own:
                response.headers.add(name, value)
        return response

"""Serve the chat page: one HTML document and its static files, beside the simulated LINE API."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

page = Blueprint(
    "page",
    __name__,
    static_folder="static",
    static_url_path="/page",
    template_folder="templates",
)

# Pictures come from wherever the bot stores them; everything else only from this machine.
# Inline scripts and styles are refused, so text that reaches the page can never run.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' http: https: data: blob:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


@page.get("/")
def chat() -> Response:
    """Return the chat page; ``?room=<chat id>`` selects the room that is open at first."""
    response = make_response(render_template("chat.html"))
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-cache"
    return response

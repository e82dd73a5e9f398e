"""The chat page: one HTML document and its static files, served next to the simulated LINE API.

The page talks only to the control routes under ``/api`` of the same origin, so this module holds
no state and knows no rules of LINE. It needs no build step: ``static/`` is what the browser runs.
"""

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
    """Answer the chat page; ``?room=<chat id>`` chooses the room that is open at first."""
    response = make_response(render_template("chat.html"))
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-cache"
    return response

"""Addresses and forms that no page of ours makes: refused before a view or a database sees them."""

from __future__ import annotations

import unicodedata

from flask import Flask, abort, request

_NO_QUERY = frozenset(("admin.login",))  # it takes `next` from anywhere, and checks it


def has_control_characters(text: str) -> bool:
    """Return whether a text holds control characters or halves of surrogate pairs.

    A full-width blank and the joiner inside an emoji are none: people look for them.
    """
    if text.isascii():  # among which nothing else is unprintable
        return not text.isprintable()
    return any(unicodedata.category(character) in {"Cc", "Cs"} for character in text)


def init_app(app: Flask) -> None:
    """Answer 400 to control characters in paths and queries, and to NUL in forms.

    PostgreSQL stores no NUL, and a header can hold none of them.
    """

    @app.before_request
    def refuse_control_characters() -> None:
        texts = [request.path]
        if request.query_string and request.endpoint not in _NO_QUERY:
            texts += [text for pair in request.args.items(multi=True) for text in pair]
        if any(has_control_characters(text) for text in texts):
            abort(400)
        if request.endpoint and request.mimetype == "application/x-www-form-urlencoded":
            fields = request.form.items(multi=True)
            if any("\0" in text for pair in fields for text in pair):
                abort(400)

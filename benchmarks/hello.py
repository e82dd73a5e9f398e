"""The baseline of web speed: a Flask application that only says hello."""

from __future__ import annotations

from flask import Flask

app = Flask(__name__)


@app.post("/callback")
def hello() -> str:
    """Answer 200 and do nothing."""
    return "OK"

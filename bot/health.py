"""GET /healthz (this process lives) and GET /readyz (it can serve)."""

from __future__ import annotations

from flask import Blueprint, Flask, jsonify
from flask.typing import ResponseReturnValue

from bot.database import Database


def init_app(app: Flask, database: Database) -> None:
    """Register both."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def healthz() -> ResponseReturnValue:
        return jsonify(status="alive")

    @blueprint.get("/readyz")
    def readyz() -> ResponseReturnValue:
        """503 while the database is away or its tables are of an older form.

        The broker is left out on purpose: without it webhooks are stored, and nothing is lost.
        """
        try:
            behind = database.behind()
        except Exception as error:
            return jsonify(status="no database", error=type(error).__name__), 503
        if behind:
            return jsonify(status="run: python -m bot migrate"), 503
        return jsonify(status="ready")

    app.register_blueprint(blueprint)

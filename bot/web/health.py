"""GET /healthz (the process is alive) and GET /readyz (it can serve)."""

from __future__ import annotations

from flask import Blueprint, Flask, jsonify
from flask.typing import ResponseReturnValue

from bot.store.database import Database


def init_app(app: Flask, database: Database) -> None:
    """Register both views."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def healthz() -> ResponseReturnValue:
        return jsonify(status="alive")

    @blueprint.get("/readyz")
    def readyz() -> ResponseReturnValue:
        """Answer 503 while the database is unavailable or needs a migration.

        The broker is left out on purpose: without it webhooks are stored, and nothing is lost.
        """
        try:
            outdated = database.needs_migration()
        except Exception as error:
            return jsonify(status="no database", error=type(error).__name__), 503
        if outdated:
            return jsonify(status="run: python -m bot migrate"), 503
        return jsonify(status="ready")

    app.register_blueprint(blueprint)

"""The simulator as a Flask application."""

from __future__ import annotations

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from simulator import middleware
from simulator.config import Config
from simulator.control import control
from simulator.errors import ControlError
from simulator.experiments import laboratory
from simulator.images import Fetcher
from simulator.line_api import line_api
from simulator.line_info import line_info
from simulator.oauth import oauth
from simulator.page import page
from simulator.people_actions import Acts
from simulator.rich_menu import rich_menu
from simulator.sending import Sending
from simulator.state import State
from simulator.webhooks import Sender


def create_app(config: Config | None = None) -> Flask:
    """Create a simulated LINE with fresh users and empty chats.

    Serve it with simulator.server.Server. Other WSGI servers work, except for faults that close
    connections.
    """
    app = Flask(__name__, static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    state = State(config or Config())
    sender = Sender(state)
    fetcher = Fetcher()
    app.extensions["simulator"] = state
    app.extensions["simulator.sender"] = sender
    app.extensions["simulator.fetcher"] = fetcher
    app.extensions["simulator.sending"] = Sending(state, fetcher)
    app.extensions["simulator.people_actions"] = Acts(state, sender)
    middleware.init_app(app)
    for blueprint in (line_api, line_info, oauth, rich_menu, control, laboratory, page):
        app.register_blueprint(blueprint)
    app.register_error_handler(ControlError, _refuse)
    app.register_error_handler(HTTPException, _http_error)
    return app


def close(app: Flask) -> None:
    """Stop the threads and close the connections. For tests that create many applications."""
    app.extensions["simulator"].faults.clear()
    app.extensions["simulator.sender"].close()
    app.extensions["simulator.fetcher"].close()


def _refuse(error: ControlError) -> tuple[Response, int]:
    return jsonify({"message": str(error)}), error.status


def _http_error(error: HTTPException) -> tuple[Response, int] | HTTPException:
    if request.path.startswith(("/v2/", "/api/")):
        return jsonify({"message": error.name}), error.code or 500
    return error

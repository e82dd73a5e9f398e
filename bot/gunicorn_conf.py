"""gunicorn's settings: `gunicorn -c python:bot.gunicorn_conf 'bot.app:create_app()'`."""

from __future__ import annotations

import os
import threading
from typing import Any

from bot import logs

bind = f"{os.environ.get('HOST', '0.0.0.0')}:{os.environ.get('PORT', '8000')}"  # noqa: S104
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
threads = 8
timeout = 30
graceful_timeout = 3
keepalive = 30
accesslog = None  # the application logs each webhook; URLs of pictures stay out of the logs
errorlog = "-"
loglevel = "warning"


def on_starting(_server: Any) -> None:
    """Let what gunicorn itself has to say go the way of all log lines."""
    logs.set_up("web", os.environ.get("LOG_FORMAT"))


def post_worker_init(worker: Any) -> None:
    """Warm up beside the first requests.

    The operator's pages learn whether to go on: an answer that lasts must not hold up a stop.
    """
    if (pages := worker.wsgi.extensions.get("admin")) is not None:
        pages.extensions["serving"] = lambda: worker.alive
    if (warm_up := worker.wsgi.extensions.get("warm_up")) is not None:
        threading.Thread(target=warm_up, name="warm-up", daemon=True).start()

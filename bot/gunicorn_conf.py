"""gunicorn's settings: `gunicorn -c python:bot.gunicorn_conf 'bot.app:create_app()'`."""

from __future__ import annotations

import gc
import importlib
import os
from typing import Any

from bot.telemetry import logs


def _address(host: str, port: str) -> str:
    """Return HOST and PORT as gunicorn reads them: an IPv6 address needs brackets."""
    return f"[{host}]:{port}" if ":" in host and not host.startswith("[") else f"{host}:{port}"


bind = _address(os.environ.get("HOST") or "0.0.0.0", os.environ.get("PORT") or "8000")  # noqa: S104
worker_class = "bot.web.server.worker.WholeRequestWorker"
worker_connections = 512  # the oldest that sends or reads slowly makes room for a new one
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
threads = 8
timeout = 30
graceful_timeout = 3
keepalive = 30
forwarded_allow_ips = ""  # TRUSTED_PROXIES alone says whose headers are believed (bot.app)
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
control_socket_disable = True  # nothing needs it
accesslog = None  # the application logs each webhook; URLs of pictures stay out of the logs
errorlog = "-"
loglevel = "warning"

_BROKER = "amqp" if os.environ.get("BROKER_URL", "").startswith("amqp") else "redis"
# What a child needs for its first webhooks. No thread is started: a fork would lose it.
_MODULES = ["bot.app", f"bot.queue.{_BROKER}_transport"]
_MODULES += ["bot.web.admin"] if os.environ.get("ADMIN_PASSWORD") else []


def on_starting(_server: Any) -> None:
    """Write gunicorn's own messages as structured log lines, and files for this user only.

    Load the application's modules, too, but make no application: a child that was killed leaves
    its webhooks waiting until the next one is ready, which is then there in a moment.
    """
    os.umask(0o077)  # the database and the pictures are this user's alone
    logs.configure("web", os.environ.get("LOG_FORMAT"))
    for name in _MODULES:
        importlib.import_module(name)
    gc.freeze()  # what all children have is not written to by their collectors, and stays shared


def post_worker_init(worker: Any) -> None:
    """Tell the worker what the settings say.

    The operator's pages learn whether the worker is stopping: a streamed answer must not delay it.
    """
    worker.limits_peers = not worker.wsgi.extensions.get("trusted_proxies", 0)
    worker.headers = worker.wsgi.extensions.get("security_headers", {})
    if not worker.log.access_log_enabled:  # which only a thread of the pool writes
        worker.grouping = worker.wsgi.extensions.get("grouping")
    if (pages := worker.wsgi.extensions.get("admin")) is not None:
        pages.extensions["serving"] = lambda: worker.alive

"""POST /callback: verify the signature, store the events as they came, wake a courier, answer 200.

What the events mean is for the courier to find out (bot.tasks.read_inbox).
https://developers.line.biz/en/docs/messaging-api/receiving-messages/
"""

from __future__ import annotations

import time
from functools import partial

import structlog
from flask import Blueprint, Flask, Response, request
from sqlalchemy.exc import SQLAlchemyError
from structlog.contextvars import bound_contextvars

from bot.line.signature import is_valid_signature
from bot.line.webhook_body import MalformedBody, split_events
from bot.queue import republish
from bot.queue.app import make_celery
from bot.queue.publisher import Publisher
from bot.settings import Settings
from bot.store.database import Database
from bot.telemetry import tracing
from bot.web.group_commit import PATH, GroupCommit
from bot.web.intake import Intake, Webhook

log = structlog.get_logger(__name__)

MAX_BODY_BYTES = 2 * 1024 * 1024


def init_app(app: Flask, settings: Settings, database: Database) -> None:
    """Register the webhook, and what may answer it in groups (bot.gunicorn_conf)."""
    publisher = Publisher(make_celery(settings), partial(republish.mark_unpublished, database))
    app.extensions["publisher"] = publisher
    intake = Intake(settings, database, publisher)
    app.extensions["grouping"] = GroupCommit(settings, intake)
    app.register_blueprint(_Webhook(settings.line_channel_secret, intake).blueprint())


class _Webhook:
    """The view and what it works with."""

    def __init__(self, secret: str, intake: Intake) -> None:
        self._secret = secret
        self._intake = intake

    def blueprint(self) -> Blueprint:
        blueprint = Blueprint("webhook", __name__)

        @blueprint.post(PATH)
        @bound_contextvars(stage="webhook")
        def callback() -> Response:
            with tracing.server_span(request.headers.get(tracing.HEADER), "webhook"):
                return self.handle_webhook()

        return blueprint

    def handle_webhook(self) -> Response:
        """Answer one webhook of LINE; 400: forged or malformed, 413: too large, 500: not stored."""
        started = time.monotonic()
        if (request.content_length or 0) > MAX_BODY_BYTES:
            return Response("body too large", 413)
        body = request.get_data(cache=False)
        # The signature is over these very bytes, so it is verified before they are parsed:
        # https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/
        signature = request.headers.get("x-line-signature")
        if not is_valid_signature(self._secret, body, signature):
            self._intake.rejections.note_rejected(body, signature, request.remote_addr)
            return Response("bad signature", 400)
        try:
            events = split_events(body)
        except MalformedBody:
            log.warning("webhook.body_malformed", bytes=len(body))
            return Response("not a webhook", 400)
        webhook = Webhook(body, events, tracing.current() or "", started)
        if events:  # a test from LINE's console or from our own doctor has none
            try:
                self._intake.store([webhook])
            except SQLAlchemyError as error:
                self._intake.log_failure(webhook, error)
                return Response("database unavailable", 500)
            self._intake.note(webhook)
        self._intake.log_accepted(webhook)
        return Response("OK", 200)

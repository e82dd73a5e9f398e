"""POST /callback: verify the raw body, store, answer 200, and only then wake somebody up."""

from __future__ import annotations

import time
from functools import partial

import structlog
from flask import Blueprint, Flask, Response, request
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError
from structlog.contextvars import bound_contextvars

from bot import conversation, heard, tracing, waking
from bot.database import Database
from bot.events import Incoming, MalformedBody, parse
from bot.queue import Publisher, Wake, make_celery
from bot.settings import Settings
from bot.signature import valid

log = structlog.get_logger(__name__)

MAX_BODY = 2 * 1024 * 1024
_OF_THE_EVENT = (DataError, IntegrityError)  # other errors are the database's own trouble


def init_app(app: Flask, settings: Settings, database: Database) -> None:
    """Register the webhook."""
    publisher = Publisher(make_celery(settings), partial(waking.lost, database))
    app.extensions["publisher"] = publisher
    webhooks = heard.Webhooks(database)
    blueprint = Blueprint("webhook", __name__)

    @blueprint.post("/callback")
    @bound_contextvars(stage="webhook")
    def callback() -> Response:
        with tracing.begun(request.headers.get(tracing.HEADER), "webhook"):
            return taken()

    def taken() -> Response:
        started = time.monotonic()
        if (request.content_length or 0) > MAX_BODY:
            return Response("body too large", 413)
        body = request.get_data(cache=False)
        # LINE's signature is over these very bytes; parsing comes after.
        if not valid(settings.line_channel_secret, body, request.headers.get("x-line-signature")):
            return refused(body)
        try:
            events = parse(body)
        except MalformedBody:
            log.warning("malformed body", bytes=len(body))
            return Response("not a webhook", 400)
        try:
            wakes = _store(database, events, settings)
        except SQLAlchemyError as error:
            # LINE redelivers what was not answered by 200, if the channel has that switched on.
            log.exception("not stored", events=len(events), error=type(error).__name__)
            return Response("database unavailable", 500)
        publisher.put(wakes)
        if events:  # a test of LINE's console, or of our own doctor, has none
            webhooks.taken()
        ms = round((time.monotonic() - started) * 1000, 1)
        log.info("webhook", events=len(events), wakes=len(wakes), ms=ms)
        return Response("OK", 200)

    def refused(body: bytes) -> Response:
        signed = "x-line-signature" in request.headers
        meaning = "forged, or LINE_CHANNEL_SECRET is not this channel's" if signed else "not LINE's"
        log.warning("bad signature", bytes=len(body), remote=request.remote_addr, meaning=meaning)
        if signed:  # those who look through the whole internet for doors sign nothing
            webhooks.refused()
        return Response("bad signature", 400)

    app.register_blueprint(blueprint)


def _store(database: Database, events: list[Incoming], settings: Settings) -> list[Wake]:
    """All events of a webhook in one transaction; one that cannot be served spoils no other."""
    if not events:
        return []
    try:
        with database.write() as db:
            return [it for event in events for it in conversation.handle(db, event, settings)]
    except Exception as error:
        if isinstance(error, SQLAlchemyError) and not isinstance(error, _OF_THE_EVENT):
            raise
        failure = error
    if len(events) > 1:
        return [it for event in events for it in _store(database, [event], settings)]
    # It would fail again however often LINE sent it.
    event = events[0]
    log.error("event skipped", event_id=event.id, type=event.type, exc_info=failure)
    return []

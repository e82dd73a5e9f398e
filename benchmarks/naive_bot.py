"""What bots for LINE mostly are, for comparison: the SDK parses, Celery's `delay` passes on."""

from __future__ import annotations

import os

from celery import Celery
from flask import Flask, abort, request
from linebot.v3 import WebhookParser
from linebot.v3.exceptions import InvalidSignatureError
from linebot.v3.webhooks import MessageEvent, TextMessageContent

app = Flask(__name__)
celery = Celery("naive", broker=os.environ["NAIVE_BROKER_URL"], set_as_current=False)
celery.conf.task_ignore_result = True
parser = WebhookParser(os.environ["LINE_CHANNEL_SECRET"])


@celery.task(name="naive.paint")  # type: ignore[untyped-decorator]
def paint(_reply_token: str, _user_id: str, _text: str) -> None:
    """Paint: nobody runs it here."""


@app.post("/callback")
def callback() -> str:
    """Parse a webhook and queue each text."""
    body = request.get_data(as_text=True)
    try:
        events = parser.parse(body, request.headers.get("x-line-signature", ""))
    except InvalidSignatureError:
        abort(400)
    for event in events:
        if isinstance(event, MessageEvent) and isinstance(event.message, TextMessageContent):
            paint.delay(event.reply_token, event.source.user_id, event.message.text)
    return "OK"

"""Whoever paints for benchmarks.naive_bot: replies once to each task, as the SDK's examples do.

celery -A tests.scenarios.naive_worker worker --pool solo
"""

from __future__ import annotations

import os

from linebot.v3.messaging import (
    ApiClient,
    Configuration,
    MessagingApi,
    ReplyMessageRequest,
    TextMessage,
)

from benchmarks.naive_bot import celery as app

configuration = Configuration(
    host=os.environ["LINE_API_URL"], access_token=os.environ["LINE_CHANNEL_ACCESS_TOKEN"]
)


@app.task(name="naive.paint")  # in the place of the bot's own, which does nothing
def paint(reply_token: str, _user_id: str, text: str) -> None:
    """Reply with the words instead of a picture."""
    with ApiClient(configuration) as client:
        MessagingApi(client).reply_message(
            ReplyMessageRequest(replyToken=reply_token, messages=[TextMessage(text=text)])
        )

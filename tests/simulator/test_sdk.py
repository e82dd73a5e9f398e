"""LINE's own Python SDK takes the simulator for LINE."""

from __future__ import annotations

import json

import pytest
from linebot.v3 import WebhookParser
from linebot.v3.messaging import (
    ApiClient,
    ApiException,
    Configuration,
    FlexContainer,
    FlexMessage,
    MessagingApi,
    MessagingApiBlob,
    PushMessageRequest,
    ReplyMessageRequest,
    ShowLoadingAnimationRequest,
    TextMessage,
)

from simulator.client import AOI, GROUP, SimulatorClient
from tests.simulator.conftest import SECRET, TOKEN, Bot, picture

BUBBLE = {
    "type": "bubble",
    "body": {
        "type": "box",
        "layout": "vertical",
        "contents": [{"type": "text", "text": "受付番号 7", "wrap": True}],
    },
}


def test_the_sdk_is_at_home(sim: SimulatorClient, bot: Bot) -> None:
    sim.send(GROUP, "@絵筆 夜の富士山", wait=True)
    sim.postback(AOI, "pick:7", wait=True)
    photo = sim.send(AOI, image=picture(), wait=True)
    parser = WebhookParser(SECRET)
    message, postback, image = (
        parser.parse(raw.decode(), headers["x-line-signature"])[0] for headers, raw in bot.received
    )
    assert message.message.mention.mentionees[0].is_self is True
    assert postback.postback.data == "pick:7"
    assert image.message.content_provider.type == "line"

    with ApiClient(Configuration(host=sim.base_url, access_token=TOKEN)) as client:
        api = MessagingApi(client)
        flex = FlexMessage(altText="受付番号 7", contents=FlexContainer.from_dict(BUBBLE))
        reply = ReplyMessageRequest(
            replyToken=message.reply_token,
            messages=[TextMessage(text="はい", quoteToken=message.message.quote_token), flex],
        )
        sent = api.reply_message(reply, _request_timeout=(2, 5))
        assert [each.id for each in sent.sent_messages] == [
            each.id for each in sim.bot_messages(GROUP)
        ]
        with pytest.raises(ApiException) as refused:
            api.reply_message(reply, _request_timeout=(2, 5))
        assert json.loads(refused.value.body) == {"message": "Invalid reply token"}
        key = "123e4567-e89b-12d3-a456-426614174000"
        push = PushMessageRequest(to=AOI, messages=[TextMessage(text="はい")])
        api.push_message(push, x_line_retry_key=key)
        with pytest.raises(ApiException) as repeated:
            api.push_message(push, x_line_retry_key=key)
        assert repeated.value.status == 409
        assert repeated.value.headers["x-line-accepted-request-id"]
        api.show_loading_animation(ShowLoadingAnimationRequest(chatId=AOI, loadingSeconds=10))
        assert sim.typing(AOI)
        assert api.get_message_quota().value == 200
        assert api.get_message_quota_consumption().total_usage == 1
        assert api.get_group_member_count(GROUP).count == 3
        assert api.get_profile(AOI).display_name == "あおい"
        assert api.get_bot_info().display_name == "絵筆"
        assert MessagingApiBlob(client).get_message_content(photo.id)

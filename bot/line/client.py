"""LineClient: the calls to the Messaging API that Efude makes, one method each.

https://developers.line.biz/en/reference/messaging-api/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from bot.line.download import download
from bot.line.errors import LineError
from bot.line.models import (
    BotInfo,
    ChatKind,
    Message,
    Profile,
    Quota,
    Sent,
    WebhookEndpoint,
    WebhookTest,
)
from bot.line.transport import TIMEOUT_SECONDS, Request, Response, shared_transport

if TYPE_CHECKING:
    from bot.settings import Settings

ABSENT_STATUSES = (404, 410)  # success for a call that wants something to be gone


class LineClient:
    """Calls LINE for one channel. Thread-safe, cheap to construct, meant to be shared.

    timeout: (connect, read) in seconds for each call. A call is made once and logged once. Each
    method raises LineError, and no other error of the network.
    """

    def __init__(
        self, settings: Settings, *, timeout: tuple[float, float] = TIMEOUT_SECONDS
    ) -> None:
        self._transport = shared_transport(
            settings.line_api_url, settings.line_channel_access_token
        )
        self._timeout = timeout

    @property
    def clock_skew(self) -> float | None:
        """Seconds by which this machine's clock is ahead of LINE's; None before LINE answered."""
        return self._transport.clock_skew

    def preload_sdk(self) -> None:
        """Import the SDK now (over a second) rather than within the first call."""
        self._transport.sdk_client()

    def reply(self, token: str, messages: Sequence[Message]) -> Sent:
        """Send 1 to 5 message objects with a reply token, free of charge.

        A token works once, within about a minute. After LineError.ambiguous it may be spent and
        the messages shown: do not reply with it again.
        https://developers.line.biz/en/reference/messaging-api/#send-reply-message
        """
        body = {"replyToken": token, "messages": list(messages)}
        return _sent(self._call(Request("POST", "/v2/bot/message/reply", body=body, sends=True)))

    def push(self, to: str, messages: Sequence[Message], retry_key: str) -> Sent:
        """Send 1 to 5 message objects to a user, group or room; each recipient costs one message.

        retry_key: a UUID, the same for each try of one delivery with the same messages. LINE
        remembers it for 24 hours. A key that LINE had accepted before counts as success, with
        Sent.duplicate and the request id of the accepted call. LINE answers 200 even if a person
        has blocked the bot, who then gets nothing.
        https://developers.line.biz/en/reference/messaging-api/#send-push-message
        https://developers.line.biz/en/docs/messaging-api/retrying-api-request/
        """
        response = self._call(
            Request(
                "POST",
                "/v2/bot/message/push",
                body={"to": to, "messages": list(messages)},
                headers={"X-Line-Retry-Key": retry_key},
                sends=True,
                accept=(409,),
            )
        )
        return _sent(response)

    def validate(self, kind: Literal["reply", "push"], messages: Sequence[Message]) -> None:
        """Have LINE check messages without sending them.

        Raises LineError bad_request, which names the fault.
        https://developers.line.biz/en/reference/messaging-api/#validate-message-objects-of-reply-message
        """
        path = f"/v2/bot/message/validate/{kind}"
        self._call(Request("POST", path, body={"messages": list(messages)}))

    def show_loading(self, user_id: str, seconds: int = 60) -> None:
        """Show the loading animation in a 1:1 chat until a message arrives or the time is up.

        seconds: LINE takes 5 to 60 in steps of 5; other values are rounded up into that range.
        LINE refuses groups with 400.
        https://developers.line.biz/en/reference/messaging-api/#display-a-loading-indicator
        """
        steps = min(12, max(1, -(-seconds // 5)))
        body = {"chatId": user_id, "loadingSeconds": steps * 5}
        self._call(Request("POST", "/v2/bot/chat/loading/start", body=body))

    def quota(self) -> Quota:
        """Return the month's message limit and consumption; two calls.

        https://developers.line.biz/en/reference/messaging-api/#get-quota
        """
        plan = self._get("/v2/bot/message/quota", "type")
        limit = None if plan["type"] == "none" else plan.get("value")
        consumption = self._get("/v2/bot/message/quota/consumption", "totalUsage")
        return Quota(limit if limit is None else int(limit), int(consumption["totalUsage"]))

    def member_count(self, chat_id: str, kind: ChatKind) -> int:
        """Return how many people, without the bot, a push to this chat reaches and costs."""
        if kind == "user":
            return 1
        path = f"/v2/bot/{kind}/{{chat}}/members/count"
        return int(self._get(path, "count", ids={"chat": chat_id})["count"])

    def profile(self, user_id: str, chat_id: str | None = None, kind: ChatKind = "user") -> Profile:
        """Return a person's profile; with a group or room, also of one who is no friend of the bot.

        Raises LineError not_found: no friend who never wrote, has blocked the bot, or has left.
        https://developers.line.biz/en/reference/messaging-api/#get-profile
        """
        path, ids = "/v2/bot/profile/{user}", {"user": user_id}
        if kind != "user" and chat_id is not None:
            path, ids = f"/v2/bot/{kind}/{{chat}}/member/{{user}}", {"chat": chat_id, **ids}
        profile = self._get(path, "displayName", ids=ids)
        return Profile(
            user_id=user_id,
            display_name=str(profile["displayName"]),
            picture_url=profile.get("pictureUrl"),
            language=profile.get("language"),
        )

    def content(
        self, message_id: str, limit: int = 10 * 1024 * 1024, deadline: float = 60.0
    ) -> bytes:
        """Return a file that a person sent: at most `limit` bytes within `deadline` seconds.

        Raises LineError not_ready: try again soon; not_found: unknown, unsent (410) or expired;
        too_large: over `limit`, of which at most 64 KiB more was read. Fetch a file soon: LINE
        does not say how long it is kept.
        https://developers.line.biz/en/reference/messaging-api/#get-content
        """
        request = Request("GET", "/v2/bot/message/{message}/content", ids={"message": message_id})
        return download(
            self._transport, request, limit=limit, deadline=deadline, timeout=self._timeout
        )

    def leave(self, chat_id: str, kind: Literal["group", "room"]) -> None:
        """Leave a group or room; having left already is fine."""
        path = f"/v2/bot/{kind}/{{chat}}/leave"
        self._call(Request("POST", path, ids={"chat": chat_id}, accept=ABSENT_STATUSES))

    def bot_info(self) -> BotInfo:
        """Return whose token this is; the cheapest proof that token and network are right."""
        info = self._get("/v2/bot/info", "userId")
        return BotInfo(
            user_id=str(info["userId"]),
            basic_id=str(info.get("basicId", "")),
            display_name=str(info.get("displayName", "")),
            chat_mode=str(info.get("chatMode", "")),
        )

    def webhook_endpoint(self) -> WebhookEndpoint | None:
        """Return the webhook URL set in the console; None if there is none (LINE answers 404).

        https://developers.line.biz/en/reference/messaging-api/#get-webhook-endpoint-information
        """
        try:
            endpoint = self._get("/v2/bot/channel/webhook/endpoint", "endpoint")
        except LineError as error:
            if error.code == "not_found":
                return None
            raise
        return WebhookEndpoint(str(endpoint["endpoint"]), bool(endpoint.get("active")))

    def set_webhook_endpoint(self, url: str) -> None:
        """Have LINE send webhooks to this URL; it may take a minute until LINE does.

        url: https, at most 500 characters. Raises LineError bad_request for another. Whether
        webhooks are sent at all ("Use webhook") only the console can change.
        https://developers.line.biz/en/reference/messaging-api/#set-webhook-endpoint-url
        """
        self._call(Request("PUT", "/v2/bot/channel/webhook/endpoint", body={"endpoint": url}))

    def test_webhook(self, url: str | None = None) -> WebhookTest:
        """Have LINE send a signed webhook without events, now, to the URL set in the console.

        url: another one to send it to. LINE answers 400, LineError bad_request, if its host has
        no address.
        This is the only way to know that our channel secret is the one that LINE signs with. LINE
        allows 60 of these calls an hour.
        https://developers.line.biz/en/reference/messaging-api/#test-webhook-endpoint
        """
        body = {} if url is None else {"endpoint": url}
        result = self._call(Request("POST", "/v2/bot/channel/webhook/test", body=body)).body
        return WebhookTest(
            success=result.get("success") is True,
            status=int(result.get("statusCode") or 0),
            reason=str(result.get("reason", "")),
        )

    def _get(self, path: str, key: str, ids: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return a JSON object that contains `key`; guessing a missing number could cost money."""
        response = self._call(Request("GET", path, ids=ids or {}))
        if key in response.body:
            return response.body
        raise LineError(
            f"LINE answered {response.status} to GET {path} without {key!r}. "
            "Is something between us and LINE that answers in its place?",
            permanent=False,
            code="server_error",
            status=response.status,
            request_id=response.request_id,
        )

    def _call(self, request: Request) -> Response:
        return self._transport.call(request, self._timeout)


def _sent(response: Response) -> Sent:
    """Never raises: at this point the messages are in the chat, whatever the body looks like."""
    listed = response.body.get("sentMessages")
    listed = listed if isinstance(listed, list) else []
    ids = [
        str(message["id"]) for message in listed if isinstance(message, dict) and "id" in message
    ]
    if response.status == 409:
        request_id = response.accepted_request_id or response.request_id or ""
        return Sent(request_id, ids, duplicate=True)
    return Sent(response.request_id or "", ids)

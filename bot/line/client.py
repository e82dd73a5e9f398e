"""LineClient: the calls to the Messaging API that Efude makes, one method each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from bot.line.errors import LineError, from_answer
from bot.line.transport import TIMEOUT, Answer, Transport, shared

if TYPE_CHECKING:
    from bot.settings import Settings

ChatKind = Literal["user", "group", "room"]
GONE = (404, 410)  # what of many things is as good as their absence
Message = Mapping[str, Any]


@dataclass(frozen=True)
class Sent:
    """LINE took the messages. `duplicate`: an earlier try with this retry key had sent them."""

    request_id: str
    message_ids: list[str] = field(default_factory=list)
    duplicate: bool = False


@dataclass(frozen=True)
class Quota:
    """Messages of this month that count. `limit` is None for a plan without one; `used` is LINE's
    approximation and includes what was sent from the Official Account Manager."""

    limit: int | None
    used: int

    @property
    def left(self) -> int | None:
        return None if self.limit is None else max(0, self.limit - self.used)


@dataclass(frozen=True)
class Profile:
    """A person as LINE shows them; `picture_url` and `language` are often absent."""

    user_id: str
    display_name: str
    picture_url: str | None = None
    language: str | None = None


@dataclass(frozen=True)
class BotInfo:
    """The account whose token we hold. chat_mode must be "bot": in "chat" no replies are meant."""

    user_id: str
    basic_id: str
    display_name: str
    chat_mode: str


@dataclass(frozen=True)
class WebhookEndpoint:
    """Where LINE sends webhooks, and whether "Use webhook" is on in the console."""

    url: str
    active: bool


@dataclass(frozen=True)
class WebhookTest:
    """How a webhook that LINE sent as a test was answered. reason: LINE's word for it, such as
    OK, COULD_NOT_CONNECT or ERROR_STATUS_CODE."""

    success: bool
    status: int
    reason: str


class LineClient:
    """Calls LINE for one channel; thread-safe, cheap to make, to be shared.

    Each call has a (connect, read) timeout in seconds, is made once, and is logged once. Each
    method raises LineError and nothing else of the network's.
    """

    def __init__(self, settings: Settings, *, timeout: tuple[float, float] = TIMEOUT) -> None:
        self._transport: Transport = shared(
            settings.line_api_url, settings.line_channel_access_token
        )
        self._timeout = timeout

    @property
    def skew(self) -> float | None:
        """Seconds that this machine's clock is ahead of LINE's; None before LINE told the time."""
        return self._transport.skew

    def open(self) -> None:
        """Imports the SDK now (over a second) instead of within the first call."""
        self._transport.client()

    def reply(self, token: str, messages: Sequence[Message]) -> Sent:
        """Sends 1..5 message objects with a reply token, free of charge.

        A token works once, within about a minute (Messaging API reference, "Reply token"). After
        LineError.ambiguous it may be spent and the messages shown: do not reply again with it.
        """
        body = {"replyToken": token, "messages": list(messages)}
        return _sent(self._call("POST", "/v2/bot/message/reply", body=body, sends=True))

    def push(self, to: str, messages: Sequence[Message], retry_key: str) -> Sent:
        """Sends 1..5 message objects to a user, group or room; each recipient costs one message.

        `retry_key` is a UUID, the same for each try of one delivery with the same messages; LINE
        remembers it for 24 hours (Messaging API docs, "Retry failed API requests"). A key that LINE
        had accepted before is success: Sent.duplicate, with the accepted call's request id.
        A person who has blocked the bot gets nothing, and LINE still answers 200.
        """
        answer = self._call(
            "POST",
            "/v2/bot/message/push",
            body={"to": to, "messages": list(messages)},
            headers={"X-Line-Retry-Key": retry_key},
            sends=True,
            accept=(409,),
        )
        return _sent(answer)

    def validate(self, kind: Literal["reply", "push"], messages: Sequence[Message]) -> None:
        """Has LINE check the messages without sending; LineError bad_request names the fault."""
        path = f"/v2/bot/message/validate/{kind}"
        self._call("POST", path, body={"messages": list(messages)})

    def show_loading(self, user_id: str, seconds: int = 60) -> None:
        """Shows the loading animation in a 1:1 chat until a message arrives or time is up.

        LINE takes 5..60 in steps of 5; other values are rounded up into that range. Groups are
        refused with 400 (Messaging API reference, "Display a loading animation").
        """
        steps = min(12, max(1, -(-seconds // 5)))
        body = {"chatId": user_id, "loadingSeconds": steps * 5}
        self._call("POST", "/v2/bot/chat/loading/start", body=body)

    def quota(self) -> Quota:
        """The month's message limit and what of it is used; two calls."""
        plan = self._get("/v2/bot/message/quota", "type")
        limit = None if plan["type"] == "none" else plan.get("value")
        used = self._get("/v2/bot/message/quota/consumption", "totalUsage")
        return Quota(limit if limit is None else int(limit), int(used["totalUsage"]))

    def member_count(self, chat_id: str, kind: ChatKind) -> int:
        """How many people, the bot not counted, a push to this chat reaches and costs."""
        if kind == "user":
            return 1
        path = f"/v2/bot/{kind}/{{chat}}/members/count"
        return int(self._get(path, "count", ids={"chat": chat_id})["count"])

    def profile(self, user_id: str, chat_id: str | None = None, kind: ChatKind = "user") -> Profile:
        """A person's profile; with a group's or room's id also of one who is no friend of the bot.

        LineError not_found: no friend and never wrote, blocked the bot, or left.
        """
        path, ids = "/v2/bot/profile/{user}", {"user": user_id}
        if kind != "user" and chat_id is not None:
            path, ids = f"/v2/bot/{kind}/{{chat}}/member/{{user}}", {"chat": chat_id, **ids}
        found = self._get(path, "displayName", ids=ids)
        return Profile(
            user_id=user_id,
            display_name=str(found["displayName"]),
            picture_url=found.get("pictureUrl"),
            language=found.get("language"),
        )

    def content(
        self, message_id: str, limit: int = 10 * 1024 * 1024, deadline: float = 60.0
    ) -> bytes:
        """A picture (or other file) that a person sent, at most `limit` bytes in `deadline` s.

        LineError not_ready: try again soon; not_found: unknown, unsent (410) or expired;
        too_large: over `limit`, of which at most 64 KiB more was read.
        Fetch it soon: LINE keeps it for an unstated time (Messaging API reference, "Get content").
        """
        return self._transport.download(
            "/v2/bot/message/{message}/content",
            ids={"message": message_id},
            limit=limit,
            deadline=deadline,
            timeout=self._timeout,
        )

    def leave(self, chat_id: str, kind: Literal["group", "room"]) -> None:
        """Leaves a group or room; having left already is fine."""
        self._call("POST", f"/v2/bot/{kind}/{{chat}}/leave", ids={"chat": chat_id}, accept=GONE)

    def bot_info(self) -> BotInfo:
        """Whose token this is; the cheapest proof that token and network are right."""
        found = self._get("/v2/bot/info", "userId")
        return BotInfo(
            user_id=str(found["userId"]),
            basic_id=str(found.get("basicId", "")),
            display_name=str(found.get("displayName", "")),
            chat_mode=str(found.get("chatMode", "")),
        )

    def webhook_endpoint(self) -> WebhookEndpoint | None:
        """The webhook URL set in the console; None when there is none (LINE answers 404)."""
        try:
            found = self._get("/v2/bot/channel/webhook/endpoint", "endpoint")
        except LineError as error:
            if error.code == "not_found":
                return None
            raise
        return WebhookEndpoint(str(found["endpoint"]), bool(found.get("active")))

    def test_webhook(self) -> WebhookTest:
        """Has LINE send a signed webhook without events to the URL set in the console, now.

        The one way to know that our channel secret is the one that LINE signs with. LINE allows
        60 of these calls an hour.
        """
        answer = self._call("POST", "/v2/bot/channel/webhook/test", body={})
        found = answer.body
        return WebhookTest(
            success=found.get("success") is True,
            status=int(found.get("statusCode") or 0),
            reason=str(found.get("reason", "")),
        )

    def _get(self, path: str, key: str, ids: Mapping[str, str] | None = None) -> dict[str, Any]:
        """A JSON object that holds `key`; guessing a missing number could cost money."""
        answer = self._call("GET", path, ids=ids)
        if key in answer.body:
            return answer.body
        raise LineError(
            f"LINE answered {answer.status} to GET {path} without {key!r}. "
            "Is something between us and LINE that answers in its place?",
            permanent=False,
            code="server_error",
            status=answer.status,
            request_id=answer.request_id,
        )

    def _call(
        self,
        method: str,
        path: str,
        *,
        ids: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        sends: bool = False,
        accept: tuple[int, ...] = (),
    ) -> Answer:
        answer = self._transport.call(
            method,
            path,
            ids=ids,
            body=body,
            headers=headers,
            sends=sends,
            accept=accept,
            timeout=self._timeout,
        )
        if answer.ok or answer.status in accept:
            return answer
        raise from_answer(
            f"{method} {path}",
            answer.status,
            answer.body,
            request_id=answer.request_id,
            sends=sends,
        )


def _sent(answer: Answer) -> Sent:
    """Never raises: at this point the messages are in the chat, whatever the body looks like."""
    listed = answer.body.get("sentMessages")
    listed = listed if isinstance(listed, list) else []
    ids = [str(it["id"]) for it in listed if isinstance(it, dict) and "id" in it]
    if answer.status == 409:
        return Sent(answer.accepted_request_id or answer.request_id or "", ids, duplicate=True)
    return Sent(answer.request_id or "", ids)

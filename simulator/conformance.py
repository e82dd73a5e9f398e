"""`line-simulator check`: does a bot keep LINE's rules for webhooks and replies?

The simulator takes LINE's place, plays each rule against the bot, and tells what it saw. A rule
that a bot shows no sign of (it answers no text, say) is told as not seen, and does not fail.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from simulator import ids
from simulator.client import SimulatorClient
from simulator.client_types import WebhookResult
from simulator.people import BOT

Json = dict[str, Any]
LATE_MS = 2000  # "Check webhook error statistics": later is a time-out
EXPIRED_SECONDS = 0.001
SENDING = ("/message/reply", "/message/push", "/message/multicast")
# The pages under https://developers.line.biz/en/
REFERENCE = "reference/messaging-api/#"
DOCS = "docs/messaging-api/"


@dataclass(frozen=True)
class Verdict:
    """How a bot kept one rule: kept True or False, or None if it could not be seen."""

    rule: str
    source: str
    kept: bool | None
    saw: str


@dataclass
class Conformance:
    """Plays the rules against the bot of one simulator, as a person of its own.

    text: what people write; a bot should answer it. patience: seconds for which an answer is
    awaited. quiet: seconds without a call of the bot after which nothing more is expected.
    """

    line: SimulatorClient
    text: str = "こんにちは"
    patience: float = 20.0
    quiet: float = 3.0
    _person: str = field(default="", init=False)
    _before: int = field(default=-1, init=False)  # the log's last entry before the first message
    _sent: str = field(default="", init=False)  # webhookEventId of that message

    def run(self) -> Iterator[Verdict]:
        """Play all rules, and yield a verdict on each as soon as it is reached."""
        self._person = self.line.add_person("検査")
        self.line.follow(self._person, wait=True)
        self._settle()
        for rule, source, play in self._rules():
            yield Verdict(rule, source, *play())

    def _rules(self) -> Iterator[tuple[str, str, Callable[[], tuple[bool | None, str]]]]:
        signature = f"{DOCS}verify-webhook-signature/"
        receiving = f"{DOCS}receiving-messages/"
        reply = f"{REFERENCE}send-reply-message"
        yield "A webhook without events is answered by 200", receiving, self._empty
        yield "A forged signature is refused", signature, self._forged
        yield "A missing signature is refused", signature, self._unsigned
        statistics = f"{DOCS}check-webhook-error-statistics/"
        yield "A message is answered by 200 within two seconds", statistics, self._message
        yield "A reply token is used once", reply, self._once
        yield "An event that comes again is answered once", receiving, self._again
        yield "Events and messages of unknown kinds do no harm", f"{REFERENCE}webhooks", self._new
        yield "A reply token that has expired is not tried again", reply, self._expired
        yield "The bot still answers at the end", receiving, self._alive

    # What people do, and what the bot did

    def _event(self, **changes: Any) -> Json:
        """A message of the person that no chat shows."""
        return {
            "type": "message",
            "mode": "active",
            "timestamp": ids.now_ms(),
            "webhookEventId": ids.ulid(),
            "deliveryContext": {"isRedelivery": False},
            "source": {"type": "user", "userId": self._person},
            "replyToken": ids.token(),
            "message": {
                "id": ids.message_id(),
                "type": "text",
                "text": self.text,
                "quoteToken": ids.quote_token(),
            },
        } | changes

    def _post(self, *events: Json, **options: Any) -> WebhookResult:
        body = {"destination": BOT, "events": list(events)}
        return self.line.raw(body, **options)

    def _say(self) -> Json:
        """Send the text, and return what became of its webhook."""
        self.line.send(self._person, self.text, wait=True)
        return next(
            sent
            for sent in reversed(self.line.webhooks())
            if any(event["source"].get("userId") == self._person for event in sent["events"])
        )

    def _calls(self, after: int = -1) -> list[Json]:
        """The bot's calls that send the person something, after an entry of the log."""
        return [
            entry
            for entry in self.line.log()
            if entry["seq"] > after
            and entry["path"].endswith(SENDING)
            and entry["chat"] in (self._person, None)  # None: the token or the receiver is unknown
        ]

    def _mark(self) -> int:
        return max((entry["seq"] for entry in self.line.log()), default=-1)

    def _settle(self) -> None:
        """Wait until the bot has sent nothing for `quiet` seconds, or patience ends."""
        deadline = time.monotonic() + self.patience
        count, since = len(self._calls()), time.monotonic()
        while time.monotonic() < min(since + self.quiet, deadline):
            time.sleep(0.1)
            if (now := len(self._calls())) != count:
                count, since = now, time.monotonic()

    def _wait_for_calls(self, after: int) -> list[Json]:
        """Return the bot's calls after an entry, once there is one and then silence."""
        deadline = time.monotonic() + self.patience
        while not self._calls(after) and time.monotonic() < deadline:
            time.sleep(0.1)
        self._settle()
        return self._calls(after)

    # The rules

    def _empty(self) -> tuple[bool, str]:
        return _accepted(self._post())

    def _forged(self) -> tuple[bool, str]:
        return _refused(self._post(self._event(), signature="Zm9yZ2Vk" * 5 + "Zm8="))

    def _unsigned(self) -> tuple[bool, str]:
        return _refused(self._post(self._event(), signature=""))

    def _message(self) -> tuple[bool, str]:
        self._before = self._mark()
        sent = self._say()
        self._sent = sent["events"][0]["webhookEventId"]
        return _accepted(WebhookResult.from_json(sent))

    def _once(self) -> tuple[bool | None, str]:
        calls = self._wait_for_calls(self._before)
        used = _tokens(calls)
        if not used:
            return None, f"it replied to nothing within {self.patience:g} s"
        twice = len(used) - len(set(used))
        return not twice, f"{twice} more replies with the same token" if twice else "one reply"

    def _again(self) -> tuple[bool | None, str]:
        if not self._calls(self._before):
            return None, "it had not answered the first time"
        mark = self._mark()
        result = self.line.redeliver(self._sent)
        accepted, saw = _accepted(result)
        if not accepted:
            return False, saw
        self._settle()
        more = len(self._calls(mark))
        if more:
            return False, f"{more} more calls; webhookEventId tells that it is the same event"
        return True, "no further answer"

    def _new(self) -> tuple[bool, str]:
        unknown = [
            self._event(type="somethingNew", somethingNew={"a": [1, None]}),
            self._event(message={"id": ids.message_id(), "type": "somethingNew"}),
            self._event(source={"type": "somethingNew"}, type="somethingNew"),
        ]
        for event in unknown:
            accepted, saw = _accepted(self._post(event))
            if not accepted:
                return False, saw
        return True, "all answered by 200"

    def _expired(self) -> tuple[bool | None, str]:
        self._settle()
        lifetime = self.line.settings()["replyTokenTtl"]
        mark = self._mark()
        try:
            self.line.settings(replyTokenTtl=EXPIRED_SECONDS)
            self.line.send(self._person, self.text, wait=True)
            calls = self._wait_for_calls(mark)
        finally:
            self.line.settings(replyTokenTtl=lifetime)
        replies = [call for call in calls if call["path"].endswith("/reply")]
        if not replies:
            return None, "it tried no reply"
        tokens = _tokens(replies)
        more = len(tokens) - len(set(tokens))
        return not more, f"{more} more tries" if more else "one try"

    def _alive(self) -> tuple[bool | None, str]:
        mark = self._mark()
        accepted, saw = _accepted(WebhookResult.from_json(self._say()))
        if not accepted:
            return False, saw
        if self._wait_for_calls(mark):
            return True, "an answer"
        return (False if self._calls() else None), "no answer"


def _tokens(calls: list[Json]) -> list[str]:
    """Return the reply tokens of calls, each as often as it was sent."""
    bodies = (call["body"] for call in calls if isinstance(call["body"], dict))
    return [str(body["replyToken"]) for body in bodies if body.get("replyToken")]


def _accepted(result: WebhookResult) -> tuple[bool, str]:
    """Judge an answer to a webhook that LINE would send."""
    if result.status == 0:
        return False, f"no answer ({result.error})"
    saw = f"{result.status} after {result.ms} ms"
    return 200 <= result.status < 300 and result.ms <= LATE_MS, saw


def _refused(result: WebhookResult) -> tuple[bool, str]:
    """Judge an answer to a webhook that LINE did not send."""
    if result.status == 0:
        return False, f"no answer ({result.error})"
    return 400 <= result.status < 500, f"{result.status}"

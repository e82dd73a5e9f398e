"""The SDK's model is asked once for each form of a text message, and for everything else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from linebot.v3.webhooks import Event
from structlog.testing import capture_logs

from bot.line import sdk_model
from bot.line.events import parse_event
from tests.bot.harness import event

MENTION = {"mentionees": [{"index": 0, "length": 3, "type": "user", "userId": "U" + "1" * 32}]}
NESTED: dict[str, Any] = {}
for _ in range(150):
    NESTED = {"of": NESTED}


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the SDK was asked about."""
    real, calls = Event.from_dict, list[Any]()

    def from_dict(content: Any) -> Any:
        calls.append(content)
        return real(content)

    monkeypatch.setattr(Event, "from_dict", from_dict)
    monkeypatch.setattr(sdk_model, "_known", set())
    return calls


def unrecognized(content: dict[str, Any]) -> bool:
    with capture_logs() as lines:
        parse_event(json.dumps(content))
    return any(line["event"] == "webhook_event.unrecognized" for line in lines)


def text(**changes: Any) -> dict[str, Any]:
    content = event("りんご")
    return {**content, **changes, "message": {**content["message"], **changes.get("message", {})}}


@pytest.mark.parametrize(
    ("content", "is_known"),
    [
        (text(), True),
        (text(message={"mention": MENTION}), True),
        (text(mode="dozing"), False),
        (text(timestamp="7"), False),
        (text(deliveryContext={"isRedelivery": "no"}), False),
        (text(message={"mention": {"mentionees": [{"index": "0"}]}}), False),
        (text(message={"mention": {"mentionees": [*MENTION["mentionees"], {"length": 1}]}}), False),
        (text(message={"id": 7}), False),
        (text(further=NESTED), True),
    ],
)
def test_what_is_known_does_not_hide_what_is_not(content: dict[str, Any], is_known: bool) -> None:
    assert not unrecognized(text())
    assert not unrecognized(text(message={"mention": MENTION}))
    for _ in range(2):
        assert unrecognized(content) is not is_known


def test_of_a_form_that_is_known_nothing_is_asked(asked: list[Any]) -> None:
    for _ in range(3):
        assert not unrecognized(event("りんご"))
        assert not unrecognized(event("夜の富士山、浮世絵風"))
    assert len(asked) == 1
    sticker = {**event("x"), "message": {"type": "sticker", "id": "1"}}
    for _ in range(2):
        assert unrecognized(sticker)


def test_the_forms_that_are_remembered_are_few() -> None:
    for number in range(sdk_model._FORMS + 50):
        assert not unrecognized(text(**{f"new{number}": 1}))
    assert len(sdk_model._known) == sdk_model._FORMS

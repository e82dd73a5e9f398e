from __future__ import annotations

import contextlib
import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.line.events import MAX_TEXT, Mention, Span, UnusableEvent, WebhookEvent, parse_event
from bot.line.webhook_body import MalformedBody, split_events
from tests.bot.harness import parse_events

USER = "U" + "a" * 32
GROUP = "C" + "d" * 32
ROOM = "R" + "e" * 32
TOKEN = "f" * 32
WHEN = 1_790_000_000_000

COMMON: dict[str, Any] = {
    "timestamp": WHEN,
    "mode": "active",
    "webhookEventId": "01JXXXXXXXXXXXXXXXXXXXXXXX",
    "deliveryContext": {"isRedelivery": False},
    "source": {"type": "user", "userId": USER},
}
GOOD: dict[str, Any] = COMMON | {
    "type": "message",
    "replyToken": TOKEN,
    "message": {"type": "text", "id": "555", "text": "夜の富士山", "quoteToken": "q1"},
}


def body(*events: object) -> bytes:
    return json.dumps({"destination": "U" + "0" * 32, "events": list(events)}).encode()


def one(event: object) -> WebhookEvent:
    (incoming,) = parse_events(body(event))
    return incoming


def changed(event: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """A copy of the event with these parts replaced; None takes a part away."""
    merged = copy.deepcopy(event) | parts
    return {name: value for name, value in merged.items() if value is not None}


def text_event(**message: Any) -> dict[str, Any]:
    return changed(GOOD, message=changed(GOOD["message"], **message))


def test_a_text_message() -> None:
    with capture_logs() as logs:
        assert one(GOOD) == WebhookEvent(
            id=COMMON["webhookEventId"],
            type="message",
            mode="active",
            redelivery=False,
            chat_id=USER,
            chat_kind="user",
            user_id=USER,
            reply_token=TOKEN,
            message_id="555",
            message_type="text",
            text="夜の富士山",
            quote_token="q1",
        )
    assert logs == []


@pytest.mark.parametrize(
    ("source", "chat"),
    [
        ({"type": "group", "groupId": GROUP, "userId": USER}, (GROUP, "group", USER)),
        ({"type": "group", "groupId": GROUP}, (GROUP, "group", None)),
        ({"type": "room", "roomId": ROOM, "userId": USER}, (ROOM, "room", USER)),
        ({"type": "user", "userId": USER}, (USER, "user", USER)),
        ({"type": "openchat", "openchatId": "X1"}, (None, None, None)),
        ({"type": "group"}, (None, "group", None)),
        ({}, (None, None, None)),
        (None, (None, None, None)),
        ("user", (None, None, None)),
        ({"type": ["user"], "userId": 5}, (None, None, None)),
    ],
)
def test_where_it_comes_from(source: object, chat: tuple[object, ...]) -> None:
    incoming = one(changed(GOOD, source=source))
    assert (incoming.chat_id, incoming.chat_kind, incoming.user_id) == chat
    assert incoming.text == "夜の富士山"


def test_mentions_emojis_and_a_quoted_message() -> None:
    incoming = one(
        text_event(
            text="@絵筆 @ゆい (love) 𩸽",
            quotedMessageId="444",
            emojis=[{"index": 8, "length": 6, "productId": "p", "emojiId": "e"}],
            mention={
                "mentionees": [
                    {"index": 0, "length": 3, "type": "user", "userId": "U0", "isSelf": True},
                    {"index": 4, "length": 3, "type": "user", "userId": "U1", "isSelf": False},
                    {"index": 4, "length": 3, "type": "all"},
                ]
            },
        )
    )
    assert incoming.mentions == (
        Mention(0, 3, True, "U0"),
        Mention(4, 3, False, "U1"),
        Mention(4, 3, False, None),
    )
    assert incoming.emojis == (Span(8, 6),)
    assert incoming.quoted_message_id == "444"


def test_mentions_of_a_kind_that_the_sdk_does_not_know() -> None:
    mentionees = [
        {"index": 0, "length": 3, "type": "everybody-awake"},
        {"index": 4, "length": 3, "type": "user", "isSelf": True},
        {"index": "4", "length": 3, "type": "user"},
        {"index": -1, "length": 3, "type": "user"},
        {"index": True, "length": 3, "type": "user"},
        "junk",
    ]
    incoming = one(text_event(mention={"mentionees": mentionees}))
    assert incoming.mentions == (Mention(0, 3, False, None), Mention(4, 3, True, None))


OTHERS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"type": "follow", "replyToken": TOKEN, "follow": {"isUnblocked": True}}, {}),
    ({"type": "unfollow"}, {"reply_token": None}),
    ({"type": "join", "replyToken": TOKEN}, {"reply_token": TOKEN}),
    ({"type": "leave"}, {"reply_token": None}),
    ({"type": "unsend", "unsend": {"messageId": "555"}}, {"message_id": "555"}),
    (
        {"type": "postback", "replyToken": TOKEN, "postback": {"data": "pick:A1B-2C3"}},
        {"postback_data": "pick:A1B-2C3"},
    ),
    (
        {"type": "postback", "postback": {"data": "d", "params": {"date": "2026-11-22"}}},
        {"postback_data": "d"},
    ),
    (
        {
            "type": "memberJoined",
            "replyToken": TOKEN,
            "joined": {"members": [{"type": "user", "userId": USER}]},
        },
        {"members": (USER,), "reply_token": TOKEN},
    ),
    (
        {"type": "memberLeft", "left": {"members": [{"type": "user", "userId": USER}]}},
        {"members": (USER,)},
    ),
    (
        {
            "type": "messageEdited",
            "replyToken": TOKEN,
            "message": {"type": "text", "id": "555", "text": "昼の富士山", "quoteToken": "q2"},
        },
        {"message_id": "555", "text": "昼の富士山", "reply_token": TOKEN, "quote_token": "q2"},
    ),
    (
        {
            "type": "message",
            "message": {
                "type": "image",
                "id": "7",
                "quoteToken": "q",
                "contentProvider": {"type": "line"},
            },
        },
        {"message_type": "image", "message_id": "7", "text": None, "quote_token": "q"},
    ),
    (
        {
            "type": "message",
            "message": {
                "type": "sticker",
                "id": "8",
                "quoteToken": "q",
                "packageId": "1",
                "stickerId": "2",
                "stickerResourceType": "STATIC",
                "keywords": ["ねこ", "うれしい"],
            },
        },
        {"message_type": "sticker", "sticker_keywords": ("ねこ", "うれしい")},
    ),
    (
        {
            "type": "message",
            "message": {"type": "location", "id": "9", "latitude": 35.0, "longitude": 1.0},
        },
        {"message_type": "location", "message_id": "9"},
    ),
]


@pytest.mark.parametrize(("event", "expected"), OTHERS, ids=[str(e["type"]) for e, _ in OTHERS])
def test_the_other_events(event: dict[str, Any], expected: dict[str, Any]) -> None:
    with capture_logs() as logs:
        incoming = one(COMMON | event)
    assert logs == [], "the SDK knows this event"
    assert incoming.type == event["type"]
    assert incoming.chat_id == USER
    assert {name: getattr(incoming, name) for name in expected} == expected


@pytest.mark.parametrize("event", [e for e, _ in OTHERS], ids=[str(e["type"]) for e, _ in OTHERS])
def test_what_the_sdk_refuses_reads_the_same(event: dict[str, Any]) -> None:
    whole = COMMON | event
    # Without a delivery context the SDK gives up, and the plain JSON is read.
    assert one(changed(whole, deliveryContext=None)) == one(whole)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (text_event(quoteToken=None), {"text": "夜の富士山", "quote_token": None}),
        (changed(GOOD, mode="dozing"), {"mode": "dozing", "text": "夜の富士山"}),
        (changed(GOOD, mode=5), {"mode": "unknown"}),
        (changed(GOOD, mode="x" * 99), {"mode": "x" * 32}),
        (changed(GOOD, mode=None), {"mode": "active"}),
        (changed(GOOD, mode="standby"), {"mode": "standby"}),
        (changed(GOOD, deliveryContext=None), {"redelivery": False, "text": "夜の富士山"}),
        (changed(GOOD, deliveryContext={"isRedelivery": True}), {"redelivery": True}),
        (changed(GOOD, deliveryContext="yes"), {"redelivery": False}),
        (changed(GOOD, type="brandNew"), {"type": "brandNew", "reply_token": TOKEN}),
        (text_event(type="hologram"), {"message_type": "hologram", "message_id": "555"}),
        (text_event(text=None), {"message_type": "text", "text": None}),
        (text_event(text=["x"]), {"text": None}),
        (text_event(id=555), {"message_id": None, "text": "夜の富士山"}),
        (changed(GOOD, message="text"), {"message_type": None, "text": None}),
        (changed(GOOD, message=None), {"message_type": None}),
        (changed(GOOD, replyToken=7), {"reply_token": None}),
        (changed(GOOD, replyToken="x" * 300), {"reply_token": None, "text": "夜の富士山"}),
        (text_event(emojis={"a": 1}), {"emojis": ()}),
        (text_event(mention=[1]), {"mentions": ()}),
        (text_event(text="a\x00b\ud800c"), {"text": "a\ufffdb\ufffdc"}),
        (text_event(text="あ" * 20_000), {"text": "あ" * MAX_TEXT}),
        (
            changed(GOOD, type="postback", postback={"data": 5, "params": 6}),
            {"postback_data": None},
        ),
        (changed(GOOD, type="memberLeft", left={"members": [5, {"userId": 5}]}), {"members": ()}),
    ],
)
def test_odd_events_are_still_served(event: dict[str, Any], expected: dict[str, Any]) -> None:
    incoming = one(event)
    assert {name: getattr(incoming, name) for name in expected} == expected
    assert incoming.id == COMMON["webhookEventId"]


def test_the_mode_is_a_plain_string() -> None:
    assert type(one(GOOD).mode) is str  # the SDK's is an enum, whose str() is "EventMode.ACTIVE"


@pytest.mark.parametrize("timestamp", [None, "soon", -5, 0, 2**70, 1.5, True])
def test_a_missing_or_wild_time_changes_nothing(timestamp: object) -> None:
    assert one(changed(GOOD, timestamp=timestamp)) == one(GOOD)


def test_an_event_without_an_id_gets_the_same_one_at_each_delivery() -> None:
    first = one(changed(GOOD, webhookEventId=None))
    again = one(changed(GOOD, webhookEventId=None, deliveryContext={"isRedelivery": True}))
    other = one(changed(text_event(id="556"), webhookEventId=None))
    assert first.id == again.id
    assert first.id != other.id
    assert 1 <= len(first.id) <= 255
    assert not first.redelivery
    assert again.redelivery


SECRET_WORDS = "ひみつの絵"
JUNK: list[tuple[object, str, str]] = [
    (None, "?", "not an object"),
    (5, "?", "not an object"),
    (SECRET_WORDS, "?", "not an object"),
    ([GOOD], "?", "not an object"),
    ({}, "?", "no type"),
    (changed(GOOD, type=None), "?", "no type"),
    (changed(GOOD, type={"text": SECRET_WORDS}), "?", "no type"),
    (changed(GOOD, type=SECRET_WORDS * 100), "?", "type is longer than 64 characters"),
    (
        changed(GOOD, webhookEventId="x" * 256),
        "message",
        "webhookEventId is longer than 255 characters",
    ),
    (
        changed(GOOD, source={"type": "user", "userId": "U" * 256}),
        "message",
        "userId is longer than 255 characters",
    ),
    (text_event(id="5" * 256), "message", "id is longer than 255 characters"),
]


@pytest.mark.parametrize(("junk", "kind", "reason"), JUNK)
def test_what_cannot_be_served_says_why(junk: object, kind: str, reason: str) -> None:
    for raw in split_events(body(junk, junk)):
        assert raw.type == kind
        with pytest.raises(UnusableEvent) as problem:
            parse_event(raw.body)
        assert str(problem.value) == reason
    assert parse_events(body(junk, GOOD, junk)) == [one(GOOD)]


def test_an_event_without_an_id_has_the_same_one_when_it_comes_again() -> None:
    """For the inbox, and for what is remembered of an event that was handled."""
    first = changed(GOOD, webhookEventId=None, deliveryContext={"isRedelivery": False})
    again = changed(GOOD, webhookEventId=None, deliveryContext={"isRedelivery": True})
    other = changed(first, timestamp=GOOD["timestamp"] + 1)
    ids = [raw.event_id for raw in split_events(body(first, again, other, "a", "b"))]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 4
    assert [one(first).id, one(again).id, one(other).id] == ids[:3]


def test_the_log_never_holds_what_people_wrote() -> None:
    events = [
        changed(GOOD, type=SECRET_WORDS, message={"type": SECRET_WORDS, "text": SECRET_WORDS}),
        text_event(text=SECRET_WORDS, quoteToken=None),
        changed(GOOD, webhookEventId=SECRET_WORDS * 100),
        changed(GOOD, source={"type": SECRET_WORDS}),
        SECRET_WORDS,
    ]
    reasons = []
    with capture_logs() as logs:
        for raw in split_events(body(*events)):
            try:
                parse_event(raw.body)
            except UnusableEvent as problem:
                reasons.append(str(problem))
    assert logs
    assert reasons
    for words in (SECRET_WORDS, USER):
        assert words not in repr(logs) + repr(reasons)


def test_the_order_is_kept() -> None:
    events = [changed(GOOD, webhookEventId=f"id{i}") for i in range(20)]
    assert [incoming.id for incoming in parse_events(body(*events))] == [
        f"id{i}" for i in range(20)
    ]


def test_an_empty_list_is_lines_connection_check() -> None:
    assert parse_events(body()) == []


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"{",
        b"\xff\xfe\xfd",
        b"null",
        b"[]",
        b'"events"',
        b"{}",
        b'{"events": null}',
        b'{"events": {"0": {}}}',
        b"[" * 100_000,
        b'{"events": [' + b"9" * 5_000 + b"]}",
    ],
)
def test_a_body_that_is_no_webhook(wrong: bytes) -> None:
    with pytest.raises(MalformedBody):
        parse_events(wrong)


def test_an_event_nested_beyond_reason() -> None:
    deep: Any = 1
    for _ in range(700):
        deep = {"source": deep}
    strange = changed(GOOD, webhookEventId=None, extra=deep)
    assert parse_events(body(strange, GOOD))[-1] == one(GOOD)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
NAMES = st.sampled_from(
    sorted(
        {
            *GOOD,
            *GOOD["message"],
            "mention",
            "mentionees",
            "emojis",
            "index",
            "length",
            "unsend",
            "postback",
            "data",
            "params",
            "joined",
            "left",
            "members",
            "userId",
            "groupId",
        }
    )
) | st.text(max_size=5)
JSON = st.recursive(
    SCALARS, lambda kids: st.lists(kids, max_size=4) | st.dictionaries(NAMES, kids, max_size=6)
)


@given(st.lists(JSON, max_size=4), st.lists(JSON, max_size=4))
def test_whatever_stands_beside_it_the_good_event_is_served(
    before: list[object], after: list[object]
) -> None:
    assert one(GOOD) in parse_events(body(*before, GOOD, *after))


def mutated(part: Any, replacements: st.DataObject) -> Any:
    """The event with a random part of it replaced by random JSON."""
    if isinstance(part, dict) and part and replacements.draw(st.integers(0, 3)):
        name = replacements.draw(st.sampled_from(sorted(part)))
        return part | {name: mutated(part[name], replacements)}
    return replacements.draw(JSON)


@given(st.data())
def test_one_damaged_property_never_raises(data: st.DataObject) -> None:
    event = data.draw(st.sampled_from([GOOD, *(COMMON | e for e, _ in OTHERS)]))
    served = parse_events(body(mutated(event, data), GOOD))
    assert served[-1] == one(GOOD)
    for incoming in served:
        assert 1 <= len(incoming.id) <= 255
        assert 1 <= len(incoming.type) <= 64
        incoming.id.encode()
        (incoming.text or "").encode()


@given(st.binary(max_size=200))
def test_any_bytes_are_parsed_or_malformed(raw: bytes) -> None:
    with contextlib.suppress(MalformedBody):
        assert parse_events(raw) == []

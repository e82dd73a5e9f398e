"""What `web` knows of an event before anybody has read it: by which ids it is found again."""

from __future__ import annotations

import pytest

from bot.line.webhook_body import MAX_EVENTS, MAX_ID, MalformedBody, split_events
from tests.bot.harness import body_of, event


@pytest.mark.parametrize(("length", "fits"), [(1, True), (MAX_ID, True), (MAX_ID + 1, False)])
def test_ids_are_kept_as_far_as_a_column_holds_them(length: int, fits: bool) -> None:
    user, group, number = (letter * length for letter in "ugn")
    source = {"type": "group", "userId": user, "groupId": group}
    [raw] = split_events(body_of(event(webhookEventId=number, source=source)))
    ids = (raw.user_id, raw.chat_key, raw.event_id)
    if fits:
        assert ids == (user, group, number)
    else:
        assert ids == (None, raw.event_id, raw.event_id), "it is a chat of its own"
        assert raw.event_id.startswith("sha256:")


def test_an_event_without_an_id_is_known_by_its_content() -> None:
    first = event("りんご", webhookEventId=None)
    again = {**first, "deliveryContext": {"isRedelivery": True}}
    other = event("みかん", webhookEventId=None)
    ids = [raw.event_id for raw in split_events(body_of(first, again, other))]
    assert ids[0] == ids[1] != ids[2]


def test_an_unsend_is_known_by_the_message_it_takes_back() -> None:
    message = event("りんご")
    unsend = event(type="unsend", unsend={"messageId": "7"})
    ids = [raw.message_id for raw in split_events(body_of(message, unsend))]
    assert ids == [message["message"]["id"], "7"]


def test_a_type_that_may_be_content_is_not_named() -> None:
    types = ["a" * 40, "a" * 41, "two words", "りんご", "", 7]
    raws = split_events(body_of(*(event(type=each) for each in types)))
    assert [raw.type for raw in raws] == ["a" * 40, "?", "?", "?", "?", "?"]


def test_so_many_events_are_no_webhook() -> None:
    assert len(split_events(body_of(*[{}] * MAX_EVENTS))) == MAX_EVENTS
    with pytest.raises(MalformedBody):
        split_events(body_of(*[{}] * (MAX_EVENTS + 1)))

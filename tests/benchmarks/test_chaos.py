"""Chaos: the plan follows from its seed, the tally sees what is wrong, the bucket stores."""

from __future__ import annotations

import urllib.error
import urllib.request
from dataclasses import replace
from typing import Any

from benchmarks.chaos.bucket import Bucket
from benchmarks.chaos.channel import Sent, Wish
from benchmarks.chaos.plan import CALLS, SERVERS, VICTIMS, Deed, make_plan
from benchmarks.chaos.tally import Tally, asked_in_doubt, judge
from benchmarks.chaos.trouble import Away
from simulator.client import Msg
from simulator.faults import Faults

DEED = Deed(7, 0, False, "wish", "赤いりんご", (0.0,), ())


def bubble(text: str = "", at: int = 1_000_000, **fields: Any) -> Msg:
    raw = {"id": "1", "seq": 1, "from": {"id": "U", "name": "絵筆", "kind": "bot"}, "at": at}
    raw |= {"type": "text", "text": text, "unsent": False, "edited": False, "via": "reply"}
    return Msg.from_json("room", raw | fields)


def job(state: str, **fields: Any) -> dict[str, Any]:
    return {"state": state, "number": "4F7-K2M", "attempts": 1, "error_code": None} | fields


def judged(
    row: dict[str, Any] | None, shown: list[Msg], messages: list[Msg], deed: Deed = DEED
) -> Tally:
    tally = Tally()
    extra = Sent({}, taken_at=1000.0) if deed.what == "taken back" else None
    wish = Wish(deed, "room", Sent({"webhookEventId": "E"}, taken_at=1000.0), extra)
    judge(tally, wish, row, shown, messages=messages, name="it")
    return tally


def test_the_same_seed_gives_the_same_plan_and_another_another() -> None:
    assert make_plan(100, 5) == make_plan(100, 5)
    assert make_plan(100, 5) != make_plan(100, 6)


def test_a_long_plan_has_every_trouble() -> None:
    plan = make_plan(1000, 1)
    kinds = [trouble.kind for trouble in plan.troubles]
    assert set(kinds) == {*(f"kill {name}" for name in VICTIMS), *SERVERS, "LINE call"}
    assert 40 <= sum(kind.startswith("kill") for kind in kinds) <= 60
    calls = {
        (trouble.endpoint, trouble.fault)
        for trouble in plan.troubles
        if trouble.kind == "LINE call"
    }
    assert calls == set(CALLS)
    assert {len(deed.delays) for deed in plan.deeds} == {1, 2, 3}
    assert {deed.what for deed in plan.deeds} == {"wish", "taken back", "asked after"}


def test_the_simulator_knows_every_fault_of_the_plan() -> None:
    faults = Faults()
    for endpoint, kind in CALLS:
        faults.add({"endpoint": endpoint, "kind": kind})


def test_what_came_was_told_or_waits_is_not_lost() -> None:
    picture, answer = bubble(), bubble("描けませんでした。受付番号 4F7-K2M")
    assert judged(job("delivered"), [picture], [picture]).came == 1
    assert judged(job("failed"), [], [answer]).told == 1
    assert judged(job("waiting"), [], [answer]).waiting == ["it"]


def test_what_did_not_come_is_lost_whatever_the_database_says() -> None:
    for each in (None, job("delivered"), job("queued"), job("failed")):
        tally = judged(each, [], [bubble("はい")])
        assert tally.lost == ["it"], each
        assert not tally.unanswered
    assert judged(None, [], []).unanswered == ["it"]


def test_a_ticket_is_no_apology() -> None:
    action = {"type": "postback", "label": "受け取る", "data": "pick:4F7-K2M"}
    ticket = bubble(
        "受付番号 4F7-K2M", quickReply={"items": [{"type": "action", "action": action}]}
    )
    assert judged(job("failed"), [], [ticket]).lost == ["it"]


def test_a_picture_that_comes_long_after_its_unsend_is_noticed() -> None:
    deed = replace(DEED, what="taken back")
    early, late = bubble(at=1_001_000), bubble(at=1_009_000)
    assert not judged(job("delivered"), [early], [], deed).shown_late
    assert judged(job("delivered"), [late], [], deed).shown_late == ["it"]
    assert judged(None, [], [], deed).taken_back == 1


def test_only_who_asks_after_a_reply_in_doubt_may_see_it_twice() -> None:
    doubt = {"state": "uncertain", "created_at": 100.0, "token_at": 90.0}
    for later, allowed in (
        ({"state": "sent", "created_at": 151.0, "token_at": 150.0}, 1),
        ({"state": "sent", "created_at": 151.0, "token_at": 95.0}, 0),  # a token from before
        ({"state": "sent", "created_at": 151.0, "token_at": None}, 0),  # a push
        ({"state": "uncertain", "created_at": 151.0, "token_at": 150.0}, 0),
    ):
        assert asked_in_doubt([doubt, later]) == allowed
        assert asked_in_doubt([later]) == 0


def test_a_trouble_covers_what_overlaps_it() -> None:
    away = Away("database", 10.0, 20.0)
    assert away.covers(5.0, 10.0, 0.0)
    assert away.covers(21.0, 22.0, 1.0)
    assert not away.covers(21.1, 22.0, 1.0)
    assert not away.covers(5.0, 9.9, 1.0)


def test_the_bucket_stores_and_refuses_on_order() -> None:
    with Bucket().serving() as bucket:
        url = f"{bucket.url}/pictures/p/1.png"
        put = urllib.request.Request(url, b"png", {"Content-Type": "image/png"}, method="PUT")
        urllib.request.urlopen(put, timeout=10).close()
        with urllib.request.urlopen(f"{url}?x=1", timeout=10) as answer:
            assert (answer.read(), answer.headers["Content-Type"]) == (b"png", "image/png")
        bucket.refuses = 10
        assert status(put) == 503
        bucket.refuses = 0
        urllib.request.urlopen(urllib.request.Request(url, method="DELETE"), timeout=10).close()
        assert status(urllib.request.Request(url)) == 404


def status(request: urllib.request.Request) -> int:
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code

"""Time from webhook to reply without the painting: the overhead of the bot for one picture."""

from __future__ import annotations

import statistics
from typing import Any

from sqlalchemy import select

from benchmarks.house import MeasuredHouse, house
from benchmarks.report import Report, percentile
from bot.store.schema import deliveries, jobs

MEDIAN, P99 = 30.0, 120.0
PICTURES = 20
WARM_UP = 2
EVERYONE = ("broker", "simulator", "web", "worker", "courier", "clock")
STAGES = {
    "web and courier: webhook sent, job stored": ("webhook", "created_at"),
    "queue gpu: the worker has it": ("created_at", "drawing_at"),
    "paint": ("drawing_at", "painted_at"),
    "store: files and rows": ("painted_at", "drawn_at"),
    "queue io: the courier has it": ("drawn_at", "begun"),
    "reply: LINE has the call": ("begun", "call"),
}


def run(*, pictures: int = PICTURES) -> Report:
    """Request pictures one by one, each when the bot is idle again."""
    report = Report("delivery")
    with house(*EVERYONE) as place:
        for _ in range(pictures + WARM_UP):
            ask(place)
            place.settle()
        every = moments(place)[WARM_UP:]
    overheads = [
        (times["call"] - times["webhook"] - (times["painted_at"] - times["drawing_at"])) * 1000
        for times in every
    ]
    report.add("without painting, median", statistics.median(overheads), "ms", at_most=MEDIAN)
    report.add("without painting, p99", percentile(overheads, 0.99), "ms", at_most=P99)
    for name, (start, end) in STAGES.items():
        report.add(f"  {name}", [(times[end] - times[start]) * 1000 for times in every], "ms")
    report.notes.append("The simulator's clock ticks in whole milliseconds.")
    report.raw["moments"] = every
    return report


def ask(place: MeasuredHouse) -> None:
    """Request a picture as a new friend of the bot, and wait for it."""
    room = place.person()
    place.simulator.send(room, "赤いりんご")
    place.simulator.wait_for(
        room, lambda message: message.by_bot and message.type == "image", 120.0
    )


def moments(place: MeasuredHouse) -> list[dict[str, float]]:
    """Return the timestamps of each picture's steps, in seconds since 1970, oldest first."""
    results = deliveries.c.job_id == jobs.c.id, deliveries.c.kind == "result"
    query = select(jobs, deliveries.c.token, deliveries.c.created_at.label("begun"))
    query = query.where(*results).order_by(jobs.c.created_at)
    with place.database.read() as db:
        rows = db.execute(query).mappings().all()
    sent = {
        event["webhookEventId"]: entry["at"] / 1000
        for entry in place.simulator.webhooks()
        for event in entry["events"]
    }
    called = {_token(entry): entry["at"] / 1000 for entry in place.simulator.log("reply")}
    names = ("created_at", "drawing_at", "painted_at", "drawn_at", "begun")
    return [
        {name: row[name] for name in names}
        | {"webhook": sent[row["event_id"]], "call": called[row["token"]]}
        for row in rows
    ]


def _token(entry: dict[str, Any]) -> str:
    return str((entry["body"] or {}).get("replyToken"))

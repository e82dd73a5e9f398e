"""CPU time of a claim and of a queue position with a long queue, on SQLite."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from benchmarks.report import Report
from bot import jobs
from bot.jobs import QUEUED
from bot.store.clock import now
from bot.store.database import Database
from bot.store.schema import jobs as table

QUEUED_JOBS, PAINTED, ROUNDS = 10_000, 20_000, 30
CLAIM_AT_MOST, PLACE_AT_MOST = 50.0, 250.0  # ms; a painting takes seconds
PATTERNS = {"one": 1, "two": 2, "fifty": 50}  # jobs of each person


def run(*, queued: int = QUEUED_JOBS, painted: int = PAINTED, rounds: int = ROUNDS) -> Report:
    """Measure with one, two and fifty queued jobs a user, and with all jobs from one user."""
    report = Report("turns")
    report.notes.append(f"{queued:,} jobs queued, {painted:,} painted by the same people before.")
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'efude.db'}")
        database.migrate()
        for name, each in {**PATTERNS, "all": queued}.items():
            with database.write() as db:
                _fill(db, queued, painted, each)
            claims, places = _measure(database, rounds)
            whose = "all are one person's" if name == "all" else f"{name} of each person"
            report.add(f"a claim, {whose}", claims, "ms", at_most=CLAIM_AT_MOST)
            report.add(f"the place of the last, {whose}", places, "ms", at_most=PLACE_AT_MOST)
            report.raw[name] = {"claims": claims, "places": places}
        database.close()
    return report


def _measure(database: Database, rounds: int) -> tuple[list[float], list[float]]:
    claims: list[float] = []
    places: list[float] = []
    last = select(table).where(table.c.state == QUEUED).order_by(table.c.created_at.desc())
    for _ in range(rounds):
        with database.write() as db:
            started = time.process_time()
            job = jobs.claim_next(db, "worker", 30.0)
            claims.append((time.process_time() - started) * 1e3)
            assert job is not None
            this_job = table.c.id == job.id
            db.execute(update(table).where(this_job).values(state="drawn", painted_at=now()))
        with database.read() as db:
            waits = db.execute(last.limit(1)).mappings().one()["id"]
            newest = jobs.get(db, waits)
            assert newest is not None
            started = time.process_time()
            jobs.queue_position(db, newest)
            places.append((time.process_time() - started) * 1e3)
    return claims, places


def _fill(db: Connection, queued: int, painted: int, each: int) -> None:
    db.execute(delete(table))
    people = max(1, queued // each)
    begin = now() - painted - queued
    rows: list[dict[str, Any]] = []
    for number in range(painted + queued):
        waits = number >= painted
        person = (number - painted) // each if waits else number % people
        at = begin + number
        rows.append(
            {
                "id": f"{number:032x}",
                "number": f"{number:07}",
                "secret": "s",
                "event_id": f"event {number}",
                "chat_id": f"U{person:032x}",
                "chat_kind": "user",
                "user_id": f"U{person:032x}",
                "language": "ja",
                "request": {"prompt": "夜の富士山、浮世絵風" * 3},
                "state": QUEUED if waits else "delivered",
                "created_at": at,
                "drawing_at": None if waits else at + 1,
                "painted_at": None if waits else at + 2,
            }
        )
    db.execute(insert(table), rows)

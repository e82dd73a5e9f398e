"""An application with something on every page of the operator's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, insert

from bot import jobs
from bot.jobs.albums import open_album
from bot.moderation import get_lists
from bot.operations import actions
from bot.settings import Settings
from bot.store import appeals, bans, chats, schema
from bot.store.clock import now
from bot.telemetry.log_stream import LogStream
from tests.bot.conversation.test_router import HARUTO
from tests.bot.harness import AOI, GROUP
from tests.bot.web.admin.browser import log_line
from tests.bot.web.album import Album


class Web:
    """A web process's application with something on every page, served to browsers."""

    def __init__(self, settings: Settings, album: Album) -> None:
        self.settings, self.house, self.album = settings, album.house, album
        self.url = settings.public_url
        self.numbers: dict[str, str] = {}
        self.furnish()

    def furnish(self) -> None:
        """One job in each state, a worker that paints and one that is silent, an alarm, a ban."""
        house = self.house
        made = {"delivered": self.album.paint("赤いりんごの絵").id, "queued": house.add()}
        made["group"] = self.album.paint(chat=GROUP, user=HARUTO, count=2).id
        made["failed"], made["drawing"] = house.add(), house.add()
        house.claim(made["failed"])
        house.claim(made["drawing"], owner="gpu-7:41/3", lease=600)
        house.change(made["drawing"], step=12, steps=30)
        about = {"model": "mame", "device": "cuda:0", "slots": 4, "active": 1, "memory": 2e9}
        about["device_memory"] = {"used": 6e9, "total": 16e9}
        received = {"quota": {"limit": 200, "used": 150, "at": now()}, "basic_id": "@efude"}
        workers = [
            ("gpu-7:41", "worker", 41, now() + 600, about),
            ("gpu-8:9", "worker", 9, now() - 100, about),
            ("web-1:3", "courier", 3, now() + 600, received),
        ]
        alarm: dict[str, Any] = {"name": "queue_old", "since": now() - 720, "seen_at": now()}
        alarm["detail"] = "2 wait, the oldest for 12 min"
        with house.database.write() as db:
            jobs.fail(db, made["failed"], "storage_failed", owner="w")
            for name, process, pid, seen, what in workers:
                row = {"id": name, "process": process, "host": name[:5], "pid": pid, "about": what}
                db.execute(insert(schema.workers).values(**row, started_at=1.0, seen_at=seen))
            db.execute(insert(schema.alarms).values(**alarm))
            actions.ban(db, HARUTO, "floods the queue")
            actions.pause(db)
            actions.remove_word(db, get_lists(), "self_harm", "首吊り自殺")
            actions.add_word(db, get_lists(), "hate", "ペンギン")
            job = jobs.get(db, made["failed"])
            assert job is not None
            chats.touch(db, AOI, "user")
            appeals.add(db, AOI, AOI, "裸の猫と○○", "sexual")
            self.secret = open_album(db, AOI)
        house.park_event("ひみつの絵")
        self.jobs = made
        self.numbers = {name: house.job(each).number for name, each in made.items()}
        for level in ("info", "warning", "error"):
            extra = {"level": level, "number": self.numbers["failed"], "job": made["failed"]}
            self.write("not painted", **extra, process="worker", exception="one\ntwo")

    def do(self, measure: Callable[[Connection], bool]) -> None:
        """Have another operator do something."""
        with self.house.database.write() as db:
            assert measure(db)

    def write(self, event: str, **fields: Any) -> None:
        """Write a line to the log."""
        stream = LogStream(self.settings)
        stream.put(log_line(event, **fields))
        stream.drain(20)
        stream.close()

    def pages(self) -> list[str]:
        """The address of every page that shows by itself."""
        number = self.numbers
        marks = [bans.fingerprint(each) for each in (AOI, HARUTO, GROUP)]
        shared = next(
            row for row in self.house.rows(schema.jobs) if row["number"] == number["group"]
        )
        return [
            *("/admin/", "/admin/job", "/admin/job?state=failed", "/admin/job?number=xyz"),
            *(f"/admin/job/{each}" for each in number.values()),
            *("/admin/log", "/admin/people", *(f"/admin/people/{mark}" for mark in marks)),
            *("/admin/words", "/admin/appeals", "/admin/settings", "/admin/audit"),
            *("/admin/inbox", "/admin/nothing"),
            *(f"/album/{self.secret}", "/album/" + "x" * 32, "/terms"),
            f"/picture/{number['group']}/{shared['secret']}/1",
        ]

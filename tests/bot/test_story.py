"""Any order of events, crashes and answers of LINE's: what must hold in every one of them.

A picture comes at most once unless somebody asks again; a token is used at most once; nothing is
brought that was taken back before; and no job is ever left where nobody would look at it again.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import structlog
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot import jobs, outbox, sweeping, tables
from bot.database import Database, now
from bot.delivery import Courier
from bot.jobs import CANCELLED, DELIVERED, DRAWING, DRAWN, FAILED, QUEUED, WAITING
from bot.line import LineError, Quota
from bot.line.client import Sent
from bot.queue import Wake
from bot.settings import Settings
from bot.storage import FolderStorage
from tests.bot.house import House

PERFECT, NOT_SENT, LOST, LANDED, DIED = "perfect", "not sent", "lost", "landed", "died"
MOODS = st.lists(st.sampled_from([PERFECT, NOT_SENT, LOST, LANDED, DIED]), max_size=2)


class Killed(BaseException):
    """The courier's process ended here."""


class Line:
    """LINE's rules for tokens and retry keys, with a mood for each of the next calls.

    The simulator knows far more, but hundreds of stories a minute are too many for HTTP.
    """

    def __init__(self) -> None:
        self.moods: list[str] = []
        self.used: Counter[str] = Counter()
        self.keys: dict[str, Any] = {}
        self.chat: list[tuple[str, str]] = []  # (way, what) in the order of arrival

    def member_count(self, chat_id: str, kind: str) -> int:
        return 1

    def quota(self) -> Quota:
        return Quota(None, 0)

    def reply(self, token: str, messages: Sequence[Mapping[str, Any]]) -> Sent:
        def land() -> None:
            if self.used[token]:
                raise _error("invalid_reply_token", permanent=True, status=400)
            self.used[token] += 1
            self.chat.append(("reply", str(messages)))

        return self._call(land)

    def push(self, to: str, messages: Sequence[Mapping[str, Any]], retry_key: str) -> Sent:
        def land() -> None:
            same = self.keys.setdefault(retry_key, (to, str(messages)))
            assert same == (to, str(messages)), "a retry key goes with one request only"
            if not self.used[retry_key]:
                self.used[retry_key] += 1
                self.chat.append(("push", str(messages)))

        return self._call(land)

    def _call(self, land: Any) -> Sent:
        mood = self.moods.pop(0) if self.moods else PERFECT
        if mood == NOT_SENT:
            raise _error("connection", permanent=False)
        if mood == LOST:
            raise _error("timeout", permanent=False, ambiguous=True)
        land()
        if mood == LANDED:
            raise _error("dropped", permanent=False, ambiguous=True)
        if mood == DIED:
            raise Killed
        return Sent("request-id")


def _error(code: Any, **more: Any) -> LineError:
    return LineError("on order", code=code, **more)


class Story(RuleBasedStateMachine):
    template: ClassVar[Path]

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="efude-story-"))
        shutil.copy(self.template, self.folder / "efude.db")
        made = Settings(
            line_channel_secret="s",
            line_channel_access_token="t",
            database_url=f"sqlite:///{self.folder / 'efude.db'}",
            pictures_dir=self.folder / "pictures",
        )
        self.database = Database(made.database_url)
        self.house = House(self.database)
        self.line = Line()
        self.storage = FolderStorage(made.pictures_dir, "http://127.0.0.1:8000")
        self.settings = replace(made, push_reserve=0)
        self.courier = Courier(self.settings, self.database, self.line, self.storage)  # type: ignore[arg-type]
        self.job = self.house.add(token="first", message="m1")
        self.asked = 0
        self.taken_back_at: int | None = None  # how much was in the chat at that moment

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()
            shutil.rmtree(self.folder)

    def state(self) -> str:
        return self.house.state(self.job)

    def bring(self, moods: list[str], act: Any) -> None:
        self.line.moods = list(moods)
        try:
            act()
        except Killed:  # its leases end some day
            self.house.change(self.job, deliver_lease=now() - 1)
            mine = tables.deliveries.c.state == outbox.SENDING
            self.house.set(tables.deliveries, mine, lease_until=now() - 1)
        self.line.moods = []

    # The worker

    @rule(owner=st.sampled_from("ab"))
    def claim(self, owner: str) -> None:
        self.house.claim(self.job, owner)

    @rule(owner=st.sampled_from("ab"))
    def painted(self, owner: str) -> None:
        from tests.bot.house import stored

        with self.database.write() as db:
            job = jobs.get(db, self.job)
            assert job is not None
            jobs.drawn(db, self.job, owner, [stored(job)], now())

    @rule(owner=st.sampled_from("ab"), counted=st.booleans())
    def given_back(self, owner: str, counted: bool) -> None:
        with self.database.write() as db:
            jobs.give_back(db, self.job, owner, counted=counted)

    @rule(owner=st.sampled_from("ab"))
    def given_up(self, owner: str) -> None:
        with self.database.write() as db:
            jobs.fail(db, self.job, "unsafe", owner=owner)

    @rule()
    def worker_dies(self) -> None:
        self.house.change(self.job, lease_until=now() - 1)
        with self.database.write() as db:
            jobs.rescue(db, 3)

    # The courier

    @rule(moods=MOODS)
    def deliver(self, moods: list[str]) -> None:
        self.bring(moods, lambda: self.courier.deliver(self.job))

    @rule(moods=MOODS)
    def tick(self, moods: list[str]) -> None:
        """Forty-six seconds after the last token came."""
        unspent = tables.reply_tokens.c.spent_at.is_(None)
        self.house.set(tables.reply_tokens, unspent, received_at=now() - 46)
        self.bring(moods, lambda: self.courier.offer_ticket(self.job))

    @rule()
    def minute_passes(self) -> None:
        self.house.set(tables.reply_tokens, tables.reply_tokens.c.token != "", received_at=0.0)

    @rule(moods=MOODS)
    def sweep(self, moods: list[str]) -> None:
        self.house.set(tables.deliveries, tables.deliveries.c.state == "ready", next_at=now() - 1)
        if self.house.job(self.job).deliver_at is not None:
            self.house.change(self.job, deliver_at=now() - 1)
        runtime: Any = SimpleNamespace(settings=self.settings, database=self.database)
        self.bring(moods, lambda: self.serve(sweeping.sweep(runtime), runtime))

    def serve(self, wakes: list[Wake], runtime: Any) -> None:
        runtime.storage = self.storage
        for wake in wakes:
            if wake.task == "deliver":
                self.courier.deliver(wake.id)
            elif wake.task == "send":
                self.courier.send(wake.id)
            elif wake.task == "erase":
                sweeping.erase(runtime, wake.id)

    # The person

    @precondition(lambda self: hasattr(self, "job") and self.state() in {DRAWN, WAITING})
    @rule()
    def tap(self) -> None:
        self.asked += 1
        self.house.tap(self.job, f"tap-{self.asked}")

    @precondition(lambda self: hasattr(self, "job") and self.state() == DELIVERED)
    @rule(moods=MOODS)
    def ask_again(self, moods: list[str]) -> None:
        self.asked += 1
        with self.database.write() as db:
            delivery = outbox.add_reply(
                db, outbox.AGAIN, token=f"tap-{self.asked}", token_at=now(), job_id=self.job
            )
        self.bring(moods, lambda: self.courier.send(delivery))

    @precondition(lambda self: hasattr(self, "job") and self.taken_back_at is None)
    @rule(moods=MOODS)
    def take_back(self, moods: list[str]) -> None:
        with self.database.write() as db:
            jobs.unsend(db, "m1")
        self.taken_back_at = len(self.line.chat)

    # What always holds

    @invariant()
    def nothing_comes_twice(self) -> None:
        if not hasattr(self, "job"):
            return
        pictures = sum("originalContentUrl" in what for _, what in self.line.chat)
        assert pictures <= 1 + self.asked
        ends = self.house.ends(self.job)
        assert ends.count(("result", "push", "sent")) <= 1
        assert sum(kind == "result" and way == "push" for kind, way, _ in ends) <= 1
        assert all(count == 1 for count in self.line.used.values() if count)

    @invariant()
    def a_picture_nobody_asked_again_for_comes_once(self) -> None:
        if hasattr(self, "job") and not self.asked:
            ends = [it for it in self.house.ends(self.job) if it[0] == "result"]
            assert sum(state == "sent" for _, _, state in ends) <= 1
            assert sum("originalContentUrl" in what for _, what in self.line.chat) <= 1

    @invariant()
    def what_was_taken_back_stays_away(self) -> None:
        if hasattr(self, "job") and self.taken_back_at is not None:
            assert len(self.line.chat) == self.taken_back_at
            assert self.state() in {CANCELLED, DELIVERED, FAILED}

    @invariant()
    def delivered_means_it_was(self) -> None:
        if hasattr(self, "job") and self.state() == DELIVERED:
            assert any("originalContentUrl" in what for _, what in self.line.chat)

    @invariant()
    def somebody_will_look_at_it(self) -> None:
        if not hasattr(self, "job"):
            return
        job = self.house.job(self.job)
        if job.state == QUEUED:
            assert job.attempts <= 3
        elif job.state == DRAWING:
            assert job.lease_until is not None
        elif job.state == DRAWN:
            assert job.deliver_at is not None
        elif job.state == WAITING:
            assert job.deliver_at is None
            assert job.finished_at is None
        elif job.state in {DELIVERED, CANCELLED}:
            assert job.finished_at is not None
            assert job.deliver_at is None


def test_every_story_ends_well(migrated: Path, own_logs: None) -> None:
    quiet = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=quiet, cache_logger_on_first_use=False)
    Story.template = migrated
    Story.TestCase.settings = settings(
        max_examples=25,
        stateful_step_count=25,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    Story.TestCase().runTest()

"""Any order of events, crashes and answers of LINE's: what must hold in every one of them.

A picture comes at most once unless somebody asks again; a token is used at most once; nothing is
brought that was taken back before; and no job is ever left where nobody would look at it again.
"""

from __future__ import annotations

import itertools
import logging
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, cast

import pytest
import structlog
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Connection

from bot import jobs
from bot.jobs import CANCELLED, DELIVERED, DRAWN, FAILED, QUEUED, WAITING
from bot.line import LineClient, LineError, Quota, Sent
from bot.queue.app import TaskMessage
from bot.settings import Settings
from bot.storage import FolderStorage
from bot.store import outbox, schema
from bot.store.clock import now
from bot.store.database import Database
from bot.tasks import sweep as sweeper
from bot.tasks.delivery import Courier
from bot.tasks.push_budget import PushBudget
from bot.tasks.sending import OutboxSender
from bot.tasks.tickets import TicketOffice
from tests.bot.harness import House

pytestmark = [pytest.mark.slow, pytest.mark.core]

PERFECT, NOT_SENT, LOST, LANDED, DIED = "perfect", "not sent", "lost", "landed", "died"
ALL = (PERFECT, NOT_SENT, LOST, LANDED, DIED)
MOODS = st.lists(st.sampled_from(ALL), max_size=2)


FUSES = st.one_of(st.none(), st.integers(0, 6))  # transactions until the courier is killed


class Killed(BaseException):
    """The courier's process ended here."""


class Doomed:
    """The courier's database: after `left` more transactions its process is no more."""

    def __init__(self, database: Database) -> None:
        self.left: int | None = None
        self.read = database.read
        self._database = database

    @contextmanager
    def write(self) -> Iterator[Connection]:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Killed
        with self._database.write() as db:
            yield db


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


def _error(code: Any, **fields: Any) -> LineError:
    return LineError("on order", code=code, **fields)


class Story(RuleBasedStateMachine):
    template: ClassVar[Path]

    @initialize(painted=st.booleans())
    def begin(self, painted: bool) -> None:
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
        self.doomed = Doomed(self.database)
        database, line, storage = (
            cast(Database, self.doomed),
            cast(LineClient, self.line),
            self.storage,
        )
        self.sender = OutboxSender(self.settings, database, line, storage)
        self.tickets = TicketOffice(self.settings, database, line, self.sender)
        budget = PushBudget(line, self.settings.push_reserve)
        self.courier = Courier(self.settings, database, storage, self.sender, budget)
        self.job = self.house.add(token="first", message="m1")
        self.asked = 0
        self.taken_back_at: int | None = None  # how much was in the chat at that moment
        if painted:
            self.house.paint(self.job)

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()
            shutil.rmtree(self.folder)

    def state(self) -> str:
        return self.house.state(self.job)

    def bring(self, moods: list[str], fuse: int | None, act: Any) -> None:
        self.line.moods, self.doomed.left = list(moods), fuse
        try:
            act()
        except Killed:  # its leases end some day
            self.house.change(self.job, deliver_lease=now() - 1)
            mine = schema.deliveries.c.state == outbox.SENDING
            self.house.set(schema.deliveries, mine, lease_until=now() - 1)
        self.line.moods, self.doomed.left = [], None

    # The worker

    @rule(owner=st.sampled_from("ab"))
    def claim(self, owner: str) -> None:
        self.house.claim(self.job, owner)

    @precondition(lambda self: hasattr(self, "job") and self.state() == QUEUED)
    @rule()
    def paint(self) -> None:
        self.house.paint(self.job)

    @rule(owner=st.sampled_from("ab"))
    def painted(self, owner: str) -> None:
        from tests.bot.harness import stored

        with self.database.write() as db:
            job = jobs.get(db, self.job)
            assert job is not None
            jobs.mark_drawn(db, self.job, owner, [stored(job)], now())

    @rule(owner=st.sampled_from("ab"), counted=st.booleans())
    def given_back(self, owner: str, counted: bool) -> None:
        with self.database.write() as db:
            jobs.requeue(db, self.job, owner, counted=counted)

    @rule(owner=st.sampled_from("ab"))
    def given_up(self, owner: str) -> None:
        with self.database.write() as db:
            jobs.fail(db, self.job, "unsafe", owner=owner)

    @rule()
    def worker_dies(self) -> None:
        self.house.change(self.job, lease_until=now() - 1)
        with self.database.write() as db:
            jobs.recover_expired(db, 3)

    # The courier

    @rule(moods=MOODS, fuse=FUSES)
    def deliver(self, moods: list[str], fuse: int | None) -> None:
        self.bring(moods, fuse, lambda: self.courier.deliver(self.job))

    @rule(moods=MOODS, fuse=FUSES)
    def tick(self, moods: list[str], fuse: int | None) -> None:
        """Forty-six seconds after the last token came."""
        unspent = schema.reply_tokens.c.spent_at.is_(None)
        self.house.set(schema.reply_tokens, unspent, received_at=now() - 46)
        self.bring(moods, fuse, lambda: self.tickets.offer_ticket(self.job))

    @rule()
    def minute_passes(self) -> None:
        self.house.set(schema.reply_tokens, schema.reply_tokens.c.token != "", received_at=0.0)

    @rule(moods=MOODS, fuse=FUSES)
    def sweep(self, moods: list[str], fuse: int | None) -> None:
        self.house.set(schema.deliveries, schema.deliveries.c.state == "ready", next_at=now() - 1)
        if self.house.job(self.job).deliver_at is not None:
            self.house.change(self.job, deliver_at=now() - 1)
        attempts = self.settings.max_attempts
        self.bring(moods, fuse, lambda: self.serve(sweeper.sweep(self.database, attempts)))

    def serve(self, wakes: list[TaskMessage]) -> None:
        for wake in wakes:
            if wake.task == "deliver":
                self.courier.deliver(wake.id)
            elif wake.task == "send":
                self.sender.send(wake.id)
            elif wake.task == "erase":
                sweeper.erase_job(self.database, self.storage, self.settings, wake.id)

    # The person

    @precondition(lambda self: hasattr(self, "job") and self.state() in {DRAWN, WAITING})
    @rule()
    def tap(self) -> None:
        self.asked += 1
        self.house.tap(self.job, f"tap-{self.asked}")

    @precondition(lambda self: hasattr(self, "job") and self.state() == DELIVERED)
    @rule(moods=MOODS, fuse=FUSES)
    def ask_again(self, moods: list[str], fuse: int | None) -> None:
        self.asked += 1
        with self.database.write() as db:
            delivery = outbox.add_reply(
                db, outbox.RESEND, token=f"tap-{self.asked}", token_at=now(), job_id=self.job
            )
        self.bring(moods, fuse, lambda: self.sender.send(delivery))

    @precondition(lambda self: hasattr(self, "job") and self.taken_back_at is None)
    @rule()
    def take_back(self) -> None:
        with self.database.write() as db:
            jobs.unsend(db, "m1")
        self.taken_back_at = len(self.line.chat)

    # What always holds

    @invariant()
    def all_is_well(self) -> None:
        if not hasattr(self, "job"):
            return
        job, ends = self.house.job(self.job), self.house.ends(self.job)
        pictures = sum("originalContentUrl" in what for _, what in self.line.chat)
        self.nothing_comes_twice(ends, pictures)
        self.somebody_will_look_at_it(job)
        if job.state == DELIVERED:
            assert pictures
        if self.taken_back_at is not None:
            assert len(self.line.chat) == self.taken_back_at, "it was taken back before"
            assert job.state in {CANCELLED, DELIVERED, FAILED}

    def nothing_comes_twice(self, ends: list[tuple[str, str, str]], pictures: int) -> None:
        assert pictures <= 1 + self.asked
        results = [(way, state) for kind, way, state in ends if kind == "result"]
        assert sum(way == "push" for way, _ in results) <= 1
        assert all(count <= 1 for count in self.line.used.values())
        if not self.asked:
            assert sum(state == "sent" for _, state in results) <= 1

    def somebody_will_look_at_it(self, job: jobs.Job) -> None:
        match job.state:
            case "queued":
                assert job.attempts <= 3
            case "drawing":
                assert job.lease_until is not None
            case "drawn":
                assert job.deliver_at is not None
            case "waiting":
                assert job.deliver_at is None
                assert job.finished_at is None
            case "delivered" | "cancelled":
                assert job.deliver_at is None
                assert job.finished_at is not None


def test_killed_at_every_instant(migrated: Path, own_logs: None) -> None:
    """Each place where a courier can die, in each mood of LINE's: the next one puts it right."""
    hush()
    Story.template = migrated
    story = Story()
    story.begin(painted=False)
    moods = [[], *([one] for one in ALL[1:]), *([LANDED, two] for two in ALL[1:])]
    cases = itertools.product(range(6), moods, (True, False))
    for number, (fuse, mood, with_token) in enumerate(cases):
        story.line.chat.clear()
        story.job = story.house.drawn(token=f"token-{number}" if with_token else None)
        story.bring(mood, fuse, lambda: story.courier.deliver(story.job))
        for _ in range(3):
            if story.state() == DRAWN:
                story.house.change(story.job, deliver_at=now() - 1, deliver_lease=None)
                story.bring([], None, lambda: story.courier.deliver(story.job))
        about = f"killed after {fuse} transactions, {mood}, token: {with_token}"
        ends = story.house.ends(story.job)
        if ends == [("result", "reply", "uncertain")]:
            assert story.state() == WAITING, about
            assert len(story.line.chat) <= 1, about
        else:
            assert story.state() == DELIVERED, about
            assert len(story.line.chat) == 1, about
        story.all_is_well()
    story.teardown()


def hush() -> None:
    quiet = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=quiet, cache_logger_on_first_use=False)


def test_every_story_ends_well(migrated: Path, own_logs: None) -> None:
    hush()
    Story.template = migrated
    Story.TestCase.settings = settings(
        max_examples=20,
        stateful_step_count=25,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    Story.TestCase().runTest()

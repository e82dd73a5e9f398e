"""A run: start everything, send the wishes, make trouble, let it settle, count."""

from __future__ import annotations

import random
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from urllib3.exceptions import HTTPError

from benchmarks.chaos import tally
from benchmarks.chaos.bucket import NAME, Bucket
from benchmarks.chaos.channel import Channel, Wish, tap, words
from benchmarks.chaos.keeper import Keeper
from benchmarks.chaos.plan import Deed, make_plan
from benchmarks.chaos.tally import Tally
from benchmarks.chaos.trouble import Away, Troubles, calmly
from bot.store.schema import inbox, jobs
from simulator.client import Msg, SimulatorClient
from tests.scenarios.house import House
from tests.scenarios.servers import PostgreSQL, postgresql

SENDING, SETTLING = 0.65, 0.25  # shares of the time at most; the rest is for counting
PAUSE_SECONDS = 0.55  # between two wishes at most
MOST_UNFINISHED = 60  # wishes; more are not sent before some are settled
ROUNDS = 6  # in which people ask for what has not come
SETTINGS = {
    "MAX_QUEUED_PER_PERSON": "100",
    "MAX_QUEUED_PER_GROUP": "0",
    "MAX_PICTURES_PER_DAY": "0",
    "STUB_STEP_SECONDS": "0.05",
}


@dataclass(frozen=True)
class Options:
    """jobs, minutes: bounds of a run. settings: beside the defaults. longest_seconds, kill_every:
    see make_plan. database: "sqlite" or "postgresql"; broker: "valkey", "redis", "rabbitmq". fork:
    see House.
    """

    jobs: int = 1000
    minutes: float = 15.0
    seed: int = 1
    database: str = "sqlite"
    broker: str = "valkey"
    settings: Mapping[str, str] = field(default_factory=dict)
    longest_seconds: float = 20.0
    kill_every: int = 20
    fork: bool = False


@dataclass(frozen=True)
class Recovery:
    """When the next worker was started and ready, and when it had the picture of the one that was
    killed: seconds since 1970."""

    started_at: float
    ready_at: float
    drawn_at: float


@dataclass
class Outcome:
    """What a run has seen. seconds: from the first wish until everything was settled.

    recoveries: of each picture whose worker was killed meanwhile.
    """

    options: Options
    tally: Tally
    keeper: Keeper
    channel: Channel
    troubles: Mapping[str, int]
    away: list[Away]
    asked_again: int
    unsettled: list[str]
    recoveries: list[Recovery]
    seconds: float


def run(options: Options, say: Callable[[str], None] = lambda line: None) -> Outcome:
    """Carry out one run. Keeps its folder, with the logs, if anything raises."""
    folder = Path(tempfile.mkdtemp(prefix="efude-chaos-"))
    with ExitStack() as stack:
        bucket = stack.enter_context(Bucket().serving())
        server = stack.enter_context(postgresql()) if options.database == "postgresql" else None
        house = _house(folder, options, bucket, server)
        stack.callback(house.close)
        say(f"starting; the logs are in {folder}")
        until = time.monotonic() + options.minutes * 60
        house.open()
        outcome = _Run(options, house, bucket, server, say).carry_out(until)
    if not wrong(outcome):
        shutil.rmtree(folder, ignore_errors=True)
    return outcome


def wrong(outcome: Outcome) -> list[str]:
    """Return what should not have happened, a line each."""
    result = outcome.tally
    ended = [
        f"{ended_by_themselve.name} with status {ended_by_themselve.status}"
        for ended_by_themselve in outcome.keeper.ended_by_themselves()
    ]
    groups = {
        "lost": result.lost,
        "doubled": result.doubled,
        "never taken": result.not_taken,
        "still waiting": result.waiting,
        "unanswered": result.unanswered,
        "link dead": result.dead_links,
        "ended by itself": ended,
        "not settled": outcome.unsettled,
    }
    return [f"{name}: {each}" for name, lines in groups.items() for each in lines]


def _house(folder: Path, options: Options, bucket: Bucket, server: PostgreSQL | None) -> House:
    storage = {
        "S3_BUCKET": NAME,
        "S3_ENDPOINT_URL": bucket.url,
        "S3_PUBLIC_URL": f"{bucket.url}/{NAME}",
        "AWS_ACCESS_KEY_ID": "chaos",
        "AWS_SECRET_ACCESS_KEY": "chaos",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    env = {**SETTINGS, **storage, **options.settings}
    url = server.new_database() if server else None
    broker, fork = options.broker, options.fork
    return House(folder / "house", None, env, broker=broker, database_url=url, fork=fork)


class _Run:
    """The parts of one run, and its moves."""

    def __init__(
        self,
        options: Options,
        house: House,
        bucket: Bucket,
        server: PostgreSQL | None,
        say: Callable[[str], None],
    ) -> None:
        self._options, self._house, self._say = options, house, say
        self._plan = make_plan(
            options.jobs,
            options.seed,
            longest_seconds=options.longest_seconds,
            kill_every=options.kill_every,
        )
        self._simulator = SimulatorClient(house.settings.line_api_url)
        self._keeper = Keeper(house)
        self._channel = Channel(house.settings.line_api_url)
        database = server.process if server else None
        self._troubles = Troubles(house, self._keeper, bucket, self._simulator, database)
        self._wishes: list[Wish] = []
        self._chats: dict[tuple[bool, int], tuple[str, str]] = {}
        self._asked_again = 0

    def carry_out(self, end: float) -> Outcome:
        """Send, settle, ask, count. end: when all of it is to be over (monotonic)."""
        self._simulator.settings(fetchImages=False, quota={"type": "none"}, replyTokenTtl=60.0)
        started = time.monotonic()
        seconds = end - started
        with self._keeper, self._channel, self._phones():
            self._send(started + SENDING * seconds)
            self._say("the last wish is sent; everything runs again")
            self._troubles.end()
            until = started + (SENDING + SETTLING) * seconds
            unsettled = self._settle(until)
            self._ask(until)
            unsettled = self._settle(until + 20.0) if unsettled else []
        return Outcome(
            self._options,
            tally.count(self._house, self._simulator, self._wishes),
            self._keeper,
            self._channel,
            self._troubles.counts,
            self._troubles.away,
            self._asked_again,
            unsettled,
            self._recoveries(),
            time.monotonic() - started,
        )

    def _send(self, until: float) -> None:
        """Send the wishes evenly over the time, and begin the troubles before them."""
        started = time.monotonic()
        pause = min(PAUSE_SECONDS, (until - started) / len(self._plan.deeds))
        troubles = list(self._plan.troubles)
        for deed in self._plan.deeds:
            while troubles and troubles[0].at <= deed.number:
                self._troubles.begin(troubles.pop(0))
            due = started + deed.number * pause
            time.sleep(max(0.0, due - time.monotonic()))
            while time.monotonic() < until and self._unfinished() > MOST_UNFINISHED:
                time.sleep(0.2)
            if time.monotonic() > until:
                self._say(f"the time is over after {len(self._wishes)} wishes")
                return
            self._wishes.append(self._channel.ask(deed, *self._chat(deed)))
            if deed.number % 50 == 49:
                self._say(f"{deed.number + 1} wishes; {self._unfinished()} are under way")

    def _chat(self, deed: Deed) -> tuple[str, str]:
        """Return the room and the user of a deed, who are made when they are needed first."""
        key = deed.group, deed.chat
        if key not in self._chats:
            self._chats[key] = self._new_chat(deed.group)
        return self._chats[key]

    def _new_chat(self, group: bool) -> tuple[str, str]:
        user = self._simulator.add_person("みお")
        if not group:
            return user, user
        others = [self._simulator.add_person(name) for name in ("りく", "そら")]
        return self._simulator.add_group("お絵描き部", [user, *others]), user

    def _unfinished(self) -> int:
        busy = jobs.c.state.in_(("queued", "drawing", "drawn"))
        result = [len(self._wishes)]

        def look() -> bool:
            result[0] = len(self._house.rows(jobs, busy)) + len(self._house.rows(inbox))
            return True

        calmly(look)
        return result[0] + self._channel.under_way()

    @contextmanager
    def _phones(self) -> Iterator[None]:
        """Tap 「受け取る」 where a ticket is the last word, for the length of a `with`."""
        closed = threading.Event()
        chance = random.Random(self._options.seed)
        thread = threading.Thread(target=self._tap, args=(closed, chance), name="phones")
        thread.start()
        try:
            yield
        finally:
            closed.set()
            thread.join()

    def _tap(self, closed: threading.Event, chance: random.Random) -> None:
        seen: set[str] = set()
        users: dict[str, str] = {}
        while not closed.wait(1.0 + chance.random()):
            users |= dict(list(self._chats.values()))
            try:
                rooms = self._simulator.rooms()
            except (HTTPError, OSError):
                continue
            for room in rooms:
                last = room["last"]
                if last is None or last["from"]["kind"] != "bot" or last["id"] in seen:
                    continue
                seen.add(last["id"])
                data = tally.ticket_of(Msg.from_json(room["id"], last))
                if data and room["id"] in users and chance.random() < 0.8:
                    self._channel.send(tap(room["id"], users[room["id"]], data))

    def _settle(self, until: float) -> list[str]:
        """Wait until nothing is under way; return what still is when the time is over."""
        while self._channel.under_way() or not calmly(lambda: not self._house.under_way()):
            if time.monotonic() > until:
                return self._house.under_way()[:20]
            time.sleep(0.3)
        return []

    def _ask(self, until: float) -> None:
        """Let people ask for what has not come, as a person would: a few times."""
        users = dict(self._chats.values())
        for number in range(ROUNDS):
            result = tally.count(self._house, self._simulator, self._wishes)
            rooms = result.rooms_to_ask
            if not rooms or time.monotonic() > until:
                return
            self._say(f"{len(rooms)} chats ask for what has not come")
            for room in rooms:
                self._asked_again += not number
                text = "受け取る" if number % 2 else "まだ？"
                self._channel.send(words(room, users[room], text))
            self._settle(min(until, time.monotonic() + 30.0))
            time.sleep(3.0)  # the phones tap what is offered
            self._settle(min(until, time.monotonic() + 30.0))

    def _recoveries(self) -> list[Recovery]:
        drawn = {row["id"]: row["drawn_at"] for row in self._house.rows(jobs)}
        return [
            Recovery(life.started_at, life.ready_at, drawn[job])
            for life in self._keeper.lives
            for job in life.jobs
            if life.started_at and life.ready_at and drawn.get(job)
        ]

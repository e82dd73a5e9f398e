"""What is a hang, what is none, and what becomes of the jobs of a worker that hangs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner

from bot import jobs
from bot.cli import cli
from bot.jobs import DRAWING, FAILED, QUEUED, Job
from bot.jobs.lifecycle import release_leases
from bot.settings import Settings
from bot.store import schema, workers
from bot.store.clock import now
from bot.store.database import Database
from bot.store.workers import Worker
from bot.tasks import lease
from bot.tasks.heartbeat import Heartbeat
from bot.tasks.lease import HangDetails, Lease
from bot.tasks.progress import FIRST_STEP_FACTOR, ProgressMonitor
from bot.tasks.runtime import Runtime
from inference import Status
from tests.bot.harness import House


class Easel:
    """A painter as far as its signs of life go."""

    def __init__(self) -> None:
        self.ticks = self.aside = 0
        self.active = 1

    def status(self) -> Status:
        return Status(0, self.active, 1, 4, self.ticks, 0.0, (), self.aside)


@pytest.fixture
def easel() -> Easel:
    return Easel()


@pytest.fixture
def runtime(settings: Settings, easel: Easel) -> Iterator[Runtime]:
    item = Runtime(replace(settings, lease_seconds=0.3, step_timeout_seconds=1.0))
    item.painter = easel  # type: ignore[assignment]
    yield item
    item.database.close()


@pytest.fixture
def ends(runtime: Runtime) -> list[HangDetails]:
    """What the process would have ended over."""
    result: list[HangDetails] = []
    runtime.on_hang = result.append
    return result


@pytest.fixture
def stepping(runtime: Runtime) -> None:
    """The worker has stepped before, quickly."""
    runtime.progress._step_seconds.extend([0.01] * 3)


@pytest.fixture
def job(runtime: Runtime, house: House) -> Job:
    result = house.claim(house.add(), f"{runtime.worker_id}/1", 0.3)
    assert result is not None
    return result


def lease_of(runtime: Runtime, job: Job) -> Lease:
    seconds = runtime.settings.lease_seconds
    return Lease(runtime.database, runtime.progress, job, seconds, runtime.on_hang)


STILL = {"still": 40.0, "step_limit": 60.0}


def for_seconds(seconds: float, act: Callable[[], Any] = lambda: None) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        act()
        time.sleep(0.05)


@pytest.mark.usefixtures("stepping")
def test_a_job_without_a_step_hangs_and_is_not_renewed_any_more(
    runtime: Runtime, job: Job, house: House, ends: list[HangDetails]
) -> None:
    with lease_of(runtime, job) as held:
        held.step, held.steps = 3, 8
        held.report_progress()
        for_seconds(2.5)
    [about] = ends
    assert (about["number"], about["step"], about["steps"]) == (job.number, 3, 8)
    assert 1.0 <= float(str(about["seconds"])) < 2.5
    kept = house.job(job.id).lease_until
    assert kept is not None
    assert kept < now(), "nobody renews what hangs"


@pytest.mark.usefixtures("stepping")
@pytest.mark.parametrize("sign", ["its own", "a neighbour's step", "a decoded picture"])
def test_whatever_goes_on_is_a_sign_of_life(
    runtime: Runtime, job: Job, easel: Easel, ends: list[HangDetails], sign: str
) -> None:
    with lease_of(runtime, job) as held:

        def go_on() -> None:
            if sign == "its own":
                held.report_progress()
            elif sign == "a neighbour's step":
                easel.ticks += 1
            else:
                easel.aside += 1

        for_seconds(2.0, go_on)
        assert runtime.progress.stalled_seconds() < 1.0
    assert ends == []
    assert runtime.progress.stalled_seconds() == 0.0


def test_before_the_first_step_there_is_more_patience(
    runtime: Runtime, job: Job, ends: list[HangDetails]
) -> None:
    """Kernels are chosen and sizes compiled in it."""
    assert runtime.progress.hang_timeout() == FIRST_STEP_FACTOR * 1.0
    with lease_of(runtime, job):
        for_seconds(2.0)
    assert ends == []


def test_a_slow_machine_is_no_hang(runtime: Runtime) -> None:
    monitor = runtime.progress
    monitor._step_seconds.extend([0.01] * 3)
    assert monitor.hang_timeout() == 1.0
    monitor._step_seconds.extend([7.0] * 4)
    assert monitor.hang_timeout() == 20 * 7.0
    compiled = ProgressMonitor(runtime.painter.status, 1.0, compiled=True)
    compiled._step_seconds.extend([0.01] * 3)
    assert compiled.hang_timeout() == FIRST_STEP_FACTOR, "any new size may have to be compiled"


def test_what_a_step_usually_takes_is_learnt_while_one_is_at_it(
    runtime: Runtime, easel: Easel
) -> None:
    monitor = ProgressMonitor(easel.status, 1.0)
    monitor.poll()
    easel.active = 0
    time.sleep(0.3)  # nobody wants a picture: that is no slow step
    monitor.poll()
    easel.active = 1
    for _ in range(3):
        time.sleep(0.05)
        easel.ticks += 1
        monitor.poll()
    assert 0.04 < max(monitor._step_seconds) < 0.25


def test_quick_paints_teach_it_too(runtime: Runtime, job: Job, easel: Easel) -> None:
    """They are over before the thread has looked twice."""
    with lease_of(runtime, job):
        time.sleep(0.04)
        easel.ticks += 4
    assert 0.01 <= max(runtime.progress._step_seconds) < 0.1
    assert runtime.progress.hang_timeout() < FIRST_STEP_FACTOR


@pytest.mark.usefixtures("stepping")
def test_a_machine_that_stood_still_itself_is_no_hang(
    runtime: Runtime,
    job: Job,
    ends: list[HangDetails],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A suspended machine, or a process that was stopped and goes on: all threads stood."""
    real, ahead = time.monotonic, [0.0]
    monkeypatch.setattr("bot.tasks.lease.time.monotonic", lambda: real() + ahead[0])
    with lease_of(runtime, job):
        time.sleep(0.4)
        ahead[0] = 600.0
        time.sleep(0.4)
    assert ends == []


def test_a_hung_worker_says_so_lets_go_and_ends(
    runtime: Runtime, job: Job, house: House, settings: Settings
) -> None:
    """For real: the process of this test's child ends by itself, with that status."""
    other = house.claim(house.add(), "elsewhere:1/1", 600.0)
    assert other is not None
    code = (
        "import sys\n"
        "from bot.tasks.heartbeat import Heartbeat\nfrom bot.telemetry import logs\n"
        "from bot.tasks.lease import exit_hung_process\n"
        "from bot.tasks.runtime import Runtime\n"
        "from bot.settings import Settings\n"
        "from sqlalchemy import update\n"
        "from bot.store.schema import jobs\n"
        "settings = Settings.from_env()\n"
        "logs.configure('worker', 'json')\n"
        "runtime = Runtime(settings)\n"
        "Heartbeat(runtime.database, 'worker', dict).write()\n"
        "with runtime.database.write() as db:\n"
        f"    mine = update(jobs).where(jobs.c.id == '{job.id}')\n"
        "    db.execute(mine.values(lease_owner=f'{runtime.worker_id}/1', lease_until=9e9))\n"
        "exit_hung_process(runtime.database, runtime.worker_id, {'number': '4F7-K2M', 'step': 3})\n"
        "print('never')\n"
    )
    environ = {
        **os.environ,
        "LINE_CHANNEL_SECRET": "s",
        "LINE_CHANNEL_ACCESS_TOKEN": "t",
        "DATABASE_URL": settings.database_url,
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == lease.HANG_EXIT_STATUS, done.stderr
    assert "never" not in done.stdout
    with house.database.read() as db:
        [worker] = workers.all_workers(db)
    assert (worker.state, worker.alive) == ("hung", False)
    assert worker.about["hung"]["number"] == "4F7-K2M"
    assert house.state(other.id) == DRAWING
    with house.database.write() as db:
        assert jobs.recover_expired(db, 3) == ([job.id], [])
    assert (house.state(job.id), house.job(job.id).attempts) == (QUEUED, 1)


def test_a_job_that_hangs_every_worker_is_parked(house: House) -> None:
    job_id = house.add()
    for attempt in (1, 2, 3):
        assert house.claim(job_id, f"host:{attempt}/x") is not None
        with house.database.write() as db:
            assert release_leases(db, f"host:{attempt}") == 1
            jobs.recover_expired(db, 3)
    result = house.job(job_id)
    assert (result.state, result.error_code) == (FAILED, "too_many_attempts")


def test_only_ones_own_jobs_are_let_go(house: House) -> None:
    for owner in ("host:1/a", "host:1/b", "host:11/a", "h_st:1/a", "other:1/a"):
        house.claim(house.add(), owner)
    with house.database.write() as db:
        assert release_leases(db, "host:1") == 2
        assert release_leases(db, "h_st:1") == 1


def test_leases_of_dead_workers_of_this_host_end_at_once(house: House) -> None:
    """Those of the living, of other hosts and of unknown owners stay; so do attempts' counts."""
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    me, alive = os.getpid(), os.getppid()
    gone = [house.add() for _ in range(3)]
    for job_id, pid in zip(gone, (ended.pid, me, 10**20), strict=True):
        house.claim(job_id, f"h_st:{pid}/a", 600.0)
    kept = [house.add() for _ in range(4)]
    owners = (f"h_st:{alive}/a", f"host:{ended.pid}/a", f"h_st2:{ended.pid}/a", "h_st:odd/a")
    for job_id, owner in zip(kept, owners, strict=True):
        house.claim(job_id, owner, 600.0)
    lease.end_leases_of_dead_workers(house.database, f"h_st:{me}")
    with house.database.write() as db:
        requeued, given_up = jobs.recover_expired(db, 3)
    assert (sorted(requeued), given_up) == (sorted(gone), [])
    assert [house.state(job_id) for job_id in kept] == [DRAWING] * 4
    assert [house.job(job_id).attempts for job_id in gone] == [1, 1, 1]


def worker(**changes: Any) -> Worker:
    made = Worker("h:1", "worker", "h", 1, now() - 60, now(), {"still": 0.0, "step_limit": 60.0})
    return made._replace(**changes)


@pytest.mark.parametrize(
    ("changes", "state", "alive"),
    [
        ({}, "alive", True),
        ({"about": {}}, "alive", True),
        ({"about": {"still": 20.0, "step_limit": 60.0}}, "alive", True),
        ({"about": {"still": 31.0, "step_limit": 60.0}}, "still", True),
        ({"seen_at": now() - 21}, "silent", False),
        ({"about": {"hung": {"number": "4F7-K2M"}}}, "hung", False),
    ],
)
def test_how_a_worker_is(changes: dict[str, Any], state: str, alive: bool) -> None:
    item = worker(**changes)
    assert (item.state, item.alive) == (state, alive)


def test_the_pulse_tells_of_monitor(runtime: Runtime, database: Database, house: House) -> None:
    with Heartbeat(
        database, "worker", lambda: {"still": runtime.progress.stalled_seconds()}
    ) as item:
        item.write()
        [row] = house.rows(schema.workers)
        assert row["about"]["still"] == 0.0


def test_who_is_ill_is_shown_in_red(house: House, settings: Settings) -> None:
    hung = {"hung": {"number": "4F7-K2M", "at": now()}}
    for pid, about, seen in ((1, {}, 0), (2, hung, 0), (3, {}, 60), (4, STILL, 0)):
        row = {"id": f"h:{pid}", "process": "worker", "host": "h", "pid": pid, "about": about}
        with house.database.write() as db:
            values = {**row, "started_at": now() - 99, "seen_at": now() - seen}
            db.execute(schema.workers.insert().values(**values))
    environ = {
        "LINE_CHANNEL_SECRET": "s",
        "LINE_CHANNEL_ACCESS_TOKEN": "t",
        "LOG_STREAM_MAX_LINES": "0",
    }
    environ["DATABASE_URL"] = settings.database_url
    shown = CliRunner().invoke(cli, ["workers"], color=True, env=environ).output
    red = {line for line in shown.splitlines() if line.startswith("\x1b[31m")}
    assert len(red) == 3
    for each in ("HUNG at 4F7-K2M", "SILENT for", "NO STEP for 40 s"):
        assert any(each in line for line in red), shown

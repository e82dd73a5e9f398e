"""What `line-simulator check` finds in an ordinary bot: a real process, a broker and a worker.

benchmarks/naive_bot.py is written as the SDK's examples and Celery's first steps are. The
simulator's README tells what is found here.
"""

from __future__ import annotations

import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from simulator.client import SimulatorClient
from simulator.conformance import Conformance
from simulator.launch import running
from tests import ROOT
from tests.bot.valkey import Valkey, valkey
from tests.scenarios.processes import START_SECONDS, Process, eventually, free_ports
from tests.simulator.test_conformance import AGAIN

SECRET, TOKEN = "the-secret-of-an-ordinary-bot", "its-token"
MESSAGE = "A message is answered by 200 within two seconds"
ALIVE = "The bot still answers at the end"


def serves(url: str) -> bool:
    """Whether the bot takes webhooks: to anything but POST it says no."""
    with suppress(OSError):
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except urllib.error.HTTPError as error:
            error.close()
            return error.code == 405
    return False


def wait_until_answered(line: SimulatorClient, processes: list[Process]) -> None:
    """Write until there is an answer: what reaches such a bot as it starts may be lost."""
    person, deadline = line.add_person("みお"), time.monotonic() + START_SECONDS
    while True:
        line.send(person, "はい")
        try:
            line.wait_for(person, lambda message: message.by_bot, 20.0)
            return
        except TimeoutError:
            if time.monotonic() > deadline:
                logs = "\n".join(process.log.read_text("utf-8")[-3000:] for process in processes)
                raise AssertionError(f"it never answered:\n{logs}") from None


@contextmanager
def ordinary_bot(folder: Path, broker: Valkey) -> Iterator[SimulatorClient]:
    """Run the bot and its worker, with a simulator in LINE's place, which is yielded."""
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}/callback"
    with running(webhook=url, secret=SECRET, token=TOKEN) as line:
        env = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "NAIVE_BROKER_URL": broker.url,
            "LINE_API_URL": line.base_url,
            "LINE_CHANNEL_SECRET": SECRET,
            "LINE_CHANNEL_ACCESS_TOKEN": TOKEN,
        }
        web = "gunicorn -c python:bot.gunicorn_conf benchmarks.naive_bot:app"
        worker = "celery -A tests.scenarios.naive_worker worker --pool solo"
        processes = [
            Process(name, command, env, folder)
            for name, command in (("naive-web", web), ("naive-worker", worker))
        ]
        try:
            for process in processes:
                process.start()
            eventually("the bot serves", lambda: serves(url), START_SECONDS, 0.2)
            wait_until_answered(line, processes)
            yield line
        finally:
            for process in processes:
                process.kill()


def broken(line: SimulatorClient, patience: float, quiet: float) -> set[str]:
    verdicts = Conformance(line, patience=patience, quiet=quiet).run()
    return {verdict.rule for verdict in verdicts if verdict.kept is False}


def test_an_ordinary_bot_answers_twice_and_loses_messages_without_a_broker(tmp_path: Path) -> None:
    """It keeps no webhookEventId, so that a redelivered event is answered again; and it has no
    other place for a message than the broker."""
    with valkey(tmp_path / "valkey") as broker, ordinary_bot(tmp_path, broker) as line:
        assert broken(line, patience=60.0, quiet=5.0) == {AGAIN}
        broker.stop()
        assert broken(line, patience=2.0, quiet=0.5) == {MESSAGE, ALIVE}

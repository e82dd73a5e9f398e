"""House: all of Efude on this machine, as real processes, with the simulator in LINE's place."""

from __future__ import annotations

import io
import json
import os
import secrets
import shlex
import shutil
import sqlite3
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
from honcho.environ import parse_procfile
from kombu import Connection
from PIL import Image
from redis import Redis
from sqlalchemy import RowMapping, Table, delete, or_, select, update
from urllib3.exceptions import HTTPError

from bot.queue.app import GPU, IO
from bot.settings import Settings
from bot.store.database import Database
from bot.store.schema import deliveries, inbox, jobs, photos
from simulator.client import Msg, SimulatorClient
from tests import ROOT
from tests.scenarios.processes import START_SECONDS, Process, eventually, free_ports
from tests.scenarios.servers import make_broker

Json = dict[str, Any]
# Open transactions of others: they are over in an instant, unless whoever opened them stands still.
_HELD = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND state LIKE 'idle in transaction%%'
AND state_change < clock_timestamp() - interval '50 milliseconds'"""
PATIENCE = 150.0  # seconds for what takes one or two on an idle machine
LOG_TAIL = 40


class PatientClient(SimulatorClient):
    """Who waits for the bot's answer to a webhook also waits until a courier has read it."""

    def __init__(self, url: str, wait_until_read: Callable[[], None]) -> None:
        super().__init__(url)
        self._wait_until_read = wait_until_read

    def call(self, method: str, path: str, body: Json | None = None) -> Any:
        answer = super().call(method, path, body)
        if method == "POST" and ((body or {}).get("wait") or path.startswith("/api/webhook/")):
            self._wait_until_read()
        return answer


class House:
    """The Procfile's processes on free ports of the loopback, in a folder of their own.

    model: a checkpoint folder; None: the embedded one. stub: whether the worker is
    tests.scenarios.stub_worker, which paints without torch; None: where no model is named.
    env: settings beside those that make the processes meet. broker: "valkey", "redis" or
    "rabbitmq". database_url: None is SQLite in the folder. fork: processes are forks of one that
    has imported what they need (tests.scenarios.zygote).
    """

    def __init__(
        self,
        folder: Path,
        model: Path | None,
        env: Mapping[str, str] | None = None,
        *,
        broker: str = "valkey",
        database_url: str | None = None,
        fork: bool = False,
        stub: bool | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._fork = fork
        self._commands = 0
        self.resting_since: float | None = None  # see tests.scenarios.rest
        is_stub = model is None if stub is None else stub
        web, line = (str(port) for port in free_ports(2))
        self.secret, self.token = secrets.token_hex(16), secrets.token_hex(32)
        stand = make_broker(broker, folder)
        self.env: dict[str, str] = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "OMP_NUM_THREADS": "1",  # the tiny model gains nothing from more
            "HF_HUB_OFFLINE": "1",
            "HOST": "127.0.0.1",
            "PORT": web,
            "SIMULATOR_PORT": line,
            "PUBLIC_URL": f"http://127.0.0.1:{web}",
            "LINE_API_URL": f"http://127.0.0.1:{line}",
            "LINE_CHANNEL_SECRET": self.secret,
            "LINE_CHANNEL_ACCESS_TOKEN": self.token,
            "BROKER_URL": stand.url,
            "DATABASE_URL": database_url or f"sqlite:///{folder / 'efude.db'}",
            "PICTURES_DIR": str(folder / "pictures"),
            "MODEL": str(model or ""),  # of the embedded one, the stub only takes the name
            "DEVICE": "cpu",
            "ENGINE_COMPILE": "off",  # translating takes longer than most stories
            "LOG_FORMAT": "json",
            **(env or {}),
        }
        self.settings = Settings.from_env(self.env)
        self.url = self.settings.public_url
        self.pictures_dir = self.settings.pictures_dir
        self._line_file = parse_procfile((ROOT / "Procfile").read_text(encoding="utf-8")).processes
        demo = parse_procfile((ROOT / "Procfile.demo").read_text(encoding="utf-8")).processes
        commands = {**stand.beside, "broker": stand.command, "simulator": demo["simulator"]}
        commands |= {name: line for name, line in self._line_file.items() if name != "release"}
        if is_stub:
            commands["worker"] = "python -m tests.scenarios.stub_worker"
        self._stand = (*stand.beside, "broker")
        self.processes = {
            name: Process(
                name,
                command,
                {**self.env, **(stand.env if name in self._stand else {})},
                folder,
                fork=fork,
                torch=name == "worker" and not is_stub,
            )
            for name, command in commands.items()
        }
        self.simulator = PatientClient(self.settings.line_api_url, self.wait_until_read)
        self.database = Database(self.settings.database_url)

    # --- processes

    def open(self) -> House:
        """Migrate, start everything, wait until it serves."""
        status, output = self._finish(self._line_file["release"], START_SECONDS)
        assert status == 0, output
        self.start(*self.processes)
        return self

    def ask(self, *words: str, status: int | None = 0) -> str:
        """Run one command as an operator would, and return what it prints; None: any status."""
        command = shlex.join(["python", "-m", "bot", *words])
        ended, output = self._finish(command, PATIENCE)
        assert status in {None, ended}, output
        return output

    def _finish(self, command: str, timeout: float) -> tuple[int, str]:
        """Run a command to its end: its exit status, and all that it prints."""
        self._commands += 1
        name = f"command-{self._commands}"
        process = Process(name, command, self.env, self.folder, fork=self._fork)
        process.start()
        try:
            return process.wait(timeout), "\n".join(process.lines())
        finally:
            process.kill()

    def close(self) -> None:
        """Kill everything; nothing of the house stays behind but its folder."""
        for process in self.processes.values():
            process.go_on()
            process.kill()
        self.simulator.close()
        self.database.close()

    def start(self, *names: str) -> None:
        """Start these processes and wait until each does its work; the broker comes first."""
        first = [name for name in self._stand if name in names]
        for group in (first, [name for name in names if name not in first]):
            for name in group:
                self.processes[name].start()
            for name in group:
                self.wait_until_ready(name)

    def kill(self, *names: str) -> None:
        """kill -9."""
        for name in names:
            self.processes[name].kill()

    def restart(self, *names: str) -> None:
        """kill -9, then start anew."""
        self.kill(*names)
        self.start(*names)

    def forget_logins(self) -> None:
        """Take back the tries at the operator's password, of which a minute has few for all."""
        with Redis.from_url(self.settings.broker_url) as broker:
            for key in broker.scan_iter("*efude:admin*"):
                broker.delete(key)

    def forget_broker(self) -> None:
        """Delete what a broker that is not running has stored."""
        for folder in (self.folder / "var" / "broker", self.folder / "redis"):
            for path in folder.rglob("*"):
                if path.is_file():
                    path.unlink()
        shutil.rmtree(self.folder / "rabbitmq" / "data", ignore_errors=True)

    @contextmanager
    def paused(self, name: str) -> Iterator[None]:
        """SIGSTOP for the length of a `with`: it hangs, but not in the midst of a transaction.

        One that stopped there would hold its locks, and nobody else could go on either.
        """
        process = self.processes[name]
        try:
            process.pause()
            while self._in_a_transaction():
                process.go_on()
                time.sleep(0.02)
                process.pause()
            yield
        finally:
            process.go_on()

    def _in_a_transaction(self) -> bool:
        """Whether somebody keeps the database from being written, for longer than a moment."""
        if not self.database.sqlite:
            with self.database.read() as db:
                return bool(db.exec_driver_sql(_HELD).scalar_one())
        with closing(sqlite3.connect(self.folder / "efude.db", 0.5, isolation_level=None)) as file:
            try:
                file.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
        return False

    @contextmanager
    def set(self, name: str, **settings: str) -> Iterator[None]:
        """Restart a process with other settings, and at the end with its own again."""
        process = self.processes[name]
        own = process.env
        process.env = {**own, **settings}
        try:
            self.restart(name)
            yield
        finally:
            process.env = own
            self.kill(name)
        self.start(name)

    def mend(self) -> None:
        """Start again whatever an earlier story left dead."""
        dead = [name for name, process in self.processes.items() if not process.alive]
        self.start(*dead)

    def wait_until_ready(self, name: str) -> None:
        """Wait until a process serves; it must not die over it."""
        process = self.processes[name]

        def ready() -> bool:
            assert process.alive, f"{name} died at its start:\n" + "\n".join(process.lines()[-20:])
            return self._ready(name)

        eventually(f"{name} is ready", ready, START_SECONDS, 0.1)

    def _ready(self, name: str) -> bool:
        with suppress(OSError, HTTPError):
            match name:
                case "web":
                    return self.get("/readyz")[0] == 200
                case "simulator":
                    return bool(self.simulator.settings())
                case "broker":
                    return self._answers()
                case "worker" | "courier":
                    return self._consumes(name)
                case _:
                    return True  # the clock and its like serve nobody: alive is all there is
        return False

    def _answers(self) -> bool:
        """Whether the broker takes connections."""
        connection = Connection(self.settings.broker_url, connect_timeout=1)
        # While it starts it refuses in many ways, some of which are the client library's own.
        with connection, suppress(*connection.connection_errors):
            connection.connect()
            return True
        return False

    def _consumes(self, name: str) -> bool:
        """Whether the broker holds a consumer of this process: it takes messages from then on."""
        with suppress(Exception):  # a broker that is just starting refuses in many ways
            if self.settings.broker_url.startswith("amqp"):
                queue = GPU if name == "worker" else IO
                with Connection(self.settings.broker_url, connect_timeout=1) as connection:
                    declared = connection.default_channel.queue_declare(queue, passive=True)
                    return int(declared.consumer_count) > 0
            with Redis.from_url(self.settings.broker_url, decode_responses=True) as broker:
                clients: Any = broker.client_list()
            waiting = {client["addr"] for client in clients if client["cmd"] in {"brpop", "blpop"}}
            sockets = psutil.Process(self.processes[name].pid).net_connections("tcp")
            return any(f"{socket.laddr.ip}:{socket.laddr.port}" in waiting for socket in sockets)
        return False

    def log_lines(self, name: str) -> list[str]:
        """Everything that a process has logged."""
        return self.processes[name].lines()

    def log_entries(self, name: str, event: str) -> list[dict[str, Any]]:
        """Every entry of an event in a process's log, which also holds what libraries print."""
        entries = []
        for line in self.log_lines(name):
            if line.startswith("{"):
                with suppress(json.JSONDecodeError):  # not ours, or not all of it is written yet
                    entries.append(json.loads(line))
        return [entry for entry in entries if entry.get("event") == event]

    def log_tails(self) -> Iterator[tuple[str, str]]:
        """The name and last lines of every log that is not empty."""
        for name, process in self.processes.items():
            if lines := process.lines()[-LOG_TAIL:]:
                yield name, "\n".join(lines)

    # --- people

    def person(self, name: str = "みお") -> str:
        """One more friend of the bot, in nobody's way; the id, which is also the chat's."""
        return self.simulator.add_person(name)

    def group(self) -> tuple[str, str]:
        """One more group of three with the bot in it: the group's id and one member's."""
        members = [self.simulator.add_person(name) for name in ("みお", "りく", "そら")]
        return self.simulator.add_group("お絵描き部", members), members[0]

    # --- looking

    def get(self, path: str) -> tuple[int, bytes]:
        """GET from the web process (or of a whole URL): status and body."""
        url = path if path.startswith("http") else self.url + path
        try:
            with urllib.request.urlopen(url, timeout=10) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, b""

    def pictures(self, room: str) -> list[Msg]:
        """The pictures that stand in a chat."""
        return [message for message in self.simulator.bot_messages(room) if message.type == "image"]

    def wait_for_picture(self, room: str, timeout: float = PATIENCE) -> Msg:
        """The first picture in a chat; its two files are fetched and must be real pictures."""
        message = self.simulator.wait_for(
            room, lambda bubble: bubble.by_bot and bubble.type == "image", timeout
        )
        assert message.image is not None
        for url in (message.image["original"], message.image["preview"]):
            status, data = self.get(url)
            assert status == 200
            with Image.open(io.BytesIO(data)) as picture:
                picture.load()
                assert min(picture.size) >= 64
        return message

    def arrives_once(self, room: str, via: str = "reply") -> None:
        """Wait until nothing is under way: the picture stands in the chat exactly once."""
        self.wait_for_state(room, "delivered")
        self.settle()
        self.wait_for_picture(room)
        assert [message.via for message in self.pictures(room)] == [via]
        results = self.deliveries(room, "result")
        assert [delivery["way"] for delivery in results if delivery["state"] == "sent"] == [via]

    def bring(self, person: str) -> None:
        """Let a picture come once: of itself while its reply token lives, else by tapping.

        A house that was down, or slow, for longer than a token lives may have had to push it.
        """
        job = self.wait_for_state(person, "waiting", "delivered", timeout=2 * PATIENCE)
        if job["state"] == "waiting":
            self.simulator.tap(
                self.simulator.wait_for(person, lambda message: message.type == "flex")
            )
        self.wait_for_state(person, "delivered")
        late = job["drawn_at"] - job["created_at"] > self.settings.reply_token_ttl_seconds
        pushed = late and self.answers("push")
        self.arrives_once(person, "push" if pushed else "reply")

    def answers(self, endpoint: str) -> list[int | None]:
        """What LINE answered to this kind of message ("reply", "push"); None: nothing."""
        return [request["status"] for request in self.simulator.log(f"/message/{endpoint}")]

    def wait_for_text(self, room: str, part: str, timeout: float = PATIENCE) -> Msg:
        """The first bubble of the bot that says this."""
        return self.simulator.wait_for(
            room,
            lambda message: message.by_bot and part in ((message.text or message.alt_text) or ""),
            timeout,
        )

    def rows(self, table: Table, *where: Any) -> list[RowMapping]:
        """Rows of a table, in no order."""
        with self.database.read() as db:
            return list(db.execute(select(table).where(*where)).mappings())

    def job(self, room: str) -> RowMapping:
        """The one job of a chat."""
        rows = self.rows(jobs, jobs.c.chat_id == room)
        assert len(rows) == 1, [row["state"] for row in rows]
        return rows[0]

    def job_by_number(self, number: str) -> RowMapping:
        """The job with this 受付番号, also when it was erased and no longer knows its chat."""
        (row,) = self.rows(jobs, jobs.c.number == number)
        return row

    def deliveries(self, room: str, kind: str) -> list[RowMapping]:
        """The deliveries of this kind ("result", "ticket", "again") for the one job of a chat."""
        of_job = deliveries.c.job_id == self.job(room)["id"]
        return self.rows(deliveries, of_job, deliveries.c.kind == kind)

    def let_reply_token_die(self, room: str) -> None:
        """Wait until LINE has failed to take the result; then its reply token is of long ago."""
        of_result = deliveries.c.job_id == self.job(room)["id"], deliveries.c.kind == "result"
        tried = (*of_result, deliveries.c.doubt)
        eventually("a reply fails", lambda: self.rows(deliveries, *tried), PATIENCE)
        with self.database.write() as db:  # time passes
            age = deliveries.c.token_at - self.settings.reply_token_ttl_seconds
            db.execute(update(deliveries).where(*of_result).values(token_at=age))

    def wait_for_state(self, room: str, *states: str, timeout: float = PATIENCE) -> RowMapping:
        """The one job of a chat, as soon as it is in one of these states."""

        def probe() -> RowMapping | None:
            rows = self.rows(jobs, jobs.c.chat_id == room, jobs.c.state.in_(states))
            return rows[0] if rows else None

        return eventually(f"the job is {' or '.join(states)}", probe, timeout)

    def wait_until_painting(self, room: str) -> RowMapping:
        """The one job of a chat, as soon as a worker is at it."""
        return self.wait_for_state(room, "drawing")

    def wait_until_read(self) -> None:
        """Wait until the inbox is empty, if there is a courier, and a broker to wake it."""

        def read() -> bool:
            works = all(self.processes[name].works for name in ("courier", "broker"))
            return not works or not self.rows(inbox, inbox.c.parked_at.is_(None))

        eventually("the inbox is read", read, PATIENCE)

    def settle(self, timeout: float = PATIENCE) -> None:
        """Wait until the database holds nothing that anybody would go on with by themselves."""
        eventually("nothing is under way any more", lambda: not self.under_way(), timeout, 0.1)

    def under_way(self) -> list[str]:
        """What is not settled yet, in words."""
        busy = or_(jobs.c.state.in_(("queued", "drawing")), jobs.c.deliver_at.is_not(None))
        erasing = jobs.c.erase_at.is_not(None) & jobs.c.erased_at.is_(None)
        sending = deliveries.c.state.in_(("ready", "sending"))
        unread = self.rows(inbox, inbox.c.parked_at.is_(None))
        jobs_left = self.rows(jobs, or_(busy, erasing))
        messages_left = self.rows(deliveries, sending)
        wanted = photos.c.next_at.is_not(None) | photos.c.erase_at.is_not(None)
        return (
            [f"{row['number']} {row['state']}" for row in jobs_left]
            + [f"{row['kind']} {row['state']}" for row in messages_left]
            + [f"photo {row['state']}" for row in self.rows(photos, wanted)]
            + [f"event {row['type']}" for row in unread]
        )

    def give_up(self) -> None:
        """Take everything that is under way off the table (after a story that failed)."""
        over = {"deliver_at": None, "erased_at": 0.0}
        busy = jobs.c.state.in_(("queued", "drawing", "drawn", "waiting"))
        with self.database.write() as db:
            db.execute(update(jobs).values(**over))
            db.execute(update(jobs).where(busy).values(state="cancelled", lease_owner=None))
            db.execute(update(deliveries).values(state="dead"))
            db.execute(delete(photos))
            db.execute(delete(inbox))

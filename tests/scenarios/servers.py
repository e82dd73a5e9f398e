"""Brokers and databases that a house can stand on, each on ports and in folders of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote

import psycopg
import pytest
from honcho.environ import parse_procfile

from scripts.servers import find_server
from tests import ROOT
from tests.scenarios.processes import START_SECONDS, Process, eventually, free_ports


@dataclass(frozen=True)
class Broker:
    """How a broker is reached and started. beside: processes that must run before it."""

    url: str
    command: str
    env: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)


def make_broker(kind: str, folder: Path) -> Broker:
    """A broker for one house: "valkey" (the Procfile's own), "redis" or "rabbitmq"."""
    if kind == "rabbitmq":
        return _rabbitmq(folder / "rabbitmq")
    (port,) = free_ports(1)
    url = f"redis://127.0.0.1:{port}/0"
    if kind == "valkey":
        procfile = parse_procfile((ROOT / "Procfile.demo").read_text(encoding="utf-8"))
        return Broker(url, procfile.processes["broker"], {"BROKER_PORT": str(port)})
    (folder / "redis").mkdir()
    command = f"{_server('redis-server')} --bind 127.0.0.1 --port {port} --dir {folder / 'redis'}"
    return Broker(url, f"{command} --appendonly yes --save ''")


def _rabbitmq(folder: Path) -> Broker:
    """RabbitMQ with a name server (epmd) of its own, so that it meets no other on the machine."""
    folder.mkdir()
    port, between, names = free_ports(3)
    (folder / "plugins").write_text("[].\n", encoding="ascii")
    (folder / "rabbitmq.conf").write_text(
        f"listeners.tcp.1 = 127.0.0.1:{port}\ndisk_free_limit.absolute = 1MB\n", encoding="ascii"
    )
    env = {
        "HOME": str(folder),  # Erlang's cookie lies there
        "RABBITMQ_NODENAME": f"efude{port}@localhost",
        "RABBITMQ_DIST_PORT": str(between),
        "ERL_EPMD_PORT": str(names),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_PID_FILE": str(folder / "pid"),
    }
    command = _server("rabbitmq-server")
    beside = {"epmd": f"epmd -port {names} -address 127.0.0.1"}
    return Broker(f"amqp://guest:guest@127.0.0.1:{port}//", command, env, beside)


class PostgreSQL:
    """A running server; `new_database` makes one more empty database and tells its URL.

    process: it can be stopped and started again, with what it holds.
    """

    def __init__(self, port: int, process: Process | None = None) -> None:
        self.port = port
        self.process = process
        self._base = f"postgresql://efude@127.0.0.1:{port}"
        self._made = 0

    def new_database(self) -> str:
        self._made += 1
        name = f"house{self._made}"
        with psycopg.connect(f"{self._base}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"{self._base}/{name}"

    def answers(self) -> bool:
        try:
            psycopg.connect(f"{self._base}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def postgresql() -> Iterator[PostgreSQL]:
    """PostgreSQL in a folder of its own for the length of a `with`.

    It refuses to run as root, so root hands it to the user that Debian's package made.
    """
    program = Path(_server("postgres")).resolve()
    folder = Path(tempfile.mkdtemp(prefix="efude-postgresql-"))  # pytest's folders are root's alone
    as_user = ""
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        as_user = "setpriv --reuid=postgres --regid=postgres --clear-groups "
    (port,) = free_ports(1)
    data, env = folder / "data", {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    initdb = program.with_name("initdb")
    options = f"-D {data} -h 127.0.0.1 -p {port} -k {folder} -c fsync=off"
    make = f"{initdb} -D {data} -U efude -A trust -E UTF8 --no-sync >&2"
    script = folder / "run"
    once = f"[ -d {data} ] || {make}"
    script.write_text(f"#!/bin/sh\nset -e\n{once}\nexec {program} {options}\n", encoding="ascii")
    script.chmod(0o755)
    server = Process("postgresql", f"{as_user}{quote(str(script))}", env, folder)
    try:
        server.start()
        running = PostgreSQL(port, server)
        eventually("PostgreSQL answers", running.answers, START_SECONDS, 0.1)
        yield running
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def pgbouncer(server: PostgreSQL, connections: int = 2) -> Iterator[int]:
    """PgBouncer in transaction mode before PostgreSQL, for the length of a `with`: its port.

    connections: how many of the server's all clients of a database share.
    """
    folder = Path(tempfile.mkdtemp(prefix="efude-pgbouncer-"))
    (port,) = free_ports(1)
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        f"[databases]\n* = host=127.0.0.1 port={server.port} user=efude\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\n"
        f"pool_mode = transaction\ndefault_pool_size = {connections}\nunix_socket_dir =\n",
        encoding="ascii",
    )
    folder.chmod(0o755)
    as_user = "setpriv --reuid=postgres --regid=postgres --clear-groups "
    command = f"{_server('pgbouncer')} {quote(str(settings))}"
    env = {"PATH": os.environ["PATH"]}
    proxy = Process("pgbouncer", (as_user if os.geteuid() == 0 else "") + command, env, folder)
    try:
        proxy.start()
        eventually("PgBouncer answers", PostgreSQL(port).answers, START_SECONDS, 0.1)
        yield port
    finally:
        proxy.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _server(name: str) -> str:
    """A server's program; without one the test skips, or fails where CI is set."""
    program = find_server(name)
    if program:
        return program
    message = f"there is no {name} on this machine: run  python -m scripts.servers"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)

"""BROKER_URL is read once, for all libraries, and nobody unknown is told the password."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask

from bot.broker_address import parse_broker_url
from bot.operations.doctor import services
from bot.operations.doctor.finding import CheckFailed
from bot.queue.app import TaskMessage, make_celery, publish
from bot.settings import SettingError, Settings
from bot.tasks.machine_checks import broker_alarms
from bot.telemetry import log_stream
from bot.web.admin.security import limit_logins


class Stranger:
    """A server with a certificate of its own, which listens and never answers."""

    def __init__(self, folder: Path) -> None:
        self.certificate = folder / "certificate.pem"
        self.certificate.write_bytes(_self_signed())
        self.heard: list[bytes] = []
        self.secure = threading.Event()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(self.certificate)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                raw, _ = self._server.accept()
                threading.Thread(target=self._hear, args=(raw,), daemon=True).start()

    def _hear(self, raw: socket.socket) -> None:
        raw.settimeout(10)
        with suppress(OSError), self._context.wrap_socket(raw, server_side=True) as connection:
            self.heard.append(connection.recv(500))

    def close(self) -> None:
        self._server.close()


def _self_signed() -> bytes:
    """A certificate for 127.0.0.1 and its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "stranger")])
    now = dt.datetime.now(dt.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 7)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    own = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return certificate.public_bytes(serialization.Encoding.PEM) + own


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Stranger]:
    server = Stranger(tmp_path)
    yield server
    server.close()


# --- everything that connects


def _publish(settings: Settings) -> None:
    app = make_celery(settings)
    try:
        publish(app, TaskMessage("deliver", "x"))
    finally:
        app.close()


def _consume(settings: Settings) -> None:
    app = make_celery(settings)
    with app.connection_for_read() as connection:
        connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0)


def _write_log_line(settings: Settings) -> None:
    with log_stream.connect(settings) as client:
        client.ping()


def _count_a_login(settings: Settings) -> None:
    admin = Flask(__name__)
    admin.add_url_rule("/login", "admin.login", lambda: "in", methods=["POST"])
    limit_logins(admin, settings)
    assert admin.test_client().post("/login").status_code == 200, "counted in memory instead"


ALL = [_publish, _consume, broker_alarms, services.check_broker]
CONNECTORS = [("amqps", each) for each in ALL] + [
    ("rediss", each) for each in (*ALL, _write_log_line, _count_a_login)
]


def told(
    connect: Callable[[Settings], object], settings: Settings, stranger: Stranger
) -> list[bytes]:
    """What a stranger heard when this connected; whether that raises is not the question."""
    with suppress(Exception):
        connect(settings)
    return [each for each in stranger.heard if each]


@pytest.mark.parametrize(("scheme", "connect"), CONNECTORS)
def test_nobody_tells_a_stranger_anything(
    settings: Settings,
    stranger: Stranger,
    scheme: str,
    connect: Callable[[Settings], object],
) -> None:
    url = f"{scheme}://user:secret-word@127.0.0.1:{stranger.port}/0"
    assert told(connect, replace(settings, broker_url=url), stranger) == []


@pytest.mark.parametrize(("scheme", "connect"), CONNECTORS)
@pytest.mark.parametrize("how", ["file", "option", "none"])
def test_everybody_speaks_to_a_server_that_is_vouched_for(
    settings: Settings,
    stranger: Stranger,
    scheme: str,
    connect: Callable[[Settings], object],
    how: str,
) -> None:
    """By BROKER_CA_FILE, by an option of the URL, or because it says that nothing is verified."""
    url = f"{scheme}://user:secret-word@127.0.0.1:{stranger.port}/0"
    if how == "file":
        settings = replace(settings, broker_ca_file=stranger.certificate)
    else:
        option = f"ssl_ca_certs={stranger.certificate}" if how == "option" else "ssl_cert_reqs=none"
        url = f"{url}?{option}"
    assert told(connect, replace(settings, broker_url=url), stranger)


def test_the_name_in_the_certificate_is_compared(settings: Settings, stranger: Stranger) -> None:
    for scheme, connect in (("rediss", _write_log_line), ("rediss", _consume), ("amqps", _consume)):
        url = f"{scheme}://user:secret-word@localhost:{stranger.port}/0"
        known = replace(settings, broker_url=url, broker_ca_file=stranger.certificate)
        assert told(connect, known, stranger) == []


def test_the_doctor_says_what_is_wrong_with_a_certificate(
    settings: Settings, stranger: Stranger
) -> None:
    url = f"rediss://user:secret-word@127.0.0.1:{stranger.port}/0"
    with pytest.raises(CheckFailed) as raised:
        services.check_broker(replace(settings, broker_url=url))
    assert "BROKER_CA_FILE" in str(raised.value.advice)
    assert "secret-word" not in f"{raised.value} {raised.value.advice}"


# --- reading


def test_one_reading_for_all(settings: Settings) -> None:
    """Whatever stands in the URL, kombu and redis-py are given the same server and login."""
    urls = {
        "redis://h": ("h", 6379, 0, None, None),
        "redis://h/": ("h", 6379, 0, None, None),
        "redis://h:7/3": ("h", 7, 3, None, None),
        "redis://:p%40s%2Fs%23@h/0": ("h", 6379, 0, None, "p@s/s#"),
        "redis://u:p@h": ("h", 6379, 0, "u", "p"),
        "redis://u@h": ("h", 6379, 0, "u", None),
        "redis://[::1]:7/1": ("::1", 7, 1, None, None),
        "rediss://u%3A:p%3A@h:7/2?ssl_cert_reqs=CERT_NONE": ("h", 7, 2, "u:", "p:"),
    }
    wrong = []
    for url, expected in urls.items():
        address = parse_broker_url(url)
        pool = address.redis_pool(connect_timeout=1, timeout=1).connection_kwargs
        by_redis = tuple(pool[name] for name in ("host", "port", "db", "username", "password"))
        with make_celery(replace(settings, broker_url=url)).connection_for_write() as kombu:
            by_kombu = (
                *(kombu.hostname, kombu.port, int(kombu.virtual_host.strip("/") or 0)),
                *(kombu.userid, kombu.password),
            )
        if not by_redis == by_kombu == expected:
            wrong.append((url, by_redis, by_kombu))
    assert wrong == []


def test_what_is_wrong_with_a_url_is_said_without_its_password() -> None:
    base = {"LINE_CHANNEL_SECRET": "s", "LINE_CHANNEL_ACCESS_TOKEN": "t"}
    wrong = []
    for url, word in {
        "http://h": "redis://",
        "memory://": "redis://",
        "redis://:secret-word@": "host",
        "redis://:secret-word@h/zero": "number",
        "redis://:secret-word@h?db=1": "db",
        "redis://:secret-word@h?ssl_cert_reqs=none": "rediss://",
        "rediss://:secret-word@h?ssl_cert_reqs=optional": "ssl_cert_reqs",
        "redis://:secret-word@h:port": "URL",
        "redis://:secret-word#@h": "%23",
        "amqp://a;amqp://b": "several",
    }.items():
        try:
            Settings.from_env(base | {"BROKER_URL": url})
            wrong.append((url, "is taken"))
        except SettingError as error:
            if word not in str(error) or "secret-word" in str(error):
                wrong.append((url, str(error)))
    assert wrong == []

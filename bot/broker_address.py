"""The one reading of BROKER_URL, for kombu, redis-py and the limiter of logins alike.

Each library reads such a URL in a dialect of its own, and kombu verifies no certificate unless it
is told to. So none of them is given the URL: all get what this module reads.
"""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

if TYPE_CHECKING:
    from redis import ConnectionPool

REDIS_SCHEMES = ("redis", "rediss")
_ENCRYPTED = ("rediss", "amqps")
_PORTS = {"redis": 6379, "rediss": 6379, "amqp": 5672, "amqps": 5671}
IN_MEMORY = "memory"  # kombu's transport for tests, within one process
_VERIFY = {
    **dict.fromkeys(("required", "cert_required"), True),
    **dict.fromkeys(("none", "cert_none"), False),
}
_OPTIONS = ("ssl_cert_reqs", "ssl_ca_certs", "ssl_certfile", "ssl_keyfile")

# A server that is gone without a word is noticed within a minute, on Linux.
_KEEPALIVE = {
    getattr(socket, name): seconds
    for name, seconds in (("TCP_KEEPIDLE", 20), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 4))
    if hasattr(socket, name)
}


@dataclass(frozen=True)
class BrokerAddress:
    """Where the broker is, and how its certificate is verified.

    path: Redis' database, or RabbitMQ's virtual host, decoded. ca_file: certificates that are
    trusted instead of the system's. certificate, key: our own, where the server asks for one.
    """

    scheme: str
    host: str
    port: int
    user: str | None
    password: str | None = field(repr=False)
    path: str
    verify: bool = True
    ca_file: str | None = None
    certificate: str | None = None
    key: str | None = None

    @property
    def is_redis(self) -> bool:
        """Whether it is Redis or Valkey, which also keep log lines and count logins."""
        return self.scheme in REDIS_SCHEMES

    @property
    def is_encrypted(self) -> bool:
        """Whether connections use TLS."""
        return self.scheme in _ENCRYPTED

    @property
    def where(self) -> str:
        """The address without user and password."""
        return f"{self.scheme}://{_bracketed(self.host)}:{self.port}/{quote(self.path, safe='')}"

    @property
    def url(self) -> str:
        """The URL without options, as kombu reads it."""
        if self.scheme == IN_MEMORY:
            return f"{IN_MEMORY}://"
        user = quote(self.user or "", safe="")
        password = f":{quote(self.password, safe='')}" if self.password is not None else ""
        login = f"{user}{password}@" if user or password else ""
        host = f"{_bracketed(self.host)}:{self.port}"
        return f"{self.scheme}://{login}{host}/{quote(self.path, safe='')}"

    def kombu_ssl(self) -> dict[str, Any] | None:
        """Return kombu's `ssl` argument (Celery's broker_use_ssl); None without encryption."""
        if not self.is_encrypted:
            return None
        if self.is_redis:
            return self._redis_tls()
        options: dict[str, Any] = {"cert_reqs": ssl.CERT_NONE}
        if self.verify:  # py-amqp compares the host's name where it is given one
            options = {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": self.host}
        files = {"ca_certs": self.ca_file, "certfile": self.certificate, "keyfile": self.key}
        return options | {name: value for name, value in files.items() if value}

    def redis_pool(
        self, *, connect_timeout: float, timeout: float, decode_responses: bool = False
    ) -> ConnectionPool:
        """Return redis-py's connections, none of them open, which try once.

        connect_timeout, timeout: seconds until a connection stands, and until an answer comes.
        Raises ValueError if the broker is not Redis.
        """
        from redis import Connection, ConnectionPool, SSLConnection
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        if not self.is_redis:
            raise ValueError("The broker is not Redis or Valkey, and keeps no log lines.")
        options = {
            "host": self.host,
            "port": self.port,
            "db": int(self.path or 0),
            "username": self.user,
            "password": self.password,
            "socket_connect_timeout": connect_timeout,
            "socket_timeout": timeout,
            "socket_keepalive": True,
            "socket_keepalive_options": _KEEPALIVE,
            "retry": Retry(NoBackoff(), 0),
            "decode_responses": decode_responses,
            **(self._redis_tls() if self.is_encrypted else {}),
        }
        kind = SSLConnection if self.is_encrypted else Connection
        return ConnectionPool(connection_class=kind, **options)

    def _redis_tls(self) -> dict[str, Any]:
        files = {
            "ssl_ca_certs": self.ca_file,
            "ssl_certfile": self.certificate,
            "ssl_keyfile": self.key,
        }
        return {
            "ssl_cert_reqs": "required" if self.verify else "none",
            "ssl_check_hostname": self.verify,
            **{name: value for name, value in files.items() if value},
        }


def keepalive_options() -> dict[int, int]:
    """Return the options of TCP by which a silent server is noticed, for kombu and py-amqp."""
    return dict(_KEEPALIVE)


def parse_broker_url(url: str, ca_file: str | None = None) -> BrokerAddress:
    """Read a URL such as rediss://user:password@host:6379/0 or amqps://host/vhost.

    Its options: ssl_cert_reqs (required, the default, or none), ssl_ca_certs, ssl_certfile and
    ssl_keyfile. ca_file: BROKER_CA_FILE, which ssl_ca_certs overrides. Raises ValueError with what
    is wrong; the message never holds the password.
    """
    parts = urlsplit(url)
    if parts.scheme == IN_MEMORY:
        return BrokerAddress(IN_MEMORY, "", 0, None, None, "")
    if parts.scheme not in _PORTS:
        expected = " or ".join(f"{scheme}://" for scheme in _PORTS)
        raise ValueError(f"must be a URL that starts with {expected}")
    if parts.fragment:
        raise ValueError("has a #: write it as %23 in a password")
    if not parts.hostname:
        raise ValueError("names no host")
    if "," in parts.netloc or ";" in url:
        raise ValueError("names several servers; name one, or a load balancer before them")
    options = _read_options(parts.query, parts.scheme in _ENCRYPTED)
    path = unquote(parts.path.removeprefix("/"))
    if parts.scheme in REDIS_SCHEMES and path and not path.isdecimal():
        raise ValueError("must end with the number of Redis' database, or with nothing")
    return BrokerAddress(
        scheme=parts.scheme,
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password is not None else None,
        path=path,
        verify=_VERIFY[options.get("ssl_cert_reqs", "required").lower()],
        ca_file=options.get("ssl_ca_certs") or ca_file,
        certificate=options.get("ssl_certfile"),
        key=options.get("ssl_keyfile"),
    )


def _read_options(query: str, encrypted: bool) -> dict[str, str]:
    options = dict(parse_qsl(query, keep_blank_values=True))
    if unknown := sorted(options.keys() - set(_OPTIONS)):
        known = ", ".join(_OPTIONS)
        raise ValueError(f"has the unknown option {unknown[0]}; there are {known}")
    if options and not encrypted:
        raise ValueError("has options of TLS, but no TLS: it must start with rediss:// or amqps://")
    if options.get("ssl_cert_reqs", "required").lower() not in _VERIFY:
        raise ValueError("has an ssl_cert_reqs that is neither required nor none")
    return options


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host

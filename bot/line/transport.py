"""HTTP calls to LINE: one shared SDK client, a timeout on every call, one log line for each."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import structlog
import urllib3

from bot.line.errors import error_from_exception, error_from_response

log = structlog.get_logger(__name__)

# (connect, read) in seconds. LINE answers in well under a second; 3.05 leaves room for one lost
# SYN, which is sent again after 3 s.
TIMEOUT_SECONDS = (3.05, 8.0)
MAX_CLOCK_SAMPLE_SECONDS = 2.0  # a slower answer does not tell the time


@dataclass(frozen=True)
class Request:
    """One call to the Messaging API.

    path: may contain {names}, which are filled from ids; only the unfilled path is logged.
    body: sent as JSON. data: sent as it is, to the host of files. sends: whether the call puts
    messages in a chat. accept: statuses that are a success beside 2xx.
    """

    method: str
    path: str
    ids: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    data: bytes | None = None
    sends: bool = False
    accept: tuple[int, ...] = ()

    @property
    def endpoint(self) -> str:
        """Method and path without anybody's id, for logs and errors."""
        return f"{self.method} {self.path}"

    @property
    def filled_path(self) -> str:
        """The path with the ids in it."""
        return self.path.format(**{name: quote(id_, safe="") for name, id_ in self.ids.items()})


@dataclass(frozen=True)
class Response:
    """LINE's answer. `body` is {} unless LINE sent a JSON object."""

    status: int
    request_id: str | None = None
    accepted_request_id: str | None = None
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300


class Transport:
    """Carries calls to one LINE channel over one SDK ApiClient per process; thread-safe.

    The SDK's client is made at the first call, hence after a fork, and made anew in a forked child:
    two processes must never write into one connection. Nothing is retried here. urllib3's default
    of three retries would repeat failed connects without a pause, and GETs after their read
    timeout (three times the wait); the caller knows whether there is a retry key and time left.

    clock_skew: seconds by which this machine's clock is ahead of LINE's, by the last quick answer.
    """

    def __init__(self, url: str, token: str) -> None:
        self.url = url.rstrip("/")
        # Files have a host of their own; a simulator or proxy serves both from one address.
        # https://developers.line.biz/en/reference/messaging-api/#domain-name
        self.data_url = self.url.replace("https://api.line.me", "https://api-data.line.me")
        self.clock_skew: float | None = None
        self._token = token
        self._lock = threading.Lock()
        self._client: Any = None
        self._pid = 0

    def sdk_client(self) -> Any:
        """Return the process's linebot.v3.messaging.ApiClient."""
        with self._lock:
            if self._client is None or self._pid != os.getpid():
                from linebot.v3.messaging import ApiClient, Configuration  # over a second

                configuration = Configuration(access_token=self._token)
                configuration.retries = False
                configuration.connection_pool_maxsize = 32
                configuration.socket_options = _socket_options()
                self._client, self._pid = ApiClient(configuration), os.getpid()
            return self._client

    def call(self, request: Request, timeout: tuple[float, float] = TIMEOUT_SECONDS) -> Response:
        """Make one call and return LINE's answer.

        Raises LineError for a status that is neither 2xx nor in request.accept, and, with code
        connection, timeout or dropped, when no answer came.
        """
        client = self.sdk_client()
        from linebot.v3.messaging.exceptions import ApiException

        host = self.url if request.data is None else self.data_url
        headers = {**client.default_headers, "Accept": "application/json", **request.headers}
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        started = time.monotonic()
        try:
            try:
                answer = client.request(
                    request.method,
                    host + request.filled_path,
                    headers=headers,
                    body=request.body if request.data is None else request.data,
                    _request_timeout=timeout,
                )
                status, answer_headers, content = answer.status, answer.getheaders(), answer.data
            except ApiException as error:
                if not error.status:  # TLS trouble, not an answer
                    raise
                status, answer_headers, content = error.status, error.headers, error.body
        except (ApiException, urllib3.exceptions.HTTPError, OSError) as error:
            failure = error_from_exception(request.endpoint, error, sends=request.sends)
            log_call(request.endpoint, None, started, None, error_code=failure.code)
            # Not chained: the original's text contains the address, and with it people's ids.
            raise failure from None
        self._compare_clocks(answer_headers.get("Date"), time.monotonic() - started)
        response = Response(
            status,
            answer_headers.get("x-line-request-id"),
            answer_headers.get("x-line-accepted-request-id"),
            json_object(content),
        )
        accepted = status in request.accept
        log_call(request.endpoint, status, started, response.request_id, accepted=accepted)
        if response.ok or accepted:
            return response
        raise error_from_response(
            request.endpoint,
            status,
            response.body,
            request_id=response.request_id,
            sends=request.sends,
        )

    def _compare_clocks(self, date: str | None, elapsed_seconds: float) -> None:
        with suppress(TypeError, ValueError):  # no Date, or none that can be read
            # It has whole seconds: on average it is half a second old.
            line_ts = parsedate_to_datetime(date or "").timestamp() + 0.5
            if elapsed_seconds < MAX_CLOCK_SAMPLE_SECONDS:
                self.clock_skew = time.time() - elapsed_seconds / 2 - line_ts


@lru_cache(maxsize=8)
def shared_transport(url: str, token: str) -> Transport:
    """Return the process's Transport for this channel: clients come and go, connections stay."""
    return Transport(url, token)


def json_object(data: bytes | None) -> dict[str, Any]:
    """Return the JSON object that the bytes are; {} if they are none."""
    try:
        value = json.loads(data or b"{}")
    except ValueError:  # also bytes that are not UTF-8: a proxy's page, for example
        return {}
    return value if isinstance(value, dict) else {}


def log_call(
    endpoint: str,
    status: int | None,
    started: float,
    request_id: str | None,
    *,
    error_code: str | None = None,
    accepted: bool = False,
) -> None:
    """Log one call, as LINE advises: no token, no body, no id of a person.

    started: time.monotonic() before the call. accepted: whether a status of 4xx is no trouble.
    https://developers.line.biz/en/docs/messaging-api/development-guidelines/#save-logs
    """
    fields: dict[str, Any] = {
        "endpoint": endpoint,
        "status": status,
        "ms": round((time.monotonic() - started) * 1000),
        "line_request_id": request_id,
    }
    if error_code is not None:
        fields["code"] = error_code
    succeeded = status is not None and status < 400 and error_code is None
    (log.info if accepted or succeeded else log.warning)("line_api.called", **fields)


def _socket_options() -> list[tuple[int, int, int]]:
    """Return options for keep-alive probes after 30 s.

    A courier may be idle for long, and a connection that a firewall silently forgot would cost the
    next reply its answer.
    """
    options = [*urllib3.connection.HTTPConnection.default_socket_options]
    options.append((socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1))
    for name, value in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):  # not everywhere
            options.append((socket.IPPROTO_TCP, getattr(socket, name), value))
    return options

"""One HTTP exchange with LINE: one shared SDK client, a timeout on every call, one log line."""

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

from bot.line.errors import LineError, from_answer, from_failure

log = structlog.get_logger(__name__)

# LINE answers in well under a second; 3.05 leaves room for one lost SYN (retransmitted after 3 s).
TIMEOUT = (3.05, 8.0)
QUICK = 2.0  # seconds within which an answer tells the time


@dataclass(frozen=True)
class Answer:
    """LINE's answer with any status. `body` is {} unless LINE sent a JSON object."""

    status: int
    request_id: str | None = None
    accepted_request_id: str | None = None
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


class Transport:
    """Carries calls to one LINE channel over one SDK ApiClient per process; thread-safe.

    The SDK's client is made at the first call, hence after a fork, and made anew in a forked child:
    two processes must never write into one connection. Nothing is retried here. urllib3's default
    of three retries would repeat failed connects without a pause and GETs after their read timeout
    (thrice as long a wait); its caller knows better whether there is a retry key and time left.
    """

    def __init__(self, url: str, token: str) -> None:
        self._url = url.rstrip("/")
        # Content comes from a host of its own (Messaging API reference, "Domain name"); a simulator
        # or proxy serves both from one address.
        self._data_url = self._url.replace("https://api.line.me", "https://api-data.line.me")
        self._token = token
        self._lock = threading.Lock()
        self._client: Any = None
        self._pid = 0
        # Seconds that this machine's clock is ahead of LINE's, by the last quick answer.
        self.skew: float | None = None

    def client(self) -> Any:
        """The process's linebot.v3.messaging.ApiClient."""
        with self._lock:
            if self._client is None or self._pid != os.getpid():
                from linebot.v3.messaging import ApiClient, Configuration  # over a second

                configuration = Configuration(access_token=self._token)
                configuration.retries = False
                configuration.connection_pool_maxsize = 32
                configuration.socket_options = _socket_options()
                self._client, self._pid = ApiClient(configuration), os.getpid()
            return self._client

    def call(
        self,
        method: str,
        path: str,
        *,
        ids: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
        sends: bool = False,
        accept: tuple[int, ...] = (),
        timeout: tuple[float, float] = TIMEOUT,
    ) -> Answer:
        """Makes one call and returns LINE's answer, whatever its status.

        `path` may hold {names}, filled from `ids`; only the unfilled path is logged. body: sent as
        JSON; data: sent as it is, to the host of files; accept: statuses that are no trouble, for
        the log. Raises LineError (connection, timeout, dropped) when no answer came.
        """
        client = self.client()
        from linebot.v3.messaging.exceptions import ApiException

        url = (self._url if data is None else self._data_url) + _fill(path, ids)
        all_headers = {**client.default_headers, "Accept": "application/json", **(headers or {})}
        if body is not None:
            all_headers["Content-Type"] = "application/json"
        endpoint = f"{method} {path}"
        started = time.monotonic()
        try:
            try:
                response = client.request(
                    method,
                    url,
                    headers=all_headers,
                    body=body if data is None else data,
                    _request_timeout=timeout,
                )
                status, found, said = response.status, response.getheaders(), response.data
            except ApiException as error:
                if not error.status:  # TLS trouble, not an answer
                    raise
                status, found, said = error.status, error.headers, error.body
        except (ApiException, urllib3.exceptions.HTTPError, OSError) as error:
            failure = from_failure(endpoint, error, sends=sends)
            _note(endpoint, None, started, None, error=failure.code)
            # Not chained: the original's text holds the address, and with it people's ids.
            raise failure from None
        self._compare_clocks(found.get("Date"), time.monotonic() - started)
        request_id = found.get("x-line-request-id")
        _note(endpoint, status, started, request_id, fine=status in accept)
        accepted = found.get("x-line-accepted-request-id")
        return Answer(status, request_id, accepted, _json_object(said))

    def _compare_clocks(self, date: str | None, took: float) -> None:
        with suppress(TypeError, ValueError):  # no Date, or none that can be read
            # It has whole seconds: on the average it is half a second old.
            told = parsedate_to_datetime(date or "").timestamp() + 0.5
            if took < QUICK:
                self.skew = time.time() - took / 2 - told

    def upload(
        self,
        path: str,
        data: bytes,
        content_type: str,
        *,
        ids: Mapping[str, str],
        timeout: tuple[float, float] = TIMEOUT,
    ) -> Answer:
        """Sends one file to LINE's data host; otherwise like `call`."""
        return self.call(
            "POST",
            path,
            ids=ids,
            headers={"Content-Type": content_type},
            data=data,
            timeout=timeout,
        )

    def download(
        self,
        path: str,
        *,
        ids: Mapping[str, str],
        limit: int,
        deadline: float = 60.0,
        timeout: tuple[float, float] = TIMEOUT,
    ) -> bytes:
        """Streams one file from LINE's data host; at most `limit` bytes within `deadline` seconds.

        Raises LineError, code too_large when the file is larger, not_ready while LINE prepares it.
        """
        client = self.client()
        endpoint = f"GET {path}"
        started = time.monotonic()
        status: int | None = None
        request_id: str | None = None
        response: Any = None
        failure: LineError | None = None
        content = bytearray()
        try:
            # The SDK has no streaming of its own that can be cut short; its pool has.
            response = client.rest_client.pool_manager.request(
                "GET",
                self._data_url + _fill(path, ids),
                headers=client.default_headers,
                preload_content=False,
                timeout=urllib3.Timeout(connect=timeout[0], read=timeout[1]),
            )
            status, request_id = response.status, response.headers.get("x-line-request-id")
            if status == 200:
                for chunk in response.stream(64 * 1024):
                    content += chunk
                    if len(content) > limit:
                        failure = LineError(
                            f"The file from LINE has more than {limit} bytes; it was not kept.",
                            permanent=True,
                            code="too_large",
                            status=status,
                            request_id=request_id,
                        )
                        break
                    if time.monotonic() - started > deadline:
                        raise urllib3.exceptions.TimeoutError("too slow as a whole")
            elif status == 202:
                failure = LineError(
                    "LINE is still preparing the file (202). Try again in some seconds.",
                    permanent=False,
                    code="not_ready",
                    status=status,
                    request_id=request_id,
                )
            else:
                said = _json_object(response.read(4096))
                failure = from_answer(endpoint, status, said, request_id=request_id)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            failure = from_failure(endpoint, error)
        finally:
            if response is not None:
                # Closing is right after a failure: the rest of the body must not be read.
                response.close() if failure else response.release_conn()
        _note(endpoint, status, started, request_id, error=failure.code if failure else None)
        if failure:
            raise failure from None
        return bytes(content)


@lru_cache(maxsize=8)
def shared(url: str, token: str) -> Transport:
    """The process's Transport for this channel: clients come and go, connections stay."""
    return Transport(url, token)


def _fill(path: str, ids: Mapping[str, str] | None) -> str:
    return path.format(**{name: quote(value, safe="") for name, value in (ids or {}).items()})


def _json_object(data: bytes | None) -> dict[str, Any]:
    try:
        value = json.loads(data or b"{}")
    except ValueError:  # also bytes that are not UTF-8: a proxy's page, for example
        return {}
    return value if isinstance(value, dict) else {}


def _socket_options() -> list[tuple[int, int, int]]:
    """Keep-alive probes from 30 s on: a courier may be idle for long, and a connection that a
    firewall forgot in silence would cost the next reply its answer."""
    options = [*urllib3.connection.HTTPConnection.default_socket_options]
    options.append((socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1))
    for name, value in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):  # not everywhere
            options.append((socket.IPPROTO_TCP, getattr(socket, name), value))
    return options


def _note(
    endpoint: str,
    status: int | None,
    started: float,
    request_id: str | None,
    *,
    error: str | None = None,
    fine: bool = False,
) -> None:
    """One log line a call, as LINE advises (Development guidelines, "Save logs"): no token, no
    body, no id of a person."""
    fields: dict[str, Any] = {
        "endpoint": endpoint,
        "status": status,
        "ms": round((time.monotonic() - started) * 1000),
        "line_request_id": request_id,
    }
    if error is not None:
        fields["code"] = error
    good = fine or (status is not None and status < 400 and error is None)
    (log.info if good else log.warning)("line_call", **fields)

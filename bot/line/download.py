"""Downloads of files that people sent, limited in size and time."""

from __future__ import annotations

import time
from typing import Any

import urllib3

from bot.line.errors import LineError, error_from_exception, error_from_response
from bot.line.transport import TIMEOUT_SECONDS, Request, Transport, json_object, log_call

_CHUNK_BYTES = 64 * 1024


def download(
    transport: Transport,
    request: Request,
    *,
    limit: int,
    deadline: float = 60.0,
    timeout: tuple[float, float] = TIMEOUT_SECONDS,
) -> bytes:
    """Stream one file from LINE's data host: at most `limit` bytes within `deadline` seconds.

    Raises LineError: too_large when the file is larger, not_ready while LINE prepares it, else as
    `Transport.call`.
    """
    client = transport.sdk_client()
    started = time.monotonic()
    status: int | None = None
    request_id: str | None = None
    response: Any = None
    failure: LineError | None = None
    content = b""
    try:
        # The SDK has no streaming that can be cut short; its connection pool has.
        response = client.rest_client.pool_manager.request(
            request.method,
            transport.data_url + request.filled_path,
            headers=client.default_headers,
            preload_content=False,
            timeout=urllib3.Timeout(connect=timeout[0], read=timeout[1]),
        )
        status, request_id = response.status, response.headers.get("x-line-request-id")
        if status == 200:
            content = _read(response, limit, started + deadline)
        if status != 200 or len(content) > limit:
            failure = _refusal(request.endpoint, response, limit, request_id)
    except (urllib3.exceptions.HTTPError, OSError) as error:
        failure = error_from_exception(request.endpoint, error)
    finally:
        if response is not None:
            # Closing is right after a failure: the rest of the body must not be read.
            response.close() if failure else response.release_conn()
    error_code = failure.code if failure else None
    log_call(request.endpoint, status, started, request_id, error_code=error_code)
    if failure:
        raise failure from None
    return content


def _refusal(endpoint: str, response: Any, limit: int, request_id: str | None) -> LineError:
    """Return why an answer is not the file, or not kept."""
    if response.status == 200:
        return LineError(
            f"The file from LINE has more than {limit} bytes; it was not kept.",
            permanent=True,
            code="too_large",
            status=200,
            request_id=request_id,
        )
    if response.status == 202:
        return LineError(
            "LINE is still preparing the file (202). Try again in some seconds.",
            permanent=False,
            code="not_ready",
            status=202,
            request_id=request_id,
        )
    body = json_object(response.read(4096))
    return error_from_response(endpoint, response.status, body, request_id=request_id)


def _read(response: Any, limit: int, ends_at: float) -> bytes:
    """Return the body, or its beginning as soon as it has more than `limit` bytes.

    ends_at: in the time of time.monotonic(). Raises urllib3's TimeoutError after it.
    """
    content = bytearray()
    for chunk in response.stream(_CHUNK_BYTES):
        content += chunk
        if len(content) > limit:
            break
        if time.monotonic() > ends_at:
            raise urllib3.exceptions.TimeoutError("too slow as a whole")
    return bytes(content)

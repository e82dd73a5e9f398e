"""What can go wrong between us and LINE, by what the caller must do next."""

from __future__ import annotations

import re
from typing import Any, Literal

import urllib3.exceptions as wire

Code = Literal[
    "invalid_reply_token",  # used, older than a minute, or never ours
    "rate_limited",  # 429, too fast: wait and try again
    "quota_exhausted",  # 429, the month's pushes are spent
    "unauthorized",  # 401, 403
    "bad_request",  # any other 4xx: the request itself is wrong
    "not_found",  # 404, 410
    "timeout",  # sent, no answer in time
    "connection",  # never sent: refused, unreachable, DNS, TLS handshake
    "dropped",  # sent, the connection broke before a whole answer
    "server_error",  # 5xx
    "not_ready",  # content only: LINE still prepares it (202)
    "too_large",  # content only: more bytes than we accept
]


class LineError(Exception):
    """A call to LINE failed.

    permanent: the same call will fail again; do not retry it.
    ambiguous: the message may have reached the chat all the same. A push may then be repeated with
        the same retry key; a reply must not be, for a reply has no such key.
    code: see Code. status: HTTP status, None without an answer. reason: LINE's own words, ids
        masked. request_id: LINE's name for the call (x-line-request-id), for LINE's support.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool,
        ambiguous: bool = False,
        code: Code,
        status: int | None = None,
        reason: str = "",
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.ambiguous = ambiguous
        self.code = code
        self.status = status
        self.reason = reason
        self.request_id = request_id


def error_from_response(
    endpoint: str,
    status: int,
    body: dict[str, Any],
    *,
    request_id: str | None = None,
    sends: bool = False,
) -> LineError:
    """Return the error that a non-2xx answer means.

    sends: whether the endpoint puts messages in a chat; a 5xx then leaves open whether it did.
    LINE uses 429 for two things, which differ only in a text that it does not promise to keep:
    whatever is not plainly the monthly limit counts as the rate limit, which is merely retried.
    https://developers.line.biz/en/reference/messaging-api/#status-codes
    https://developers.line.biz/en/reference/messaging-api/#error-responses
    """
    reason = _reason(body)
    code: Code
    permanent, hint = True, ""
    if status == 400 and endpoint.endswith("/message/reply") and "reply token" in reason.lower():
        code = "invalid_reply_token"
        hint = "It was used, or is over a minute old. Wait for a tap, or push."
    elif status in (401, 403):
        code = "unauthorized"
        hint = "Check LINE_CHANNEL_ACCESS_TOKEN in the LINE Developers console, Messaging API."
    elif status in (404, 410):
        code = "not_found"
        hint = "It never existed, was unsent, or this bot may not see it."
    elif status == 429 and "monthly limit" in reason.lower():
        code = "quota_exhausted"
        hint = "The month's messages are spent: replies still work, pushes do not until next month."
    elif status == 429:
        code, permanent = "rate_limited", False
        hint = "Try again later and more slowly."
    elif status >= 500:
        code, permanent = "server_error", False
        hint = "Trouble on LINE's side."
    elif status < 400:
        code = "bad_request"
        hint = "An answer LINE does not give; check LINE_API_URL."
    else:
        code = "bad_request"
        hint = "The request is wrong; it will not succeed unchanged."
    return LineError(
        f"LINE answered {status} to {endpoint}: {reason or 'no reason given'}. {hint}",
        permanent=permanent,
        ambiguous=sends and code == "server_error",
        code=code,
        status=status,
        reason=reason,
        request_id=request_id,
    )


def error_from_exception(endpoint: str, error: Exception, *, sends: bool = False) -> LineError:
    """Return the error that a missing answer means.

    error: what urllib3 raises (the SDK lets it through), or the SDK's ApiException with status 0,
    which is how it wraps TLS trouble.
    """
    if isinstance(error, wire.MaxRetryError) and error.reason is not None:
        error = error.reason
    kind = type(error).__name__
    if isinstance(error, wire.LocationValueError):
        return LineError(
            f"{endpoint} was not called: LINE_API_URL is not a usable address ({kind}).",
            permanent=True,
            code="connection",
        )
    never_sent = wire.NewConnectionError, wire.ConnectTimeoutError, wire.ProxyError
    if isinstance(error, never_sent) or _is_handshake(error):
        return LineError(
            f"{endpoint} was not called: LINE cannot be reached ({kind}). Check the network, DNS, "
            "the system's certificates, and LINE_API_URL.",
            permanent=False,
            code="connection",
        )
    if isinstance(error, wire.TimeoutError):
        return LineError(
            f"{endpoint} was called, but LINE did not answer in time ({kind}).",
            permanent=False,
            ambiguous=sends,
            code="timeout",
        )
    return LineError(
        f"{endpoint} was called, but the connection broke before the answer ({kind}).",
        permanent=False,
        ambiguous=sends,
        code="dropped",
    )


# OpenSSL's reasons that belong to the handshake, when not one byte of the request has left yet.
_HANDSHAKE_REASON = re.compile(
    r"certificate|handshake|wrong.version|unsupported.protocol|hostname|unknown.ca|no.protocols",
    re.IGNORECASE,
)


def _is_handshake(error: Exception) -> bool:
    reason = getattr(error, "reason", None)
    tls = isinstance(error, wire.SSLError) or getattr(error, "status", None) == 0
    return tls and bool(_HANDSHAKE_REASON.search(f"{error} {reason}"))


def _reason(body: dict[str, Any]) -> str:
    """Return LINE's own words, shortened, ids masked.

    body: {"message", "details": [{"message", "property"}]}.
    """
    parts = [str(body.get("message") or "").rstrip(".")]
    details = body.get("details")
    for detail in details if isinstance(details, list) else []:
        if isinstance(detail, dict):
            parts.append(f"{detail.get('property', '?')}: {detail.get('message', '?')}")
    text = "; ".join(part for part in parts if part)
    return re.sub(r"\b([UCR])[0-9a-f]{32}\b", r"\1…", text)[:500]

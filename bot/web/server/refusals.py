"""What a peer is answered whose request no thread gets to see."""

from __future__ import annotations

from collections.abc import Mapping

_REASONS = {
    400: "Bad Request",
    408: "Request Timeout",
    413: "Content Too Large",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
}


def refusal(status: int, sentence: str, headers: Mapping[str, str]) -> bytes:
    """Return an answer of HTTP/1.1 that ends the connection. sentence: for the person."""
    body = f"{sentence}\n".encode()
    own = {
        "Connection": "close",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(body)),
    }
    lines = [f"HTTP/1.1 {status} {_REASONS[status]}"]
    lines += [f"{name}: {value}" for name, value in (own | dict(headers)).items()]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body

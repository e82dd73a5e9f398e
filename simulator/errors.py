"""Error responses of the simulator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class ApiError(Exception):
    """An error answer of the Messaging API, in LINE's form.

    status: the HTTP status. details: `{"message", "property"}` objects. headers and extra go into
    the answer as they are. Source: Messaging API reference, "Error responses".
    """

    def __init__(
        self,
        status: int,
        message: str,
        details: Sequence[Mapping[str, str]] = (),
        *,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.details = [dict(detail) for detail in details]
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})

    def as_json(self) -> dict[str, Any]:
        """Return the body of the error response."""
        body: dict[str, Any] = {"message": self.message}
        if self.details:
            body["details"] = self.details
        return body | self.extra


def body_errors(details: Sequence[Mapping[str, str]]) -> ApiError:
    """Create the 400 that lists what is wrong with a request body."""
    return ApiError(400, f"The request body has {len(details)} error(s)", details)


def invalid_property(name: str) -> ApiError:
    """Create the 400 for a property whose value has the wrong type."""
    return ApiError(
        400, f"The property, '{name}', in the request body is invalid (line: -, column: -)"
    )


NOT_SENT = "Failed to send messages"
RATE_LIMITED = "The API rate limit has been exceeded. Try again later."
OVER_QUOTA = "You have reached your monthly limit."
UNAUTHORIZED = (
    "Authentication failed due to the following reason: invalid token. "
    "Confirm that the access token in the authorization header is valid."
)


class ControlError(Exception):
    """The control API was asked for something impossible. status: an HTTP status."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status

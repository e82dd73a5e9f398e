"""What can go wrong while painting. Plain exceptions, no torch."""

from __future__ import annotations


class PaintError(Exception):
    """Painting failed.

    permanent: whether retrying the same request is pointless. code: a short machine-readable word
    for logs and for choosing the sentence that a person reads.
    """

    def __init__(self, message: str, *, permanent: bool, code: str = "paint_failed") -> None:
        super().__init__(message)
        self.permanent = permanent
        self.code = code


class InvalidRequest(PaintError):
    """A value of the request is out of range."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True, code="invalid_request")


class Unsafe(PaintError):
    """The safety checker refused every picture of the request."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True, code="unsafe")


class OutOfMemory(PaintError):
    """Host or device memory ran out; a smaller request may still work."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=False, code="out_of_memory")


class ModelUnavailable(PaintError):
    """The model cannot be loaded; the message says what to do about it."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True, code="model_unavailable")


class Stopped(Exception):
    """Painting was cancelled at a step boundary: nothing was painted, nothing is wrong."""


class Closed(Stopped):
    """The painter is closed; load another one."""

    def __init__(self) -> None:
        super().__init__("The painter is closed: load another one.")

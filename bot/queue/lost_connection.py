"""Channels whose methods end no process after their connection is lost.

Celery acknowledges late, so it calls a channel long after its server may have gone. kombu and
py-amqp then raise AttributeError and the like from inside, which Celery does not know for the loss
of a connection: its worker ends, and takes its other tasks along. Here, what a dead channel is told
about its messages is dropped, since the broker still holds them and the sweep finds their jobs;
everything else raises one of the transport's own connection errors, after which Celery connects
anew.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, NamedTuple, TypeVar

import structlog

log = structlog.get_logger(__name__)
_Class = TypeVar("_Class", bound=type)

# They give messages back, or let go of something: without a connection, nothing is left to do.
LETTING_GO = frozenset(
    (
        *("basic_ack", "basic_reject", "basic_recover", "basic_recover_async", "basic_cancel"),
        *("close", "after_reply_message_received", "_restore", "_restore_at_beginning"),
        *("ack", "reject", "restore_unacked", "restore_unacked_once"),
        *("restore_by_tag", "restore_visible"),
    )
)


class Loss(NamedTuple):
    """How a transport's channels lose their connection.

    is_lost: whether the connection of an instance is gone. error: the connection error that a call
    without a connection raises. known: errors that its callers know, and that pass unchanged.
    """

    is_lost: Callable[[Any], bool]
    error: type[Exception]
    known: tuple[type[Exception], ...]


def survives(loss: Loss) -> Callable[[_Class], _Class]:
    """Decorate a class of channels, or of what belongs to one: every method that it has."""

    def decorate(cls: _Class) -> _Class:
        for name, method in _methods(cls):
            setattr(cls, name, _guarded(method, name in LETTING_GO, loss))
        return cls

    return decorate


def _methods(cls: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield all methods, inherited ones too, but those of Python itself (`__init__` ...)."""
    for name, method in inspect.getmembers(cls, inspect.isfunction):
        static = isinstance(inspect.getattr_static(cls, name), staticmethod)
        generator = inspect.isgeneratorfunction(inspect.unwrap(method))
        if not (static or generator or name.startswith("__")):
            yield name, method


def _guarded(method: Callable[..., Any], lets_go: bool, loss: Loss) -> Callable[..., Any]:
    @wraps(method)
    def guarded(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        except Exception as error:
            if not loss.is_lost(self):
                raise
            if lets_go:
                log_loss(method.__name__, error)
                return None
            if isinstance(error, loss.known):
                raise
            raise loss.error(f"{method.__name__}: the connection is lost ({error})") from error

    return guarded


def log_loss(call: str, error: Exception) -> None:
    """Log that a call found its connection gone."""
    log.info("broker.connection_lost", call=call, error=type(error).__name__)

"""Turn what torch and the models raise into the errors of inference.errors."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

import torch

from inference.errors import OutOfMemory, PaintError

T = TypeVar("T")
_OOM_MESSAGES = (
    "can't allocate memory",
    "not enough memory",
    "out of memory",
    "ALLOC_FAILED",
    "could not create a memory object",
)


@contextmanager
def wrap_errors(*allowed: type[Exception]) -> Iterator[None]:
    """Turn what torch and the model raise into PaintError; `allowed` and PaintErrors stay."""
    try:
        yield
    except Exception as error:
        if isinstance(error, (PaintError, *allowed)):
            raise
        what = str(error).partition("\n")[0] or type(error).__name__
        if is_out_of_memory(error):
            raise OutOfMemory(
                f"Memory ran out while painting ({what}); a smaller picture may fit."
            ) from error
        raise PaintError(
            f"The model failed: {type(error).__name__}: {what}", permanent=False
        ) from error


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether host or device memory ran out, which torch reports in several ways."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    text = str(error)
    return isinstance(error, RuntimeError) and any(message in text for message in _OOM_MESSAGES)


def free_memory() -> None:
    """Free what is no longer referenced. Not while an exception still holds the tensors."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def try_call(call: Callable[[], T]) -> tuple[T | None, PaintError | None]:
    """Return what the call returns and None, or None and why it failed.

    After an OutOfMemory the memory has been freed: that works only here, when no exception holds
    the tensors any more.
    """
    try:
        with wrap_errors():
            return call(), None
    except OutOfMemory as error:
        message = str(error)
    except PaintError as error:
        return None, error
    free_memory()
    return None, OutOfMemory(message)


def call_or_raise(call: Callable[[], T]) -> T:
    """Return what the call returns; raise the PaintError that try_call would return."""
    result, error = try_call(call)
    if error is not None:
        raise error
    return cast("T", result)

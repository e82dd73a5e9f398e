"""What torch and the models raise, in the words of inference.request."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

import torch

from inference.request import OutOfMemory, PaintError

T = TypeVar("T")
_SIGNS = (
    "can't allocate memory",
    "not enough memory",
    "out of memory",
    "ALLOC_FAILED",
    "could not create a memory object",
)


@contextmanager
def translated(*passing: type[Exception]) -> Iterator[None]:
    """Turn what torch and the model raise into PaintError; `passing` and PaintErrors stay."""
    try:
        yield
    except Exception as error:
        if isinstance(error, (PaintError, *passing)):
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
    """Whether host or device memory ran out; torch says it in several ways."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    text = str(error)
    return isinstance(error, RuntimeError) and any(sign in text for sign in _SIGNS)


def free_memory() -> None:
    """Give back what nobody holds any more. Not while an exception still holds the tensors."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def attempt(call: Callable[[], T]) -> tuple[T | None, PaintError | None]:
    """What the call returns, or why it could not.

    After an OutOfMemory the memory has been freed: that works only here, when no exception holds
    the tensors any more.
    """
    try:
        with translated():
            return call(), None
    except OutOfMemory as error:
        told = str(error)
    except PaintError as error:
        return None, error
    free_memory()
    return None, OutOfMemory(told)


def insist(call: Callable[[], T]) -> T:
    """What the call returns; raises what `attempt` would have returned."""
    result, error = attempt(call)
    if error is not None:
        raise error
    return cast("T", result)

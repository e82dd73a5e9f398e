"""Decode what strangers send in a process of its own, with a limit of time and memory.

A fresh process for each picture: it takes a tenth of a second to start, has nothing of ours in its
memory or environment, and whatever happens to it, the next one begins anew. It is started, not
forked: its parent has threads.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from inference.images.limits import REFUSALS, ImageTooCostly, ImageUnreadable

logger = logging.getLogger(__name__)

SECONDS = 5.0  # from its start to its end
_ROOT = Path(__file__).resolve().parents[2]
_COMMAND = (sys.executable, "-s", "-m", "inference.images.decoder_process")
_KEPT_VARIABLES = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME", "SYSTEMROOT")


class ImageSandbox:
    """Shrinks pictures in child processes. Safe among threads; each call starts a process."""

    def __init__(self, command: Sequence[str] = _COMMAND, seconds: float = SECONDS) -> None:
        """command: what decodes, as inference.images.decoder_process does. seconds: its limit."""
        self._command, self._seconds = command, seconds

    def shrink(self, data: bytes, longest: int) -> tuple[bytes, int, int]:
        """Do as inference.images.decode.shrink: return the copy, its width and height.

        Raises ImageRefused, and ImageTooCostly for a picture that takes too long or too much
        memory, or ends its process.
        """
        process = subprocess.Popen(  # noqa: S603  our own command, and a number
            [*self._command, str(longest)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=_ROOT,
            env=_environment(),
            start_new_session=True,  # Ctrl-C is for its parent
        )
        with process:
            try:
                output, errors = process.communicate(data, timeout=self._seconds)
            except subprocess.TimeoutExpired:
                raise ImageTooCostly(
                    f"The image was not decoded within {self._seconds:g} seconds."
                ) from None
            finally:
                process.kill()  # of one that has ended, nothing
        if process.returncode != 0:
            last = errors.decode(errors="replace").strip().rpartition("\n")[2][:200]
            logger.warning("A decoder ended with %s: %s", process.returncode, ascii(last))
            raise ImageTooCostly(f"The decoder of the image ended with {process.returncode}.")
        return _result(output)


def _result(output: bytes) -> tuple[bytes, int, int]:
    line, _, picture = output.partition(b"\n")
    try:
        answer = json.loads(line)
        notes, refused = answer.get("notes", ()), answer.get("refused")
        size = (0, 0) if refused else (int(answer["width"]), int(answer["height"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ImageTooCostly("The decoder of the image said nothing that can be read.") from error
    for note in notes:
        logger.warning("%s", note)
    if refused:
        raise REFUSALS.get(refused, ImageUnreadable)(answer["message"])
    return picture, *size


def _environment() -> dict[str, str]:
    """Return what a child needs to find Python's modules, and none of our secrets."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    path = os.pathsep.join(dict.fromkeys([str(_ROOT), *filter(None, sys.path)]))
    return {**kept, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C"}

"""The child process that decodes one picture: `python -m inference.images.decoder_process 1536`.

    stdin   the file that somebody sent
    stdout  a line of JSON (width, height, notes; or refused, message), then the JPEG

It limits itself before it imports a decoder, so that whatever a file makes of one, it ends here.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from typing import BinaryIO

from inference.images.limits import MAX_BYTES

if sys.platform != "win32":
    import resource

CPU_SECONDS = 5
MEMORY_BYTES = 400_000_000


def main() -> None:
    """Read, decode, write; every way out but a refusal and a result is a signal or a status."""
    _limit()
    longest = int(sys.argv[1])
    try:
        answer, picture = _answer(sys.stdin.buffer, longest)
    except MemoryError:
        answer = {"refused": "image_too_costly", "message": "It takes too much memory."}
        picture = b""
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + picture)


def _answer(file: BinaryIO, longest: int) -> tuple[dict[str, object], bytes]:
    from inference.images import decode
    from inference.images.limits import ImageRefused

    notes = _Notes()
    logging.getLogger("inference").addHandler(notes)
    try:
        picture, width, height = decode.shrink(file.read(MAX_BYTES + 1), longest)
    except ImageRefused as error:
        return {"refused": error.code, "message": str(error), "notes": notes.lines}, b""
    return {"width": width, "height": height, "notes": notes.lines}, picture


def _limit() -> None:
    """Take no more time and memory than a picture is worth; where a system knows such limits.

    macOS knows none for memory: there, the limits of pixels and time have to do.
    """
    if sys.platform == "win32":
        return
    limits = {"CPU": CPU_SECONDS, "AS": MEMORY_BYTES, "CORE": 0, "FSIZE": 0}
    for name, most in limits.items():
        with contextlib.suppress(ValueError, OSError, AttributeError):
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))
    # Where memory is short all the same, it should be this process that the kernel ends.
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")


class _Notes(logging.Handler):
    """Keeps what is logged, for the parent to log."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


if __name__ == "__main__":
    main()

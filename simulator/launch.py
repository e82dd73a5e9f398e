"""Start a simulator in a process of its own, for tests and demos."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

from simulator.client import SimulatorClient

STOP_SECONDS = 20.0


@contextlib.contextmanager
def running(
    *,
    webhook: str = "",
    secret: str | None = None,
    token: str | None = None,
    quota: int | None = None,
    port: int = 0,
) -> Iterator[SimulatorClient]:
    """Run a simulator in a process of its own for the length of a `with`.

    port: 0 takes a free one, see `client.base_url`. Raises RuntimeError if it does not start.
    """
    command = [sys.executable, "-m", "simulator", "--port", str(port), "--webhook", webhook]
    command += ["--secret", secret] if secret else []
    command += ["--token", token] if token else []
    command += ["--quota", str(quota)] if quota is not None else []
    process = subprocess.Popen(  # noqa: S603, our own module
        command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"}
    )
    assert process.stdout is not None
    try:
        first = process.stdout.readline()
        if "http://" not in first:
            raise RuntimeError(f"the simulator did not start: it said {first!r}")
        with SimulatorClient(first.rpartition(" ")[2].strip()) as client:
            yield client
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()

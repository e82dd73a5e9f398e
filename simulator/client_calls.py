"""Call the simulator's control API over HTTP."""

from __future__ import annotations

import json
from typing import Any, Self

import urllib3

Json = dict[str, Any]
POLL = 10.0  # seconds that one long poll lasts at most


class SimulatorRefused(Exception):
    """The simulator answered with an error; `status` is the HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status


class ControlClient:
    """Calls the control API of one simulator. Threads may share it."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._http = urllib3.PoolManager(maxsize=16)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.clear()

    def call(self, method: str, path: str, body: Json | None = None) -> Any:
        """Call any endpoint of the control API and return its JSON."""
        response = self._http.request(
            method,
            self.base_url + path,
            body=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"},
            timeout=urllib3.Timeout(connect=5, read=POLL + 30),
            retries=False,
        )
        answer = json.loads(response.data or b"null")
        if response.status >= 400:
            message = answer.get("message", "") if isinstance(answer, dict) else ""
            raise SimulatorRefused(response.status, message)
        return answer

"""Only who knows where the simulator is may speak to it."""

from __future__ import annotations

from simulator.app import close, create_app
from simulator.config import Config


def test_other_names_are_refused_everywhere() -> None:
    app = create_app(Config())
    client = app.test_client()
    for path in ("/", "/api/settings", "/v2/bot/info"):
        for host in ("evil.example", "localhost.evil.example:8001", "127.0.0.1.evil.example", "a"):
            answer = client.get(path, headers={"Host": host})
            assert (answer.status_code, "refused" in answer.text) == (403, True), (path, host)
        for host in ("localhost", "localhost:8001", "127.0.0.1:8001", "[::1]:8001", "192.0.2.7"):
            assert client.get(path, headers={"Host": host}).status_code != 403, (path, host)
    close(app)

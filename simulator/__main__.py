"""`python -m simulator`, or `line-simulator`: LINE on this machine, for a bot under development."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from simulator.config import Config, explain


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM; 0 then, 2 for a bad option, 1 when the port cannot be had.

    With `check` as the first word, try a bot instead (simulator.check).
    """
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == ["check"]:
        from simulator import check

        return check.main(words[1:])
    try:
        config = parse(words)
    except ValueError as error:
        print(f"simulator: {error}", file=sys.stderr)
        return 2
    from simulator.app import create_app
    from simulator.server import Server

    try:
        server = Server(create_app(config), config.host, config.port)
    except OSError as error:
        print(explain(error, config), file=sys.stderr)
        return 1
    print(f"The LINE simulator is at {server.url}", flush=True)
    print(f"  webhooks go to {config.webhook or '(nowhere yet: --webhook)'}", flush=True)
    try:
        server.serve_forever()
    finally:
        server.stop()
    return 0


def parse(argv: Sequence[str] | None) -> Config:
    """Command line over environment over defaults. Raises ValueError for a bad environment."""
    default = Config.from_env(os.environ)
    parser = argparse.ArgumentParser(prog=_program(), description=__doc__)
    parser.add_argument("--host", default=default.host)
    parser.add_argument("--port", type=int, default=default.port, help="0: any free one")
    parser.add_argument("--webhook", default=default.webhook, help="the bot's webhook URL")
    parser.add_argument("--secret", default=default.secret, help="the channel secret")
    parser.add_argument("--token", default=default.token, help="the channel access token")
    parser.add_argument("--channel", default=default.channel, help="the channel ID")
    parser.add_argument("--quota", type=int, default=default.quota, help="push messages a month")
    return Config(**vars(parser.parse_args(argv)))


def _program() -> str:
    """Return how it was started: by the installed command, or as a module."""
    name = Path(sys.argv[0]).name
    return name if name == "line-simulator" else "python -m simulator"


def _stop(_signal: int, _frame: object) -> None:
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main())

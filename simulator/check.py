"""`line-simulator check`: try whether a bot keeps LINE's rules, and print a short report."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence

from simulator.client import SimulatorClient
from simulator.config import Config, explain
from simulator.conformance import Conformance, Verdict

MARKS = {True: "ok  ", False: "FAIL", None: "-   "}
SOURCES = "https://developers.line.biz/en/"


def main(argv: Sequence[str]) -> int:
    """Check one bot; 0: it keeps every rule that could be seen, 1: it breaks one, 2: bad options.

    The bot has to run, with this simulator's address as LINE's API and the same secret and token.
    """
    try:
        config, text, patience = _parse(argv)
    except ValueError as error:
        print(f"simulator: {error}", file=sys.stderr)
        return 2
    from simulator import app as simulator_app
    from simulator.server import Server

    app = simulator_app.create_app(config)
    try:
        server = Server(app, config.host, config.port)
    except OSError as error:
        print(explain(error, config), file=sys.stderr)
        return 2
    with server, SimulatorClient(server.url) as line:
        print(f"LINE is at {server.url}; the bot is asked at {config.webhook}", flush=True)
        status = report(Conformance(line, text, patience).run())
    simulator_app.close(app)
    return status


def report(verdicts: Iterable[Verdict]) -> int:
    """Print each verdict as it comes, and a sum; returns the exit status."""
    counts = dict.fromkeys(MARKS, 0)
    for verdict in verdicts:
        counts[verdict.kept] += 1
        print(f"{MARKS[verdict.kept]} {verdict.rule}: {verdict.saw}", flush=True)
        if verdict.kept is False:
            print(f"     {SOURCES}{verdict.source}", flush=True)
    print(f"{counts[True]} kept, {counts[False]} broken, {counts[None]} not seen", flush=True)
    return 1 if counts[False] else 0


def _parse(argv: Sequence[str]) -> tuple[Config, str, float]:
    """Read the options. Raises ValueError for a bad environment or a missing webhook."""
    default = Config.from_env(os.environ)
    parser = argparse.ArgumentParser(prog="line-simulator check", description=__doc__)
    parser.add_argument("--webhook", default=default.webhook, help="the bot's webhook URL")
    parser.add_argument("--secret", default=default.secret, help="the channel secret")
    parser.add_argument("--token", default=default.token, help="the channel access token")
    parser.add_argument("--host", default=default.host)
    parser.add_argument("--port", type=int, default=default.port, help="where the bot calls LINE")
    parser.add_argument("--text", default="こんにちは", help="what people write to it")
    parser.add_argument("--patience", type=float, default=20.0, help="seconds to wait for answers")
    given = parser.parse_args(argv)
    if not given.webhook:
        raise ValueError("--webhook is missing: the address at which the bot takes webhooks.")
    if not 0 < given.patience <= 600:
        raise ValueError("--patience must be more than 0 and at most 600 seconds.")
    config = Config(given.host, given.port, given.webhook, given.secret, given.token, default.quota)
    return config, given.text, given.patience

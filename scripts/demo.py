"""`make demo`: all processes on this machine, with the simulator in LINE's place.

Whatever ends is started again (scripts.supervisor).
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from honcho.environ import parse_procfile

from bot.cli.language import shell_language
from bot.texts import gettext
from scripts.supervisor import Supervisor

ROOT = Path(__file__).parent.parent
PORTS = {"PORT": 8000, "SIMULATOR_PORT": 8001, "BROKER_PORT": 6390}


def environment() -> dict[str, str]:
    """Return the processes' environment: this one's, with what the demo needs.

    Production settings are removed, so that the demo touches no real channel or bucket.
    """
    own = ("LINE_", "S3_", "AWS_", "BROKER_", "DATABASE_", "PUBLIC_", "SIMULATOR_")
    kept = {k: v for k, v in os.environ.items() if k in PORTS or not k.startswith(own)}
    ports = {name: kept.get(name, str(number)) for name, number in PORTS.items()}
    simulator = f"http://127.0.0.1:{ports['SIMULATOR_PORT']}"
    return {
        **kept,
        **ports,
        "HOST": "127.0.0.1",
        "PUBLIC_URL": f"http://127.0.0.1:{ports['PORT']}",
        "LINE_API_URL": simulator,
        "SIMULATOR_URL": simulator,
        "LINE_CHANNEL_SECRET": secrets.token_hex(16),
        "LINE_CHANNEL_ACCESS_TOKEN": secrets.token_hex(32),
        "BROKER_URL": f"redis://127.0.0.1:{ports['BROKER_PORT']}/0",
        "DATABASE_URL": f"sqlite:///{ROOT / 'var' / 'efude.db'}",
        "PICTURES_DIR": str(ROOT / "var" / "pictures"),
        "LOG_FORMAT": "text",
        "PYTHONUNBUFFERED": "1",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}",
    }


def taken_ports(env: dict[str, str]) -> Iterator[str]:
    """Return a sentence for each port that another program listens on."""
    for name in PORTS:
        if is_taken(int(env[name])):
            free = int(env[name]) + 1000
            yield say("port_taken", port=env[name], name=name, free=free)


def say(key: str, **values: object) -> str:
    """Return one of the texts' sentences in the shell's language."""
    return gettext(f"demo.{key}", shell_language(os.environ), **values)


def is_taken(port: int) -> bool:
    """Return whether another program listens on a port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def processes() -> dict[str, str]:
    """Return name -> command line of both Procfiles; the shell fills in the environment."""
    commands: dict[str, str] = {}
    for name in ("Procfile.demo", "Procfile"):
        commands |= parse_procfile((ROOT / name).read_text(encoding="utf-8")).processes
    commands.pop("release")
    # `exec`, so that the signal which stops a process reaches it rather than a shell.
    return {name: f"exec {line}" for name, line in commands.items()}


def announce(env: dict[str, str]) -> None:
    """Print the address as soon as the pages answer."""
    started = time.monotonic()
    for url in (env["SIMULATOR_URL"], env["PUBLIC_URL"] + "/readyz"):
        while time.monotonic() - started < 60:
            try:
                with urllib.request.urlopen(url, timeout=2):
                    break
            except OSError:
                time.sleep(0.2)
        else:
            print(f"\n{say('no_answer', url=url)}\n", flush=True)
            return
    # The menu under the chat, as an operator makes it in production.
    subprocess.run(
        [sys.executable, "-m", "bot", "richmenu"],
        env=env,
        stdout=subprocess.DEVNULL,
        check=False,  # whatever can be tapped there can be typed
        timeout=60,
    )
    frame = "─" * 62
    ready, write = say("ready", url=env["SIMULATOR_URL"]), say("write")
    print(f"\n{frame}\n  {ready}\n  {write}\n{frame}\n", flush=True)


def main() -> int:
    """Run the demo until Ctrl-C; return the exit status."""
    os.chdir(ROOT)
    env = environment()
    problems = list(taken_ports(env))
    if problems:
        print("\n".join(problems), file=sys.stderr)
        return 2
    (ROOT / "var").mkdir(exist_ok=True)
    # Meanwhile the worker loads its model; the others wait for the tables.
    migrating = subprocess.Popen([sys.executable, "-m", "bot", "migrate"], env=env)
    manager = Supervisor()
    for name, line in processes().items():
        manager.add_process(name, line, env=env, cwd=str(ROOT))
    threading.Thread(target=announce, args=(env,), daemon=True).start()
    manager.loop()
    migrating.wait()
    return 0  # Ctrl-C is how a demo ends; that is no failure


if __name__ == "__main__":
    raise SystemExit(main())

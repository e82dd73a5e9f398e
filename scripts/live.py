"""`make live`: your own LINE account on this machine, from two secrets to the first picture.

`python -m bot setup` asks for what is missing and keeps it in .env; then everything is started here
(SQLite, the broker from a wheel, pictures in a folder), and LINE is connected to it. What the
processes say goes to live/live.log. Whatever ends is started again (scripts.supervisor).
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

from honcho.printer import Printer

from bot.cli.language import shell_language
from bot.operations.setting_errors import SettingProblems
from bot.operations.setup import SetupProblem
from bot.operations.setup.env_file import EnvFile
from bot.settings import SettingError
from bot.settings.values import number
from bot.texts import gettext
from scripts.demo import ROOT, is_taken, processes
from scripts.supervisor import Supervisor

NEEDED_BYTES = 1_000_000_000  # below that the watchdog calls a disk full
START_SECONDS = 120.0
LOG_TAIL = 15  # lines
DATA = "live"  # the folder of everything that is stored, beside .env
DEFAULTS = {
    "HOST": "127.0.0.1",  # only the tunnel comes in
    "PORT": "8000",
    "TRUSTED_PROXIES": "1",  # the tunnel
    "BROKER_PORT": "6391",
    "DATABASE_URL": f"sqlite:///{DATA}/efude.db",
    "PICTURES_DIR": f"{DATA}/pictures",
}


class RollingFile:
    """A text file for honcho's printer; once it is full it begins anew and keeps the last one."""

    MAX_BYTES = 10_000_000

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("a", encoding="utf-8")

    def write(self, text: str) -> None:
        """Append text."""
        if self._file.tell() > self.MAX_BYTES:
            self._file.close()
            self.path.replace(self.path.with_suffix(".log.1"))
            self._file = self.path.open("a", encoding="utf-8")
        self._file.write(text)

    def flush(self) -> None:
        """Write to the disk what is in memory."""
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def tail(self) -> str:
        """Return the last lines."""
        lines = self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-LOG_TAIL:])


def home_settings(file: dict[str, str], environ: dict[str, str]) -> dict[str, str]:
    """Return the settings that make all processes meet on one machine, where none are given.

    The environment goes before the file. With a broker of your own in BROKER_URL, none is started.
    """
    given = {**file, **environ}
    chosen = {name: given.get(name) or value for name, value in DEFAULTS.items()}
    own = f"redis://127.0.0.1:{chosen['BROKER_PORT']}/0"
    was_own = f"redis://127.0.0.1:{file.get('BROKER_PORT', '')}/0"
    url = environ.get("BROKER_URL") or file.get("BROKER_URL") or own
    return {**chosen, "BROKER_URL": own if url == was_own else url}


def environment(chosen: dict[str, str], file: dict[str, str]) -> dict[str, str]:
    """Return the processes' environment."""
    return {
        **file,
        **os.environ,
        **chosen,
        "LOG_FORMAT": os.environ.get("LOG_FORMAT", "text"),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }


def has_own_broker(chosen: dict[str, str]) -> bool:
    """Return whether the broker is the one from the wheel."""
    return chosen["BROKER_URL"] == f"redis://127.0.0.1:{chosen['BROKER_PORT']}/0"


def check_machine(folder: Path, chosen: dict[str, str]) -> None:
    """Raise SetupProblem if a port is taken or the disk is full, SettingError if it is no port."""
    free = shutil.disk_usage(folder).free
    if free < NEEDED_BYTES:
        raise SetupProblem(
            "no_room",
            folder=folder,
            free=f"{free / 1e6:.0f} MB",
            needed=f"{NEEDED_BYTES / 1e9:.0f} GB",
        )
    for name in ("PORT", "BROKER_PORT") if has_own_broker(chosen) else ("PORT",):
        port = number(1, 65535)(name, chosen[name])
        if is_taken(port):
            free_port = port + 1000 if port <= 64535 else port - 1000
            raise SetupProblem("port_taken", port=port, name=name, free=free_port)


class Live:
    """One run of everything. folder: where .env and the data lie."""

    def __init__(self, folder: Path, lang: str) -> None:
        self.folder, self.lang = folder, lang
        self.status = 0
        self.stopping = False
        self._guide: subprocess.Popen[bytes] | None = None

    def say(self, key: str, **values: object) -> None:
        """Print one of the texts' sentences."""
        print(gettext(f"setup.{key}", self.lang, **values), flush=True)

    def setup_command(self, half: str, *more: str) -> list[str]:
        """Return the command line of one half of the set-up."""
        command = [sys.executable, "-m", "bot", "setup", "--half", half, *more]
        return [*command, "--language", self.lang]

    def run(self) -> int:
        """Ask, start, connect, and stay until Ctrl-C; return the exit status."""
        path = Path(".env")
        file = EnvFile(path)
        check_machine(self.folder, home_settings(file.values, dict(os.environ)))
        asked = {**os.environ, "PYTHONPATH": str(ROOT)}
        if status := subprocess.call(self.setup_command("ask"), env=asked):
            return status
        file = EnvFile(path)
        chosen = home_settings(file.values, dict(os.environ))
        file.update(chosen)
        # As the first half wrote it; the environment may hold it as it was pasted.
        if address := file.values.get("PUBLIC_URL"):
            chosen["PUBLIC_URL"] = address
        env = environment(chosen, file.values)
        Path(DATA).mkdir(exist_ok=True)
        if subprocess.call([sys.executable, "-m", "bot", "migrate"], env=env):
            self.say("migrate_failed")
            return 1
        log = RollingFile(Path(DATA) / "live.log")
        self.say("starting", log=log.path)
        manager = Supervisor(Printer(log, colour=False))
        for name, line in commands(chosen).items():
            manager.add_process(name, line, env=env, cwd=str(self.folder))
        threading.Thread(target=self._connect, args=(env, log), daemon=True).start()
        manager.loop()
        self.stopping = True
        if self._guide is not None and self._guide.poll() is None:
            self._guide.terminate()
            self._guide.wait(10)
        log.close()
        self.say("stopped")
        return self.status

    def _connect(self, env: dict[str, str], log: RollingFile) -> None:
        """Run the second half as soon as the web process serves; stop everything if it fails."""
        if not _serves(f"http://127.0.0.1:{env['PORT']}/readyz"):
            self.say("did_not_start", log=log.path)
            print(log.tail(), flush=True)
            self._stop(1)
            return
        self.say("started")
        self._guide = subprocess.Popen(self.setup_command("connect", "--wait"), env=env)
        status = self._guide.wait()
        if status == 0:
            self.say("keep_running")
        elif not self.stopping:
            self._stop(status if status > 0 else 1)

    def _stop(self, status: int) -> None:
        self.status = status
        os.kill(os.getpid(), signal.SIGTERM)


def commands(chosen: dict[str, str]) -> dict[str, str]:
    """Return name -> command line of what is started."""
    lines = processes()
    lines.pop("simulator")
    if not has_own_broker(chosen):
        lines.pop("broker")
    else:
        lines["broker"] = lines["broker"].replace("var/broker", f"{DATA}/broker")
    return lines


def _serves(url: str) -> bool:
    started = time.monotonic()
    while time.monotonic() - started < START_SECONDS:
        with suppress(OSError), urllib.request.urlopen(url, timeout=2):
            return True
        time.sleep(0.2)
    return False


def main() -> int:
    """Run until Ctrl-C; return the exit status (2: something has to be corrected first)."""
    parser = argparse.ArgumentParser(prog="python -m scripts.live", description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT, help="where .env and the data lie")
    folder = parser.parse_args().folder.resolve()
    os.umask(0o077)  # the database, pictures and logs are this user's alone
    os.chdir(folder)
    lang = shell_language(os.environ)
    try:
        return Live(folder, lang).run()
    except SetupProblem as problem:
        print(problem.sentence(lang), file=sys.stderr)
        return 2
    except SettingError as error:
        print(SettingProblems(error).in_language(lang), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main())

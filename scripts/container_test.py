"""`make test-container`: build both images, measure them, and have a picture painted by them.

Web, courier, clock and worker run from the images, each with a read-only file system and one
volume, against Valkey and the simulator on this machine. Skips with a sentence where it cannot.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from scripts import broker, containers
from scripts.containers import ROOT, Impossible, call
from simulator.client import Msg, SimulatorClient
from simulator.launch import running

WEB_MEGABYTES = 350  # unpacked; a dictionary of 115 and numpy with 50 are in it
PATIENCE_SECONDS = 600.0  # a worker translates its model first, on a busy machine slowly
STOP_SECONDS = 30  # after which podman kills
COMMANDS = {
    "web": ("web", []),
    "courier": ("web", ["python", "-m", "bot", "courier"]),
    "clock": ("web", ["python", "-m", "bot", "clock"]),
    "worker": ("worker", []),
}
# What must not be inside, besides what no image has.
ABSENT = {"web": ["torch", "diffusers", "setuptools"], "worker": []}


def main() -> int:
    """Build and try the images; returns 1 if something is not as it should be."""
    try:
        containers.require_machine()
        from_afar = containers.make_base()
        if not from_afar:
            containers.require_python()
        words = containers.run_words()
    except Impossible as reason:
        print(f"Skipped: {reason}")
        return 0
    wheels = None if from_afar else ROOT / "var/container/wheels"
    if wheels is not None:
        with timed("what is to be installed, through pip"):
            containers.gather_wheels(wheels)
    images = {}
    for target in ("web", "worker"):
        with timed(f"build {target}"):
            images[target] = containers.build(target, wheels)
    problems = list(inspect(images, words))
    with ExitStack() as stack:
        problems += Town(stack, images, words).play()
    for problem in problems:
        print(f"✘ {problem}", file=sys.stderr)
    print("The images do what they should." if not problems else f"{len(problems)} problems.")
    return 1 if problems else 0


def inspect(images: dict[str, str], words: list[str]) -> Iterator[str]:
    """Yield what is wrong with the images as they lie there."""
    for target, image in images.items():
        about = containers.inspect(image)
        megabytes = int(str(about["Size"])) / 1e6
        print(f"{image}: {megabytes:.0f} MB", flush=True)
        if target == "web" and megabytes > WEB_MEGABYTES:
            yield f"{image} has {megabytes:.0f} MB; {WEB_MEGABYTES} are allowed."
        script = (ROOT / "scripts/image_check.py").read_text(encoding="utf-8")
        look = (*words, "--rm", "--read-only", image, "python", "-c", script, *ABSENT[target])
        yield from (f"{image}: {fault}" for fault in call(*look).splitlines())


class Town:
    """The processes of one house in containers, with a broker and the simulator beside them."""

    def __init__(self, stack: ExitStack, images: dict[str, str], words: list[str]) -> None:
        self.images, self.words = images, words
        self.mark = secrets.token_hex(4)
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self.port, broker_port = free_ports(2)
        stack.enter_context(valkey(broker_port, self.folder / "broker"))
        url, secret, token = f"http://127.0.0.1:{self.port}", "a" * 32, secrets.token_hex(32)
        self.line: SimulatorClient = stack.enter_context(
            running(webhook=f"{url}/callback", secret=secret, token=token)
        )
        self.env_file = self.folder / "env"
        self.env_file.write_text(
            f"LINE_CHANNEL_SECRET={secret}\nLINE_CHANNEL_ACCESS_TOKEN={token}\n"
            f"LINE_API_URL={self.line.base_url}\nPUBLIC_URL={url}\nPORT={self.port}\n"
            f"HOST=127.0.0.1\nBROKER_URL=redis://127.0.0.1:{broker_port}/0\n"
            "ADMIN_PASSWORD=only-for-this-run\n",
            encoding="ascii",
        )
        self.volume = f"efude-test-{self.mark}"
        stack.callback(quietly, "podman", "volume", "rm", "--force", self.volume)
        for name in COMMANDS:
            stack.callback(quietly, "podman", "rm", "--force", "--time=1", self.name(name))

    def name(self, process: str) -> str:
        """Return the name of a process's container."""
        return f"efude-test-{self.mark}-{process}"

    def start(self, name: str, image: str, *command: str, remove: bool = False) -> None:
        """Start a container as compose.yaml does: all of it read-only but its volume and /tmp."""
        options = ["--rm"] if remove else ["--detach"]
        # On the machine's network all would have its name, which is part of who a process is.
        options += ["--hostname", self.name(name)]
        options += ["--name", self.name(name), "--env-file", str(self.env_file), "--read-only"]
        options += ["--cap-drop=ALL", "--security-opt=no-new-privileges", "--no-healthcheck"]
        options += ["--volume", f"{self.volume}:/data"]
        call(*self.words, *options, self.images[image], *command)

    def play(self) -> list[str]:
        """Send a wish, wait for its picture, ask for each one's health, and stop all of them."""
        problems: list[str] = []
        with timed("migrate"):
            self.start("migrate", "web", "python", "-m", "bot", "migrate", remove=True)
        for name, (image, command) in COMMANDS.items():
            self.start(name, image, *command)
        try:
            with timed("web serves"):
                self.wait_until(lambda: answers(f"http://127.0.0.1:{self.port}/readyz"))
            with timed("worker, courier and clock are alive"):
                self.wait_until(lambda: all(map(self.is_healthy, COMMANDS)))
            with timed("a picture"):
                self.paint()
        except TimeoutError as error:
            problems.append(str(error))
            for name in COMMANDS:
                print(f"--- {name}\n{self.log(name)}", file=sys.stderr)
        return problems + [problem for name in reversed(COMMANDS) for problem in self.stop(name)]

    def wait_until(self, holds: Callable[[], bool]) -> None:
        """Wait until a condition holds. Raises TimeoutError, also when a process ends before."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            if ended := [
                name for name in COMMANDS if self.look(name, "{{.State.Running}}") != "true"
            ]:
                raise TimeoutError(f"Ended by itself: {', '.join(ended)}.")
            if time.monotonic() > deadline:
                raise TimeoutError(f"Waited {PATIENCE_SECONDS:.0f} s in vain.")
            time.sleep(1)

    def look(self, name: str, form: str) -> str:
        """Return what podman knows of a container, in one of its own templates."""
        return call("podman", "inspect", "--format", form, self.name(name)).strip()

    def paint(self) -> None:
        """Have 「赤いりんご」 painted, and keep the picture in var/container."""
        person = self.line.add_person("みお")
        self.line.follow(person, wait=True)
        self.line.send(person, "赤いりんご", wait=True)

        def is_picture(message: Msg) -> bool:
            return message.by_bot and message.image is not None

        message = self.line.wait_for(person, is_picture, PATIENCE_SECONDS)
        address = message.raw["image"]["original"]
        with urllib.request.urlopen(address, timeout=20) as answer:
            data = answer.read()
        if not data.startswith((b"\x89PNG", b"\xff\xd8")):
            raise TimeoutError(f"What came is no picture: {data[:20]!r}")
        kept = ROOT / "var/container" / ("picture.jpg" if data[:1] == b"\xff" else "picture.png")
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(data)
        print(f"  {len(data)} bytes in {kept.relative_to(ROOT)}", flush=True)

    def is_healthy(self, name: str) -> bool:
        """Ask as the health check of the image or of compose.yaml does."""
        if name == "web":
            about = containers.inspect(self.images["web"])
            command = list(about["Healthcheck"]["Test"])[1:]
        else:
            command = ["python", "-m", "bot", "health", name]
        try:
            call(*self.words[: self.words.index("run")], "exec", self.name(name), *command)
        except Impossible:
            return False
        return True

    def stop(self, name: str) -> Iterator[str]:
        """Stop a container by SIGTERM; yield what is wrong with how it ended."""
        started = time.monotonic()
        quietly("podman", "stop", f"--time={STOP_SECONDS}", self.name(name))
        seconds = time.monotonic() - started
        status = self.look(name, "{{.State.ExitCode}}")
        print(f"  {name} ended with {status} after {seconds:.1f} s", flush=True)
        if status != "0":
            yield f"{name} ended with {status} on SIGTERM:\n{self.log(name)}"

    def log(self, name: str) -> str:
        """Return the end of what a container said."""
        command = ("podman", "logs", "--tail", "30", self.name(name))
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        return done.stdout + done.stderr


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print for how long the body ran."""
    started = time.monotonic()
    yield
    print(f"{what}: {time.monotonic() - started:.0f} s", flush=True)


@contextmanager
def valkey(port: int, folder: Path) -> Iterator[None]:
    """Run a broker for the length of a `with`."""
    folder.mkdir()
    with subprocess.Popen(broker.command(port, folder)) as process:
        try:
            yield
        finally:
            process.terminate()


def quietly(*command: str) -> None:
    """Run what may fail, since what it ends may have ended."""
    subprocess.run(command, capture_output=True, timeout=120, check=False)


def answers(url: str) -> bool:
    """Return whether an address answers with success."""
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


def free_ports(count: int) -> list[int]:
    """Return ports of the loopback on which nobody listens."""
    with ExitStack() as stack:
        sockets = [
            stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)
        ]
        return [each.getsockname()[1] for each in sockets]


if __name__ == "__main__":
    os.umask(0o077)
    raise SystemExit(main())

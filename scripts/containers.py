"""Build the two images of the Containerfile with podman, also where no image registry answers.

There, Debian's own packages make the base: debootstrap's system takes the base's official name. The
packages come through this machine's pip then, with whatever index or cache it is set up for.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BASE = "docker.io/library/debian:bookworm-slim"
PYTHON = (3, 11)  # of that base
PROGRAMS = {"podman": "podman", "runc": "runc", "debootstrap": "debootstrap"}
# What an image for servers leaves out, as Debian's own slim one does.
UNREAD = (
    "usr/share/doc",
    "usr/share/man",
    "usr/share/locale",
    "usr/share/info",
    "var/lib/apt/lists",
)


class Impossible(Exception):
    """It cannot be done on this machine. The message says why, and what would help."""


def call(*command: str | Path, timeout: float = 1800, cwd: Path = ROOT) -> str:
    """Run a program; returns its output. Raises Impossible with the end of what it said."""
    words = [str(word) for word in command]
    done = subprocess.run(
        words, cwd=cwd, capture_output=True, text=True, timeout=timeout, check=False
    )
    if done.returncode:
        said = (done.stdout + done.stderr).strip()[-1500:]
        raise Impossible(f"`{' '.join(words[:3])} ...` ended with {done.returncode}:\n{said}")
    return done.stdout


def make_base(release: str = "bookworm") -> bool:
    """See to it that the base image is there. Returns whether a registry brought it."""
    exists = subprocess.run(["podman", "image", "exists", BASE], timeout=60, check=False)
    if exists.returncode == 0:
        return "efude.base" not in inspect(BASE)["Labels"]
    try:
        call("podman", "pull", "--quiet", BASE, timeout=300)
        return True
    except Impossible:
        print(f"No registry answers: {BASE} is made from Debian's packages.", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        root, archive = Path(folder) / "root", Path(folder) / "base.tar"
        call("debootstrap", "--variant=minbase", release, root)
        for path in UNREAD:
            shutil.rmtree(root / path, ignore_errors=True)
        excluded = [f"--exclude=./{part}/*" for part in ("proc", "sys", "dev", "var/cache/apt")]
        call("tar", *excluded, "-C", root, "-cf", archive, ".")
        call("podman", "import", "--change", "LABEL efude.base=debootstrap", archive, BASE)
    return False


def require_python() -> None:
    """Raise Impossible unless this Python is the base's, so that pip brings what fits there."""
    if sys.version_info[:2] != PYTHON:
        raise Impossible(f"Without a registry this needs Python {'.'.join(map(str, PYTHON))}.")


def gather_wheels(folder: Path) -> None:
    """Download, through this machine's pip, what both images install. Kept for the next time."""
    wanted = hashlib.sha256()
    for name in ("constraints.txt", "bot/requirements.txt", "inference/requirements.txt"):
        wanted.update((ROOT / name).read_bytes())
    stamp = folder / "for"
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted.hexdigest():
        return
    folder.mkdir(parents=True, exist_ok=True)
    lock = (ROOT / "bot/requirements.lock").read_text(encoding="utf-8")
    # Debian's Python may be of an older patch level than this one.
    older = re.findall(r"(?m)^(\S+) ; python_full_version < '3\.11", lock)
    sources = ("-r", "bot/requirements.txt", "-r", "inference/requirements.txt")
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--only-binary=:all:")
    call(*pip, *sources, *older, "-c", "constraints.txt", "--find-links", folder, "-d", folder)
    stamp.write_text(wanted.hexdigest(), encoding="ascii")


def build(target: str, wheels: Path | None) -> str:
    """Build the image of a target; returns its name. wheels: None takes everything from afar."""
    name = f"localhost/efude-{target}"
    command = ["podman", "build", "--isolation", "chroot", "--format", "docker", "--layers"]
    command += ["--file", "Containerfile", "--target", target, "--tag", name]
    if wheels is not None:
        command += ["--volume", f"{wheels}:/wheels:ro"]
        command += ["--build-arg", "PIP_FIND_LINKS=/wheels", "--build-arg", "PIP_NO_INDEX=1"]
    call(*command, ".")
    return name


def inspect(image: str) -> dict[str, Any]:
    """Return what podman knows of an image: Size in bytes, Config, Labels ..."""
    [about] = json.loads(call("podman", "image", "inspect", image, timeout=60))
    return {**about, "Labels": about.get("Labels") or {}}


def run_words() -> list[str]:
    """Return the words with which a container starts here. Raises Impossible if none do.

    A sandbox may forbid to raise a limit, or have control groups that crun does not know.
    """
    limits = ["--ulimit", "nofile=8192:8192", "--ulimit", "nproc=8192:8192"]
    problem = ""
    for runtime in ([], ["--runtime=runc"]):
        for options in ([], limits):
            words = ["podman", *runtime, "run", "--network=host", *options]
            try:
                call(*words, "--rm", BASE, "true", timeout=120)
            except Impossible as error:
                problem = str(error)
            else:
                return words
    raise Impossible(f"podman cannot run a container here: {problem}")


def missing_programs() -> list[str]:
    """Return the packages that are not installed."""
    return [package for name, package in PROGRAMS.items() if shutil.which(name) is None]


def require_machine() -> None:
    """Raise Impossible unless this is Linux, root, and podman and the rest are there."""
    if sys.platform != "linux" or os.geteuid() != 0:
        raise Impossible("Containers are tried on Linux, as root.")
    if missing := missing_programs():
        raise Impossible(f"Missing: {' '.join(missing)}. On Debian: apt-get install them.")

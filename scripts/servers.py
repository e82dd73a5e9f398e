"""Install the servers of `make test-services`: PostgreSQL, PgBouncer, Redis and RabbitMQ."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGES = {
    "postgres": "postgresql",
    "redis-server": "redis-server",
    "rabbitmq-server": "rabbitmq-server",
    "pgbouncer": "pgbouncer",
}
SERVICES = ("postgresql", "redis-server", "rabbitmq-server", "pgbouncer")
POLICY = Path("/usr/sbin/policy-rc.d")  # asked by Debian's packages before they start a service


def find_server(name: str) -> str | None:
    """Return the path of a server, by a name of PACKAGES. Returns None if missing.

    Debian keeps postgres out of the PATH, one folder a version. It puts a wrapper before
    rabbitmq-server that only root and one other user may run; this returns the program itself.
    """
    if name == "postgres":
        versions = Path("/usr/lib/postgresql").glob("*/bin/postgres")
        newest = sorted(versions, key=lambda path: float(path.parts[4]), reverse=True)
        program = str(newest[0]) if newest else shutil.which(name)
        # Some machines have the program without what makes its data folder.
        return program if program and Path(program).resolve().with_name("initdb").exists() else None
    inner = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    if name == "rabbitmq-server" and inner.exists():
        return str(inner)
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def missing() -> list[str]:
    """Return the packages whose servers are not installed."""
    return [package for name, package in PACKAGES.items() if find_server(name) is None]


@contextmanager
def nothing_starts() -> Iterator[None]:
    """Keep packages from starting their services during installation (policy-rc.d, 101)."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink(missing_ok=True)


def install(packages: list[str]) -> bool:
    """Install Debian packages; return whether that worked. Output is shown only if it did not."""
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    apt = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=120"]
    commands = (
        [*apt, "update"],
        [*apt, "install", "--no-install-recommends", *packages],
    )
    with nothing_starts():
        for command in commands:
            done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
            if done.returncode and command[-1] != "update":
                print((done.stdout + done.stderr)[-3000:], file=sys.stderr)
                return False
    return True


def keep_off(packages: list[str]) -> None:
    """Keep the new services from starting with the machine."""
    if not Path("/run/systemd/system").exists():
        return
    for service in SERVICES:
        if service in packages:
            command = ["systemctl", "disable", "--now", service]
            subprocess.run(command, capture_output=True, check=False)


def main() -> int:
    """Make sure that the servers are installed. Returns 1 only where CI is set and they are not."""
    wanted = missing()
    if not wanted:
        return 0
    names = " ".join(wanted)
    if shutil.which("apt-get") and os.geteuid() == 0:
        print(f"Installing {names} for the tests ...", flush=True)
        if install(wanted):
            keep_off(wanted)
            wanted = missing()
    if not wanted:
        return 0
    print(
        f"These servers are missing: {names}. The tests that need them are skipped; on Debian, "
        f"as root:  apt-get install {names}",
        file=sys.stderr,
    )
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    raise SystemExit(main())

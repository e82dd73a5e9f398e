"""Look round inside an image: `python -c` with this text, and the modules that must be absent.

Prints a line for each thing that is wrong. Imports nothing that an image does not have.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import pkgutil
import shutil
import ssl
import sys
import sysconfig
import zoneinfo
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

PATHS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/efude/venv/bin"
# Whoever breaks in would use them, and nobody else.
PROGRAMS = ("sh", "bash", "busybox", "perl", "apt-get", "dpkg", "pip", "gcc", "make", "git", "curl")
USER = 10001
DRIVERS = ("libOpenCL.so", "libcuda.so", "libze_loader.so")  # come with a GPU, or are absent
APART = ("__main__", "train")  # what runs when it is imported, or needs what only developers have
LATER = (
    *("alembic.command", "boto3.session", "celery.bin.beat", "celery.bin.celery"),
    *("celery.bin.worker", "celery.concurrency.thread", "celery.worker.consumer"),
    *("gunicorn.app.wsgiapp", "kombu.transport.pyamqp", "kombu.transport.redis"),
    *("linebot.v3.messaging", "psycopg", "sqlalchemy.dialects.postgresql.psycopg"),
    *("sqlalchemy.dialects.sqlite", "sudachipy", "inference.images.decoder_process"),
)


def find_faults(absent: list[str]) -> Iterator[str]:
    """Yield what is wrong in this image. absent: modules that must not be there."""
    if os.getuid() != USER:
        yield f"The user is {os.getuid()}."
    for module in ("pip", "ensurepip", *absent):
        if find_spec(module) is not None:
            yield f"{module} can be imported."
    for program in PROGRAMS:
        if shutil.which(program, path=PATHS) is not None:
            yield f"{program} is there."
    for folder in ("/", "/etc", "/usr/bin", "/opt/efude/app", "/opt/efude/venv"):
        if os.access(folder, os.W_OK):
            yield f"{folder} can be written to."
    yield from find_broken_libraries()
    yield from find_slow_modules(import_bot())
    if len(ssl.create_default_context().get_ca_certs()) < 50:
        yield "There are no certificates for https."
    zoneinfo.ZoneInfo("Asia/Tokyo")


def find_broken_libraries() -> Iterator[str]:
    """Load what Python and the packages have in C: a library of Debian's may be missing."""
    folders = {Path(sysconfig.get_path(name)) for name in ("platlib", "stdlib")}
    for path in sorted(path for folder in folders for path in folder.rglob("*.so*")):
        try:
            ctypes.CDLL(str(path))
        except OSError as error:
            if not str(error).startswith(DRIVERS):
                yield f"{path} cannot be loaded: {error}"


def find_slow_modules(modules: Iterable[ModuleType]) -> Iterator[str]:
    """Yield what has no bytecode: it is compiled at each start, since nothing can be kept."""
    for module in modules:
        bytecode = getattr(getattr(module, "__spec__", None), "cached", None)
        if bytecode is not None and not Path(bytecode).exists():
            yield f"{module.__name__} has no bytecode."


def import_bot() -> list[ModuleType]:
    """Import the bot's modules and what its processes import later; return all that is imported."""
    for module in pkgutil.walk_packages(importlib.import_module("bot").__path__, "bot."):
        if module.name.rpartition(".")[2] not in APART:
            importlib.import_module(module.name)
    for name in LATER:
        importlib.import_module(name)
    return list(sys.modules.values())


if __name__ == "__main__":
    for fault in find_faults(sys.argv[1:]):
        print(fault)

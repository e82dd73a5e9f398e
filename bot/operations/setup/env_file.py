"""The file of settings: NAME=value lines, as shells read them.

A change keeps every other line. The file is for its owner alone, and is replaced as a whole: at
each moment either the old or the new one stands there.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shlex
import string
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bot.operations.setup.problem import SetupProblem

_LINE = re.compile(
    r"\s{0,99}(?:export\s{1,99})?([A-Za-z_][A-Za-z0-9_]{0,99})\s{0,99}=(.*)", re.DOTALL
)
# As in shells, # begins a comment only where a word could begin: "pass#word" has none.
_VALUE = re.compile(
    r"""(?:[ \t]{1,99}(?!\#))?
    ((?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*+")*+)
    (?:[ \t]{1,99}\#.*)?""",
    re.DOTALL | re.VERBOSE,
)
_BARE = frozenset(string.ascii_letters + string.digits + "_./:@%+=,-")  # no reader changes these
MAX_BYTES = 1_000_000


class EnvFile:
    """The lines of one file, and the values that they set. Raises SetupProblem."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lines = _read(path)
        self.values = dict(_values(path, self._lines))

    def renamed(self, new_names: dict[str, str]) -> Iterator[tuple[str, str]]:
        """Yield the names that an older version knew, each with what it is called now."""
        for name in self.values:
            new = new_names.get(name.removesuffix("_FILE"))
            if new:
                yield name, new + ("_FILE" if name.endswith("_FILE") else "")

    def update(self, values: dict[str, str]) -> bool:
        """Set these values and write the file. Returns whether anything had to change.

        The file is mode 0600 afterwards in any case.
        """
        changed = {name: value for name, value in values.items() if self.values.get(name) != value}
        lines = list(self._lines)
        for name, value in changed.items():
            line = f"{name}={_quote(name, value)}"
            numbers = [number for number, old in enumerate(lines) if _name(old) == name]
            if numbers:
                lines[numbers[-1]] = line  # the last one is what readers take
            else:
                lines.append(line)
        if changed:
            _replace(self.path, "".join(f"{line}\n" for line in lines))
            self._lines, self.values = lines, {**self.values, **changed}
        elif self.path.exists():
            _only_for_owner(self.path)
        return bool(changed)


def _read(path: Path) -> list[str]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SetupProblem("env_unreadable", file=path, why=os.strerror(errno.EFBIG))
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return []
    except UnicodeDecodeError:
        raise SetupProblem("env_no_text", file=path) from None
    except OSError as error:
        raise SetupProblem("env_unreadable", file=path, why=error.strerror) from None
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")] if text else []


def _name(line: str) -> str | None:
    match = _LINE.fullmatch(line)
    return match[1] if match else None


def _values(path: Path, lines: list[str]) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line.rstrip())
        value = _VALUE.fullmatch(match[2]) if match else None
        if match is None or value is None or "\0" in line:
            raise SetupProblem("env_line", file=path, line=number)
        yield match[1], "".join(shlex.split(value[1]))


def _quote(name: str, value: str) -> str:
    if not value.isprintable():
        raise SetupProblem("control_character", name=name)
    return value if _BARE.issuperset(value) else shlex.quote(value)


def _replace(path: Path, text: str) -> None:
    """Write a file beside the old one, to the disk, and move it there."""
    target = Path(os.path.realpath(path))  # of a link, what it leads to
    draft = target.with_name(f"{target.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, target)
    except OSError as error:
        raise SetupProblem(_cause(error), file=path, why=error.strerror) from None
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _cause(error: OSError) -> str:
    full = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return "env_no_room" if error.errno in full else "env_unwritable"


def _only_for_owner(path: Path) -> None:
    try:
        path.chmod(0o600)
    except OSError as error:
        raise SetupProblem("env_unwritable", file=path, why=error.strerror) from None

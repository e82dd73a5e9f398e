"""Remember what was chosen by timing, so that a seed gives the same picture tomorrow. No torch.

Precision and memory order are measured as a model loads (inference.models.device). Two of them are
often nearly equally fast, and a busy moment would choose another one at the next start; a picture
would come out a little different. So each choice is made once for a machine and a checkpoint.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import tempfile
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def recall(question: str, choose: Callable[[], str]) -> str:
    """Return the answer of before for this machine; else choose, and remember.

    Where nothing can be written it is chosen at every start. Of two workers that choose at once,
    both take what the first one wrote.
    """
    file = _folder() / f"{_digest(question)}.json"
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        return str(_read(file)["choice"])
    choice = choose()
    with contextlib.suppress(OSError):
        _write_once(file, {"machine": machine(), "question": question, "choice": choice})
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        return str(_read(file)["choice"])
    return choice


def remembered() -> dict[str, str]:
    """Return every question that was answered on this machine, and its answer."""
    choices = {}
    for file in sorted(_folder().glob("*.json")):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            table = _read(file)
            if table["machine"] == machine():
                choices[str(table["question"])] = str(table["choice"])
    return choices


def forget() -> int:
    """Remove all choices of this user; the next start chooses anew. Returns their number."""
    files = list(_folder().glob("*.json"))
    for file in files:
        file.unlink(missing_ok=True)
    return len(files)


def fingerprint(words: str) -> str:
    """Return eight hexadecimal digits for words such as those of ModelInfo.numerics."""
    return hashlib.blake2b(words.encode(), digest_size=4).hexdigest()


def processor() -> str:
    """Name the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def machine() -> str:
    """Name what decides which choice is faster: processor, cores and torch."""
    try:
        torch = version("torch")
    except PackageNotFoundError:
        torch = "none"
    return f"{processor()}, {os.cpu_count()} cores, torch {torch}"


def _folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(base) / "efude" / "choices"


def _digest(question: str) -> str:
    text = f"{machine()}\n{question}"
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def _read(file: Path) -> dict[str, object]:
    table: dict[str, object] = json.loads(file.read_text(encoding="utf-8"))
    return table


def _write_once(file: Path, table: dict[str, str]) -> None:
    """Write the file unless another process has; a damaged one is replaced."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        _read(file)["choice"]
    except FileNotFoundError:
        pass
    except (ValueError, KeyError, TypeError):
        file.unlink(missing_ok=True)
    else:
        return
    with tempfile.NamedTemporaryFile(
        "w", dir=file.parent, suffix=".part", delete=False, encoding="utf-8"
    ) as part:
        json.dump(table, part, ensure_ascii=False, indent=2)
    try:
        with contextlib.suppress(FileExistsError):
            os.link(part.name, file)  # unlike a rename, it never takes another's place
    finally:
        Path(part.name).unlink(missing_ok=True)

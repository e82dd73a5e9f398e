"""Write the locks: every file that a production installation may take, by its hash.

python -m scripts.lock asks the package index that pip is set up for, through uv, for the files of
the versions in constraints.txt. The versions are chosen there; this adds the hashes, and the
packages that only some platforms need (NVIDIA's for torch on Linux). bot/requirements.lock is for
web, courier and clock, requirements.lock for the worker, which has all of them.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BOT = ("bot/requirements.txt", "bot/requirements-optional.txt")
LOCKS = {
    "bot/requirements.lock": BOT,
    "requirements.lock": (*BOT, "inference/requirements.txt"),
}
OLDEST_PYTHON = "3.11"
_TITLE = """\
# pip install --require-hashes -r {name}
# on Python 3.11 to 3.14. Written by `python -m scripts.lock`; the versions are constraints.txt's.
"""


def lock(sources: tuple[str, ...]) -> str:
    """Return the lock of these files. Raises CalledProcessError if uv cannot make one."""
    command = ["uv", "pip", "compile", "--universal", "--generate-hashes", "--no-header", "--quiet"]
    command += ["--no-annotate", "--python-version", OLDEST_PYTHON]
    environment = dict(os.environ)
    if authorities := environment.get("PIP_CERT"):
        environment.setdefault("SSL_CERT_FILE", authorities)
    return subprocess.run(
        [*command, "--constraints", "constraints.txt", *sources],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    ).stdout


def main() -> int:
    """Rewrite the locks. Needs uv, and a package index with every platform's files."""
    for name, sources in LOCKS.items():
        try:
            text = lock(sources)
        except FileNotFoundError:
            print("uv was not found: pip install uv, then run this again", file=sys.stderr)
            return 1
        except subprocess.CalledProcessError as error:
            print(f"{name} was not written:\n{error.stderr.strip()}", file=sys.stderr)
            return 1
        (ROOT / name).write_text(_TITLE.format(name=name) + text, encoding="utf-8")
        print(f"{name}: {len(re.findall('^[a-z]', text, re.MULTILINE))} packages")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

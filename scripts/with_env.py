"""`python -m bot` with the settings of .env where the environment has none: for scripts/efude."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bot.cli import main
from bot.cli.language import shell_language
from bot.operations.setup import SetupProblem
from bot.operations.setup.env_file import EnvFile


def load(path: Path) -> None:
    """Set what the file sets and the environment does not. Raises SetupProblem."""
    for name, value in EnvFile(path).values.items():
        os.environ.setdefault(name, value)


if __name__ == "__main__":
    os.umask(0o077)  # as bot.__main__
    try:
        load(Path(".env"))
    except SetupProblem as problem:
        print(problem.sentence(shell_language(os.environ)), file=sys.stderr)
        raise SystemExit(2) from None
    raise SystemExit(main())

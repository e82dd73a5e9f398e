"""`python -m bot`: see bot.cli."""

from __future__ import annotations

import os

from bot.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    os.umask(0o077)  # the database, pictures and reports are this user's alone
    raise SystemExit(main())

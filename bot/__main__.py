"""`python -m bot`: see bot.commands."""

from __future__ import annotations

from bot.commands import main

__all__ = ["main"]

if __name__ == "__main__":
    raise SystemExit(main())

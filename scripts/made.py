"""What scripts make for the pages in docs/, so that it cannot go stale."""

from __future__ import annotations

import sys
from pathlib import Path


def between(page: str, begin: str, end: str, made: str) -> str:
    """The page with what was made between its two marks; ValueError when a mark is missing."""
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"The page has lost one of the marks {begin.strip()} {end.strip()}")
    return f"{before}{begin}\n{made}\n{end}{after}"


def settle(page: Path, new: str, script: str, *, check: bool) -> int:
    """Write the page, or with `check` only compare; 1 if it was stale then. script: who makes it,
    such as "scripts.capacity"."""
    if not check:
        page.write_text(new, encoding="utf-8")
        return 0
    if page.is_file() and page.read_text(encoding="utf-8") == new:
        return 0
    print(f"{page} is stale; run: python -m {script}", file=sys.stderr)
    return 1

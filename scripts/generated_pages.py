"""Sections of the pages in docs/ that scripts generate, so that they cannot go stale."""

from __future__ import annotations

import sys
from pathlib import Path


def replace_section(page: str, begin: str, end: str, section: str) -> str:
    """Replace the section between two marks of a page. Raises ValueError if a mark is missing."""
    before, opened, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not (opened and closed):
        raise ValueError(f"The page has lost one of the marks {begin.strip()} {end.strip()}")
    return f"{before}{begin}\n{section}\n{end}{after}"


def write_or_check(page: Path, new: str, script: str, *, check: bool) -> int:
    """Write the page, or with `check` only compare it. Returns 1 if it is stale.

    script: the module that generates it, such as "scripts.capacity".
    """
    if not check:
        page.write_text(new, encoding="utf-8")
        return 0
    if page.is_file() and page.read_text(encoding="utf-8") == new:
        return 0
    print(f"{page} is stale; run: python -m {script}", file=sys.stderr)
    return 1

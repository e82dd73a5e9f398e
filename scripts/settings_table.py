"""The table of settings in docs/configure.md, made from bot.settings so that it cannot go stale.

python -m scripts.settings_table            write it
python -m scripts.settings_table --check    only look: 1 if it is stale
"""

from __future__ import annotations

import argparse
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

from bot.settings import Settings
from scripts import made

PAGE = Path(__file__).parent.parent / "docs" / "configure.md"
BEGIN = "<!-- Made by `python -m scripts.settings_table`; change bot/settings.py instead. -->\n"
END = "<!-- The end of what is made. -->\n"


def table() -> str:
    """Every setting in the order of bot.settings, as a Markdown table."""
    lines = ["| Setting | Default | Meaning |", "|---|---|---|"]
    lines += [_row(item) for item in fields(Settings)]
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None, page: Path = PAGE) -> int:
    """Write the table, or with --check only compare; 1 if it was stale then."""
    parser = argparse.ArgumentParser(prog="python -m scripts.settings_table", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if it is stale")
    check = parser.parse_args(arguments).check
    new = made.between(page.read_text(encoding="utf-8"), BEGIN, END, table())
    return made.settle(page, new, "scripts.settings_table", check=check)


def _row(item: Field[Any]) -> str:
    notes = [word for word in ("required", "secret") if item.metadata[word]]
    name = f"`{item.name.upper()}`" + (f" ({', '.join(notes)})" if notes else "")
    meaning = str(item.metadata["help"]).replace("|", "\\|")
    return f"| {name} | {_shown(item.default)} | {meaning} |"


def _shown(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "`on`" if value else "`off`"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


if __name__ == "__main__":
    raise SystemExit(main())

"""The table of settings in docs/configure.md, generated from bot.settings."""

from __future__ import annotations

import argparse
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

from bot.settings import Settings
from scripts import generated_pages

PAGE = Path(__file__).parent.parent / "docs" / "configure.md"
BEGIN = "<!-- Made by `python -m scripts.settings_table` from bot/settings/fields.py. -->\n"
END = "<!-- The end of what is made. -->\n"


def table() -> str:
    """Return all settings in the order of bot.settings, as a Markdown table."""
    lines = ["| Setting | Default | Meaning |", "|---|---|---|"]
    lines += [_row(item) for item in fields(Settings)]
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None, page: Path = PAGE) -> int:
    """Write the table, or with --check only compare it. Returns 1 if it is stale."""
    parser = argparse.ArgumentParser(prog="python -m scripts.settings_table", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if it is stale")
    check = parser.parse_args(arguments).check
    new = generated_pages.replace_section(page.read_text(encoding="utf-8"), BEGIN, END, table())
    return generated_pages.write_or_check(page, new, "scripts.settings_table", check=check)


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

"""Print results: JSON for programs, tables for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Sequence
from typing import Any, TypeVar
from unicodedata import category, east_asian_width

import click

from bot.telemetry import terminal

_ON_ANOTHER = {"Mn", "Me", "Cf"}  # Unicode's categories of marks and of joiners

F = TypeVar("F", bound=Callable[..., Any])


def json_option(command: F) -> F:
    """Add the option --json, as the argument `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="For programs: JSON.")(command)


def print_json(document: object) -> None:
    """Print one JSON document."""
    click.echo(to_json(document, indent=2))


def to_json(document: object, indent: int | None = None) -> str:
    """Return JSON that a terminal can show: other scripts as they are, control characters not."""
    text = json.dumps(document, ensure_ascii=False, indent=indent, default=str)
    return "\n".join(terminal.escape_json(line) for line in text.split("\n"))


def print_table(
    headings: Sequence[str], rows: Sequence[Sequence[object]], red_rows: Container[int] = ()
) -> None:
    """Print rows under headings, in columns as wide as their longest cell.

    red_rows: indexes of the rows to print in red.
    """
    lines = [
        list(headings),
        *([("" if cell is None else terminal.escape(str(cell))) for cell in row] for row in rows),
    ]
    widths = [max(display_width(line[column]) for line in lines) for column in range(len(headings))]
    for index, line in enumerate(lines):
        text = "  ".join(
            pad(cell, width) for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        color = "red" if index - 1 in red_rows else None
        click.echo(click.style(text, bold=not index, fg=color) if color or not index else text)


def print_fields(fields: Sequence[tuple[str, object]]) -> None:
    """Print one line for each name and value, the values below each other."""
    width = max(display_width(name) for name, _ in fields)
    for name, value in fields:
        click.echo(f"{pad(name, width)} {terminal.escape(str(value))}")


def pad(text: str, width: int) -> str:
    """Return the text with blanks after it, as wide as that many columns of a terminal."""
    return text + " " * (width - display_width(text))


def display_width(text: str) -> int:
    """Return the columns that a text takes on a terminal.

    Full-width characters take two; marks that stand on the character before them take none.
    """
    standing = (letter for letter in text if category(letter) not in _ON_ANOTHER)
    return sum(1 + (east_asian_width(letter) in "WF") for letter in standing)

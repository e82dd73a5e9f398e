"""Texts for a terminal: what others chose must not move its cursor or turn its words around."""

from __future__ import annotations

import re

# The control characters of ASCII and of Latin-1, line ends of Unicode, what changes the direction
# of writing (https://trojansource.codes), and halves of pairs, which cannot be encoded.
_UNSAFE = "\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff"
_LINE = re.compile(f"[{_UNSAFE}]")
_LINES = re.compile(f"(?![\n\t])[{_UNSAFE}]")


def escape(text: str) -> str:
    """Return the text in one line, with every control character as \\x1b or \\u202e."""
    return text if text.isascii() and text.isprintable() else _LINE.sub(_escaped, text)


def escape_lines(text: str) -> str:
    """Do the same, but keep line breaks and tabs: for tracebacks."""
    return _LINES.sub(_escaped, text)


def escape_json(line: str) -> str:
    """Escape in JSON, where such characters stand only within strings, what JSON may leave."""
    return _LINE.sub(lambda match: f"\\u{ord(match[0]):04x}", line)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"

"""Codes that people read aloud and type by hand: Crockford's base 32, without I, L, O and U.

https://www.crockford.com/base32.html
"""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans("OIL", "011")


def normalize_code(text: str) -> str:
    """Return a typed code in capitals, with look-alike letters as the digits that were meant."""
    return text.upper().translate(_LOOKALIKES)

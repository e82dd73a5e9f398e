"""The corpus: corpus/*.tsv, of our own. Read for training and for its tests only.

A line is family, kind, situation, text. A family holds sentences that are alike: variants of one
sentence, or what one frame makes; a fifth of the families is held out and never trained on.
situation: letters of `CODES`, in each of which the sentence is meant so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from bot.intent.kinds import KINDS
from bot.intent.situation import CODES, Situation

FOLDER = Path(__file__).parent / "corpus"


class Sentence(NamedTuple):
    """One line of the corpus. source: the file that it stands in."""

    family: str
    kind: str
    codes: str
    text: str
    source: str

    @property
    def situations(self) -> list[Situation]:
        """The situations in which it is meant so."""
        return [CODES[code] for code in self.codes]

    @property
    def is_held_out(self) -> bool:
        """Whether its family is never trained on. Single words, 「了解」, are no sentences but a
        vocabulary, and all of them are trained on."""
        return part_of(self.family) == 0 and not self.family.startswith("word ")


def part_of(family: str) -> int:
    """Return to which of five parts a family belongs; the first is held out."""
    return hashlib.sha256(family.encode()).digest()[0] % 5


@cache
def sentences() -> tuple[Sentence, ...]:
    """Return all sentences in the order of the files. Raises ValueError for a faulty line."""
    return tuple(line for path in sorted(FOLDER.glob("*.tsv")) for line in _read(path))


def _read(path: Path) -> Iterator[Sentence]:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        fields = line.split("\t")
        is_fault = len(fields) != 4 or fields[1] not in KINDS or not fields[3].strip()
        if is_fault or not set(fields[2]) <= CODES.keys():
            raise ValueError(f"{path.name}:{number} is no family, kind, situation and text.")
        family, kind, codes, text = fields
        yield Sentence(family, kind, codes, text, path.name)


def fingerprint() -> str:
    """Return a hash of the corpus, which the weights keep."""
    digest = hashlib.sha256()
    for sentence in sentences():
        digest.update("\t".join(sentence).encode())
    return digest.hexdigest()[:16]

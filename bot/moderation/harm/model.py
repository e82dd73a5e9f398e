"""The classifier of harm at run time: two tables of weights, and numpy.

weights.npz holds, for each known feature of a place, one signed byte a class;
`bot.moderation.harm.train` makes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.intent.features import meaning_of, words_of
from bot.intent.model import places_of
from bot.moderation.harm.classes import CLASSES, Place
from bot.moderation.harm.features import feature_numbers, prepare

WEIGHTS_FILE = Path(__file__).with_name("weights.npz")


class Table(NamedTuple):
    """The weights of a place. numbers: of the features, ascending. values: signed bytes,
    (features, classes). scale: of a byte of each column. meaning: of what words are like,
    (MEANING_SIZE, classes). bias: added to the scores. temperature: by which they are divided, so
    that the probabilities are honest."""

    numbers: NDArray[np.int32]
    values: NDArray[np.int8]
    scale: NDArray[np.float32]
    meaning: NDArray[np.float32]
    bias: NDArray[np.float32]
    temperature: float


class Weights(NamedTuple):
    """tables: by place. concepts: bits of the concepts by the number of a word or phrase. corpus:
    fingerprint of what it was trained on."""

    tables: dict[str, Table]
    concepts: dict[int, int]
    corpus: str


def probabilities(text: str, place: Place) -> NDArray[np.float32]:
    """Return the probability of each class of the place for a text as a person wrote it.

    Never raises; takes a fraction of a millisecond.
    """
    prepared = prepare(text)
    meaning = meaning_of(words_of(prepared))
    return probabilities_of(load_weights().tables[place], _numbers(prepared), meaning)


@lru_cache(maxsize=4)  # both places look at the same features
def _numbers(prepared: str) -> list[int]:
    return feature_numbers(prepared, load_weights().concepts)


def probabilities_of(
    table: Table, numbers: list[int], meaning: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the probability of each class for the features with these numbers and what the words
    are like, (MEANING_SIZE,)."""
    rows = places_of(table.numbers, numbers)
    size = np.float32(max(len(numbers), 1) ** 0.5)
    scores = table.values[rows].sum(axis=0, dtype=np.int32) * table.scale / size
    scores += meaning @ table.meaning + table.bias
    shares = np.exp((scores - scores.max()) / table.temperature)
    result: NDArray[np.float32] = (shares / shares.sum()).astype(np.float32)
    return result


@cache
def load_weights() -> Weights:
    """Read weights.npz, once a process."""
    with np.load(WEIGHTS_FILE, allow_pickle=False) as stored:
        return weights_of({name: stored[name] for name in stored.files})


def weights_of(arrays: Mapping[str, NDArray[Any]]) -> Weights:
    """Return the weights that are stored in these arrays."""
    tables = {
        place: Table(
            arrays[f"{place}_numbers"],
            arrays[f"{place}_values"],
            arrays[f"{place}_scale"],
            arrays[f"{place}_meaning"],
            arrays[f"{place}_bias"],
            float(arrays[f"{place}_temperature"]),
        )
        for place in CLASSES
    }
    words, bits = arrays["concept_numbers"].tolist(), arrays["concept_bits"].tolist()
    return Weights(tables, dict(zip(words, bits, strict=True)), str(arrays["corpus"]))

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
from bot.intent.model import Table, scores_of
from bot.moderation.harm.classes import CLASSES, Place
from bot.moderation.harm.features import feature_numbers, prepare

WEIGHTS_FILE = Path(__file__).with_name("weights.npz")


class Weights(NamedTuple):
    """tables: by place; their columns are its classes. concepts: bits of the concepts by the number
    of a word or phrase. corpus: fingerprint of what it was trained on."""

    tables: dict[str, Table]
    concepts: dict[int, int]
    corpus: str


def probabilities(text: str, place: Place) -> NDArray[np.float32]:
    """Return the probability of each class of the place for a text as a person wrote it.

    Never raises; takes a fraction of a millisecond.
    """
    return _of_prepared(prepare(text), place)


@lru_cache(maxsize=4)  # one message is judged in several places
def _of_prepared(prepared: str, place: Place) -> NDArray[np.float32]:
    table = load_weights().tables[place]
    scores = scores_of(table, _numbers(prepared), meaning_of(words_of(prepared)))
    shares = np.exp((scores - scores.max()) / table.temperature)
    result: NDArray[np.float32] = (shares / shares.sum()).astype(np.float32)
    return result


@lru_cache(maxsize=4)  # both places look at the same features
def _numbers(prepared: str) -> list[int]:
    return feature_numbers(prepared, load_weights().concepts)


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

"""The classifier at run time: a table of weights, and numpy.

weights.npz holds, for each known feature, one signed byte a group and a kind, and what the vectors
of its words count for each; `bot.intent.train` makes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.intent.features import feature_numbers, fold_text, meaning_of, words_of
from bot.intent.kinds import GROUPS, KINDS, group_of
from bot.intent.situation import Situation

WEIGHTS_FILE = Path(__file__).with_name("weights.npz")


@dataclass(frozen=True)
class Intent:
    """What a message is about. probabilities: of each of KINDS, together 1."""

    probabilities: NDArray[np.float32]

    def probability(self, *kinds: str) -> float:
        """Return how likely it is one of these kinds."""
        return float(sum(self.probabilities[KINDS.index(kind)] for kind in kinds))

    @property
    def likeliest(self) -> str:
        """The kind with the greatest probability."""
        return KINDS[int(self.probabilities.argmax())]


class Table(NamedTuple):
    """The weights of a classifier. numbers: of the features, ascending. values: signed bytes,
    (features, columns). scale: of a byte of each column. meaning: of what words are like,
    (MEANING_SIZE, columns). bias: added to the scores. temperature: by which they are divided, so
    that the probabilities are honest."""

    numbers: NDArray[np.int32]
    values: NDArray[np.int8]
    scale: NDArray[np.float32]
    meaning: NDArray[np.float32]
    bias: NDArray[np.float32]
    temperature: float


class Weights(NamedTuple):
    """table: its columns are GROUPS and then KINDS; the temperature is of the groups alone.
    talk_words: numbers of words that are used in talk. corpus: fingerprint of what it was trained
    on."""

    table: Table
    talk_words: frozenset[int]
    corpus: str


GROUP_OF_KIND = np.array([GROUPS.index(group_of(kind)) for kind in KINDS])
_IN_GROUP = GROUP_OF_KIND[None, :] == np.arange(len(GROUPS))[:, None]  # (groups, kinds)


def classify(text: str, situation: Situation) -> Intent:
    """Return what a cleaned text is about. Never raises; takes a fraction of a millisecond."""
    weights = load_weights()
    numbers = feature_numbers(text, situation, weights.talk_words.__contains__)
    scores = scores_of(weights.table, numbers, meaning_of(words_of(fold_text(text))))
    groups, kinds = scores[: len(GROUPS)], scores[len(GROUPS) :]
    return Intent(combine(groups / weights.table.temperature, kinds))


def scores_of(
    table: Table, numbers: list[int], meaning: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the score of each column, not divided by the temperature, for the features with these
    numbers and what the words are like, (MEANING_SIZE,)."""
    rows = places_of(table.numbers, numbers)
    size = np.float32(max(len(numbers), 1) ** 0.5)
    known = table.values[rows].sum(axis=0, dtype=np.int32) * table.scale / size
    scores: NDArray[np.float32] = (known + meaning @ table.meaning + table.bias).astype(np.float32)
    return scores


def places_of(known: NDArray[np.int32], numbers: list[int]) -> NDArray[np.intp]:
    """Return where those of these numbers stand that are among the known ones, ascending."""
    sought = np.array(numbers, dtype=known.dtype)
    places = np.searchsorted(known, sought)
    places[places == known.size] = 0
    return places[known[places] == sought] if known.size else places[:0]


def combine(groups: NDArray[Any], kinds: NDArray[Any]) -> NDArray[np.float32]:
    """Return the probability of each kind from the scores of the groups and, within each of them,
    of the kinds."""
    of_group = np.exp(groups - groups.max())
    of_group /= of_group.sum()
    of_kind = np.where(_IN_GROUP, kinds, -np.inf)
    of_kind = np.exp(of_kind - of_kind.max(axis=1, keepdims=True))
    of_kind /= of_kind.sum(axis=1, keepdims=True)
    shares: NDArray[np.float32] = (of_group @ of_kind).astype(np.float32)
    return shares


@cache
def load_weights() -> Weights:
    """Read weights.npz, once a process: some 10 MB in memory."""
    with np.load(WEIGHTS_FILE, allow_pickle=False) as stored:
        return weights_of({name: stored[name] for name in stored.files})


def weights_of(arrays: Mapping[str, NDArray[Any]]) -> Weights:
    """Return the weights that are stored in these arrays."""
    table = Table(
        arrays["numbers"],
        np.hstack([arrays["groups"], arrays["kinds"]]),  # what is looked up together lies together
        np.hstack([arrays["group_scale"], arrays["kind_scale"]]),
        np.hstack([arrays["group_meaning"], arrays["kind_meaning"]]),
        np.hstack([arrays["group_bias"], arrays["kind_bias"]]),
        float(arrays["temperature"]),
    )
    return Weights(table, frozenset(arrays["talk_words"].tolist()), str(arrays["corpus"]))

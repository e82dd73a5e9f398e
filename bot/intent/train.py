"""`python -m bot.intent.train` (`make train-intent`): the weights from the corpus, bit for bit.

Multinomial logistic regression of scikit-learn, which only development needs. Families, not
sentences, are kept apart in cross-validation; its scores, a temperature on them for honest
probabilities, and the confusions go to docs/intent.md.
"""

from __future__ import annotations

import zlib
from collections import Counter
from functools import partial
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from bot.intent import corpus
from bot.intent.corpus import Sentence
from bot.intent.features import (
    MEANING_SIZE,
    WHOLE_PLACE,
    content_numbers,
    feature_numbers,
    fold_text,
    meaning_of,
    words_of,
)
from bot.intent.kinds import GROUPS, KINDS, group_of
from bot.intent.model import GROUP_OF_KIND, WEIGHTS_FILE
from bot.intent.situation import CODES
from bot.prompt import clean

GROUP_STRENGTH, KIND_STRENGTH = 100.0, 100.0  # C of the regressions: higher trusts the corpus more
MAX_STEPS, TOLERANCE = (
    400,
    1e-4,
)  # of the solver: stopped sooner, it is unsure of what it has learnt
FOLDS = 4
MIN_FAMILIES = 3  # in which a feature has to occur to be kept
_PICTURE_GROUPS = {"wish", "picture"}

Arrays = dict[str, NDArray[Any]]


class Rows(NamedTuple):
    """What is trained on: one row a sentence and situation. meaning: (rows, MEANING_SIZE). weight:
    of the row in the loss."""

    numbers: list[list[int]]
    meaning: NDArray[np.float32]
    kinds: NDArray[np.int64]
    weight: NDArray[np.float64]
    families: list[str]


def talk_words(sentences: list[Sentence]) -> dict[int, set[str]]:
    """Return the families in which each word is used by who wants no picture."""
    words: dict[int, set[str]] = {}
    for sentence in sentences:
        if group_of(sentence.kind) in _PICTURE_GROUPS or sentence.source == "frames.tsv":
            continue  # what fills a frame may be anything
        for number in content_numbers(clean(sentence.text)):
            words.setdefault(number, set()).add(sentence.family)
    return words


def rows_of(sentences: list[Sentence], words: dict[int, set[str]]) -> Rows:
    """Return the rows of these sentences. A family weighs as the root of its sentences.

    A word of talk counts as such only if another family has it, as it will be with new sentences;
    except for single words, which are a vocabulary.
    """
    sizes = Counter(sentence.family for sentence in sentences)
    numbers, meaning, kinds, weight, families = [], [], [], [], []
    for sentence in sentences:
        text, family = clean(sentence.text), sentence.family
        own = set() if family.startswith("word ") else {family}
        codes = _two_of(sentence)
        its_meaning = meaning_of(words_of(fold_text(text)))
        for code in codes:
            is_talk = partial(_is_elsewhere, words, own)
            numbers.append(feature_numbers(text, CODES[code], is_talk))
            meaning.append(its_meaning)
            kinds.append(KINDS.index(sentence.kind))
            weight.append(sizes[family] ** -0.5 / len(codes))
            families.append(family)
    return Rows(numbers, np.array(meaning), np.array(kinds), np.array(weight), families)


def _is_elsewhere(words: dict[int, set[str]], own: set[str], number: int) -> bool:
    return bool(words.get(number, set()) - own)


def _two_of(sentence: Sentence) -> str:
    """Return two of the situations of a sentence, the same ones each time."""
    codes = sentence.codes
    if len(codes) <= 2:
        return codes
    return codes[0] + codes[1 + zlib.crc32(sentence.text.encode()) % (len(codes) - 1)]


def known_numbers(rows: Rows) -> list[int]:
    """Return the numbers of features that occur in enough families, in ascending order.

    And of all that is whole words: those are a vocabulary to be learnt by heart.
    """
    seen: dict[int, set[str]] = {}
    whole: set[int] = set()
    for numbers, family in zip(rows.numbers, rows.families, strict=True):
        for number in numbers:
            seen.setdefault(number, set()).add(family)
        if family.startswith("word "):
            whole.add(numbers[WHOLE_PLACE])
    often = {number for number, families in seen.items() if len(families) >= MIN_FAMILIES}
    return sorted(often | whole)


def matrix_of(numbers: list[list[int]], meaning: NDArray[np.float32], known: list[int]) -> Any:
    """Return the sparse matrix (rows, features + MEANING_SIZE); each row of numbers is divided as
    at run time."""
    column = {number: index for index, number in enumerate(known)}
    data: list[float] = []
    indices: list[int] = []
    ends = [0]
    for row in numbers:
        kept = sorted(column[number] for number in row if number in column)
        indices += kept
        data += [len(row) ** -0.5] * len(kept)
        ends.append(len(indices))
    sparse = csr_matrix((data, indices, ends), shape=(len(numbers), len(known)))
    return hstack([sparse, csr_matrix(meaning.astype(np.float64))]).tocsr()


def fit(
    matrix: Any, labels: NDArray[np.int64], weight: NDArray[np.float64], size: int, strength: float
) -> NDArray[np.float64]:
    """Return the weights, (columns + 1, size), that tell the labels apart: the last row is what is
    added in any case. 0 for absent labels."""
    weights = np.zeros((matrix.shape[1] + 1, size))
    present = np.unique(labels)
    if len(present) < 2:
        return weights
    model = LogisticRegression(C=strength, solver="lbfgs", max_iter=MAX_STEPS, tol=TOLERANCE)
    with threadpool_limits(1):
        model.fit(matrix, labels, sample_weight=weight)
    parameters = np.hstack([model.coef_, model.intercept_[:, None]]).T
    weights[:, present] = (
        np.hstack([-parameters / 2, parameters / 2]) if len(present) == 2 else parameters
    )
    return weights


def fit_both(rows: Rows, known: list[int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the weights of the groups, and of the kinds within each group."""
    matrix = matrix_of(rows.numbers, rows.meaning, known)
    groups = GROUP_OF_KIND[rows.kinds]
    of_groups = fit(matrix, groups, rows.weight, len(GROUPS), GROUP_STRENGTH)
    of_kinds = np.zeros((len(known) + MEANING_SIZE + 1, len(KINDS)))
    for group in range(len(GROUPS)):
        chosen = groups == group
        of_kinds += fit(
            matrix[chosen], rows.kinds[chosen], rows.weight[chosen], len(KINDS), KIND_STRENGTH
        )
    return of_groups, of_kinds


def quantize(weights: NDArray[np.float64]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return the weights as bytes (features, columns), and the scale of each column's."""
    scale = (np.abs(weights).max(axis=0) / 127).astype(np.float32)
    scale = np.maximum(scale, np.float32(1e-9))
    return np.rint(weights / scale).astype(np.int8), scale


def fit_arrays(rows: Rows, words: dict[int, set[str]], temperature: float) -> Arrays:
    """Return the arrays of weights.npz for these rows."""
    known = known_numbers(rows)
    of_groups, of_kinds = fit_both(rows, known)
    groups, group_scale = quantize(of_groups[: len(known)])
    kinds, kind_scale = quantize(of_kinds[: len(known)])
    return {
        "numbers": np.array(known, dtype=np.int32),
        "groups": groups,
        "kinds": kinds,
        "group_scale": group_scale,
        "kind_scale": kind_scale,
        "group_meaning": of_groups[len(known) : -1].round(3).astype(np.float32),
        "kind_meaning": of_kinds[len(known) : -1].round(3).astype(np.float32),
        "group_bias": of_groups[-1].round(3).astype(np.float32),
        "kind_bias": of_kinds[-1].round(3).astype(np.float32),
        "temperature": np.float32(temperature),
        "talk_words": np.array(sorted(words), dtype=np.int32),
        "corpus": np.str_(corpus.fingerprint()),
    }


def cross_validate(sentences: list[Sentence]) -> tuple[Rows, NDArray[np.float64]]:
    """Return the rows, and the scores of their groups by a model that knows no family of them."""
    parts = [corpus.part_of(sentence.family) % FOLDS for sentence in sentences]
    tested: list[Rows] = []
    scores: list[NDArray[np.float64]] = []
    for part in range(FOLDS):
        seen = [
            sentence
            for sentence, its_part in zip(sentences, parts, strict=True)
            if its_part != part
        ]
        unseen = [
            sentence
            for sentence, its_part in zip(sentences, parts, strict=True)
            if its_part == part
        ]
        words = talk_words(seen)
        rows = rows_of(seen, words)
        known = known_numbers(rows)
        matrix, groups = matrix_of(rows.numbers, rows.meaning, known), GROUP_OF_KIND[rows.kinds]
        weights = fit(matrix, groups, rows.weight, len(GROUPS), GROUP_STRENGTH)
        tested.append(rows_of(unseen, words))
        columns = matrix_of(tested[-1].numbers, tested[-1].meaning, known)
        scores.append(columns @ weights[:-1] + weights[-1])
    joined = Rows(
        [row for rows in tested for row in rows.numbers],
        np.concatenate([rows.meaning for rows in tested]),
        np.concatenate([rows.kinds for rows in tested]),
        np.concatenate([rows.weight for rows in tested]),
        [family for rows in tested for family in rows.families],
    )
    return joined, np.concatenate(scores)


def best_temperature(scores: NDArray[np.float64], rows: Rows) -> float:
    """Return the temperature that makes the true groups likeliest over all."""
    truth = GROUP_OF_KIND[rows.kinds]

    def loss(temperature: float) -> float:
        shifted = scores / temperature
        shifted -= shifted.max(axis=1, keepdims=True)
        log_sum = np.log(np.exp(shifted).sum(axis=1))
        return float(((log_sum - shifted[np.arange(len(truth)), truth]) * rows.weight).sum())

    return float(min((step / 50 for step in range(25, 126)), key=loss))


def train(*, temperature: float | None = None) -> Arrays:
    """Return the arrays of weights.npz. temperature: skips the cross-validation that finds it."""
    sentences = [sentence for sentence in corpus.sentences() if not sentence.is_held_out]
    if temperature is None:
        rows, scores = cross_validate(sentences)
        temperature = best_temperature(scores, rows)
        _print_confusions(rows, scores)
    words = talk_words(sentences)
    return fit_arrays(rows_of(sentences, words), words, temperature)


def _print_confusions(rows: Rows, scores: NDArray[np.float64]) -> None:
    truth, guess = GROUP_OF_KIND[rows.kinds], scores.argmax(axis=1)
    print(f"Cross-validation, {FOLDS} folds of families: {np.mean(truth == guess):.1%} of groups")
    print("| meant | rows |", " | ".join(GROUPS), "|")
    print("|---|---|", "---|" * len(GROUPS), sep="")
    for group, name in enumerate(GROUPS):
        guessed = guess[truth == group]
        cells = " | ".join(f"{np.mean(guessed == group):.1%}" for group in range(len(GROUPS)))
        print(f"| {name} | {len(guessed)} | {cells} |")


def main() -> None:
    """Train and write the weights."""
    arrays = train()
    cast(Any, np.savez_compressed)(WEIGHTS_FILE, **arrays)
    print(f"temperature {float(arrays['temperature']):.2f}, {len(arrays['numbers'])} features,")
    print(f"{WEIGHTS_FILE.stat().st_size:,} bytes in {WEIGHTS_FILE}")


if __name__ == "__main__":
    main()

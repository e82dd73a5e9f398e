"""`python -m bot.moderation.harm.train` (`make train-intent`): the weights, bit for bit.

Multinomial logistic regression, as for intents. Families of sentences are kept apart in
cross-validation; its scores give the temperature, and stand in docs/intent.md with the confusions.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from bot.intent.expand_frames import load_fillers
from bot.intent.features import meaning_of, words_of
from bot.intent.train import fit, matrix_of, quantize
from bot.moderation.harm import corpus
from bot.moderation.harm.classes import CLASSES
from bot.moderation.harm.corpus import FOLDS, Sentence
from bot.moderation.harm.decide import decide
from bot.moderation.harm.features import concepts_of, feature_numbers, prepare
from bot.moderation.harm.model import WEIGHTS_FILE

STRENGTH = 100.0  # C of the regression: higher trusts the corpus more
MIN_FAMILIES = 3  # in which a feature has to occur to be kept
DOCUMENT = Path(__file__).parents[3] / "docs" / "intent.md"

Arrays = dict[str, NDArray[Any]]
Numbers = list[list[int]]
Meaning = NDArray[np.float32]


def known_numbers(numbers: Numbers, sentences: list[Sentence]) -> list[int]:
    """Return the numbers of features that occur in enough families, in ascending order."""
    seen: dict[int, set[str]] = {}
    for row, sentence in zip(numbers, sentences, strict=True):
        for number in row:
            seen.setdefault(number, set()).add(sentence.family)
    return sorted(number for number, families in seen.items() if len(families) >= MIN_FAMILIES)


def weights_of_rows(sentences: list[Sentence]) -> NDArray[np.float64]:
    """Return the weight of each row in the loss: a family weighs as the root of its sentences."""
    sizes: dict[str, int] = {}
    for sentence in sentences:
        sizes[sentence.family] = sizes.get(sentence.family, 0) + 1
    return np.array([sizes[sentence.family] ** -0.3 for sentence in sentences])


def fit_rows(
    numbers: Numbers, meaning: Meaning, sentences: list[Sentence], place: str
) -> tuple[list[int], NDArray[np.float64]]:
    """Return the known features, and the weights, (features + MEANING_SIZE + 1, classes)."""
    known, classes = known_numbers(numbers, sentences), CLASSES[place]
    labels = np.array([classes.index(sentence.name) for sentence in sentences])
    matrix = matrix_of(numbers, meaning, known)
    return known, fit(matrix, labels, weights_of_rows(sentences), len(classes), STRENGTH)


def cross_validate(
    numbers: Numbers, meaning: Meaning, sentences: list[Sentence], place: str
) -> NDArray[np.float64]:
    """Return the scores of all sentences, each by a model that knows none of its family."""
    scores = np.zeros((len(sentences), len(CLASSES[place])))
    folds = np.array([sentence.fold for sentence in sentences])
    for fold in range(FOLDS):
        seen, unseen = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        known, weights = fit_rows(
            [numbers[row] for row in seen], meaning[seen], [sentences[row] for row in seen], place
        )
        tested = matrix_of([numbers[row] for row in unseen], meaning[unseen], known)
        scores[unseen] = tested @ weights[:-1] + weights[-1]
    return scores


def shares_of(scores: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Return the probabilities, (rows, classes), that scores stand for."""
    shares = np.exp((scores - scores.max(axis=1, keepdims=True)) / temperature)
    result: NDArray[np.float64] = shares / shares.sum(axis=1, keepdims=True)
    return result


def best_temperature(scores: NDArray[np.float64], sentences: list[Sentence], place: str) -> float:
    """Return the temperature that makes the true classes likeliest over all."""
    truth = [CLASSES[place].index(sentence.name) for sentence in sentences]
    weight, rows = weights_of_rows(sentences), np.arange(len(sentences))

    def loss(temperature: float) -> float:
        shares = shares_of(scores, temperature)[rows, truth]
        return float(-(np.log(np.maximum(shares, 1e-9)) * weight).sum())

    return float(min((step / 50 for step in range(25, 126)), key=loss))


def train(temperatures: dict[str, float] | None = None) -> tuple[Arrays, list[str]]:
    """Return the arrays of weights.npz, and what cross-validation found, as Markdown.

    temperatures: skips the cross-validation that finds them.
    """
    concepts = concepts_of(load_fillers(corpus.FRAMES))
    arrays: Arrays = {
        "concept_numbers": np.array(sorted(concepts), dtype=np.int32),
        "concept_bits": np.array([concepts[key] for key in sorted(concepts)], dtype=np.int64),
        "corpus": np.str_(corpus.fingerprint()),  # type: ignore[dict-item]
    }
    report: list[str] = []
    for place in CLASSES:
        sentences = list(corpus.sentences(place))
        prepared = [prepare(sentence.text) for sentence in sentences]
        numbers = [feature_numbers(text, concepts) for text in prepared]
        meaning = np.array([meaning_of(words_of(text)) for text in prepared])
        if temperatures is None:
            scores = cross_validate(numbers, meaning, sentences, place)
            temperature = best_temperature(scores, sentences, place)
            report += _report(place, sentences, shares_of(scores, temperature))
        else:
            temperature = temperatures[place]
        known, weights = fit_rows(numbers, meaning, sentences, place)
        values, scale = quantize(weights[: len(known)])
        arrays[f"{place}_numbers"] = np.array(known, dtype=np.int32)
        arrays[f"{place}_values"] = values
        arrays[f"{place}_scale"] = scale
        arrays[f"{place}_meaning"] = weights[len(known) : -1].round(3).astype(np.float32)
        arrays[f"{place}_bias"] = weights[-1].round(3).astype(np.float32)
        arrays[f"{place}_temperature"] = np.float32(temperature)  # type: ignore[assignment]
    return arrays, report


def _report(place: str, sentences: list[Sentence], shares: NDArray[np.float64]) -> list[str]:
    """Return a table of what is decided about the sentences, and the classes they are taken for."""
    classes = CLASSES[place]
    guesses = shares.argmax(axis=1)
    actions = [decide(row.astype(np.float32), cast(Any, place)).action for row in shares]
    title = "Wishes in words" if place == "words" else "Wishes about a photo of a person"
    lines = [
        f"{title}, {len(sentences)} sentences:",
        "",
        f"| meant | rows | refused | asked | painted | {' | '.join(classes)} |",
        "|---" * (5 + len(classes)) + "|",
    ]
    for name in classes:
        rows = [row for row, sentence in enumerate(sentences) if sentence.name == name]
        parts = [
            np.mean([actions[row] == action for row in rows])
            for action in ("refuse", "ask", "paint")
        ]
        parts += [np.mean(guesses[rows] == guess) for guess in range(len(classes))]
        cells = " | ".join(f"{part:.1%}" for part in parts)
        lines.append(f"| {name} | {len(rows)} | {cells} |")
    return [*lines, ""]


def write_report(lines: list[str], document: Path = DOCUMENT) -> None:
    """Put the tables between the marks of the document."""
    text = document.read_text("utf-8")
    table = "\n".join(lines)
    marks = re.compile(r"(<!-- harm:begin -->\n).*?(<!-- harm:end -->)", re.DOTALL)
    document.write_text(marks.sub(lambda match: f"{match[1]}{table}{match[2]}", text), "utf-8")


def main() -> None:
    """Train and write the weights and what cross-validation found."""
    corpus.write_frames()
    arrays, report = train()
    cast(Any, np.savez_compressed)(WEIGHTS_FILE, **arrays)
    print("\n".join(report))
    write_report(report)
    print(f"{WEIGHTS_FILE.stat().st_size:,} bytes in {WEIGHTS_FILE}")


if __name__ == "__main__":
    main()

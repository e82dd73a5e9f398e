#!/usr/bin/env bash
# sumy 0.13.0: a summary by latent semantic analysis is the longest sentences.
# Guess: LsaSummarizer finds the main topics of a text by a singular value decomposition, and picks the sentences that stand for them:
#   from a long text about a cat and one long sentence about taxes it picks the cat.
# Seen: by default all singular values are kept, and with all of them a sentence's rank is the length of its own column of words, as it
#   was before the decomposition. A word that is not in a sentence counts 0.4 there, one that is counts 1. So whatever the text is about,
#   the sentences with most different words are picked: in 300 random texts each time. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet sumy==0.13.0 numpy==2.4.6
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import numpy as np
from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
from sumy.summarizers.lsa import LsaSummarizer


class Words:
    """Split a sentence at its blanks."""

    @staticmethod
    def to_words(text):
        return tuple(text.split())


def summary(texts, count):
    document = ObjectDocumentModel([Paragraph([Sentence(text, Words) for text in texts])])
    return [str(sentence) for sentence in LsaSummarizer()(document, count)]


def length(text, vocabulary):
    """Return the length of a sentence's column, without any decomposition."""
    words = text.split()
    most = max(words.count(word) for word in words)
    return float(np.linalg.norm([0.4 + 0.6 * words.count(word) / most for word in vocabulary]))


def topics(texts, count, dimensions=1):
    """Return the sentences picked by the first singular values of plain counts, as the method is described."""
    vocabulary = sorted({word for text in texts for word in text.split()})
    table = np.array([[text.split().count(word) for text in texts] for word in vocabulary], float)
    _, sigma, right = np.linalg.svd(table, full_matrices=False)
    ranks = ((sigma[:dimensions, None] * right[:dimensions]) ** 2).sum(0)
    return [texts[i] for i in sorted(np.argsort(-ranks, kind="stable")[:count])]


CAT = ["猫 庭 寝る", "猫 庭 歩く", "猫 庭 遊ぶ", "猫 庭 食べる", "猫 庭 座る"]
TAXES = "税金 申告 書類 役所 窓口 番号 期限"
picked, main = summary([*CAT, TAXES], 1), topics([*CAT, TAXES], 1)
print("picked:", picked, "by the first topic:", main)
assert picked == [TAXES] and main[0] in CAT

rng = np.random.default_rng(0)
vocabulary, longest = [f"w{number}" for number in range(60)], 0
for _ in range(300):
    texts = list(dict.fromkeys(" ".join(rng.choice(vocabulary, rng.integers(3, 14))) for _ in range(12)))
    used = sorted({word for text in texts for word in text.split()})
    chosen = summary(texts, 4)
    rest = [length(text, used) for text in texts if text not in chosen]
    longest += min(length(text, used) for text in chosen) >= max(rest) - 1e-9
print("texts whose four longest columns are picked:", longest, "of 300")
assert longest == 300
PY

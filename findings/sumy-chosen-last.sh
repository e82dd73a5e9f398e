#!/usr/bin/env bash
# sumy 0.13.0: KLSummarizer picks the sentences that are least like the text.
# Guess: it adds the sentence that brings the words of the summary nearest to those of the text, as its paper has it (KL divergence of the
#   text from the summary); a sentence with all words of the text in their proportions has divergence 0 and is picked first.
# Seen: words of the text that the summary lacks are left out of the sum, and words that it has cost less than nothing. The less a sentence
#   holds of the text, the further below 0 its "divergence": single common words are picked first, and the perfect sentence last of all.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet sumy==0.13.0 numpy==2.4.6
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import math
from collections import Counter

from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
from sumy.summarizers.kl import KLSummarizer


class Words:
    """Split a sentence at its blanks."""

    @staticmethod
    def to_words(text):
        return tuple(text.split())


def order(texts):
    """Return the sentences in the order in which they are picked."""
    document = ObjectDocumentModel([Paragraph([Sentence(text, Words) for text in texts])])
    picked = []
    for count in range(1, len(texts) + 1):
        picked += [str(s) for s in KLSummarizer()(document, count) if str(s) not in picked]
    return picked


def divergence(texts, sentence):
    """Return the divergence of the text from a sentence, over all words of the text, with a little smoothing."""
    text, summary = Counter(" ".join(texts).split()), Counter(sentence.split())
    total, size = sum(text.values()), sum(summary.values())
    smooth = 1e-6
    return sum(
        n / total * math.log(n / total / ((summary[word] + smooth) / (size + smooth * len(text)))) for word, n in text.items()
    )


PERFECT = "猫 猫 猫 庭 庭 寝る 歩く"
TEXTS = ["猫 庭 寝る", "猫 歩く", "猫", "庭", PERFECT]
counts = Counter(" ".join(TEXTS).split())
print("words of the text:", dict(counts))
assert counts == {"猫": 6, "庭": 4, "寝る": 2, "歩く": 2}
right = sorted(TEXTS, key=lambda sentence: divergence(TEXTS, sentence))
print("by the formula:", [(text, round(divergence(TEXTS, text), 2)) for text in right])
assert right[0] == PERFECT and abs(divergence(TEXTS, PERFECT)) < 1e-3
seen = order(TEXTS)
print("picked in order:", seen)
assert seen[0] in ("猫", "庭") and seen[-1] == PERFECT
PY

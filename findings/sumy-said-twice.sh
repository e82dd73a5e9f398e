#!/usr/bin/env bash
# sumy 0.13.0: SumBasicSummarizer leaves out the most important sentence when it is said twice.
# Guess: a sentence that is the best of a text is the best too when the text holds it a second time.
# Seen: ranks are kept by the sentence's words, and the second one, which comes last as its words are used up, takes the place of the first.
#   The summary then begins with the second best; the best comes after all others. With the copy changed by one sign all is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet sumy==0.13.0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
from sumy.summarizers.sum_basic import SumBasicSummarizer


class Words:
    """Split a sentence at its blanks, without its full stop."""

    @staticmethod
    def to_words(text):
        return tuple(text.rstrip("。").split())


def order(texts):
    """Return the sentences in the order in which they are picked."""
    document = ObjectDocumentModel([Paragraph([Sentence(text, Words) for text in texts])])
    picked = []
    for count in range(1, len(texts) + 1):
        for sentence in map(str, SumBasicSummarizer()(document, count)):
            if sentence not in picked:
                picked.append(sentence)
    return picked


def formula(texts):
    """Return the order of SumBasic: the best mean probability first, whose words are then squared."""
    words = [text.rstrip("。").split() for text in texts]
    every = sum(words, [])
    chance = {word: every.count(word) / len(every) for word in every}
    left, picked = list(range(len(texts))), []
    while left:
        best = max(left, key=lambda i: sum(chance[word] for word in words[i]) / len(words[i]))
        left.remove(best)
        picked.append(texts[best])
        for word in words[best]:
            chance[word] **= 2
    return list(dict.fromkeys(picked))


BEST = "猫 庭 寝る"
OTHERS = ["犬 庭 走る 山", "雨 空", "鳥 空 飛ぶ"]
once, twice, changed = [BEST, *OTHERS], [BEST, *OTHERS, BEST], [BEST, *OTHERS, BEST + "。"]
for texts in (once, twice, changed):
    print("seen:", order(texts), "by the formula:", formula(texts))
assert formula(twice)[0] == BEST and formula(changed)[0] == BEST
assert order(changed)[0] == BEST
assert order(twice)[-1] == BEST and order(twice)[0] != BEST
PY

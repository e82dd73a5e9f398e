#!/usr/bin/env bash
# compel 2.5.1: weights are found after blanks and Latin commas only, so Japanese prompts lose or spread them.
# Guess: (犬)1.3 weights the dog wherever it stands, and + the word before it.
# Seen: in 「猫、(犬)1.3」 the brackets and the number stay in the prompt as words, and so does the + of 「猫+、犬」;
#   「夜の富士山、浮世絵風+」 weights the whole wish. With ", " in the place of 、 each is as it is in English.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet compel==2.5.1 torch==2.13.0 diffusers==0.42.1 transformers==5.23.0
"$folder/venv/bin/python" - <<'PY'
import logging

logging.disable(logging.WARNING)
from compel.prompt_parser import PromptParser

expected = {
    "cat, (dog)1.3": [("cat,", 1.0), ("dog", 1.3)],
    "猫, (犬)1.3": [("猫,", 1.0), ("犬", 1.3)],
    "猫、(犬)1.3": [("猫、(犬)1.3", 1.0)],
    "猫+、犬": [("猫+、犬", 1.0)],
    "夜の富士山、浮世絵風+": [("夜の富士山、浮世絵風", 1.1)],
    "夜の富士山, 浮世絵風+": [("夜の富士山,", 1.0), ("浮世絵風", 1.1)],
}


def weights(prompt: str) -> list[tuple[str, float]]:
    (flattened,) = PromptParser().parse_conjunction(prompt).prompts
    return [(fragment.text, round(fragment.weight, 3)) for fragment in flattened.children]


seen = {prompt: weights(prompt) for prompt in expected}
for prompt, fragments in seen.items():
    print(f"{prompt} -> {fragments}")
assert seen == expected, seen
PY

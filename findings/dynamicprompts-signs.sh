#!/usr/bin/env bash
# dynamicprompts 0.31.0 with pyparsing 3.3.3: some plain signs in a prompt are errors, or end it silently.
# Guess: without braces and underscores a prompt is itself, and what stands between $$ joins the choices.
# Seen: a percent sign anywhere is a ParseException, and what follows # is dropped as a comment, also
#   within a word: C#の本 is C. Joining by 「と」 or 「、」 is a ParseException; by ASCII words it works.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet dynamicprompts==0.31.0 pyparsing==3.3.3
"$folder/venv/bin/python" - "$folder" <<'PY'
import sys

from dynamicprompts.generators import CombinatorialPromptGenerator
from dynamicprompts.wildcards.wildcard_manager import WildcardManager
from pyparsing import ParseException

generator = CombinatorialPromptGenerator(WildcardManager(sys.argv[1]))


def prompts(template):
    try:
        return list(generator.generate(template, 4))
    except ParseException:
        return "ParseException"


expected = {
    "{赤い|青い}猫": ["赤い猫", "青い猫"],
    "100%の果汁": "ParseException",
    "100％の果汁": ["100％の果汁"],
    "C#の本": ["C"],
    "{2$$ and $$猫|犬}": ["猫 and 犬", "犬 and 猫"],
    "{2$$と$$猫|犬}": "ParseException",
    "{2$$、$$猫|犬}": "ParseException",
}
seen = {template: prompts(template) for template in expected}
for template, result in seen.items():
    print(f"{template!r} -> {result!r}")
assert seen == expected, seen
PY

#!/usr/bin/env bash
# dogpile.cache 1.5.0: a cached function gives the answer to other arguments if these read alike with spaces between.
# Guess: cache_on_arguments() keeps one value for each set of arguments.
# Seen: paint("red cat", "hat") is answered with what paint("red", "cat hat") made, 1 with "1", None with "None". With
#   function_multi_key_generator and cache_multi_on_arguments() 1 and "1" are one as well. No error and no warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet dogpile.cache==1.5.0
"$folder/venv/bin/python" - <<'PY'
from dogpile.cache import make_region

region = make_region().configure("dogpile.cache.memory")


@region.cache_on_arguments()
def paint(prompt, style):
    return f"a picture of {prompt!r} in the style {style!r}"


@region.cache_multi_on_arguments()
def paint_all(*prompts):
    return [repr(prompt) for prompt in prompts]


PAIRS = (
    (("red", "cat hat"), ("red cat", "hat"), True),
    (("1", "oil"), (1, "oil"), True),
    (("None", "oil"), (None, "oil"), True),
    (("cat ", "oil"), ("cat", " oil"), True),
    (("cat", "oil"), ("dog", "oil"), False),
    (("猫", "油絵"), ("猫、油", "絵"), False),
)
for first, second, same in PAIRS:
    one, other = paint(*first), paint(*second)
    assert one == paint.original(*first) != paint.original(*second)
    print(f"paint{second}: {other}")
    assert (one == other) is same, (first, second)
several = paint_all("2"), paint_all(2)
print("several at once:", several)
assert several == (["'2'"], ["'2'"])
PY

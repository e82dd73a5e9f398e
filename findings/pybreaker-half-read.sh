#!/usr/bin/env bash
# pybreaker 1.4.1: of a guarded generator, who stops reading is a failure, and what the generator returns is lost.
# Guess: "can guard generator functions" means that the breaker counts what the generator raises, and changes nothing else.
# Seen: a `break` after the first line counts as a failure, however well the service answers: five readers who found what they looked for
#   early open the circuit for all. `yield from` is None instead of the number that the generator returns. Read to its end, or guarded by
#   aiobreaker, a break counts as nothing.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pybreaker==1.4.1 aiobreaker==1.2.0
"$folder/venv/bin/python" - 2>"$folder/errors" <<'PY' || { cat "$folder/errors"; exit 1; }
import aiobreaker
import pybreaker


def pictures():
    """Stream three pictures without an error; return how many they were."""
    yield from ("a cat", "a dog", "a bird")
    return 3


def first(stream):
    """Return the first picture, reading no further."""
    for picture in stream:
        return picture


def counted(stream):
    """Return what the generator returns."""
    count = yield from stream
    yield count


plain = list(counted(pictures()))
assert plain == ["a cat", "a dog", "a bird", 3] and first(pictures()) == "a cat"

breaker = pybreaker.CircuitBreaker(fail_max=5)
guarded = breaker(pictures)
for _ in range(10):
    assert list(guarded()) == plain[:3]
print("read to the end ten times:", breaker.fail_counter, "failures,", breaker.current_state)
assert breaker.fail_counter == 0

seen = []
for _ in range(5):
    assert first(guarded()) == "a cat"
    seen.append((breaker.fail_counter, breaker.current_state))
print("only the first picture read, five times:", seen)
assert seen == [(1, "closed"), (2, "closed"), (3, "closed"), (4, "closed"), (5, "open")], seen
try:
    print(first(guarded()))
    raise SystemExit("the circuit stays closed now")
except pybreaker.CircuitBreakerError as error:
    print("the sixth reader:", error)

other = aiobreaker.CircuitBreaker(fail_max=5)
for _ in range(10):
    assert first(other.call(pictures)) == "a cat"
print("aiobreaker, the same ten times:", other.fail_counter, "failures,", other.current_state.name)
assert other.fail_counter == 0

seen = list(counted(pybreaker.CircuitBreaker().call(pictures)))
print("with what it returns:", plain, "guarded:", seen)
assert seen == [*plain[:3], None], f"the value is handed on now: {seen}"
PY

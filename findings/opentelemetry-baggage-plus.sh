#!/usr/bin/env bash
# opentelemetry-api 1.45.2: baggage that another service sends as 1+1 is read as 1 1, and a red cat is sent as red+cat.
# Guess: W3CBaggagePropagator reads and writes values as the W3C has it: percent-encoded, + as itself, properties after ; apart.
# Seen: it reads and writes them as a form on a web page: + is a blank and a blank +. Between two services in Python nobody notices;
#   others write + as it is and read red+cat. What follows ; is part of the value: "cat;ttl=60", and %3B after that when it is sent on.
#   Issues have asked for it since version 1.4.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet opentelemetry-api==1.45.2
"$folder/venv/bin/python" - <<'PY'
from urllib.parse import unquote

from opentelemetry import baggage
from opentelemetry.baggage.propagation import W3CBaggagePropagator

propagator = W3CBaggagePropagator()


def read(header):
    return baggage.get_baggage("wish", propagator.extract({"baggage": header}))


def written(value):
    carrier = {}
    propagator.inject(carrier, baggage.set_baggage("wish", value))
    return carrier["baggage"]


for header in ("wish=red%20cat", "wish=%E7%8C%AB", "wish=1+1", "wish=cat;ttl=60"):
    print(f"{header} is read as {read(header)!r}")
for value in ("猫", "1+1", "red cat", read("wish=cat;ttl=60")):
    header = written(value)
    print(f"{value!r} is written as {header}, which is {unquote(header.partition('=')[2])!r} by the W3C, {read(header)!r} here")
assert read("wish=red%20cat") == "red cat" and read("wish=%E7%8C%AB") == "猫"
assert read("wish=1+1") == "1 1"
assert read("wish=cat;ttl=60") == "cat;ttl=60"
assert unquote(written("red cat")) == "wish=red+cat" and read(written("red cat")) == "red cat"
assert written(read("wish=cat;ttl=60")) == "wish=cat%3Bttl%3D60"
PY

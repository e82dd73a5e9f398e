#!/usr/bin/env bash
# cerberus 1.3.8: a document that lacks a list gets the one that was filled for the document before.
# Guess: {"default": []} gives each document an empty list of its own, as each is given as a copy of what came in.
# Seen: the list of the schema itself is handed out: what is appended to one normalized document is in the default of all later ones, of
#   the same validator and of others made from the schema, and a nested default dict likewise. The document itself is a copy, and
#   with "default_setter" all is right. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet cerberus==1.3.8
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from cerberus import Validator

SCHEMA = {
    "room": {"type": "string"},
    "wishes": {"type": "list", "default": []},
    "style": {"type": "dict", "default": {"ink": False}},
}


def read(validator, room):
    document = {"room": room}
    normal = validator.normalized(document)
    assert "wishes" not in document and validator.validate(document)
    return normal


validator = Validator(SCHEMA)
first = read(validator, "first")
first["wishes"].append("猫の絵")
first["style"]["ink"] = True
second, third = read(validator, "second"), read(Validator(SCHEMA), "third")
print("first:", first)
print("second:", second)
print("third, by another validator:", third)
assert second == {"room": "second", "wishes": ["猫の絵"], "style": {"ink": True}}
assert third["wishes"] == ["猫の絵"] and third["style"] == {"ink": True}

own = Validator({"wishes": {"default_setter": lambda document: []}})
own.normalized({})["wishes"].append("猫の絵")
print("with default_setter:", own.normalized({}))
assert own.normalized({}) == {"wishes": []}
PY

#!/usr/bin/env bash
# apispec 6.10.1, marshmallow 4.4.0, jsonschema 4.26.0: of `ContainsOnly` the specification refuses every list that marshmallow takes.
# Guess: what the marshmallow plugin writes into the specification accepts what the schema accepts; its documentation says that validators
#   are translated, and OneOf, Equal, Length and Regexp are.
# Seen: the choices of ContainsOnly are written as those of the whole list: ["ink"] has to be "ink", a list, and none is. Range without its
#   ends takes them in, and the Length of a Dict is that of a text, which limits nothing. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet apispec==6.10.1 marshmallow==4.4.0 jsonschema==4.26.0
"$folder/venv/bin/python" - <<'PY'
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from jsonschema import Draft202012Validator
from marshmallow import Schema, fields, validate


class Wish(Schema):
    animal = fields.Str(validate=validate.OneOf(["cat", "dog"]))
    words = fields.List(fields.Str(), validate=validate.Length(max=2))
    number = fields.Int(validate=validate.Range(min=1, max=4))
    styles = fields.List(fields.Str(), validate=validate.ContainsOnly(["ink", "oil"]))
    strength = fields.Float(validate=validate.Range(min=0, max=1, min_inclusive=False, max_inclusive=False))
    weights = fields.Dict(fields.Str(), fields.Float(), validate=validate.Length(max=2))


VALUES = {
    "animal": ["cat", "bird"],
    "words": [["a", "b"], ["a", "b", "c"]],
    "number": [1, 4, 0],
    "styles": [["ink"], ["ink", "oil"], [], ["pastel"]],
    "strength": [0.5, 0, 1],
    "weights": [{"a": 1.0}, {"a": 1.0, "b": 1.0, "c": 1.0}],
}
found = {}
for version in ("3.0.3", "3.1.0"):
    spec = APISpec("painter", "1", version, plugins=[MarshmallowPlugin()])
    spec.components.schema("Wish", schema=Wish)
    written = spec.to_dict()["components"]["schemas"]["Wish"]
    wrong = set()
    for name, values in VALUES.items():
        print(f"{version} {name}: {written['properties'][name]}")
        for value in values:
            taken = not Wish().validate({name: value})
            allowed = Draft202012Validator(written).is_valid({name: value})
            if taken is not allowed:
                print(f"    {value}: {'taken' if taken else 'refused'} by marshmallow, {'valid' if allowed else 'invalid'} by the specification")
                wrong.add((name, str(value), taken))
    found[version] = wrong
RIGHTLY = {("styles", str(value), True) for value in VALUES["styles"][:3]}
LOOSELY = {("strength", "0", False), ("strength", "1", False), ("weights", str(VALUES["weights"][1]), False)}
assert found["3.0.3"] == found["3.1.0"] == RIGHTLY | LOOSELY, found
PY

#!/usr/bin/env bash
# cattrs 26.2.1: a tagged union that may also be None is written without its tag, and read as another class.
# Guess: after configure_tagged_union(Text | Sticker, converter, default=Text) a field of that union has its tag wherever it stands, and None
#   is null: Optional adds nothing else.
# Seen: a field, a list's item and a dict's value have the tag; in `Text | Sticker | None` it is missing, the same in lists of them. Read
#   again, the sticker is a text, without its number. No error; without a default the reading raises, when the JSON is long stored.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet cattrs==26.2.1 attrs==26.1.0
"$folder/venv/bin/python" - <<'PY'
from attrs import Factory, define
from cattrs import BaseValidationError
from cattrs.preconf.json import make_converter
from cattrs.strategies import configure_tagged_union


@define
class Text:
    id: str
    text: str = ""


@define
class Sticker:
    id: str
    number: int = 0


@define
class Wish:
    field: Text | Sticker
    items: list[Text | Sticker]
    values: dict[str, Text | Sticker]
    optional: Text | Sticker | None = None
    optional_items: list[Text | Sticker | None] = Factory(list)


converter = make_converter()
configure_tagged_union(Text | Sticker, converter, tag_name="type", default=Text)
sticker = Sticker("1", 52002734)
wish = Wish(sticker, [sticker], {"a": sticker}, sticker, [sticker, None])
text = converter.dumps(wish)
again = converter.loads(text, Wish)
print("written:", text)
print("read:   ", again)
written = converter.unstructure(wish)
assert written["field"] == written["items"][0] == written["values"]["a"] == {"id": "1", "number": 52002734, "type": "Sticker"}
assert written["optional"] == written["optional_items"][0] == {"id": "1", "number": 52002734}
assert (again.field, again.items, again.values) == (wish.field, wish.items, wish.values)
assert again.optional == Text("1") and again.optional_items == [Text("1"), None]

right = {**written, "optional": written["field"], "optional_items": [written["field"], None]}
assert converter.structure(right, Wish) == wish
print("with the tags put in by hand it is read rightly")

without_default = make_converter()
configure_tagged_union(Text | Sticker, without_default, tag_name="type")
try:
    print("without a default:", without_default.loads(without_default.dumps(wish), Wish))
    raise SystemExit("the tag is written now")
except BaseValidationError as error:
    print("without a default:", type(error).__name__, "on reading")
PY

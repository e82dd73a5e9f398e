#!/usr/bin/env bash
# sentencepiece 0.2.3: what replaces immutable_proto counts in bytes, where that counted in characters.
# Guess: 0.2.3 refuses out_type="immutable_proto" and says to use return_type="proto" instead, which gives the same offsets.
# Seen: begin and end are those of UTF-8. Of 「夜の富士山」 the piece 富士山 was text[2:5] with 0.2.1, and is text[6:15] now,
#   an empty string; of ASCII nothing changes, and nothing is raised. return_type="offset_mapping" still counts characters.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for version in 0.2.1 0.2.3; do
  "${PYTHON:-python3}" -m venv "$folder/$version"
  "$folder/$version/bin/pip" install --quiet "sentencepiece==$version" protobuf==7.36.2
done
cat > "$folder/offsets.py" <<'PY'
import io
import sys

import sentencepiece

kind, *wanted = sys.argv[1:]
model = io.BytesIO()
sentencepiece.SentencePieceTrainer.train(
    sentence_iterator=iter(["夜の富士山", "富士山の猫", "夜の猫", "mt fuji", "mt"] * 20), model_writer=model, vocab_size=40,
    hard_vocab_limit=False, add_dummy_prefix=False, minloglevel=2, user_defined_symbols=["富士山", "fuji"],
)
pieces = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
seen = []
for text, piece in (("夜の富士山", "富士山"), ("mt fuji", "fuji")):
    found = next(each for each in pieces.encode(text, out_type=kind).pieces if each.piece == piece)
    seen.append(text[found.begin:found.end])
    print(f"{sentencepiece.__version__} {kind}: {piece} is text[{found.begin}:{found.end}] = {seen[-1]!r}")
assert seen == wanted, seen
if kind == "proto":
    mapping = pieces.encode("夜の富士山", return_type="offset_mapping")
    print("offset_mapping:", mapping["offsets"])
    assert mapping["offsets"][mapping["pieces"].index("富士山")] == (2, 5)
PY
"$folder/0.2.1/bin/python" "$folder/offsets.py" immutable_proto 富士山 fuji
"$folder/0.2.3/bin/python" "$folder/offsets.py" proto "" fuji

#!/usr/bin/env bash
# bunsetsu 0.1.0: its semantic chunks leave out every paragraph of less than 100 letters.
# Guess: `min_chunk_size=100` means that shorter paragraphs are put together with their neighbours; every sentence is in a chunk.
# Seen: a short paragraph is in no chunk: the text of its own quick start has none at all, and of a page of notes only the longest are kept.
#   No warning. The chunks of "fixed" and "recursive" hold every sentence, but those of "recursive" are longer than chunk_size by the
#   overlap, and start_char and end_char are of another place.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet bunsetsu==0.1.0
"$folder/venv/bin/python" - <<'PY'
from bunsetsu import chunk_text

LONG = "水彩の絵は紙が乾くまで時間がかかります。" * 6
NOTES = ["絵の締め切りは十二月十日です。", LONG, "受付は三階の窓口です。", "料金は一枚八百円です。", LONG, "日曜日は休みです。"]
text = "\n\n".join(NOTES)
assert len(LONG) > 100 > max(len(note) for note in NOTES if note != LONG)


def kept(strategy, size=500):
    chunks = chunk_text(text, strategy=strategy, chunk_size=size)
    joined = "".join(chunk.text for chunk in chunks)
    return [note[:8] for note in dict.fromkeys(NOTES) if note in joined], chunks


short = "今日は猫の絵を三枚描きました。\n明日は犬の絵を描きます。"
print("a short text:", [chunk.text for chunk in chunk_text(short, strategy="semantic")])
assert chunk_text(short, strategy="semantic") == [], "a short text has a chunk now"
assert [chunk.text for chunk in chunk_text(short, strategy="fixed")] == [short]

for strategy in ("fixed", "recursive", "semantic"):
    print(f"{strategy}:", kept(strategy)[0])
assert len(kept("fixed")[0]) == len(kept("recursive")[0]) == 5
assert kept("semantic")[0] == [LONG[:8]], f"the short paragraphs are kept now: {kept('semantic')[0]}"

story = "".join(f"第{number}の段落では、猫が絵を描いて遊んだ話をします。" for number in range(60))
chunks = chunk_text(story, strategy="recursive", chunk_size=300)
lengths = [len(chunk.text) for chunk in chunks]
right = sum(story[chunk.start_char : chunk.end_char] == chunk.text for chunk in chunks)
print("recursive, of at most 300:", lengths, "of which", right, "are where they say")
assert max(lengths) > 300 and right == 0, f"recursive chunks are {lengths} now, {right} of them where they say"
PY

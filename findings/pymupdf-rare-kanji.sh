#!/usr/bin/env bash
# pymupdf 2.0: one rare kanji makes other letters of the rest of the line, and 〜 is not found again.
# Guess: insert_text with the built-in font "japan" writes the text, or a blank for a letter that the font lacks.
# Seen: a letter after U+FFFF is written in five digits, where the PDF reads four: 𠮷野家 holds 礜 and no 野家, 夜𠮷朝 is
#   夜癱, of 𠮷 alone or 𩸽の絵 nothing is left. 10〜20 reads as 10～20, so search_for does not find it. TextWriter with the same
#   font loses the 𠮷 alone, and keeps the 〜.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pymupdf==2.0
"$folder/venv/bin/python" - <<'PY'
import pymupdf


def page_of(text, way):
    """Write the text, save the PDF and open it again."""
    document = pymupdf.open()
    page = document.new_page(width=300, height=60)
    if way == "insert_text":
        page.insert_text((10, 40), text, fontname="japan", fontsize=20)
    else:
        writer = pymupdf.TextWriter(page.rect)
        writer.append((10, 40), text, font=pymupdf.Font("japan"), fontsize=20)
        writer.write_text(page)
    return pymupdf.open("pdf", document.tobytes())


def read(text, way):
    page = page_of(text, way)[0]
    return page.get_text().strip("\n"), bool(page.search_for(text))


TEXTS = ("夜の富士山", "野家", "𠮷野家", "夜𠮷朝", "𠮷", "𩸽の絵", "10〜20")
seen = {text: [read(text, way) for way in ("insert_text", "TextWriter")] for text in TEXTS}
for text, ways in seen.items():
    print(text, ways)
for text in TEXTS[:2]:
    assert seen[text] == [(text, True)] * 2, text
inserted = {text: ways[0] for text, ways in seen.items()}
assert inserted["𠮷野家"] == ("礜", False), inserted
assert inserted["夜𠮷朝"] == ("夜癱", False), inserted
assert inserted["𠮷"] == inserted["𩸽の絵"] == ("", False), inserted
assert inserted["10〜20"] == ("10～20", False), inserted
assert seen["10〜20"][1] == ("10〜20", True), seen
assert seen["𠮷野家"][1][0].endswith("野家"), seen
written = page_of("𠮷野家", "insert_text")[0].read_contents()
print(written.decode().strip().splitlines()[-3])
assert b"<20bb791ce5bb6>" in written, written
PY

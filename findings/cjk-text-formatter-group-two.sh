#!/usr/bin/env bash
# cjk-text-formatter 1.2.1: a word in capitals is joined to the number after it, and Markdown loses its line breaks.
# Guess: its currency rule takes the space out of "USD 100" alone; Markdown looks the same but for spaces; kana is Japanese.
# Seen: the names of the currencies are read as single letters: whatever ends in one of U S D C N Y E R G B P (or |) is joined to a number,
#   第3回 GROUP 2 becomes GROUP2, YEAR 2026 YEAR2026, while FLUX 2 stays. The two blanks that break a line are gone, so that both lines are
#   one. A sentence without kanji is left as it was: ねこが3びき beside 猫が 3 匹.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet cjk-text-formatter==1.2.1 markdown-it-py==4.3.0
"$folder/venv/bin/python" - <<'PY'
from string import ascii_uppercase

from cjk_text_formatter.polish import polish_text
from cjk_text_formatter.processors import MarkdownProcessor
from markdown_it import MarkdownIt

assert polish_text("価格は USD 100 です") == "価格は USD100 です"
for text, expected in (
    ("猫の GROUP 2 を描く", "猫の GROUP2 を描く"),
    ("YEAR 2026 の絵", "YEAR2026 の絵"),
    ("絵の型は SD 3 と SDXL 1 と FLUX 2", "絵の型は SD3 と SDXL 1 と FLUX 2"),
    ("猫 USB 4 と CUP 3", "猫 USB4 と CUP3"),
):
    seen = polish_text(text)
    print(f"{text} -> {seen}")
    assert seen == expected, f"{text} is {seen} now"
joined = "".join(letter for letter in ascii_uppercase if polish_text(f"猫 AA{letter} 2") == f"猫 AA{letter}2")
print("joined after", joined)
assert set(joined) == set("USDCNYEURGBP"), joined

page = "一行目は猫。  \n二行目は犬。"
seen = MarkdownProcessor().process(page)
before, after = MarkdownIt().render(page), MarkdownIt().render(seen)
print("lines:", repr(before), "->", repr(after))
assert "<br" in before and "<br" not in after, "the line break is kept now"

assert polish_text("猫が3匹") == "猫が 3 匹"
seen = [polish_text(text) for text in ("ねこが3びき", "カメラとLINE")]
print("kana alone:", seen)
assert seen == ["ねこが3びき", "カメラとLINE"], f"kana alone is {seen} now"
PY

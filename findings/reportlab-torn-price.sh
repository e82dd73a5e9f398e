#!/usr/bin/env bash
# reportlab 5.1.0: Japanese paragraphs tear prices and years, and begin lines with 」.
# Guess: wordWrap="CJK" keeps Japanese's rules for line ends: no line begins with 」, none ends with 「, and a number stays whole.
# Seen: one mark is kept from a line's beginning, by letting it stand out; of two (。」, っ！) the second begins the next line.
#   「 may end a line. Numbers and words are torn at any figure: ￥12,800 becomes ￥12, and 800, and 2027年 becomes 20 and 27年.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet reportlab==5.1.0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph

pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))
STYLE = ParagraphStyle("card", fontName="HeiseiMin-W3", fontSize=10, leading=12, wordWrap="CJK")


def lines(text, width):
    """Return the lines of a paragraph of so many points; a Japanese character is ten wide."""
    paragraph = Paragraph(text, STYLE)
    paragraph.wrap(width, 1000)
    return ["".join(words) for _, words in paragraph.blPara.lines]


seen = {
    "as guessed": lines("あいうえお。かき", 50),
    "as guessed, too": lines("あいうえお」かき", 50),
    "two marks": lines("あいうえ。」かき", 40),
    "small letter and mark": lines("あいうえっ！かき", 40),
    "opening bracket": lines("あいうえ「かき」く", 50),
    "price": lines("価格は￥12,800です", 50),
    "year": lines("30日から2027年まで", 50),
}
for name, broken in seen.items():
    print(f"{name}: {' / '.join(broken)}")
assert list(seen.values()) == [
    ["あいうえお。", "かき"],
    ["あいうえお」", "かき"],
    ["あいうえ。", "」かき"],
    ["あいうえっ", "！かき"],
    ["あいうえ「", "かき」く"],
    ["価格は￥12,", "800です"],
    ["30日から20", "27年まで"],
], seen
PY

"""Cut the fonts of letters on pictures down to what people write, and list what they cover.

A brush writes what level 1 of JIS X 0208 has; the others both levels.

    python -m pip install fonttools
    npm install @expo-google-fonts/{zen-maru-gothic,yuji-syuku,shippori-mincho}@0.4.1
    python -m scripts.subset_fonts node_modules/@expo-google-fonts

The fonts are under the SIL Open Font License; none reserves its name.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

FONTS = Path(__file__).parents[1] / "bot" / "composition" / "fonts"
SOURCES = {
    "round": "zen-maru-gothic/700Bold/ZenMaruGothic_700Bold.ttf",
    "brush": "yuji-syuku/400Regular/YujiSyuku_400Regular.ttf",
    "serif": "shippori-mincho/700Bold/ShipporiMincho_700Bold.ttf",
}
LAST_ROWS = {"round": 0xF4, "brush": 0xCF, "serif": 0xF4}  # the brush's outlines are large
BEYOND_JIS = "髙﨑德濵彅♡♥❤★☆♪♫〜～—–…‥•①②③④⑤⑥⑦⑧⑨⑩㈱№℡©®™°×÷€¥£¢"


def wanted_characters(last_row: int) -> set[str]:
    """Return ASCII, Latin and JIS X 0208 up to a row of its table (0xCF ends level 1)."""
    cells = (bytes((row, cell)) for row in range(0xA1, last_row + 1) for cell in range(0xA1, 0xFF))
    japanese = "".join(pair.decode("euc_jp", errors="ignore") for pair in cells)
    latin = "".join(map(chr, (*range(0x20, 0x7F), *range(0xA1, 0x180))))
    return set(japanese + latin + BEYOND_JIS)


def main(folder: Path) -> None:
    """Write the cut fonts, their licences, and the characters of each."""
    from fontTools import subset  # not needed to run the bot or its tests
    from fontTools.ttLib import TTFont

    coverage = {}
    for name, path in SOURCES.items():
        font = TTFont(folder / path)
        options = subset.Options(hinting=False, layout_features=["vert", "vrt2", "kern", "ccmp"])
        options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
        cutter = subset.Subsetter(options)
        wanted = wanted_characters(LAST_ROWS[name])
        cutter.populate(text="".join(sorted(wanted)))
        cutter.subset(font)
        font.save(FONTS / f"{name}.ttf")
        coverage[name] = "".join(sorted(wanted & set(map(chr, font.getBestCmap()))))
        shutil.copy((folder / path).parents[1] / "LICENSE_FONT", FONTS / f"{name}-OFL.txt")
    document = json.dumps(coverage, ensure_ascii=False, indent=0)
    (FONTS / "coverage.json").write_text(document + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

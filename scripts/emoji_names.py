"""Make the table of emoji names: python -m scripts.emoji_names NODE_MODULES

NODE_MODULES holds the npm packages cldr-annotations-full and emojibase-data, as
`python -m inference.training fetch` installs them. Things that the embedded model knows keep the
names of inference/training/things.tsv; others have the name that Unicode CLDR gives them.
"""

from __future__ import annotations

import json
from pathlib import Path

import click

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "bot" / "prompt" / "translation" / "emoji_names.tsv"
HEAD = """\
# What emoji show, in Japanese: python -m scripts.emoji_names. From Unicode CLDR's annotations,
# Copyright 1991-2026 Unicode, Inc., Unicode License V3: https://www.unicode.org/license.txt
"""
THINGS = {
    3,
    4,
    5,
    6,
    7,
}  # emojibase's groups: animals and plants, food, places, activities, objects
BEINGS = "👻👽🤖🧙🧚🧜🧛👸🤴🎅🥷👼🧞"
# Said rather than wished for: 「できた🎉」.
SAID = set("🎉🎊🎨🔥💤📱📷📸📝📞💻🎵🎶🎤💰💸🔍🔎📢📣🔔🔒🔑✏🖌🖼🕐⏰⌛⏳☀☔⚡💧💦🚨")


@click.command()
@click.argument("node_modules", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(node_modules: Path) -> None:
    """Write bot/prompt/translation/emoji_names.tsv."""
    annotations = node_modules / "cldr-annotations-full/annotations/ja/annotations.json"
    names = json.loads(annotations.read_text("utf-8"))["annotations"]["annotations"]
    rows = json.loads((node_modules / "emojibase-data/en/data.json").read_text("utf-8"))
    things = (ROOT / "inference/training/things.tsv").read_text("utf-8").splitlines()
    known = {line.split("\t")[0]: line.split("\t")[2].split()[0] for line in things if line}
    lines = []
    for row in rows:
        emoji = row["emoji"].replace("\ufe0f", "")
        name = known.get(emoji) or names.get(emoji, {}).get("tts", [""])[0].removesuffix("の顔")
        name = name.partition("（")[0].strip()
        wanted = row.get("group") in THINGS or emoji in BEINGS
        if wanted and name and emoji not in SAID:
            lines.append(f"{emoji}\t{name}\n")
    TABLE.write_text(HEAD + "".join(lines), "utf-8")
    click.echo(f"{len(lines)} emoji: {TABLE}")


if __name__ == "__main__":
    main()

"""`python -m bot.intent.expand_frames`: corpus/frames.tsv from the frames and what fills them.

frames/frames.txt has one frame a line, 「{thing}を描いて @25」: so many sentences are made of it,
the same ones each time. frames/fillers.txt has what stands for {thing}.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

from bot.intent.corpus import FOLDER, part_of

FRAMES = Path(__file__).with_name("frames")
_ANY_PLACE = "-pgr"  # what 「*」 stands for


def load_fillers(folder: Path = FRAMES) -> dict[str, list[str]]:
    """Return the words of each name in a folder's fillers.txt.

    They are separated by 「|」 if there is one, else by blanks.
    """
    fillers = {}
    for line in (folder / "fillers.txt").read_text("utf-8").splitlines():
        name, _, words = line.partition(":")
        parts = words.split("|") if "|" in words else words.split()
        fillers[name] = [word.strip() for word in parts]
    return fillers


def expand(frame: str, count: int, fillers: dict[str, list[str]]) -> list[str]:
    """Return up to `count` different sentences of a frame, the same ones each time."""
    chance = random.Random(frame)  # noqa: S311 no secret
    pieces = re.split(r"\{(\w+)\}", frame)
    if len(pieces) == 3 and len(fillers[pieces[1]]) <= count:
        return [f"{pieces[0]}{word}{pieces[2]}" for word in fillers[pieces[1]]]
    made: dict[str, None] = {}
    for _ in range(20 * count):
        sentence = "".join(
            chance.choice(fillers[piece]) if place % 2 else piece
            for place, piece in enumerate(pieces)
        )
        made.setdefault(sentence)
        if len(made) == count:
            break
    return list(made)


def main() -> None:
    """Write the file."""
    fillers, lines = load_fillers(), []
    kind = codes = ""
    for line in (FRAMES / "frames.txt").read_text("utf-8").splitlines():
        if heading := re.fullmatch(r"\[(\S+) (\S+)\]", line):
            kind, codes = heading[1], heading[2].replace("*", _ANY_PLACE)
            continue
        frame, _, count = line.rpartition(" @")
        for sentence in expand(frame, int(count), fillers):
            family = f"frame {kind} {frame}"
            if frame.startswith("{") and frame.find("}") == len(frame) - 1:
                family += f" {part_of(sentence)}"  # bare words have nothing in common
            lines.append(f"{family}\t{kind}\t{codes}\t{sentence}")
    (FOLDER / "frames.tsv").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()

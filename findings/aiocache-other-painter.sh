#!/usr/bin/env bash
# aiocache 0.12.3: a cached method answers one object with what another, long gone, had made.
# Guess: self is a part of the key, as the documentation of noself says: each instance has answers of its own.
# Seen: the part is str(self), for most classes their address in memory. An object made for one request is freed after it, the
#   next one takes its place, and the ink painter is answered with the oil painting. Objects that live side by side have their
#   own answers, as have dataclasses, whose text names their fields.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet aiocache==0.12.3
"$folder/venv/bin/python" - <<'PY'
import asyncio
from dataclasses import dataclass

from aiocache import cached

STYLES = ("oil", "ink", "chalk", "pencil", "pastel", "crayon", "fresco", "mosaic")


class Painter:
    def __init__(self, style):
        self.style = style

    @cached(ttl=60)
    async def paint(self, wish):
        return f"{wish} in {self.style}"


@dataclass
class Named:
    style: str

    @cached(ttl=60)
    async def paint(self, wish):
        return f"{wish} in {self.style}"


async def answer(kind, style):
    """Answer one request with a painter of its own."""
    return await kind(style).paint("a cat")


async def main():
    together = [Painter(style) for style in STYLES]
    seen = [await painter.paint("a dog") for painter in together]
    print("painters that live side by side:", seen)
    assert seen == [f"a dog in {style}" for style in STYLES], seen
    seen = [await answer(Painter, style) for style in STYLES]
    print("a painter for each request:", seen)
    wrong = [text for text, style in zip(seen, STYLES) if text != f"a cat in {style}"]
    assert len(wrong) >= 3, seen
    seen = [await answer(Named, style) for style in STYLES]
    print("a dataclass for each request:", seen)
    assert seen == [f"a cat in {style}" for style in STYLES], seen


asyncio.run(main())
PY

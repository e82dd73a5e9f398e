#!/usr/bin/env bash
# rotary-embedding-torch 0.9.1: the offsets of a tile are passed over, or taken for those of all that comes after.
# Guess: get_axial_freqs(8, 8, offsets=(4, 6)) gives the angles of rows 4 to 11 and columns 6 to 13 of a larger picture, whatever was
#   asked before, and leaves other calls alone.
# Seen: angles are kept by their number alone. After a picture of 32 by 32 the tile has the angles of its first rows and columns. Asked
#   first, its columns have the offset of its rows, and what it kept shifts all that follows: the next picture of 8 by 8, without an
#   offset, begins at row 4, and so do queries that are turned after it. With cache_if_possible=False all is right. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 rotary-embedding-torch==0.9.1 numpy==2.4.6
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import torch
from rotary_embedding_torch import RotaryEmbedding

torch.set_num_threads(1)
WIDTH = 16
SPEEDS = 10000.0 ** (-torch.arange(0, WIDTH, 2) / WIDTH)


def angles(rows, columns, top=0, left=0):
    """Return the angles by rows and by columns, each twice, from the formula."""
    down, across = (
        ((torch.arange(count) + start)[:, None] * SPEEDS).repeat_interleave(2, -1) for count, start in ((rows, top), (columns, left))
    )
    return torch.cat([down[:, None].expand(rows, columns, WIDTH), across.expand(rows, columns, WIDTH)], -1)


def alike(one, other):
    return bool(torch.allclose(one, other, atol=1e-4))


tile, right = {"offsets": (4, 6)}, angles(8, 8, 4, 6)

plain = RotaryEmbedding(WIDTH, cache_if_possible=False)
assert alike(plain.get_axial_freqs(32, 32), angles(32, 32)) and alike(plain.get_axial_freqs(8, 8, **tile), right)
assert alike(plain.get_axial_freqs(8, 8), angles(8, 8))
print("without a cache: all right")

after = RotaryEmbedding(WIDTH)
assert alike(after.get_axial_freqs(32, 32), angles(32, 32))
seen = after.get_axial_freqs(8, 8, **tile)
print("a tile after the picture: right", alike(seen, right), "as without offsets", alike(seen, angles(8, 8)))
assert alike(seen, angles(8, 8)) and not alike(seen, right)

first = RotaryEmbedding(WIDTH)
seen = first.get_axial_freqs(8, 8, **tile)
print("a tile at first: right", alike(seen, right), "both from row 4", alike(seen, angles(8, 8, 4, 4)))
assert alike(seen, angles(8, 8, 4, 4)) and not alike(seen, right)

seen = first.get_axial_freqs(8, 8)
print("a picture after it: right", alike(seen, angles(8, 8)), "from row 4", alike(seen, angles(8, 8, 4, 4)))
assert alike(seen, angles(8, 8, 4, 4))
queries = torch.randn(1, 1, 8, WIDTH, generator=torch.Generator().manual_seed(0))
turned, fresh = first.rotate_queries_or_keys(queries), RotaryEmbedding(WIDTH).rotate_queries_or_keys(queries)
shifted = RotaryEmbedding(WIDTH).rotate_queries_or_keys(queries, offset=4)
print("queries after it: right", alike(turned, fresh), "as with offset 4", alike(turned, shifted))
assert alike(turned, shifted) and not alike(turned, fresh)
PY

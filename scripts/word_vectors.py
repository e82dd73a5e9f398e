"""`python -m scripts.word_vectors WHEEL`: bot/prompt/japanese/word_vectors.npz from a wheel of
ja_ginza, `pip download --no-deps ja-ginza==5.3.0`.

chiVe's vectors of 300 numbers are turned on their main axes, of which the first are kept, and
written as signed bytes. spaCy keeps them under hashes of the words, the commonest first.
"""

from __future__ import annotations

import argparse
import io
import json
import zipfile
from pathlib import Path
from typing import Any, cast

import msgpack
import numpy as np
from numpy.typing import NDArray

from bot.prompt.japanese import morphology
from bot.prompt.japanese.word_vectors import SIZE, VECTORS_FILE, word_number

COMMONEST = 100_000  # words of the wheel that are looked at
AXES_OF = 8_000  # words, the commonest, that the main axes are those of
MAX_LETTERS = 12
_CONTENT = {"名詞", "動詞", "形容詞", "形状詞", "副詞", "感動詞"}
_WORD = 0xFFFFFFFFFFFFFFFF


def spacy_hash(word: str) -> int:
    """Return spaCy's hash of a word: MurmurHash64A with seed 1, by its author's description
    (https://github.com/aappleby/smhasher/wiki/MurmurHash2)."""
    factor, shift = 0xC6A4A7935BD1E995, 47
    data = word.encode()
    state = (1 ^ len(data) * factor) & _WORD
    whole = len(data) // 8 * 8
    for start in range(0, whole, 8):
        part = int.from_bytes(data[start : start + 8], "little") * factor & _WORD
        part = (part ^ part >> shift) * factor & _WORD
        state = (state ^ part) * factor & _WORD
    if rest := data[whole:]:
        state = (state ^ int.from_bytes(rest, "little")) * factor & _WORD
    state = (state ^ state >> shift) * factor & _WORD
    return state ^ state >> shift


def rows_of_words(keys: dict[int, int], strings: list[str]) -> dict[str, int]:
    """Return the row of each common word that the analyser knows as a word of content."""
    common = dict(list(keys.items())[:COMMONEST])
    rows = {word: row for word in strings if (row := common.get(spacy_hash(word))) is not None}
    return {word: row for word, row in rows.items() if _is_word(word)}


def _is_word(text: str) -> bool:
    if len(text) > MAX_LETTERS or not any(letter.isalpha() for letter in text):
        return False
    words = morphology.tokenize(text)
    return len(words) == 1 and words[0].lemma == text and words[0].part_of_speech in _CONTENT


def shortened(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return vectors, (words, SIZE), each of length 1, of the main axes of these."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors.astype(np.float64) / np.maximum(lengths, 1e-9)
    unit -= unit.mean(axis=0)
    axes = np.linalg.svd(unit[:AXES_OF], full_matrices=False)[2][:SIZE]
    short = unit @ axes.T
    return cast(NDArray[np.float64], short / np.linalg.norm(short, axis=1, keepdims=True))


def arrays_of(wheel: Path) -> dict[str, Any]:
    """Return the arrays of word_vectors.npz."""
    with zipfile.ZipFile(wheel) as files:
        folder = next(name for name in files.namelist() if name.endswith("/vocab/vectors"))
        vectors = np.load(io.BytesIO(files.read(folder)))
        keys = msgpack.unpackb(
            files.read(folder.replace("vectors", "key2row")), strict_map_key=False
        )
        strings = json.loads(files.read(folder.replace("vectors", "strings.json")))
    rows = rows_of_words(keys, strings)
    used = sorted(set(rows.values()))
    place = {row: index for index, row in enumerate(used)}
    short = shortened(vectors)[used]
    scale = np.abs(short).max() / 127
    by_number = {word_number(word): place[row] for word, row in rows.items()}
    numbers = sorted(by_number)
    return {
        "numbers": np.array(numbers, dtype=np.uint32),
        "rows": np.array([by_number[number] for number in numbers], dtype=np.uint16),
        "table": np.rint(short / scale).astype(np.int8),
        "scale": np.float32(scale),
    }


def main() -> None:
    """Write the file and say how many words it has."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path)
    arrays = arrays_of(parser.parse_args().wheel)
    cast(Any, np.savez_compressed)(VECTORS_FILE, **arrays)
    print(f"{arrays['numbers'].size:,} words, {arrays['table'].shape[0]:,} vectors,", end=" ")
    print(f"{VECTORS_FILE.stat().st_size:,} bytes in {VECTORS_FILE}")


if __name__ == "__main__":
    main()

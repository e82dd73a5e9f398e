"""More words for a model that was trained: pieces for its tokenizer, rows for its text encoder.

What stands behind the last piece changes no id of those before it, so that the captions of old are
read as they were. The encoder is not trained: a row by chance already moves what it reads of a
caption, in a direction of the word's own, and leaves the rest of the caption as plain as it was.
What that direction means is for the UNet to learn.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from inference.training.captions import ARTS, STYLE_WORDS, load_things
from inference.training.phrases import load_phrases, stem
from inference.training.scenes import WATERCOLOUR
from inference.training.tokenizer import EOS, PAD, load_tokenizer

UNKNOWN, LONG = 0, 32  # a piece's id; how many pieces the captions of a try have
COMMON = re.compile("[ぁ-ん]{1,2}")  # so short a word is half of many others: 「いか」, 「いす」
TRIES = 24  # rows by chance, of which a word gets the one that is shifts best
WORD, CHARACTER = -7.0, -10.0  # log-probabilities, among those of the pieces that are there


def words_of_captions(work: Path) -> list[str]:
    """Everything that names a thing or a style."""
    styles = [stem(word) for style in range(len(STYLE_WORDS)) for word in words_of(style)]
    names = [name for thing in load_things(work) for name in (*thing.names, *thing.keywords)]
    return list(dict.fromkeys(styles + names))


def words_of(style: int) -> tuple[str, ...]:
    """How captions name a style, and a picture in it."""
    return STYLE_WORDS[style] + ARTS[style]


def unread(pieces: Any, words: Iterable[str]) -> list[str]:
    """The words in which a tokenizer meets something that it does not know."""
    return [word for word in words if pieces.unk_id() in pieces.encode(word.lower())]


def grow(work: Path, known: int) -> list[str]:
    """Add to work/spiece.model what captions need and it cannot read; returns the new pieces.

    known: how many of the things it was trained for. None are added where there is no newer one
    and it can read everything, as one that was trained on these captions.
    """
    from sentencepiece import sentencepiece_model_pb2

    path = work / "spiece.model"
    pieces = load_tokenizer(work)
    words = words_of_captions(work)
    unknown = unread(pieces, words)
    newer = load_things(work)[known:]
    if not unknown and not newer:
        return []
    made = {
        stem(word) for style in range(WATERCOLOUR + 1, len(STYLE_WORDS)) for word in words_of(style)
    }
    # A style is one piece even where its letters are known: it is not what they are.
    split = [word for word in words if word in made and len(pieces.encode(word)) > 2]
    # So are all names of a newer thing: 「お月見」 would be read as 「月」.
    named = [name for thing in newer for name in thing.names if not COMMON.fullmatch(name)]
    whole = [word for word in words if word in (*unknown, *split, *named)]
    # What stands around these words in captions stays unknown where it was: it has no meaning.
    singles = [sign for sign in dict.fromkeys("".join(whole).lower()) if unread(pieces, [sign])]
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(path.read_bytes())
    fresh = dict.fromkeys(singles, CHARACTER) | {word.lower(): WORD for word in whole}
    fresh = {piece: score for piece, score in fresh.items() if pieces.piece_to_id(piece) == UNKNOWN}
    before = [word for word in words if word not in whole] + said_around()
    as_it_was = [pieces.encode(text.lower()) for text in before]
    while True:
        grown = sentencepiece_model_pb2.ModelProto()
        grown.CopyFrom(proto)
        for piece, score in fresh.items():
            grown.pieces.add(piece=piece, score=score)
        grown.trainer_spec.vocab_size = len(grown.pieces)
        path.write_bytes(grown.SerializeToString())
        reads = load_tokenizer(work)
        wrong = {
            reads.id_to_piece(number)
            for text, was in zip(before, as_it_was, strict=True)
            if (now := reads.encode(text.lower())) != was
            for number in now
        } & {piece for piece, score in fresh.items() if score == WORD}
        if not wrong:
            return list(fresh)
        for piece in wrong:  # it stands within a word of old: 「いか」 in 「すいか」
            del fresh[piece]


def said_around() -> list[str]:
    """Every phrase that captions put around the words that name a picture."""
    return [phrase for phrases, _ in load_phrases().values() for phrase in phrases]


def widened(state: dict[str, Tensor], rows: int) -> dict[str, Tensor]:
    """A text encoder's weights with so many rows of embeddings; the new ones are by chance."""
    name = "embeddings.token_embedding.weight"
    (key,) = [full_name for full_name in state if full_name.endswith(name)]
    old = state[key].float()
    if len(old) >= rows:
        return state
    chance = torch.Generator().manual_seed(rows)
    spread = torch.randn(rows - len(old), old.shape[1], generator=chance) * old.std(0)
    return state | {key: torch.cat([old, old.mean(0) + spread])}


def alike(work: Path) -> list[list[str]]:
    """Of every style made by procedure, and of every thing, the words that mean the same."""
    styles = range(WATERCOLOUR + 1, len(STYLE_WORDS))
    ways = [[stem(word) for word in words_of(style)] for style in styles]
    return ways + [list(thing.names) for thing in load_things(work)]


@torch.no_grad()
def name_aloud(encoder: Any, pieces: Any, fresh: Sequence[str], work: Path) -> None:
    """Give words that mean the same one row, which moves what is read far, and not as others do."""
    rows = encoder.get_input_embeddings().weight
    usual = rows[: len(rows) - len(fresh)]
    chance = torch.Generator().manual_seed(len(rows))
    shifts: list[Tensor] = []
    for words in alike(work):
        new = [pieces.piece_to_id(word) for word in words if word in fresh]
        if not new:
            continue
        best = -1.0
        for _ in range(TRIES):
            row = torch.randn(usual.shape[1], generator=chance) * usual.std(0) + usual.mean(0)
            rows[new[0]] = row
            moved = shift_of(encoder, pieces, new[0])
            likest = max(
                (float(moved @ earlier / earlier.norm() / moved.norm()) for earlier in shifts),
                default=0,
            )
            worth = float(moved.norm()) * (1 - max(0.0, likest))
            if worth > best:
                best, chosen, way = worth, row, moved
        rows[new] = chosen
        shifts.append(way)


def shift_of(encoder: Any, pieces: Any, piece: int) -> Tensor:
    """How far and where a piece moves what is read of a few captions, [width], on average."""
    sentences = [[piece], [piece, *pieces.encode("の猫")], [piece, *pieces.encode("の富士山")]]
    sentences += [[*pieces.encode("青い背景の"), piece], [*pieces.encode("夜の城、"), piece]]
    texts = sentences + [
        [UNKNOWN if number == piece else number for number in row] for row in sentences
    ]
    ids = torch.tensor([[*row, EOS, *[PAD] * (LONG - len(row) - 1)] for row in texts])
    with_it, without = encoder(ids)[0][:, LONG // 2 :].mean(1).chunk(2)
    moved: Tensor = (with_it - without).mean(0)
    return moved

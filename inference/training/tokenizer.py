"""Train the SentencePiece model, and turn captions into rows of token ids."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from inference.training.captions import (
    COLOUR_WORDS,
    PLACE_WORDS,
    SCENE_WORDS,
    STYLE_WORDS,
    Shown,
    caption,
    load_things,
)
from inference.training.config import Config, dice

EOS, PAD, MAX_TOKENS = 2, 3, 77  # the ids of rinna's family; 77 is CLIP's number of positions


def sample_captions(config: Config) -> list[str]:
    """Captions of imagined compositions of every thing, lower-cased as every prompt will be."""
    rng = dice(config.seed)
    grounds = [*COLOUR_WORDS, *SCENE_WORDS]
    things = load_things(config.work)
    lines = [name for thing in things for name in (*thing.names, *thing.keywords)]
    while len(lines) < config.caption_samples:
        shown = Shown(
            thing=rng.choice(things),
            style=rng.randrange(len(STYLE_WORDS)),
            ground=rng.choice(grounds) if rng.random() < 0.5 else "",
            count=rng.choice((1, 1, 1, 2, 3, 4)),
            place=rng.choice(("", "", "", *PLACE_WORDS)),
            other=rng.choice(things) if rng.random() < 0.15 else None,
            size=rng.choice(("小さな", "", "")),
            colour=rng.choice(list(COLOUR_WORDS)) if rng.random() < 0.3 else "",
        )
        lines.append(caption(shown, rng))
    return [line.lower() for line in lines]


def train_tokenizer(config: Config) -> None:
    """Leave work/spiece.model: unigram, NFKC, unk 0, <s> 1, </s> 2, [PAD] 3."""
    import sentencepiece

    file = config.work / "spiece.model"
    if file.exists():
        return
    model = io.BytesIO()  # of a path, the model would keep the name
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sample_captions(config)),
        model_writer=model,
        model_type="unigram",
        vocab_size=config.vocabulary,
        hard_vocab_limit=False,
        character_coverage=1.0,
        normalization_rule_name="nfkc",
        unk_id=0,
        bos_id=1,
        eos_id=EOS,
        pad_id=PAD,
        pad_piece="[PAD]",
        num_threads=config.threads,
        minloglevel=1,
    )
    file.write_bytes(model.getvalue())
    file.chmod(0o644)


def load_tokenizer(work: Path) -> Any:
    """The trained SentencePiece model."""
    import sentencepiece

    return sentencepiece.SentencePieceProcessor(model_file=str(work / "spiece.model"))


def tokenize(pieces: Any, captions: list[str], length: int = MAX_TOKENS) -> Tensor:
    """Token ids [n, length]: lower-cased, cut, closed by </s>, padded on the right."""
    rows = []
    for text in captions:
        ids = [*pieces.encode(text.lower())[: length - 1], EOS]
        rows.append(ids + [PAD] * (length - len(ids)))
    return torch.tensor(rows)

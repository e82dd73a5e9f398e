"""SentencePiece in the form of a transformers tokenizer, for diffusers' own pipelines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transformers import AddedToken, PreTrainedTokenizer

from inference.models.sentencepiece_reader import (
    SentencePieceReader,
    find_vocabulary,
    other_class,
    read_json,
)

_ENCODERS = ("CLIPText", "T5Encoder", "T5For", "T5Model", "MT5", "UMT5")
_ENCODER_TYPES = {"clip", "clip_text_model", "t5", "mt5", "umt5"}


class SentencePieceBackend(PreTrainedTokenizer):  # type: ignore[misc]
    """Called as transformers' tokenizers are; reads as SentencePieceReader does.

    The text, the end token, padding on the right.
    """

    def __init__(self, reader: SentencePieceReader, model_max_length: int | None) -> None:
        self.reader = reader
        names = {role: self._name(number) for role, number in self._roles().items()}
        outside = {
            number: AddedToken(names[role], special=True)
            for role, number in self._roles().items()
            if number >= reader.pieces.get_piece_size()
        }
        super().__init__(
            **names,
            added_tokens_decoder=outside,
            **({"model_max_length": model_max_length} if model_max_length else {}),
            padding_side="right",
            split_special_tokens=True,
        )

    def _roles(self) -> dict[str, int]:
        reader = self.reader
        return {"eos_token": reader.eos_id, "pad_token": reader.pad_id, "unk_token": reader.unk_id}

    def _name(self, number: int) -> str:
        inside = number < self.reader.pieces.get_piece_size()
        return self.reader.pieces.id_to_piece(number) if inside else f"<added_{number}>"

    @property
    def vocab_size(self) -> int:
        """Pieces of the spiece.model."""
        return int(self.reader.pieces.get_piece_size())

    def get_vocab(self) -> dict[str, int]:
        """Return every piece and its id."""
        pieces = {self._name(number): number for number in range(self.vocab_size)}
        return {**pieces, **self.added_tokens_encoder}

    def tokenize(self, text: str, **_: Any) -> list[str]:
        """Return the pieces of the text; special words in it are text."""
        return self.reader.tokenize(text)

    def build_inputs_with_special_tokens(
        self, token_ids_0: list[int], token_ids_1: list[int] | None = None
    ) -> list[int]:
        """Return the ids and the end token."""
        return [*token_ids_0, *(token_ids_1 or []), self.reader.eos_id]

    def num_special_tokens_to_add(self, pair: bool = False) -> int:
        """Return 1, for the end token."""
        return 1

    def convert_tokens_to_string(self, tokens: list[str]) -> str:
        """Return the text of pieces."""
        return str(self.reader.pieces.decode(tokens))

    def _convert_token_to_id(self, token: str) -> int:
        return int(self.reader.pieces.piece_to_id(token))

    def _convert_id_to_token(self, index: int) -> str:
        return self._name(index)

    def split_at_token_limit(self, prompt: str, limit: int) -> tuple[str, str]:
        """Split the prompt into what fits into `limit` tokens and the rest."""
        return self.reader.split(prompt, limit)


def load_backend(
    tokenizer: Path, encoder: Path, *, lower_by_default: bool
) -> SentencePieceBackend | None:
    """Return the tokenizer of a folder with a spiece.model, for the encoder of another folder,
    checked.

    None where the encoder is not CLIP- or T5-like, or the tokenizer is of a class that puts more
    than an end token around the text. Raises TokenizerError.
    """
    config = read_json(encoder / "config.json")
    classes = [str(name) for name in config.get("architectures") or []]
    known = any(name.startswith(_ENCODERS) for name in classes)
    if not classes:  # a file written by hand, or by an old library
        known = config.get("model_type") in _ENCODER_TYPES
    if other_class(tokenizer) or not known or find_vocabulary(tokenizer) is None:
        return None
    reader = SentencePieceReader(tokenizer, lower_by_default=lower_by_default)
    reader.check()
    places = config.get("max_position_embeddings")
    lengths = [length for length in (reader.max_length, places) if length]
    return SentencePieceBackend(reader, min(lengths, default=None))

"""Prompt -> the 77 token ids that the text encoder reads.

Japanese Stable Diffusion was trained on plain SentencePiece output of the lower-cased text. The
tokenizer classes of recent transformers versions read the same spiece.model differently (they turn
every unknown character into the end token, and ignore the lower-casing), so a checkpoint that has a
spiece.model is read by SentencePiece itself. Other checkpoints use transformers' tokenizer.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Protocol

from inference.request import PaintError

LENGTH = 77  # what CLIP's text tower takes: at most 76 pieces of text and the end token
_SPECIAL_ROLES = ("bos_token", "eos_token", "unk_token", "pad_token", "cls_token", "sep_token")
_EXAMPLE = "サラリーマン 油絵"
_EXAMPLE_PIECES = ["▁", "サラリーマン", "▁", "油", "絵"]
_NEVER_SEEN = "\U000f1234"  # a private-use character: in no vocabulary


class TokenizerError(PaintError):
    """The checkpoint's tokenizer does not do what the model was trained with."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True, code="model_unavailable")


class Tokenizer(Protocol):
    """What the painter needs of a tokenizer."""

    @property
    def largest_id(self) -> int:
        """The largest id that `encode` can give."""

    @property
    def english_only(self) -> bool:
        """Whether it belongs to a text encoder that was trained on English."""

    def encode(self, prompt: str) -> list[int]:
        """Exactly 77 ids."""

    def kept_and_cut(self, prompt: str) -> tuple[str, str]:
        """What the model reads and what lies beyond its 77 tokens; joined, they are the prompt."""

    def check(self) -> None:
        """Raise TokenizerError unless known texts come out as they must."""


def load_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer of a checkpoint's tokenizer folder, checked. Raises TokenizerError."""
    if not folder.is_dir():
        raise TokenizerError(f"There is no folder {folder}: the checkpoint has no tokenizer.")
    tokenizer: Tokenizer
    if (folder / "spiece.model").is_file():
        tokenizer = SentencePieceTokenizer(folder)
    else:
        tokenizer = TransformersTokenizer(folder)
    tokenizer.check()
    return tokenizer


class SentencePieceTokenizer:
    """Lower-case, SentencePiece, the end token, padding to 77 on the right. No start token."""

    english_only = False

    def __init__(self, folder: Path) -> None:
        from sentencepiece import SentencePieceProcessor

        try:
            self._pieces = SentencePieceProcessor(model_file=str(folder / "spiece.model"))
        except (OSError, RuntimeError) as error:
            raise TokenizerError(
                f"{folder / 'spiece.model'} cannot be read ({error}). It may be a pointer file of"
                " an unfinished download: delete it and download the model again."
            ) from error
        ids = _special_ids(folder, self._pieces)
        self.unk_id: int = self._pieces.unk_id()
        self.eos_id = ids.get("eos_token", self._pieces.eos_id())
        self.pad_id = ids.get("pad_token", self._pieces.pad_id())
        if self.eos_id < 0:
            raise TokenizerError(f"The tokenizer in {folder} names no end token (eos_token).")
        if self.pad_id < 0:
            self.pad_id = self.eos_id
        self._never_typed = {*ids.values(), self.eos_id, self.pad_id} - {self.unk_id}

    @property
    def largest_id(self) -> int:
        return max(self._pieces.get_piece_size() - 1, self.eos_id, self.pad_id)

    def pieces(self, prompt: str) -> list[str]:
        """The pieces of the text, uncut and without the end token, for looking at."""
        return list(self._pieces.encode(_readable(prompt).lower(), return_type=str))

    def encode(self, prompt: str) -> list[int]:
        ids = self._typed(self._pieces.encode(_readable(prompt).lower(), return_type=int))
        ids = [*ids[: LENGTH - 1], self.eos_id]
        return ids + [self.pad_id] * (LENGTH - len(ids))

    def kept_and_cut(self, prompt: str) -> tuple[str, str]:
        lower, origin = _lower_with_origin(_readable(prompt))
        found = self._pieces.encode(lower, return_type="offset_mapping")
        starts = [
            start
            for piece, (start, _) in zip(found["ids"], found["offsets"], strict=True)
            if piece not in self._never_typed
        ]
        if len(starts) < LENGTH:
            return prompt, ""
        at = origin[starts[LENGTH - 1]]
        return prompt[:at], prompt[at:]

    def check(self) -> None:
        """A known text round-trips, and a character in no vocabulary is the model's own unk."""
        if self.encode(_NEVER_SEEN)[:3].count(self.unk_id) != 1:
            raise TokenizerError(
                f"An unknown character does not become the unknown token {self.unk_id}: this"
                " spiece.model does not belong to a Japanese Stable Diffusion."
            )
        known = "".join(c for c in _EXAMPLE if self.unk_id not in self._pieces.encode(c))
        if known.strip():
            back = self._pieces.decode(self._pieces.encode(known))
            if back.strip() != self._pieces.normalize(known).replace("▁", " ").strip():
                raise TokenizerError(f"The tokenizer turns {known!r} into {back!r}.")
        whole = self._pieces.piece_to_id(_EXAMPLE_PIECES[1]) != self.unk_id
        if whole and "".join(self.pieces(_EXAMPLE)) != "".join(_EXAMPLE_PIECES):
            raise TokenizerError(f"The tokenizer splits {_EXAMPLE!r} into {self.pieces(_EXAMPLE)}.")

    def _typed(self, ids: list[int]) -> list[int]:
        """Without special tokens: nobody can end or pad a prompt by typing a token's name."""
        return [piece for piece in ids if piece not in self._never_typed]


class TransformersTokenizer:
    """The tokenizer that came with the checkpoint (CLIP's BPE for an ordinary Stable Diffusion)."""

    def __init__(self, folder: Path) -> None:
        try:
            if (folder / "merges.txt").is_file() and (folder / "vocab.json").is_file():
                from transformers import CLIPTokenizer as Loader
            else:
                from transformers import AutoTokenizer as Loader
            self._tokenizer: Any = Loader.from_pretrained(str(folder), local_files_only=True)
        except Exception as error:
            raise TokenizerError(
                f"The tokenizer in {folder} cannot be read ({type(error).__name__}: {error})."
                " A spiece.model, or vocab.json with merges.txt, is needed."
            ) from error
        if self._tokenizer.pad_token_id is None:
            self._tokenizer.pad_token = self._tokenizer.eos_token
        # The byte pairs of CLIP, as in every Stable Diffusion that was not made for a language.
        self.english_only = (folder / "merges.txt").is_file()

    @property
    def largest_id(self) -> int:
        return int(max(self._tokenizer.get_vocab().values()))

    def encode(self, prompt: str) -> list[int]:
        return list(self._call(prompt, padding="max_length")["input_ids"])

    def kept_and_cut(self, prompt: str) -> tuple[str, str]:
        spans = self._call(prompt, return_offsets_mapping=True)["offset_mapping"]
        read = max((end for _, end in spans), default=0)
        everything = self._call(prompt, return_offsets_mapping=True, truncation=False)
        if len(everything["input_ids"]) <= LENGTH:
            return prompt, ""
        return prompt[:read], prompt[read:]

    def check(self) -> None:
        ids = list(self._call(_NEVER_SEEN)["input_ids"])
        if len(self.encode("")) != LENGTH or ids.count(self._tokenizer.eos_token_id) != 1:
            raise TokenizerError(
                "The tokenizer turns an unknown character into the end of the prompt. It was"
                " probably saved again by a newer transformers, which drops spiece.model: put the"
                " original spiece.model into the tokenizer folder."
            )

    def _call(self, prompt: str, **options: Any) -> Any:
        options = {"truncation": True, "max_length": LENGTH, **options}
        if not options["truncation"]:
            del options["max_length"]
        return self._tokenizer(_readable(prompt), split_special_tokens=True, **options)


def _special_ids(folder: Path, pieces: Any) -> dict[str, int]:
    """The id of each special token that the folder's files name, by role."""
    named: dict[str, str] = {}
    added: dict[str, int] = {}
    for name in ("tokenizer_config.json", "special_tokens_map.json"):
        table = _json(folder / name)
        for role in (*_SPECIAL_ROLES, "mask_token"):
            token = table.get(role)
            token = token.get("content") if isinstance(token, dict) else token
            if isinstance(token, str):
                named[role] = token
        for number, token in table.get("added_tokens_decoder", {}).items():
            added[token["content"]] = int(number)
    added.update(_json(folder / "added_tokens.json"))
    found = {}
    for role, token in named.items():
        piece = pieces.piece_to_id(token)
        if pieces.id_to_piece(piece) == token:
            found[role] = int(piece)
        elif token in added:
            found[role] = added[token]
    return found


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise TokenizerError(f"{path} is not JSON ({error}): download the model again.") from error
    return table if isinstance(table, dict) else {}


def _readable(text: str) -> str:
    """Half a surrogate pair, which JSON can carry but UTF-8 cannot, becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _lower_with_origin(text: str) -> tuple[str, list[int]]:
    """The lower-cased text and, for each of its characters, the index it came from."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower, [*range(len(text)), len(text)]
    origin = [i for i, character in enumerate(text) for _ in character.lower()]
    return lower, [*origin, len(text)]

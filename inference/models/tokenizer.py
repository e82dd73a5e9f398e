"""Prompt -> the 77 token ids that a CLIP text encoder reads.

A checkpoint that has a spiece.model is read by SentencePiece itself, others by transformers'
tokenizer for CLIP.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from inference.models.sentencepiece_reader import (
    NEVER_SEEN,
    SentencePieceReader,
    TokenizerError,
    find_vocabulary,
    other_class,
    read_json,
    readable,
)
from inference.models.single_file import LAYOUTS

TOKEN_LIMIT = 77  # what CLIP's text tower takes: at most 76 pieces of text and the end token

_SENTENCE = "a red apple on a table, 赤いりんごの絵"  # of two languages, one of which is known
_BLANKS = "▁Ġ "  # a blank in vocabularies
_START, _END = "<|startoftext|>", "<|endoftext|>"  # of CLIP


class Tokenizer(Protocol):
    """What the painter needs of a tokenizer."""

    @property
    def max_id(self) -> int:
        """The largest id that `encode` can give."""

    @property
    def english_only(self) -> bool:
        """Whether it belongs to a text encoder that was trained on English."""

    def encode(self, prompt: str) -> list[int]:
        """Return exactly 77 ids."""

    def split_at_token_limit(self, prompt: str) -> tuple[str, str]:
        """Return what the model reads and what lies beyond its 77 tokens; joined, they are the
        prompt.
        """

    def check(self) -> None:
        """Raise TokenizerError unless known texts come out as they must."""


def load_tokenizer(folder: Path, *, lower_by_default: bool = True) -> Tokenizer:
    """Return the tokenizer of a checkpoint's tokenizer folder, checked. Raises TokenizerError.

    lower_by_default: whether a spiece.model is given lower-cased text if the folder does not say.
    """
    if not folder.is_dir():
        raise TokenizerError(f"There is no folder {folder}: the checkpoint has no tokenizer.")
    tokenizer: Tokenizer
    vocabulary, kind = find_vocabulary(folder), other_class(folder)
    if vocabulary and kind and not _is_clip(folder):
        raise TokenizerError(
            f"The tokenizer in {folder} is of the class {kind}, which does not read"
            f" {vocabulary.name} as a Stable Diffusion's encoder does: the text and an end token."
            " Use the tokenizer that the text encoder was trained with."
        )
    if vocabulary and not kind:
        tokenizer = SentencePieceTokenizer(folder, lower_by_default=lower_by_default)
    else:
        tokenizer = TransformersTokenizer(folder)
    tokenizer.check()
    return tokenizer


class SentencePieceTokenizer:
    """SentencePiece, the end token, padding to 77 on the right. No start token."""

    english_only = False

    def __init__(self, folder: Path, *, lower_by_default: bool = True) -> None:
        self._reader = SentencePieceReader(folder, lower_by_default=lower_by_default)

    @property
    def max_id(self) -> int:
        return self._reader.max_id

    @property
    def eos_id(self) -> int:
        """The id that ends a prompt."""
        return self._reader.eos_id

    def tokenize(self, prompt: str) -> list[str]:
        """Return the pieces of the text, uncut and without the end token, for looking at."""
        return self._reader.tokenize(prompt)

    def encode(self, prompt: str) -> list[int]:
        ids = [*self._reader.ids(prompt)[: TOKEN_LIMIT - 1], self._reader.eos_id]
        return ids + [self._reader.pad_id] * (TOKEN_LIMIT - len(ids))

    def split_at_token_limit(self, prompt: str) -> tuple[str, str]:
        return self._reader.split(prompt, TOKEN_LIMIT)

    def check(self) -> None:
        self._reader.check()


class TransformersTokenizer:
    """The tokenizer that came with the checkpoint (CLIP's BPE for an ordinary Stable Diffusion)."""

    def __init__(self, folder: Path) -> None:
        in_one_file = folder.is_relative_to(LAYOUTS)
        try:
            if in_one_file:
                self._tokenizer: Any = _clip_tokenizer(folder)
            else:
                self._tokenizer = _read_tokenizer(folder)
        except Exception as error:
            raise TokenizerError(
                f"The tokenizer in {folder} cannot be read ({type(error).__name__}: {error})."
                " A spiece.model, or vocab.json with merges.txt, is needed."
            ) from error
        if self._tokenizer.pad_token_id is None:
            self._tokenizer.pad_token = self._tokenizer.eos_token
        # The byte pairs of CLIP, as in every Stable Diffusion that was not made for a language.
        self.english_only = (
            in_one_file
            or (folder / "merges.txt").is_file()
            or "CLIP" in type(self._tokenizer).__name__  # as transformers 5 saves it
        )

    @property
    def max_id(self) -> int:
        return int(max(self._tokenizer.get_vocab().values()))

    def encode(self, prompt: str) -> list[int]:
        return list(self._call(prompt, padding="max_length")["input_ids"])

    def split_at_token_limit(self, prompt: str) -> tuple[str, str]:
        spans = self._call(prompt, return_offsets_mapping=True)["offset_mapping"]
        read = max((end for _, end in spans), default=0)
        everything = self._call(prompt, return_offsets_mapping=True, truncation=False)
        if len(everything["input_ids"]) <= TOKEN_LIMIT:
            return prompt, ""
        return prompt[:read], prompt[read:]

    def check(self) -> None:
        if knows_nothing(self._tokenizer):
            raise TokenizerError(
                "The tokenizer knows none of the letters of an ordinary sentence: its vocabulary"
                " is missing. Download the tokenizer folder again."
            )
        ids = list(self._call(NEVER_SEEN)["input_ids"])
        if len(self.encode("")) != TOKEN_LIMIT or ids.count(self._tokenizer.eos_token_id) != 1:
            raise TokenizerError(
                "The tokenizer turns an unknown character into the end of the prompt. It was"
                " probably saved again by a newer transformers, which drops spiece.model: put the"
                " original spiece.model into the tokenizer folder."
            )

    def _call(self, prompt: str, **options: Any) -> Any:
        options = {"truncation": True, "max_length": TOKEN_LIMIT, **options}
        if not options["truncation"]:
            del options["max_length"]
        return self._tokenizer(readable(prompt), split_special_tokens=True, **options)


def knows_nothing(tokenizer: Any) -> bool:
    """Return whether every sentence is unknown to one of transformers' tokenizers.

    As transformers 5 makes one without a word, of a folder whose vocabulary it does not find.
    """
    ids = tokenizer(_SENTENCE, add_special_tokens=False)["input_ids"]
    known = set(ids) - set(tokenizer.all_special_ids)
    return not any(token.strip(_BLANKS) for token in tokenizer.convert_ids_to_tokens(list(known)))


def _is_clip(folder: Path) -> bool:
    return (folder / "merges.txt").is_file() and (folder / "vocab.json").is_file()


def _read_tokenizer(folder: Path) -> Any:
    if _is_clip(folder):
        from transformers import CLIPTokenizer as Loader
    else:
        from transformers import AutoTokenizer as Loader
    return Loader.from_pretrained(str(folder), local_files_only=True)


def _clip_tokenizer(folder: Path) -> Any:
    """CLIP's own tokenizer, its vocabulary spelled out from its merges.

    In this order: 256 bytes, the same at the end of a word, what each merge makes, and the two
    special tokens.
    """
    from transformers import CLIPTokenizer

    lines = (LAYOUTS / "clip" / "merges.txt").read_text(encoding="utf-8").splitlines()[1:]
    merges = [tuple(line.split()) for line in lines if line]
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in shown]
    letters = [*map(chr, shown), *(chr(256 + number) for number in range(len(hidden)))]
    words = [*letters, *(f"{letter}</w>" for letter in letters), *map("".join, merges)]
    vocabulary = {word: number for number, word in enumerate([*words, _START, _END])}
    config = read_json(folder / "tokenizer_config.json")
    return CLIPTokenizer(vocab=vocabulary, merges=merges, pad_token=config.get("pad_token", _END))

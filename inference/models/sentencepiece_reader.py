"""Read prompts with a checkpoint's own spiece.model, as its text encoder was trained.

The tokenizer classes of recent transformers versions read the same file differently: they take
another piece for the unknown one, ignore the lower-casing, do not know the bytes that unknown
characters are spelled in, and take special words that somebody types for special tokens.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from inference.errors import PaintError

FILE = "spiece.model"
# The same vocabulary is called otherwise by other programs.
_FILES = (FILE, "tokenizer.model", "spm.model", "sentencepiece.model", "sentencepiece.bpe.model")
# Classes that say nothing of what stands around the text: there, as of T5, an end token does.
_GENERAL = frozenset(
    {
        "",
        "PreTrainedTokenizer",
        "PreTrainedTokenizerFast",
        "TokenizersBackend",
        "SentencePieceBackend",
    }
)
NEVER_SEEN = "\U000f1234"  # a private-use character: in no vocabulary
_SPECIAL_ROLES = (
    "bos_token",
    "eos_token",
    "unk_token",
    "pad_token",
    "cls_token",
    "sep_token",
    "mask_token",
)
_EXAMPLE = "サラリーマン 油絵"
_EXAMPLE_PIECES = ["▁", "サラリーマン", "▁", "油", "絵"]


def find_vocabulary(folder: Path) -> Path | None:
    """Return the folder's SentencePiece vocabulary, under any name; None if it has none."""
    return next((folder / name for name in _FILES if (folder / name).is_file()), None)


def other_class(folder: Path) -> str | None:
    """Return the tokenizer's class if it reads otherwise than text and end token (T5's); else None.

    Others put a start token before the text (Llama), or two around it (Albert), or count their ids
    anew (XLM-RoBERTa).
    """
    kind = str(read_json(folder / "tokenizer_config.json").get("tokenizer_class") or "")
    plain = kind in _GENERAL or kind.removesuffix("Fast").endswith("T5Tokenizer")
    return None if plain else kind


class TokenizerError(PaintError):
    """The checkpoint's tokenizer does not do what the model was trained with."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True, code="model_unavailable")


class SentencePieceReader:
    """Text -> ids of pieces, without start, end and padding.

    unk_id, eos_id, pad_id: the vocabulary's own. max_length: tokens of a prompt as the folder names
    them, None where it names none. lower_case: whether text is lower-cased first.
    """

    def __init__(self, folder: Path, *, lower_by_default: bool) -> None:
        """lower_by_default: for a folder that does not say it.

        Raises TokenizerError for a file that cannot be read.
        """
        from sentencepiece import SentencePieceProcessor

        file = find_vocabulary(folder) or folder / FILE
        try:
            self.pieces: Any = SentencePieceProcessor(model_file=str(file))
        except (OSError, RuntimeError) as error:
            raise TokenizerError(
                f"{file} cannot be read ({error}). It may be a pointer file of"
                " an unfinished download: delete it and download the model again."
            ) from error
        named, added = _special_tokens(folder)
        self.special_ids = self._ids(named, added)
        self.unk_id: int = self.pieces.unk_id()
        self.eos_id = self.special_ids.get("eos_token", self.pieces.eos_id())
        self.pad_id = self.special_ids.get("pad_token", self.pieces.pad_id())
        if self.eos_id < 0:
            raise TokenizerError(f"The tokenizer in {folder} names no end token (eos_token).")
        if self.pad_id < 0:
            self.pad_id = self.eos_id
        specials = {*self.special_ids.values(), self.eos_id, self.pad_id}
        self._never_typed = specials - {self.unk_id}
        config = read_json(folder / "tokenizer_config.json")
        self.lower_case = self._lowers(config.get("do_lower_case"), lower_by_default)
        length = config.get("model_max_length")
        self.max_length: int | None = None
        if isinstance(length, int | float) and 0 < length < 1e6:  # an absent one is saved as 1e30
            self.max_length = int(length)

    @property
    def max_id(self) -> int:
        """The largest id that a prompt may have."""
        return max(int(self.pieces.get_piece_size()) - 1, self.eos_id, self.pad_id)

    def tokenize(self, text: str) -> list[str]:
        """Return the pieces of the text, uncut, for looking at."""
        prepared = self._prepared(text)
        pieces = self.pieces.encode(prepared, return_type=str)
        ids = self.pieces.encode(prepared, return_type=int)
        typed = zip(pieces, ids, strict=True)
        return [piece for piece, number in typed if number not in self._never_typed]

    def ids(self, text: str) -> list[int]:
        """Return the ids of the text, uncut.

        Nobody ends or pads a prompt by typing a token's name.
        """
        ids = self.pieces.encode(self._prepared(text), return_type=int)
        return [number for number in ids if number not in self._never_typed]

    def split(self, text: str, limit: int) -> tuple[str, str]:
        """Split the text into what fits into `limit` tokens, with the end token, and the rest."""
        whole = readable(text)
        prepared, origin = _lower_with_origin(whole) if self.lower_case else (whole, None)
        encoded = self.pieces.encode(prepared, return_type="offset_mapping")
        starts = [
            start
            for number, (start, _) in zip(encoded["ids"], encoded["offsets"], strict=True)
            if number not in self._never_typed
        ]
        if len(starts) < limit:
            return text, ""
        at = starts[limit - 1]
        at = origin[at] if origin else at
        return text[:at], text[at:]

    def check(self) -> None:
        """Raise TokenizerError unless known texts come out as they must.

        A known text round-trips; a character in no vocabulary is the model's own unknown token, or
        spelled in bytes where the vocabulary has those.
        """
        unknown = self.ids(NEVER_SEEN)
        spelled = [number for number in unknown if self.pieces.is_byte(number)]
        wanted = [self.pieces.piece_to_id(f"<0x{byte:02X}>") for byte in NEVER_SEEN.encode()]
        is_unknown = unknown.count(self.unk_id) == 1 and not spelled
        if self.unk_id in (self.eos_id, self.pad_id) or not (is_unknown or spelled == wanted):
            raise TokenizerError(
                f"An unknown character does not become the unknown token {self.unk_id}: this"
                " spiece.model does not belong to a Japanese Stable Diffusion."
            )
        known = "".join(c for c in _EXAMPLE if self.unk_id not in self.pieces.encode(c))
        if known.strip():
            back = self.pieces.decode(self.pieces.encode(known))
            if back.strip() != self.pieces.normalize(known).replace("▁", " ").strip():
                raise TokenizerError(f"The tokenizer turns {known!r} into {back!r}.")
        whole = self.pieces.piece_to_id(_EXAMPLE_PIECES[1]) != self.unk_id
        if whole and "".join(self.tokenize(_EXAMPLE)) != "".join(_EXAMPLE_PIECES):
            raise TokenizerError(
                f"The tokenizer splits {_EXAMPLE!r} into {self.tokenize(_EXAMPLE)}."
            )

    def _prepared(self, text: str) -> str:
        text = readable(text)
        return text.lower() if self.lower_case else text

    def _ids(self, named: dict[str, str], added: dict[str, int]) -> dict[str, int]:
        """Return the id of each special token, by role, or by its own name where it has no role."""
        ids = {}
        for role, token in named.items():
            piece = self.pieces.piece_to_id(token)
            if self.pieces.id_to_piece(piece) == token:
                ids[role] = int(piece)
            elif token in added:
                ids[role] = added[token]
        return ids

    def _lowers(self, named: Any, by_default: bool) -> bool:
        """Return whether the vocabulary is of lower-cased text.

        The pipelines of Japanese Stable Diffusion lower-case whatever their folders say: there,
        a "false" counts only if the vocabulary has capital letters.
        """
        if named is None:
            return by_default
        if named or not by_default:
            return bool(named)
        size = self.pieces.get_piece_size()
        words = (
            self.pieces.id_to_piece(number) for number in range(size) if not self._is_mark(number)
        )
        return not any("A" <= letter <= "Z" for word in words for letter in word)

    def _is_mark(self, number: int) -> bool:
        """Return whether a piece is no text: a special token, a byte, or a word in brackets."""
        piece = self.pieces.id_to_piece(number)
        bracketed = piece[:1] in {"[", "<"} and piece[-1:] in {"]", ">"}
        return bool(bracketed or self.pieces.is_control(number) or self.pieces.is_byte(number))


def _special_tokens(folder: Path) -> tuple[dict[str, str], dict[str, int]]:
    """Return the names of the special tokens, by role, and the ids of those that were added."""
    named: dict[str, str] = {}
    added: dict[str, int] = {}
    for name in ("tokenizer_config.json", "special_tokens_map.json"):
        table = read_json(folder / name)
        for role in _SPECIAL_ROLES:
            token = _content(table.get(role))
            if token is not None:
                named[role] = token
        others = table.get("additional_special_tokens") or []
        for token in map(_content, others if isinstance(others, list) else []):
            if token is not None:
                named[token] = token
        for number, entry in (table.get("added_tokens_decoder") or {}).items():
            token = _content(entry)
            if token is not None:
                added[token] = int(number)
                if isinstance(entry, dict) and entry.get("special"):
                    named.setdefault(token, token)
    added.update(read_json(folder / "added_tokens.json"))
    return named, added


def _content(token: Any) -> str | None:
    token = token.get("content") if isinstance(token, dict) else token
    return token if isinstance(token, str) else None


def read_json(path: Path) -> dict[str, Any]:
    """Return a JSON file's table, {} where there is none.

    Raises TokenizerError if it is not JSON.
    """
    if not path.is_file():
        return {}
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise TokenizerError(f"{path} is not JSON ({error}): download the model again.") from error
    return table if isinstance(table, dict) else {}


def readable(text: str) -> str:
    """Replace half a surrogate pair, which JSON can carry and UTF-8 cannot, by a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _lower_with_origin(text: str) -> tuple[str, list[int]]:
    """Return the lower-cased text and, for each of its characters, the index it came from."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower, [*range(len(text)), len(text)]
    origin = [i for i, character in enumerate(text) for _ in character.lower()]
    return lower, [*origin, len(text)]

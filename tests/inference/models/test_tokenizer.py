from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
import sentencepiece

from inference.models.checkpoint import choose_files
from inference.models.sentencepiece_reader import TokenizerError
from inference.models.tokenizer import (
    TOKEN_LIMIT,
    SentencePieceTokenizer,
    TransformersTokenizer,
    load_tokenizer,
)
from tests.inference.tiny import sentences

pytestmark = [pytest.mark.slow, pytest.mark.core]

UNK, EOS, PAD = 0, 2, 3


@pytest.fixture(scope="module")
def folder(checkpoint: Path) -> Path:
    return checkpoint / "tokenizer"


@pytest.fixture(scope="module")
def tokenizer(folder: Path) -> SentencePieceTokenizer:
    loaded = load_tokenizer(folder)
    assert isinstance(loaded, SentencePieceTokenizer)
    return loaded


@pytest.fixture(scope="module")
def raw(folder: Path) -> Any:
    return sentencepiece.SentencePieceProcessor(model_file=str(folder / "spiece.model"))


def random_texts(number: int) -> list[str]:
    """Prompts with everything that has ever gone wrong mixed in."""
    rng = random.Random(7)
    odd = "髙﨑龘鱻驫😀👨‍👩‍👧♥ÀÉΣİßﬁ①㍿ｱﾊﾟ　\t\n\u200b\u3099\ufeff「」[]<>|/"
    words = [*" ".join(sentences()[:60]).split(), *odd, "RED", "Apple", "OIL", "</s>", "[x]"]
    return [
        "".join(
            rng.choice(words) + rng.choice(["", "", " ", "、"]) for _ in range(rng.randint(1, 60))
        )
        for _ in range(number)
    ]


def test_ids_are_those_of_raw_sentencepiece(tokenizer: SentencePieceTokenizer, raw: Any) -> None:
    unknown = 0
    for text in random_texts(1500):
        plain = raw.encode(text.lower())[:76]
        unknown += UNK in plain
        assert tokenizer.encode(text) == plain + [EOS] + [PAD] * (76 - len(plain)), text
    assert unknown > 500


def test_an_unknown_character_is_unk_and_not_the_end(tokenizer: SentencePieceTokenizer) -> None:
    ids = tokenizer.encode("赤い龘の油絵")
    assert ids.count(UNK) == 1
    assert ids.count(EOS) == 1
    assert ids.index(UNK) < ids.index(EOS)


def test_the_example_of_the_model_card(tokenizer: SentencePieceTokenizer) -> None:
    assert "".join(tokenizer.tokenize("サラリーマン 油絵")) == "▁サラリーマン▁油絵"


def test_latin_letters_are_lowered(tokenizer: SentencePieceTokenizer) -> None:
    assert tokenizer.encode("A RED Apple") == tokenizer.encode("a red apple")
    assert UNK not in tokenizer.encode("A RED Apple")


def test_the_empty_prompt(tokenizer: SentencePieceTokenizer) -> None:
    assert tokenizer.encode("") == [EOS] + [PAD] * 76


@pytest.mark.parametrize("typed", ["</s>", "<s>", "[PAD]", "[CLS]", "[SEP]", "[MASK]", "<unk>"])
def test_typed_special_tokens_are_plain_text(tokenizer: SentencePieceTokenizer, typed: str) -> None:
    ids = tokenizer.encode(f"赤い{typed}りんご")
    text = ids[: ids.index(EOS)]
    assert not {1, EOS, PAD, 4, 5, 6} & set(text)
    assert len(text) > len(
        tokenizer.encode("赤いりんご")[: tokenizer.encode("赤いりんご").index(EOS)]
    )


def test_half_a_surrogate_pair_does_no_harm(tokenizer: SentencePieceTokenizer) -> None:
    assert len(tokenizer.encode("猫\ud83d犬")) == TOKEN_LIMIT
    assert tokenizer.split_at_token_limit("猫\ud83d犬") == ("猫\ud83d犬", "")


def test_a_short_prompt_is_kept_whole(tokenizer: SentencePieceTokenizer) -> None:
    assert tokenizer.split_at_token_limit("赤いりんご") == ("赤いりんご", "")
    assert tokenizer.split_at_token_limit("") == ("", "")


def test_exactly_76_pieces_are_kept(tokenizer: SentencePieceTokenizer) -> None:
    exact = " ".join(["x龘"] * 200)
    while len(tokenizer.tokenize(exact)) > 76:
        exact = exact[:-1]
    assert len(tokenizer.tokenize(exact)) == 76
    assert tokenizer.split_at_token_limit(exact) == (exact, "")
    assert tokenizer.split_at_token_limit(exact + "、龘")[1]


def test_split_at_token_limit_join_to_the_prompt_and_the_cut_part_is_not_read(
    tokenizer: SentencePieceTokenizer,
) -> None:
    cuts = 0
    for text in random_texts(400):
        kept, cut = tokenizer.split_at_token_limit(text)
        assert kept + cut == text
        if cut:
            cuts += 1
            assert tokenizer.encode(kept)[:74] == tokenizer.encode(text)[:74]
            assert tokenizer.encode(kept + "猫" + cut)[:74] == tokenizer.encode(text)[:74]
    assert cuts > 50


def test_split_at_token_limit_with_letters_that_grow_when_lowered(
    tokenizer: SentencePieceTokenizer,
) -> None:
    text = "İ" * 120 + "猫"
    kept, cut = tokenizer.split_at_token_limit(text)
    assert kept + cut == text
    assert cut.endswith("猫")


def changed(folder: Path, target: Path, name: str, change: dict[str, object]) -> Path:
    shutil.copytree(folder, target)
    table = json.loads((target / name).read_text(encoding="utf-8"))
    (target / name).write_text(json.dumps({**table, **change}), encoding="utf-8")
    return target


def test_special_ids_come_from_the_folder(folder: Path, tmp_path: Path) -> None:
    as_object: dict[str, object] = {"pad_token": {"content": "[SEP]", "lstrip": False}}
    copy = changed(folder, tmp_path / "a", "special_tokens_map.json", as_object)
    assert load_tokenizer(copy).encode("")[-1] == 5
    copy = changed(folder, tmp_path / "b", "special_tokens_map.json", {"pad_token": "<extra>"})
    (copy / "added_tokens.json").write_text('{"<extra>": 999}', encoding="utf-8")
    assert load_tokenizer(copy).encode("")[-1] == 999
    assert load_tokenizer(copy).max_id == 999


def test_without_any_named_pad_the_end_token_fills(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "spiece.model").write_bytes((folder / "spiece.model").read_bytes())
    assert load_tokenizer(tmp_path).encode("") == [EOS] * TOKEN_LIMIT


def test_a_damaged_spiece_model_is_explained(tmp_path: Path) -> None:
    (tmp_path / "spiece.model").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(TokenizerError, match=r"pointer file.*download"):
        load_tokenizer(tmp_path)


def test_an_empty_folder_is_explained(tmp_path: Path) -> None:
    with pytest.raises(TokenizerError, match=r"spiece\.model"):
        load_tokenizer(tmp_path)
    with pytest.raises(TokenizerError, match="no tokenizer"):
        load_tokenizer(tmp_path / "absent")


def test_transformers_own_reading_of_the_same_folder_is_refused(
    folder: Path, tmp_path: Path
) -> None:
    """Saved again without spiece.model, unknown characters end the prompt: that must not pass."""
    from transformers import T5Tokenizer

    T5Tokenizer.from_pretrained(str(folder)).save_pretrained(str(tmp_path))
    assert not (tmp_path / "spiece.model").exists()
    with pytest.raises(TokenizerError, match=r"original spiece\.model"):
        load_tokenizer(tmp_path)


@pytest.mark.parametrize("kind", ["T5Tokenizer", "T5TokenizerFast", "MT5Tokenizer", None])
@pytest.mark.parametrize(
    "name", ["tokenizer.model", "spm.model", "sentencepiece.model", "sentencepiece.bpe.model"]
)
def test_the_vocabulary_may_have_another_name(
    folder: Path, tokenizer: SentencePieceTokenizer, tmp_path: Path, name: str, kind: str | None
) -> None:
    copy = changed(folder, tmp_path / "copy", "tokenizer_config.json", {"tokenizer_class": kind})
    (copy / "spiece.model").rename(copy / name)
    loaded = load_tokenizer(copy)
    for text in ["サラリーマン 油絵", "A RED apple 龘", ""]:
        assert loaded.encode(text) == tokenizer.encode(text)
    assert f"tokenizer/{name}" in choose_files([f"tokenizer/{name}"])


@pytest.mark.parametrize("name", ["spiece.model", "tokenizer.model"])
@pytest.mark.parametrize(
    "kind", ["LlamaTokenizer", "AlbertTokenizer", "XLMRobertaTokenizer", "SiglipTokenizer"]
)
def test_a_class_that_reads_otherwise_is_refused(
    folder: Path, tmp_path: Path, name: str, kind: str
) -> None:
    """It puts more around the text than an end token, or counts its ids anew."""
    copy = changed(folder, tmp_path / "copy", "tokenizer_config.json", {"tokenizer_class": kind})
    (copy / "spiece.model").rename(copy / name)
    with pytest.raises(TokenizerError, match=f"of the class {kind}, which does not read {name}"):
        load_tokenizer(copy)


@pytest.mark.parametrize("kind", ["T5Tokenizer", "AlbertTokenizer", "LlamaTokenizer"])
def test_a_vocabulary_that_is_missing_is_noticed(folder: Path, tmp_path: Path, kind: str) -> None:
    """transformers makes a tokenizer that knows no word, and every prompt would be the same."""
    copy = changed(folder, tmp_path / "copy", "tokenizer_config.json", {"tokenizer_class": kind})
    (copy / "spiece.model").unlink()
    with pytest.raises(TokenizerError, match="its vocabulary is missing"):
        load_tokenizer(copy)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> TransformersTokenizer:
    """A byte-level BPE in the form of CLIP's, with two merges."""
    folder = tmp_path_factory.mktemp("clip")
    letters = [chr(c) for c in [*range(33, 127), *range(161, 173), *range(174, 256)]]
    letters += [chr(c) for c in range(256, 256 + 68)]
    vocabulary = [*letters, *(f"{letter}</w>" for letter in letters), "ca", "cat</w>"]
    vocabulary += ["<|startoftext|>", "<|endoftext|>"]
    table = {token: number for number, token in enumerate(vocabulary)}
    (folder / "vocab.json").write_text(json.dumps(table), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\nc a\nca t</w>\n", encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "CLIPTokenizer", "model_max_length": 77}), encoding="utf-8"
    )
    loaded = load_tokenizer(folder)
    assert isinstance(loaded, TransformersTokenizer)
    return loaded


def test_clip_has_a_start_an_end_and_77_ids(clip: TransformersTokenizer) -> None:
    end = clip.max_id
    ids = clip.encode("CAT")
    assert ids[:3] == [end - 1, end - 2, end]
    assert len(ids) == len(clip.encode("")) == len(clip.encode("cat " * 500)) == TOKEN_LIMIT
    assert clip.encode("cat " * 500)[-1] == end


def test_clip_reads_typed_special_tokens_as_text(clip: TransformersTokenizer) -> None:
    end = clip.max_id
    ids = clip.encode("cat <|endoftext|> dog")
    assert ids.index(end) > 10


def test_clip_says_what_is_cut(clip: TransformersTokenizer) -> None:
    kept, cut = clip.split_at_token_limit("cat " * 100)
    assert kept.split() == ["cat"] * 75
    assert cut.split() == ["cat"] * 25
    assert clip.split_at_token_limit("cat") == ("cat", "")

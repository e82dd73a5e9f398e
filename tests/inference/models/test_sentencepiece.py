"""A spiece.model is read as it was trained, in the engine and in diffusers' pipelines alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sentencepiece
import torch

from inference.errors import ModelUnavailable
from inference.models.checkpoint import Checkpoint
from inference.models.sentencepiece_backend import SentencePieceBackend, load_backend
from inference.models.sentencepiece_reader import SentencePieceReader, TokenizerError
from inference.pipelines.load import load_pipeline
from inference.pipelines.painter import PipelinePainter
from inference.request import DrawRequest
from tests.inference.models.test_tokenizer import random_texts
from tests.inference.pipelines.families import make_pixart
from tests.inference.tiny import write_line_tokenizer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.core,
    pytest.mark.filterwarnings("ignore:`torch.jit.script`:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

UNK, BOS, EOS, PAD = 0, 1, 2, 3
TYPED = ["</s>", "<s>", "<pad>", "<unk>", "<extra_id_0>", "<0x41>"]


@pytest.fixture(scope="module", params=[True, False], ids=["bytes", "no-bytes"])
def line(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tokenizer in the shape of line-corporation/japanese-large-lm's."""
    folder = tmp_path_factory.mktemp("line") / "tokenizer"
    write_line_tokenizer(folder, byte_fallback=request.param)
    encoder = {"architectures": ["CLIPTextModel"], "max_position_embeddings": 77}
    (folder.parent / "text_encoder").mkdir()
    (folder.parent / "text_encoder" / "config.json").write_text(json.dumps(encoder))
    return folder


def raw_of(folder: Path) -> Any:
    return sentencepiece.SentencePieceProcessor(model_file=str(folder / "spiece.model"))


def backend_of(folder: Path) -> SentencePieceBackend:
    backend = load_backend(folder, folder.parent / "text_encoder", lower_by_default=False)
    assert backend is not None
    return backend


def test_ids_are_those_of_raw_sentencepiece(line: Path) -> None:
    raw, backend = raw_of(line), backend_of(line)
    texts = [*random_texts(400), "", "A RED Apple", "龘"]
    call: dict[str, Any] = {"padding": "max_length", "truncation": True, "return_tensors": "pt"}
    rows = backend(texts, max_length=77, **call)
    wrong = []
    for text, ids, mask in zip(texts, rows.input_ids, rows.attention_mask, strict=True):
        plain = [*raw.encode(text)[:76], EOS]
        wanted = plain + [PAD] * (77 - len(plain))
        if ids.tolist() != wanted or int(mask.sum()) != len(plain):
            wrong.append(text)
    assert wrong == []
    assert rows.input_ids.dtype == torch.int64


@pytest.mark.parametrize("typed", TYPED)
def test_typed_special_words_are_text(line: Path, typed: str) -> None:
    ids = backend_of(line)(f"赤い{typed}りんご").input_ids
    assert not {BOS, EOS, PAD} & set(ids[:-1])
    assert ids[-1] == EOS
    assert "りんご" in backend_of(line).decode(ids)


def test_the_parts_of_the_call_that_pipelines_use(line: Path) -> None:
    backend = backend_of(line)
    assert backend.model_max_length == 77
    longest = backend(["猫", "赤いりんごの油絵"], padding="longest", return_tensors="pt")
    assert longest.input_ids.shape[0] == 2
    assert longest.input_ids[0, -1] == PAD
    bare = backend("猫", add_special_tokens=False).input_ids
    assert backend("猫").input_ids == [*bare, EOS]
    assert "猫" in backend.batch_decode([bare])[0]
    assert backend("猫" * 500, truncation=True, max_length=20).input_ids[-1] == EOS
    kept, cut = backend.split_at_token_limit("猫、" * 100, 20)
    assert kept + cut == "猫、" * 100
    assert cut


@pytest.mark.parametrize(
    ("named", "by_default", "lowered"),
    [(True, False, True), (None, False, False), (None, True, True), (False, False, False)],
)
def test_the_folder_says_whether_it_is_lower_cased(
    named: bool | None, by_default: bool, lowered: bool, tmp_path: Path
) -> None:
    write_line_tokenizer(tmp_path, byte_fallback=True)
    file = tmp_path / "tokenizer_config.json"
    table = json.loads(file.read_text())
    table.pop("do_lower_case", None)
    file.write_text(json.dumps(table if named is None else {**table, "do_lower_case": named}))
    reader = SentencePieceReader(tmp_path, lower_by_default=by_default)
    assert (reader.ids("A Photo") == reader.ids("a photo")) is lowered


def test_japanese_stable_diffusion_is_lower_cased_whatever_its_folder_says(
    checkpoint: Path, tmp_path: Path
) -> None:
    """rinna's own code does so by hand; a vocabulary with capitals is believed."""
    small = checkpoint / "tokenizer" / "spiece.model"
    (tmp_path / "spiece.model").write_bytes(small.read_bytes())
    (tmp_path / "tokenizer_config.json").write_text('{"do_lower_case": false}')
    assert SentencePieceReader(tmp_path, lower_by_default=True).lower_case
    write_line_tokenizer(tmp_path, byte_fallback=False)
    (tmp_path / "tokenizer_config.json").write_text('{"do_lower_case": false}')
    assert not SentencePieceReader(tmp_path, lower_by_default=True).lower_case


def test_a_vocabulary_whose_unknown_is_its_end_is_refused(tmp_path: Path) -> None:
    write_line_tokenizer(tmp_path, byte_fallback=False)
    (tmp_path / "special_tokens_map.json").write_text('{"eos_token": "<unk>"}')
    (tmp_path / "tokenizer_config.json").write_text('{"eos_token": "<unk>"}')
    with pytest.raises(TokenizerError, match="unknown character"):
        SentencePieceReader(tmp_path, lower_by_default=False).check()


@pytest.mark.parametrize("name", ["spiece.model", "tokenizer.model", "spm.model"])
def test_a_t5_pipeline_reads_through_sentencepiece(tmp_path: Path, name: str) -> None:
    """Special words that somebody types are text there, and the picture is painted."""
    folder = make_pixart(tmp_path)
    model = tmp_path / "t5" / "spiece.model"
    (folder / "tokenizer" / name).write_bytes(model.read_bytes())
    painter = PipelinePainter.load(Checkpoint.find(str(folder)), device="cpu", dtype=torch.float32)
    tokenizer = painter.pipe.tokenizer
    assert isinstance(tokenizer, SentencePieceBackend)
    raw = raw_of(tmp_path / "t5")
    call = {"padding": "max_length", "max_length": 40, "truncation": True}
    for text in ["赤いりんご", "龘", "A RED apple"]:
        plain = [*raw.encode(text), 1]
        assert tokenizer(text, **call).input_ids == plain + [0] * (40 - len(plain))
    assert 1 not in tokenizer("赤い</s>りんご").input_ids[:-1]
    picture = painter.paint(DrawRequest("赤い龘</s>りんご", seed=1, steps=1, width=64, height=64))[
        0
    ]
    assert picture.data


def test_a_pipeline_whose_vocabulary_is_missing_is_refused(tmp_path: Path) -> None:
    folder = make_pixart(tmp_path)
    (folder / "tokenizer" / "tokenizer.json").unlink()
    with pytest.raises(TokenizerError, match=r"tokenizer of .* its vocabulary is missing"):
        load_pipeline(Checkpoint.find(str(folder)), torch.device("cpu"), torch.float32)


def test_ids_beyond_the_encoder_are_refused(tmp_path: Path) -> None:
    folder = make_pixart(tmp_path)
    write_line_tokenizer(folder / "tokenizer", byte_fallback=True)
    with pytest.raises(ModelUnavailable, match="knows ids up to"):
        load_pipeline(Checkpoint.find(str(folder)), torch.device("cpu"), torch.float32)


@pytest.mark.parametrize(
    ("config", "known"),
    [
        ({"architectures": ["T5ForConditionalGeneration"]}, True),
        ({"model_type": "t5"}, True),
        ({"model_type": "clip_text_model", "architectures": None}, True),
        ({"architectures": ["T5GemmaEncoderModel"], "model_type": "t5gemma"}, False),
        ({"model_type": "qwen3"}, False),
    ],
)
def test_encoders_are_known_by_class_or_by_type(
    line: Path, tmp_path: Path, config: dict[str, Any], known: bool
) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert (load_backend(line, tmp_path, lower_by_default=False) is not None) is known

"""New words for the weights that are there: what they read of old captions stays."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

pytest.importorskip("diffusers")
pytest.importorskip("sentencepiece")

from inference.training import vocabulary
from inference.training.captions import STYLE_WORDS, load_things
from inference.training.config import Config
from inference.training.contrastive import build_text_encoder
from inference.training.phrases import stem
from inference.training.prompts import load_prompts
from inference.training.scenes import WATERCOLOUR, WOODBLOCK
from inference.training.tokenizer import load_tokenizer

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
MAME = Path(vocabulary.__file__).resolve().parent.parent / "mame" / "tokenizer" / "spiece.model"
TRAINED = 2600  # pieces that mame's tokenizer was trained with; what stands behind them was added
KNOWN = 189  # things that it was trained for


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """The folder of mame's tokenizer as it was before any word was added."""
    from sentencepiece import sentencepiece_model_pb2

    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(MAME.read_bytes())
    del proto.pieces[TRAINED:]
    folder = tmp_path / "trained"
    folder.mkdir()
    (folder / "spiece.model").write_bytes(proto.SerializeToString())
    return folder


@pytest.fixture
def grown(trained: Path, tmp_path: Path) -> tuple[Path, list[str]]:
    """A work folder with that tokenizer, and what was added to it."""
    shutil.copy(trained / "spiece.model", tmp_path / "spiece.model")
    return tmp_path, vocabulary.grow(tmp_path, KNOWN)


def test_the_weights_can_read_all_that_captions_say(tmp_path: Path) -> None:
    shutil.copy(MAME, tmp_path / "spiece.model")
    assert vocabulary.grow(tmp_path, len(load_things(tmp_path))) == []


def test_no_name_of_a_new_thing_is_read_as_an_old_one(grown: tuple[Path, list[str]]) -> None:
    work, fresh = grown
    pieces = load_tokenizer(work)
    assert {"お月見", "月見", "十五夜"} <= set(fresh)
    assert pieces.encode("お月見", out_type=str)[-1] == "お月見"
    assert pieces.encode("月", out_type=str)[-1] == "月"
    assert pieces.encode("あらいぐま", out_type=str)[-1] == "あらいぐま", "though all is in kana"
    assert "りんご" not in fresh, "the names of old things are read as they were"


def test_no_new_name_is_found_within_old_words(
    trained: Path, grown: tuple[Path, list[str]]
) -> None:
    """「いか」 in 「すいか」, or in 「はいかが」."""
    work, fresh = grown
    before, after = load_tokenizer(trained), load_tokenizer(work)
    old = [name for thing in load_things(work)[:KNOWN] for name in thing.names]
    old += vocabulary.said_around()
    old = [text for text in old if before.unk_id() not in before.encode(text)]
    assert len(old) > 600
    assert [text for text in old if before.encode(text) != after.encode(text)] == []
    assert not {"いか", "いす", "くり"} & set(fresh)


def test_every_word_for_a_thing_or_a_style_can_be_read(grown: tuple[Path, list[str]]) -> None:
    work, _ = grown
    pieces = load_tokenizer(work)
    assert vocabulary.unread(pieces, vocabulary.words_of_captions(work)) == []
    made = [word for words in STYLE_WORDS[WATERCOLOUR + 1 :] for word in words]
    assert [word for word in made if len(pieces.encode(stem(word))) > 2] == []


def test_old_ids_stay(trained: Path, grown: tuple[Path, list[str]]) -> None:
    work, fresh = grown
    before, after = load_tokenizer(trained), load_tokenizer(work)
    assert len(before) == TRAINED
    assert fresh
    assert len(after) == len(before) + len(fresh)
    prompts = [
        ask.prompt for ask in load_prompts() if not any(word in ask.prompt for word in fresh)
    ]
    assert len(prompts) > 400
    assert [prompt for prompt in prompts if before.encode(prompt) != after.encode(prompt)] == []


def test_nothing_is_added_where_all_can_be_read(grown: tuple[Path, list[str]]) -> None:
    work, _ = grown
    before = (work / "spiece.model").read_bytes()
    assert vocabulary.grow(work, len(load_things(work))) == []
    assert (work / "spiece.model").read_bytes() == before


def test_words_that_mean_the_same_have_one_row(
    grown: tuple[Path, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    work, _ = grown
    fresh = [f"{stem(word)}" for word in STYLE_WORDS[WOODBLOCK]]
    config = Config(work).smoke()
    pieces = load_tokenizer(work)
    torch.manual_seed(0)
    encoder = build_text_encoder(config, len(pieces)).eval()
    fewer = encoder.state_dict()
    (key,) = [name for name in fewer if name.endswith("token_embedding.weight")]
    old = fewer[key][:1000].clone()
    wide = vocabulary.widened(fewer | {key: old}, len(pieces))
    assert torch.equal(wide[key][:1000], old)
    assert wide[key].shape == (len(pieces), config.text_width)
    assert torch.equal(vocabulary.widened(fewer, 9)[key], fewer[key]), "none is taken away"
    monkeypatch.setattr(vocabulary, "TRIES", 3)
    monkeypatch.setattr(vocabulary, "alike", lambda work: [fresh, ["門松"]])
    vocabulary.name_aloud(encoder, pieces, [*fresh, "門松"], work)
    rows = encoder.get_input_embeddings().weight
    same = [rows[pieces.piece_to_id(it)] for it in fresh if pieces.piece_to_id(it)]
    assert len(same) > 3
    assert all(torch.equal(it, same[0]) for it in same)
    assert not torch.equal(rows[pieces.piece_to_id("門松")], same[0])


def test_what_means_the_same_is_told_from_what_does_not() -> None:
    ways = vocabulary.alike(Path("/nonexistent"))
    assert any({"浮世絵風", "浮世絵"} <= set(it) for it in ways)
    assert any({"門松"} <= set(it) and "鏡餅" not in it for it in ways)
    assert len(ways) == len(load_things(Path("/nonexistent"))) + len(STYLE_WORDS) - WATERCOLOUR - 1

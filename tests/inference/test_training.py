"""The recipe of mame, run whole on toy sizes: six things drawn here, no network."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

pytest.importorskip("diffusers")
pytest.importorskip("sentencepiece")

from inference.training import __main__ as command
from inference.training.autoencoder import build_autoencoder
from inference.training.captions import Shown, caption, load_things
from inference.training.compose import colour_word, compose, compose_all, main_hue, paint_over
from inference.training.config import Config
from inference.training.render import save_pictures, slug
from inference.training.thumbnails import set_weights, thumbnails
from inference.training.tokenizer import EOS, MAX_TOKENS, PAD, load_tokenizer, tokenize

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]  # diffusers' and transformers' own

RED, BLUE = (220, 30, 30), (40, 80, 220)


def disc(colour: tuple[int, int, int], size: int = 32) -> np.ndarray:
    """A disc on nothing, uint8 [size, size, 4]."""
    picture = Image.new("RGBA", (size, size))
    ImageDraw.Draw(picture).ellipse((4, 4, size - 5, size - 5), fill=(*colour, 255))
    return np.asarray(picture)


def toy_pictures(work: Path) -> None:
    things = load_things(work)[:6]
    rgba = [disc(RED if i % 2 else BLUE) for i in range(18)]
    save_pictures(work, np.stack(rgba), [t.emoji for t in things] * 3, [i // 6 for i in range(18)])


def smoke(work: Path, *stages: str) -> None:
    for stage in stages:
        command.main([stage, "--work", str(work), "--smoke"])


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which every stage but fetch and render has run."""
    path = tmp_path_factory.mktemp("mame")
    toy_pictures(path)
    compose_all(Config(path).smoke())
    smoke(path, "tokenizer", "encode", "contrastive", "diffusion", "decoder")
    smoke(path, "export", "sheet", "score")
    return path


def test_the_export_is_a_stable_diffusion_folder(work: Path) -> None:
    out = work / "mame"
    index = json.loads((out / "model_index.json").read_text("utf-8"))
    assert index["_class_name"] == "StableDiffusionPipeline"
    assert index["tokenizer"] == ["transformers", "T5Tokenizer"]
    for part in ("unet", "text_encoder", "vae"):
        assert list((out / part).glob("*.safetensors")), part
    scheduler = json.loads((out / "scheduler" / "scheduler_config.json").read_text("utf-8"))
    assert scheduler["prediction_type"] == "v_prediction"
    assert scheduler["rescale_betas_zero_snr"] is True
    mame = json.loads((out / "mame.json").read_text("utf-8"))
    assert mame["native_size"] == 32
    assert {"default_steps", "default_guidance", "scheduler", "version", "licence"} <= mame.keys()
    assert not list(out.glob(".fresh-*"))


def test_any_diffusers_user_can_paint_with_it(work: Path) -> None:
    from diffusers import StableDiffusionPipeline
    from transformers import CLIPTextModel

    out = work / "mame"
    text_encoder = CLIPTextModel.from_pretrained(out / "text_encoder", dtype=torch.float32)
    pipe = StableDiffusionPipeline.from_pretrained(
        out, tokenizer=None, text_encoder=text_encoder, torch_dtype=torch.float32
    )
    pieces = load_tokenizer(work)
    told, untold = (text_encoder(tokenize(pieces, [text]))[0] for text in ("犬", ""))
    picture = pipe(prompt_embeds=told, negative_prompt_embeds=untold, num_inference_steps=2).images[
        0
    ]
    assert picture.size == (32, 32)


def test_the_sheet_is_a_picture(work: Path) -> None:
    with Image.open(work / "sheet.png") as page:
        assert page.size == (8 * 32, 4 * 32)


def test_a_finished_stage_is_not_trained_again(work: Path) -> None:
    before = [(work / f"{name}.pt").stat().st_mtime_ns for name in ("contrastive", "latents")]
    smoke(work, "tokenizer", "encode", "contrastive")
    after = [(work / f"{name}.pt").stat().st_mtime_ns for name in ("contrastive", "latents")]
    assert before == after


def test_the_set_encoder_computes_thumbnails() -> None:
    config = Config(Path("/nonexistent"))
    vae = build_autoencoder(config)
    mean, spread = torch.tensor([0.5, 0.4, 0.3, 0.0]), torch.tensor([0.6, 0.5, 0.7, 0.3])
    set_weights(vae, mean, spread)
    pictures = torch.rand(2, 3, 96, 96) * 2 - 1
    pictures[:, :, :40] = 0.7
    with torch.no_grad():
        latents = vae.encode(pictures).latent_dist.mean
        made = vae.decode(latents).sample
    plain = (thumbnails(pictures) - mean[:, None, None]) / spread[:, None, None]
    assert (latents - plain).abs().max() < 0.03
    # Untrained, the decoder gives back the thumbnail: the flat part of the picture as it was.
    assert (made[:, :, 8:24, 8:-8] - 0.7).abs().mean() < 0.15


def test_tokens_are_as_in_rinnas_family(work: Path) -> None:
    pieces = load_tokenizer(work)
    names = [pieces.id_to_piece(i) for i in range(4)]
    assert names == ["<unk>", "<s>", "</s>", "[PAD]"]
    (row,) = tokenize(pieces, ["赤いりんご"]).tolist()
    assert len(row) == MAX_TOKENS
    assert row.index(EOS) < 10
    assert set(row[row.index(EOS) + 1 :]) == {PAD}
    (long,) = tokenize(pieces, ["りんご" * 99]).tolist()
    assert (len(long), long[-1]) == (MAX_TOKENS, EOS)
    assert tokenize(pieces, ["SL"]).equal(tokenize(pieces, ["ｓｌ"]))


def test_captions_tell_what_must_be_told(tmp_path: Path) -> None:
    apple = next(t for t in load_things(tmp_path) if t.emoji == "🍎")
    rng = random.Random(0)
    for _ in range(200):
        assert "青" in caption(Shown(apple, colour="青"), rng)
        assert "小さな" in caption(Shown(apple, size="小さな"), rng)
        assert "背景" in caption(Shown(apple, ground="赤"), rng)
    plain = [caption(Shown(apple, own_colour="赤"), rng) for _ in range(400)]
    assert "りんご" in plain
    assert any(text.startswith(("赤いりんご", "赤いリンゴ", "赤い林檎")) for text in plain)


def test_colours_are_seen_and_painted_over() -> None:
    red = disc(RED)
    assert colour_word(red) == "赤"
    assert colour_word(disc(BLUE)) == "青"
    assert main_hue(disc((128, 128, 128))) is None
    assert colour_word(paint_over(red, "緑")) == "緑"
    assert paint_over(red, "黒")[16, 16, :3].max() < 90


def test_a_composition_says_what_it_shows(tmp_path: Path) -> None:
    thing = load_things(tmp_path)[0]
    rng = random.Random(3)
    for _ in range(40):
        pixels, shown = compose(disc(RED), thing, 0, rng)
        assert pixels.shape == (32, 32, 3)
        assert 0 <= pixels.min() <= pixels.max() <= 255.5
        if not shown.ground:
            assert pixels[0, 0].min() > 250


def test_things_are_listed_once() -> None:
    things = load_things(Path("/nonexistent"))
    assert len({t.emoji for t in things}) == len(things) > 150
    assert all(t.names and t.weight > 0 for t in things)
    first = [t.names[0] for t in things]
    assert len(set(first)) == len(first)


def test_slugs_are_spelt_as_the_icon_sets_do() -> None:
    assert slug("Mount Fuji") == "mount-fuji"
    assert slug("woman’s hat") == "womans-hat"

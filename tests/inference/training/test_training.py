"""The recipe of mame, run whole on toy sizes: six things drawn here, no network."""

from __future__ import annotations

import json
import random
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.distributed as dist
from PIL import Image

pytest.importorskip("diffusers")
pytest.importorskip("sentencepiece")

from inference.training import __main__ as command
from inference.training import blend, company, diffusion
from inference.training.autoencoder import build_autoencoder
from inference.training.batches import Pack
from inference.training.captions import (
    BARE,
    SCENE_WORDS,
    Shown,
    caption,
    choose_words,
    load_things,
    properties,
)
from inference.training.checkpoint import load_state
from inference.training.compose import colour_word, compose, main_hue, paint_over
from inference.training.config import Config
from inference.training.contrastive import build_towers
from inference.training.judge import even, scenes
from inference.training.measure import (
    beside,
    border,
    colour_share,
    ground_colour,
    halves,
    whereabouts,
)
from inference.training.phrases import Words, framed, load_phrases, ordered, plainly
from inference.training.prompts import (
    PROMPTS,
    SECOND_PROMPTS,
    STYLE_PROMPTS,
    held_out,
    load_prompts,
)
from inference.training.render import slug
from inference.training.scenes import GROUND_COLOURS, Drawn, choose
from inference.training.shelf import load_compositions
from inference.training.steady import train_steady, two_ways
from inference.training.thumbnails import set_weights, thumbnails
from inference.training.tokenizer import (
    EOS,
    MAX_TOKENS,
    PAD,
    load_tokenizer,
    tokenize,
    train_tokenizer,
)
from inference.training.toys import COLOURS, draw

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(480),  # the first test waits for every stage
    pytest.mark.filterwarnings("ignore"),
]  # diffusers' and transformers' own

RED, BLUE = COLOURS
STAGES = ("contrastive", "steady", "latents")


def disc(colour: tuple[int, int, int]) -> np.ndarray:
    return draw(0, colour, 64)


def smoke(work: Path, *stages: str) -> None:
    for stage in stages:
        command.main([stage, "--work", str(work), "--smoke"])


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which every stage has run, in toy size and without the network."""
    path = tmp_path_factory.mktemp("mame")
    smoke(path, "all")
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
    assert mame["native_size"] == 64
    assert mame["things"] == len(load_things(work)), "what resume takes for known"
    assert mame["distilled_guidance"] > mame["default_guidance"]
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
    with_words, without = (text_encoder(tokenize(pieces, [text]))[0] for text in ("犬", ""))
    picture = pipe(
        prompt_embeds=with_words, negative_prompt_embeds=without, num_inference_steps=2
    ).images[0]
    assert picture.size == (64, 64)


def test_the_evaluation_tells_every_group(work: Path) -> None:
    with Image.open(work / "sheet.png") as page:
        assert page.size == (8 * 128, 5 * 128)
    evaluation = json.loads((work / "evaluation.json").read_text("utf-8"))
    assert {"thing", "synonym", "ground", "two", "count", "place", "style", "sentence"} == set(
        evaluation["groups"]
    )
    asked = {"fuji", "woodblock", "paper", "ink", "pixels", "event", "later"}
    assert asked == set(evaluation["styles"])
    assert {"thing", "two", "ground", "style", "sentence", "woodblock"} <= set(evaluation["second"])
    with Image.open(work / "styles.png") as page:
        assert page.size == (8 * 128, 4 * 128)
    lists = (evaluation[name] for name in ("groups", "styles", "second"))
    for figures in (found for groups in lists for found in groups.values()):
        assert figures["prompts"] >= 1
        assert all(0 <= value <= 1 for key, value in figures.items() if key != "prompts")
    # Who shares the batch may move a rounded pixel by one.
    assert evaluation["behaviour"]["most_that_a_repeated_seed_differs"] <= 0.004
    assert evaluation["behaviour"]["least_that_two_seeds_differ"] > 0
    (shares,) = evaluation["behaviour"]["share_of_the_colour"].values()
    assert set(shares) == {"asked_plainly", "negative_赤い"}
    assert all(0 <= share <= 1 for share in shares.values())
    assert "top1_from_near" in evaluation["groups"]["place"]
    assert {"fresh_top1", "count", "style", "ground", "place"} <= json.loads(
        (work / "judge.json").read_text("utf-8")
    ).keys()


def test_a_blind_sheet_mixes_two_folders(work: Path) -> None:
    out = work / "mame"
    command.main(["blind", "--work", str(work), "--smoke", "--source", str(out), "--out", str(out)])
    key = json.loads((work / "blind.json").read_text("utf-8"))
    asked = {name: [row["prompt"] for row in key if row["by"] == name] for name in ("old", "new")}
    assert sorted(asked["old"]) == sorted(asked["new"]), "the same prompts by both"
    assert len(asked["old"]) == 3
    assert [row["number"] for row in key] == list(range(1, 7))
    assert [row["by"] for row in key] not in (["old"] * 3 + ["new"] * 3, ["new"] * 3 + ["old"] * 3)
    with Image.open(work / "blind.png") as page:
        assert page.size == (10 * 144, 158)
        assert page.getpixel((6 * 144 + 20, 80)) == (255, 255, 255), "six pictures, no more"


def test_two_processes_compose_different_scenes(work: Path, tmp_path: Path) -> None:
    for file in ("pictures.npz", "spiece.model"):
        shutil.copy(work / file, tmp_path)
    run = ["--work", str(tmp_path), "--smoke", "--processes", "2", "--set", "compositions=9"]
    command.main(["compose", *run])
    small, shown = load_compositions(tmp_path)
    assert (len(small), len(shown)) == (9, 9)
    assert len({one.numpy().tobytes() for one in small}) == 9
    assert {one.dtype for one in small} == {torch.float32}


def test_times_are_drawn_where_a_picture_is_decided() -> None:
    kept = diffusion.build_scheduler().alphas_cumprod
    often = diffusion.how_often(kept)
    assert float(often.sum()) == pytest.approx(1)
    assert float(often[999] / often[20]) == pytest.approx(10), "with hardly any noise a tenth"
    assert float(often[999] / often[400]) == pytest.approx(1)
    torch.manual_seed(3)
    times = torch.cat([diffusion.draw_times(often, 50) for _ in range(400)])
    assert times.min() >= 0
    assert times.max() <= 999
    shares = torch.histc(times.float(), 10, 0, 1000) / len(times)
    torch.testing.assert_close(shares, often.view(10, 100).sum(1), atol=0.01, rtol=0)


def test_a_batch_sees_early_and_late_times() -> None:
    often = diffusion.how_often(diffusion.build_scheduler().alphas_cumprod)
    for _ in range(20):
        times = diffusion.draw_times(often, 12).sort().values
        spans = torch.searchsorted(often.cumsum(0), torch.arange(1, 12) / 12)
        assert all(early <= edge <= late for early, edge, late in
                   zip(times[:-1], spans, times[1:], strict=True))  # fmt: skip


def test_training_goes_on_with_scenes_composed_by_torch(work: Path, tmp_path: Path) -> None:
    for file in ("pictures.npz", "spiece.model", "contrastive.pt"):
        shutil.copy(work / file, tmp_path)
    run = ["--work", str(tmp_path), "--smoke", "--fresh-scenes"]
    command.main(["compose", *run])
    command.main(["encode", *run])
    command.main(["diffusion", *run, "--minutes", "0", "--set", "unet_minutes=60"])
    part = torch.load(tmp_path / "diffusion.pt", weights_only=True)
    assert 0 < part["done"] < 1, "however short a piece is, it makes a step"
    command.main(["diffusion", *run])
    whole = torch.load(tmp_path / "diffusion.pt", weights_only=True)
    assert whole["done"] == 1
    first = next(iter(whole["unet"]))
    assert not torch.equal(part["unet"][first], whole["unet"][first])
    command.main(["decoder", *run])
    assert (tmp_path / "decoder.pt").exists()


def test_torch_composes_what_numpy_composes(work: Path) -> None:
    config = Config(work).smoke()
    pictures, shown = Pack(config).draw(60)
    assert pictures.shape == (60, 3, 64, 64)
    assert pictures.abs().max() <= 1
    pixels = ((pictures + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()
    plain = [i for i, seen in enumerate(shown) if seen.ground in GROUND_COLOURS]
    assert plain
    right = [ground_colour(pixels[i]) == shown[i].ground for i in plain]
    assert sum(right) >= 0.9 * len(right)
    aside = [i for i, seen in enumerate(shown) if seen.place and not seen.ground and even(seen)]
    assert all(whereabouts(pixels[i]) == shown[i].place for i in aside)


def test_the_evaluation_asks_for_what_no_caption_says(tmp_path: Path) -> None:
    lists = (PROMPTS, STYLE_PROMPTS, SECOND_PROMPTS)
    asks = [ask for path in lists for ask in load_prompts(path)]
    things = {t.emoji: t for t in load_things(tmp_path)}
    assert len(asks) == len(held_out()) >= 200
    rng = random.Random(5)
    captions = {
        caption(
            Shown(things[emoji], ask.style or 0, ask.ground, count=ask.count or 1, place=ask.place),
            rng,
        )
        for ask in asks
        for emoji in ask.things
        for _ in range(5)
    }
    assert not captions & held_out()
    for ask in asks:
        assert set(ask.things) <= things.keys()
        assert not ask.ground or ask.ground in GROUND_COLOURS | SCENE_WORDS


def test_arithmetic_sees_ground_and_place(work: Path) -> None:
    pixels, shown = scenes(Config(work).smoke(), 80)
    for picture, seen in zip(pixels.numpy(), shown, strict=True):
        if seen.ground in GROUND_COLOURS and even(seen):
            assert ground_colour(picture) == seen.ground
        if seen.place and not seen.ground and even(seen):
            assert whereabouts(picture) == seen.place
    left, right = halves(np.arange(64 * 64 * 3).reshape(64, 64, 3).astype(np.uint8))
    assert left.shape == right.shape
    assert whereabouts(np.full((64, 64, 3), 9, np.uint8)) == ""


def test_arithmetic_sees_colours_and_looks_where_a_thing_stands() -> None:
    page = np.full((100, 100, 3), 255, np.uint8)
    assert colour_share(page, "赤") == 0
    page[10:30, 40:60], page[30:50, 40:60], page[50:70, 40:60] = RED, BLUE, (40, 40, 40)
    assert abs(colour_share(page, "赤") - 1 / 3) < 0.01
    assert colour_share(page, "緑") == 0
    page[...] = RED
    page[30:50, 20:40] = BLUE
    assert colour_share(page, "赤") == 0, "the ground does not count"
    near = beside(page, "左")
    assert near.shape == (58, 58, 3)
    assert (near == BLUE).all(-1).sum() == 400, "all of the thing is in it"
    assert (border(beside(page, "右")) == RED).all()
    assert not (beside(page, "下") == BLUE).all(-1)[20:].any()


def test_a_scene_keeps_what_it_promises(tmp_path: Path) -> None:
    first, second = load_things(tmp_path)[:2]
    rng = random.Random(2)
    drawn = Drawn(first, "赤", tintable=False)
    for _ in range(100):
        scene = choose(drawn, 0, rng)
        assert len(scene.places) == scene.shown.count
        assert scene.shown.colour in ("", "黒", "白")
        assert all(0.2 < x < 0.8 and 0.2 < y < 0.8 for x, y in scene.places)
        beside = choose(drawn, 0, rng, other=second)
        assert beside.shown.other == second
        assert beside.places[0][0] < beside.places[1][0]


def test_two_runs_are_blended(work: Path, tmp_path: Path) -> None:
    first, second, out = work / "diffusion.pt", tmp_path / "second.pt", tmp_path / "out.pt"
    state = torch.load(first, weights_only=True)
    name = next(iter(state["smooth"]))
    before = state["smooth"][name].clone()
    state["smooth"][name] += 1
    torch.save(state, second)
    blend.main([str(first), str(second), "--share", "0.25", "--out", str(out)])
    mixed = torch.load(out, weights_only=True)
    assert torch.allclose(mixed["smooth"][name], before + 0.25)
    assert mixed["done"] == 1
    state["smooth"][name] = before[..., :1]
    torch.save(state, second)
    with pytest.raises(ValueError, match="different shapes"):
        blend.blend(first, second, 0.5, out)
    with pytest.raises(ValueError, match="between 0 and 1"):
        blend.blend(first, first, 1.5, out)


def test_training_goes_on_from_an_exported_folder(work: Path, tmp_path: Path) -> None:
    run = ["--work", str(tmp_path), "--smoke", "--out", str(tmp_path / "mame")]
    command.main(["resume", *run, "--source", str(work / "mame")])
    begun = torch.load(tmp_path / "distil.pt", weights_only=True)
    trained = torch.load(work / "distil.pt", weights_only=True)["smooth"]
    assert begun["done"] == 0
    assert all(
        torch.equal(weight, trained[name].half()) for name, weight in begun["smooth"].items()
    )
    normal, usual = (
        torch.load(folder / "normal.pt", weights_only=True) for folder in (tmp_path, work)
    )
    assert all(torch.allclose(normal[kind], usual[kind], atol=2e-3) for kind in ("mean", "spread"))
    kept = ("contrastive", "steady", "decoder")
    before = [(tmp_path / f"{stage}.pt").stat().st_mtime_ns for stage in kept]
    for stage in ("render", "compose", "encode", *kept, "diffusion", "distil", "export"):
        command.main([stage, *run])
    assert [(tmp_path / f"{stage}.pt").stat().st_mtime_ns for stage in kept] == before
    after = torch.load(tmp_path / "distil.pt", weights_only=True)
    assert after["done"] == 1
    assert any(
        not torch.equal(weight, begun["smooth"][name]) for name, weight in after["smooth"].items()
    )
    again = torch.load(tmp_path / "normal.pt", weights_only=True)
    assert torch.equal(again["mean"], normal["mean"]), "the decoder knows no other numbers"
    for part in ("text_encoder", "tokenizer", "vae"):
        for file in (work / "mame" / part).iterdir():
            assert (tmp_path / "mame" / part / file.name).read_bytes() == file.read_bytes()
    with pytest.raises(SystemExit, match="has a UNet already"):
        command.main(["resume", *run, "--source", str(work / "mame")])


def test_a_folder_of_another_size_is_not_gone_on_from(work: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="is not of this size"):
        command.main(["resume", "--work", str(tmp_path), "--source", str(work / "mame")])
    assert not (tmp_path / "diffusion.pt").exists()


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_the_unet_is_trained_in_what_the_processor_computes_fast(
    work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dtype: torch.dtype
) -> None:
    """The weights are float32 either way; in bfloat16 only what runs through them."""
    for file in ("latents.pt", "compositions.pt", "spiece.model", "steady.pt"):
        shutil.copy(work / file, tmp_path)
    monkeypatch.setattr("inference.models.device.choose_dtype", lambda device: dtype)
    seen: set[torch.dtype] = set()
    usual: Callable[..., torch.Tensor] = torch.nn.functional.mse_loss

    def loss(made: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        seen.add(made.dtype)
        return usual(made, target)

    def watch(unet: Any, device: torch.device) -> None:
        unet.conv_out.register_forward_hook(lambda *call: seen.add(call[2].dtype))

    monkeypatch.setattr("torch.nn.functional.mse_loss", loss)
    monkeypatch.setattr(diffusion, "attend", watch)
    diffusion.train_diffusion(replace(Config(tmp_path).smoke(), unet_minutes=0.005))
    assert seen == {dtype, torch.float32}, "the loss is taken in float32"
    state = torch.load(tmp_path / "diffusion.pt", weights_only=True)
    assert {weight.dtype for weight in state["unet"].values()} == {torch.float32}
    assert all(torch.isfinite(weight).all() for weight in state["smooth"].values())


def ready_for_the_unet(work: Path, to: Path) -> Config:
    """A folder in which only the UNet is not trained yet."""
    for file in ("latents.pt", "compositions.pt", "spiece.model", "steady.pt"):
        shutil.copy(work / file, to)
    return Config(to).smoke()


def test_two_processes_train_one_unet(work: Path, tmp_path: Path) -> None:
    ready_for_the_unet(work, tmp_path)
    run = ["--work", str(tmp_path), "--smoke", "--processes", "2", "--set", "unet_minutes=0.005"]
    command.main(["diffusion", *run])
    state = torch.load(tmp_path / "diffusion.pt", weights_only=True)
    assert state["done"] == 1
    assert all(torch.isfinite(weight).all() for weight in state["smooth"].values())
    assert any(
        not torch.equal(weight, state["smooth"][name]) for name, weight in state["unet"].items()
    )


def stop_one(config: Config) -> None:
    """Train where the clock of one process says that it is late, and the others' never does."""
    stop_at = 0.0 if dist.is_initialized() and dist.get_rank() else float("inf")
    run = diffusion.Run(replace(config, stop_at=stop_at, unet_minutes=60))
    run.train()
    (config.work / f"{dist.get_rank()}.steps").write_text(str(run.steps))


def test_processes_end_at_the_same_step(work: Path, tmp_path: Path) -> None:
    company.together(replace(ready_for_the_unet(work, tmp_path), processes=2), stop_one)
    assert [(tmp_path / f"{rank}.steps").read_text() for rank in range(2)] == ["1", "1"]
    assert torch.load(tmp_path / "diffusion.pt", weights_only=True)["done"] > 0


def test_a_burst_does_not_reach_the_weights(
    work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = diffusion.Run(ready_for_the_unet(work, tmp_path))
    run.step()
    before = [weight.detach().clone() for weight in run.unet.parameters()]
    usual = diffusion.Run.wrong
    monkeypatch.setattr(diffusion.Run, "wrong", lambda self: usual(self) * float("nan"))
    run.step()
    assert run.skipped == 1
    assert all(torch.equal(a, b) for a, b in zip(before, run.unet.parameters(), strict=True))
    monkeypatch.setattr(diffusion.Run, "wrong", usual)
    run.step()
    assert any(not torch.equal(a, b) for a, b in zip(before, run.unet.parameters(), strict=True))


def test_a_pause_is_no_progress(work: Path, tmp_path: Path) -> None:
    run = diffusion.Run(replace(ready_for_the_unet(work, tmp_path), unet_minutes=0.02))
    before = run.progress()
    time.sleep(1.3)  # longer than the whole training
    assert run.progress() - before < 0.5
    began = time.process_time()
    while time.process_time() - began < 1.3 * torch.get_num_threads():  # of each thread
        pass
    assert run.progress() == 1


def test_plain_attention_computes_what_the_fused_one_does(work: Path) -> None:
    unet = diffusion.build_unet(Config(work).smoke()).eval()
    given = torch.randn(2, 4, 8, 8), torch.tensor([10, 900]), torch.randn(2, 77, 32)
    with torch.no_grad():
        fused = unet(*given).sample
        diffusion.attend(unet, torch.device("cpu"))
        assert torch.allclose(unet(*given).sample, fused, atol=1e-5)


def test_numbers_of_the_recipe_can_be_told(tmp_path: Path) -> None:
    config = Config(tmp_path).with_numbers(["unet_minutes=60", "unet_lr=3e-4", "unet_batch=8"])
    assert (config.unet_minutes, config.unet_lr, config.unet_batch) == (60, 3e-4, 8)
    for setting in ("work=5", "toy=1", "unet_channels=4", "no_such=1", "stop", "smoke=1"):
        with pytest.raises(SystemExit, match="no number of the recipe"):
            config.with_numbers([setting])
    with pytest.raises(SystemExit, match="unet_batch=many"):
        config.with_numbers(["unet_batch=many"])


def test_a_finished_stage_is_not_trained_again(work: Path) -> None:
    before = [(work / f"{name}.pt").stat().st_mtime_ns for name in STAGES]
    smoke(work, "tokenizer", "encode", "contrastive", "steady")
    after = [(work / f"{name}.pt").stat().st_mtime_ns for name in STAGES]
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


def test_the_tokenizer_names_no_folder(tmp_path: Path) -> None:
    """It is published, and SentencePiece keeps the path that it is trained to."""
    train_tokenizer(Config(tmp_path).smoke())
    assert [path.name for path in tmp_path.iterdir()] == ["spiece.model"]
    model = (tmp_path / "spiece.model").read_bytes()
    assert [part for part in tmp_path.parts[1:] if part.encode() in model] == []
    assert load_tokenizer(tmp_path).encode("りんご")


def test_captions_tell_what_must_be_told(tmp_path: Path) -> None:
    apple = next(t for t in load_things(tmp_path) if t.emoji == "🍎")
    rng = random.Random(0)
    for _ in range(200):
        assert "青" in caption(Shown(apple, colour="青"), rng)
        assert re.search("小さ[ない]", caption(Shown(apple, size="小さな"), rng))
        assert "赤" in caption(Shown(apple, ground="赤"), rng)
    plain = [caption(Shown(apple, own_colour="赤"), rng) for _ in range(400)]
    assert "りんご" in plain
    assert any(text.startswith(("赤いりんご", "赤いリンゴ", "赤い林檎")) for text in plain)


def test_bare_properties_are_told_of_pictures_that_have_them(tmp_path: Path) -> None:
    """They are what negative prompts are made of."""
    apple, cat = (next(t for t in load_things(tmp_path) if t.emoji == e) for e in "🍎🐱")
    assert properties(Shown(cat)) == ()
    assert {"赤い", "真っ赤"} <= set(properties(Shown(apple, own_colour="赤")))
    assert set(properties(Shown(apple, own_colour="赤"))) == set(
        properties(Shown(cat, colour="赤"))
    )
    assert {"青い背景", "背景は青い"} <= set(properties(Shown(cat, ground="青")))
    assert "夜" in properties(Shown(cat, ground="夜"))
    assert {"水彩風", "淡い色"} <= set(properties(Shown(cat, style=3)))
    assert {"二つ", "2個"} <= set(properties(Shown(cat, count=2)))
    assert {"左に", "小さい"} <= set(properties(Shown(cat, place="左", size="小さな")))
    rng = random.Random(6)
    blue = Shown(cat, ground="青")
    bare = sum(caption(blue, rng) in properties(blue) for _ in range(2000)) / 2000
    assert BARE / 2 < bare < BARE * 2
    plain = [caption(Shown(cat), rng) for _ in range(99)]
    assert all(any(name in text for name in cat.names + cat.keywords) for text in plain)


def test_steadying_reads_bare_properties_as_they_were(tmp_path: Path) -> None:
    cat = load_things(tmp_path)[0]
    shown, rng = Shown(cat, style=3, ground="青"), random.Random(7)
    ways = [two_ways(shown, rng) for _ in range(600)]
    bare = [way for way in ways if way[0] in properties(shown)]
    assert bare
    assert all(plain == spoken for plain, spoken in bare)
    others = [way for way in ways if way not in bare]
    assert all(any(name in spoken for name in cat.names + cat.keywords) for _, spoken in others)
    assert sum(plain != spoken for plain, spoken in others) > len(others) / 2


def test_words_are_put_in_many_orders_and_none_is_lost() -> None:
    rng = random.Random(3)
    words = Words("猫", looks="黒い", number="三匹", where="左に", style="水彩風の", ground="青い")
    assert plainly(words) == "青い背景の水彩風の左に三匹の黒い猫"
    seen = {ordered(words, rng) for _ in range(200)}
    assert len(seen) > 100
    assert all(
        word in text for text in seen for word in ("猫", "黒い", "三匹", "左に", "水彩", "青い")
    )
    pair = {ordered(Words("犬", other="月"), rng) for _ in range(100)}
    assert len(pair) > 8
    assert all(text.index("犬") < text.index("月") for text in pair), "left comes before right"
    assert all("りんご" in framed("りんご", rng) for _ in range(200))
    assert len({framed("りんご", rng) for _ in range(200)}) > 150


def test_the_frames_of_the_evaluation_are_not_taught() -> None:
    """Else it would measure memory. They are those of the lists' own prompts, bare of the words."""
    frames = (
        "お願いします",
        "見せて",
        "ほしいです",
        "並んで",
        "いる絵",
        "ある絵",
        "側に",
        "の背景で",
    )
    prompts = [ask.prompt for ask in load_prompts() if ask.group not in ("style", "sentence")]
    assert all(any(frame in text for frame in (*frames, "背景は", "の方に")) for text in prompts)
    taught = [text for phrases, _ in load_phrases().values() for text in phrases]
    assert [text for text in taught if any(frame in text for frame in frames)] == []
    second = (
        "きょうの一枚", "でひとつ", "壁に飾る", "拝みたい", "さらっと", "どーんと", "仕上げ",
        "全部で", "ばかり", "寄せて", "置いた", "それから", "のとなりは", "を使った", "、地は",
    )  # fmt: skip
    asked = [ask.prompt for ask in load_prompts(SECOND_PROMPTS) if ask.group != "sentence"]
    assert all(any(frame in text for frame in second) for text in asked)
    assert [text for text in taught if any(frame in text for frame in second)] == []


def test_steadying_brings_other_ways_to_say_it_nearer(work: Path, tmp_path: Path) -> None:
    """What is read of sentences around a word, by the distance from what is read of the word."""
    for file in ("compositions.pt", "spiece.model", "contrastive.pt", "pictures.npz"):
        shutil.copy(work / file, tmp_path)
    config = replace(Config(tmp_path).smoke(), steady_minutes=0.15, steady_lr=1e-3)
    train_steady(config)
    rng = random.Random(4)
    words = [choose_words(Shown(thing), rng) for thing in load_things(tmp_path)[:6]] * 4
    plain, spoken = (
        [plainly(shown) for shown in words],
        [framed(ordered(shown, rng), rng) for shown in words],
    )
    ends = []
    for file in ("contrastive.pt", "steady.pt"):
        towers, pieces = build_towers(config)
        load_state(tmp_path / file, {"model": towers})
        with torch.no_grad():
            ends.append(
                [
                    towers.text_encoder(tokenize(pieces, texts))[0][:, -1]
                    for texts in (plain, spoken)
                ]
            )
    (before, before_said), (after, after_said) = ends
    assert (after_said - before).norm() < 0.8 * (before_said - before).norm()
    assert (after - before).norm() < (after_said - before).norm(), "plain words keep their reading"


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
        assert pixels.shape == (64, 64, 3)
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

from __future__ import annotations

import dataclasses
import json
import logging
import shutil
import threading
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import load_file, save_file

from inference.errors import (
    InvalidRequest,
    ModelUnavailable,
    OutOfMemory,
    PaintError,
    Stopped,
    Unsafe,
)
from inference.models.checkpoint import Checkpoint, choose_files
from inference.models.weight_files import choose_weights
from inference.painter import load_painter
from inference.pipelines import signatures
from inference.pipelines.load import fits_in_memory
from inference.pipelines.painter import PipelinePainter
from inference.request import DrawRequest, Picture
from tests.inference.pipelines.families import make_lcm, make_pixart, make_sdxl, make_z_image

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:`torch.jit.script`:DeprecationWarning"),
]

MAKERS: dict[str, Callable[[Path], Path]] = {
    "sdxl": make_sdxl,
    "pixart": make_pixart,
    "z-image": make_z_image,
    "lcm": make_lcm,
}
QUICK = DrawRequest("赤いりんご", seed=7, steps=2, guidance=5.0, width=64, height=72)


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A checkpoint of each family, on the disk."""
    place = tmp_path_factory.mktemp("families")
    return {name: make(place / f"of-{name}") for name, make in MAKERS.items()}


@pytest.fixture(scope="session")
def painters(folders: dict[str, Path]) -> dict[str, PipelinePainter]:
    return {name: load(folder) for name, folder in folders.items()}


@pytest.fixture(params=MAKERS)
def painter(
    request: pytest.FixtureRequest, painters: dict[str, PipelinePainter]
) -> PipelinePainter:
    return painters[request.param]


def load(folder: Path) -> PipelinePainter:
    checkpoint = Checkpoint.find(str(folder))
    assert checkpoint.family in (None, "sdxl")
    return PipelinePainter.load(checkpoint, device="cpu", dtype=torch.float32)


def changed(**changes: Any) -> DrawRequest:
    return dataclasses.replace(QUICK, **changes)


def test_every_family_paints_with_progress_seeds_and_sizes(painter: PipelinePainter) -> None:
    seen: list[tuple[int, int]] = []
    two = painter.paint(changed(count=2), on_step=lambda *step: seen.append(step))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert [picture.seed for picture in two] == [7, 8]
    assert [(each.width, each.height, each.flagged) for each in two] == [(256, 288, False)] * 2
    assert painter.paint(changed(seed=8))[0].data == two[1].data
    assert difference(*two) > 5
    assert two[0].preview


@pytest.mark.parametrize("name", [name for name in MAKERS if name != "sdxl"])
def test_the_door_is_the_same_for_all(folders: dict[str, Path], name: str) -> None:
    received: list[str] = []
    painter = load_painter(str(folders[name]), device="cpu", on_progress=received.append)
    assert isinstance(painter, PipelinePainter)
    assert any(line.startswith("loading") for line in received)
    assert (painter.slots, painter.info.device) == (1, "cpu")
    assert painter.paint(changed(steps=1))[0].data
    painter.close()


def test_the_prompt_matters(painter: PipelinePainter) -> None:
    other = painter.paint(changed(prompt="青い電車と富士山"))[0]
    assert difference(painter.paint(QUICK)[0], other) > 2


@pytest.mark.parametrize("name", ["sdxl", "pixart", "z-image"])
def test_negative_prompts_matter_where_there_is_guidance(
    painters: dict[str, PipelinePainter], name: str
) -> None:
    painter = painters[name]
    without, negative = painter.paint(QUICK)[0], changed(negative_prompt="人物なし、文字なし")
    assert difference(without, painter.paint(negative)[0]) > 1
    unguided = [changed(guidance=1.0), changed(guidance=1.0, negative_prompt="人物なし")]
    one, other = (painter.paint(request)[0] for request in unguided)
    assert one.data == other.data


def test_the_picture_is_that_of_the_familys_own_pipeline(
    folders: dict[str, Path], painters: dict[str, PipelinePainter]
) -> None:
    from diffusers import StableDiffusionXLPipeline

    pipe = StableDiffusionXLPipeline.from_pretrained(str(folders["sdxl"]))
    pipe.set_progress_bar_config(disable=True)
    expected = pipe(
        QUICK.prompt,
        num_inference_steps=2,
        guidance_scale=5.0,
        width=64,
        height=72,
        generator=torch.Generator().manual_seed(7),
    ).images[0]
    ours = shrunk_to(painters["sdxl"].paint(QUICK)[0], expected.size)
    assert np.abs(ours - np.asarray(expected).astype(np.int16)).mean() < 3


def difference(one: Picture, other: Picture) -> int:
    first, second = (np.asarray(opened(each)).astype(np.int16) for each in (one, other))
    return int(np.abs(first - second).max())


def opened(picture: Picture) -> Image.Image:
    return Image.open(BytesIO(picture.data)).convert("RGB")


def shrunk_to(picture: Picture, size: tuple[int, int]) -> NDArray[np.int16]:
    """Roughly the pixels before the picture was enlarged."""
    return np.asarray(opened(picture).resize(size, Image.Resampling.BOX)).astype(np.int16)


def test_sizes_that_the_family_cannot_do_are_painted_larger_and_cut(
    painters: dict[str, PipelinePainter],
) -> None:
    painter = painters["z-image"]
    assert signatures.size_multiple(painter.pipe) == 16
    picture = painter.paint(changed(width=264, height=256, steps=1))[0]
    assert (picture.width, picture.height) == (264, 256)


def test_stopping_takes_one_step(painter: PipelinePainter) -> None:
    steps: list[int] = []
    with pytest.raises(Stopped):
        painter.paint(
            changed(steps=200, count=2),
            on_step=lambda done, _: steps.append(done),
            should_stop=lambda: len(steps) >= 3,
        )
    assert steps == [1, 2, 3]
    assert painter.paint(QUICK)


def test_what_the_callbacks_raise_passes_through(painter: PipelinePainter) -> None:
    class Reject(Exception):
        pass

    def told(done: int, total: int) -> None:
        raise Reject

    with pytest.raises(Reject):
        painter.paint(QUICK, on_step=told)
    assert painter.paint(QUICK)


def test_errors_are_translated(painter: PipelinePainter) -> None:
    part = getattr(painter.pipe, "unet", None) or painter.pipe.transformer

    def hooked(action: Callable[[], object]) -> None:
        hook = part.register_forward_pre_hook(lambda *_: action() and None)
        try:
            painter.paint(QUICK)
        finally:
            hook.remove()

    with pytest.raises(OutOfMemory, match="smaller") as ran_out:
        hooked(lambda: torch.empty(2**50, dtype=torch.uint8))
    assert ran_out.value.__context__ is None  # it would keep the tensors alive
    with pytest.raises(PaintError, match="ZeroDivisionError") as caught:
        hooked(lambda: 1 // 0)
    assert not caught.value.permanent
    assert painter.paint(QUICK)


def test_values_that_are_not_numbers_are_not_shown(painters: dict[str, PipelinePainter]) -> None:
    painter = painters["sdxl"]
    decoder = painter.pipe.vae.decoder
    hook = decoder.register_forward_hook(lambda _, __, out: out * float("nan"))
    try:
        with pytest.raises(PaintError) as caught:
            painter.paint(QUICK)
    finally:
        hook.remove()
    assert caught.value.code == "not_finite"


@pytest.mark.parametrize("change", [{"count": 9}, {"prompt": " "}, {"scheduler": "magic"}])
def test_invalid_requests(painter: PipelinePainter, change: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        painter.paint(changed(**change))


def test_schedulers_where_they_fit(painters: dict[str, PipelinePainter]) -> None:
    sdxl = painters["sdxl"]
    own = sdxl.pipe.scheduler
    ddim = sdxl.paint(changed(scheduler="ddim", steps=5))[0]
    assert difference(ddim, sdxl.paint(changed(steps=5))[0]) > 1
    assert sdxl.pipe.scheduler is own
    with pytest.raises(InvalidRequest, match="FlowMatch"):
        painters["z-image"].paint(changed(scheduler="ddim"))


def test_the_checkpoints_own_safety_checker(painters: dict[str, PipelinePainter]) -> None:
    painter = painters["lcm"]
    assert painter.info.safety_checker
    assert painter.pipe.safety_checker is None  # it would blacken pictures
    assert not painters["sdxl"].info.safety_checker
    request = changed(count=2)
    fine = painter.paint(request)
    safety = painter.safety_checker
    assert safety
    checker = safety._checker
    before = [checker.concept_embeds.clone(), checker.concept_embeds_weights.clone()]
    with torch.no_grad():  # as if the first picture were of one of the 17 concepts
        shown = torch.stack(
            [safety.preprocess(shrunk_to(picture, (64, 72)).astype(np.uint8)) for picture in fine]
        )
        seen = checker.visual_projection(checker.vision_model(shown)[1])
        apart = seen[0] / seen[0].norm() - seen[1] / seen[1].norm()
        checker.concept_embeds[0] = apart
        similar = torch.nn.functional.normalize(seen) @ torch.nn.functional.normalize(apart[None]).T
        checker.concept_embeds_weights[0] = float(similar.mean())
    try:
        first, second = painter.paint(request)
        assert (first.flagged, first.data, first.preview, first.seed) == (True, b"", b"", 7)
        assert second == fine[1]
        with pytest.raises(Unsafe):
            painter.paint(QUICK)
    finally:
        with torch.no_grad():
            checker.concept_embeds.copy_(before[0])
            checker.concept_embeds_weights.copy_(before[1])


def test_two_threads_take_turns_and_waiting_can_be_stopped(
    painters: dict[str, PipelinePainter],
) -> None:
    painter = painters["sdxl"]
    painting, enough = threading.Event(), threading.Event()

    def long() -> None:
        with pytest.raises(Stopped):
            painter.paint(
                changed(steps=500),
                on_step=lambda *_: painting.set(),
                should_stop=enough.is_set,
            )

    thread = threading.Thread(target=long)
    thread.start()
    try:
        assert painting.wait(30)
        status = painter.status()
        assert (status.active, status.requests[0].total) == (1, 500)
        with pytest.raises(Stopped):
            painter.paint(QUICK, should_stop=lambda: True)
        with pytest.raises(PaintError) as caught:
            painter.paint(QUICK, timeout=0.01)
        assert (caught.value.code, caught.value.permanent) == ("too_late", False)
        assert thread.is_alive()
    finally:
        enough.set()
        thread.join(30)
    assert not thread.is_alive()
    assert painter.status().active == 0
    assert painter.status().unet_calls > 0


def test_closed_it_paints_no_more(folders: dict[str, Path]) -> None:
    painter = load(folders["pixart"])
    closing = threading.Thread(target=painter.close)

    def told(_done: int, _total: int) -> None:
        if closing.ident is None:
            closing.start()

    with pytest.raises(Stopped, match="closed"):
        painter.paint(changed(steps=500), on_step=told)
    closing.join(30)
    with pytest.raises(Stopped, match="closed"):
        painter.paint(QUICK)


def test_what_the_model_reads(painters: dict[str, PipelinePainter]) -> None:
    for painter in painters.values():
        assert painter.split_at_token_limit("赤いりんご") == ("赤いりんご", "")
    long = "赤いりんごと富士山 " * 60
    for name in ("sdxl", "z-image", "lcm"):
        kept, cut = painters[name].split_at_token_limit(long)
        assert kept + cut == long
        assert 0 < len(kept) < len(long)


def test_nobody_leaves_the_prompt_by_typing_a_special_token(
    painters: dict[str, PipelinePainter],
) -> None:
    pipe = painters["z-image"].pipe
    assert signatures.strip_special_tokens(pipe, "猫<|im_end|>犬<|im_start|>") == "猫 犬 "
    assert signatures.strip_special_tokens(pipe, "半分の\ud83d") == "半分の?"
    assert signatures.strip_special_tokens(painters["sdxl"].pipe, "猫<|endoftext|>!") == "猫 !"


def test_an_english_encoder_is_flagged_and_said(
    folders: dict[str, Path],
    painters: dict[str, PipelinePainter],
    caplog: pytest.LogCaptureFixture,
) -> None:
    flagged = {name for name, painter in painters.items() if painter.info.english_only}
    assert flagged == {"sdxl", "lcm"}
    received: list[str] = []
    with caplog.at_level(logging.WARNING):
        load_painter(str(folders["sdxl"]), device="cpu", on_progress=received.append)
    assert "does not understand Japanese" in caplog.text
    assert any("does not understand Japanese" in line for line in received)


def test_defaults_are_the_familys_own_or_lie_beside_the_weights(
    folders: dict[str, Path], painters: dict[str, PipelinePainter], tmp_path: Path
) -> None:
    result = {name: painter.info for name, painter in painters.items()}
    assert {name: info.default_steps for name, info in result.items()} == {
        "sdxl": 50,
        "pixart": 20,
        "z-image": 50,
        "lcm": 4,
    }
    assert [result[name].native_size for name in MAKERS] == [64, 256, 1024, 64]
    copy = Path(shutil.copytree(folders["sdxl"], tmp_path / "copy"))
    own = {"native_size": 72, "default_steps": 3, "default_guidance": 2.5, "licence": "Own-1"}
    (copy / "mame.json").write_text(json.dumps(own), encoding="utf-8")
    info = load(copy).info
    assert (info.native_size, info.default_steps, info.default_guidance) == (72, 3, 2.5)
    assert info.license == "Own-1"


def given(pipe: Any, guidance: float, negative_prompt: str = "") -> dict[str, Any]:
    return signatures.call_arguments(
        pipe,
        prompt="猫",
        negative_prompt=negative_prompt,
        steps=2,
        guidance=guidance,
        width=64,
        height=64,
        generator=None,
        after_step=lambda: None,
    )


def test_each_familys_words_for_guidance(painters: dict[str, PipelinePainter]) -> None:
    import diffusers

    def empty(name: str) -> Any:
        cls = getattr(diffusers, name)
        names = cls._get_signature_keys(cls)[0]
        return cls(**dict.fromkeys(names))

    qwen, klein = empty("QwenImagePipeline"), empty("Flux2KleinPipeline")
    assert given(qwen, 4.0)["true_cfg_scale"] == 4.0
    assert given(qwen, 4.0)["negative_prompt"] == " "  # without one it would not guide
    assert "guidance_scale" not in given(qwen, 4.0)
    assert "negative_prompt" not in given(klein, 4.0, "犬")
    z_image, sdxl = painters["z-image"].pipe, painters["sdxl"].pipe
    assert given(z_image, 1.0)["guidance_scale"] == 0.0  # where 1 would guide already
    assert given(sdxl, 1.0)["guidance_scale"] == 1.0
    assert "negative_prompt" not in given(sdxl, 1.0, "犬")
    assert given(sdxl, 2.0, "犬")["negative_prompt"] == "犬"
    flux = empty("FluxPipeline")
    assert signatures.guidance_argument(flux) == "true_cfg_scale"
    flux.transformer = diffusers.FluxTransformer2DModel(
        num_layers=0, num_single_layers=0, num_attention_heads=1, attention_head_dim=16,
        joint_attention_dim=4, pooled_projection_dim=4, axes_dims_rope=(4, 4, 8),
        guidance_embeds=True,
    )  # fmt: skip
    assert signatures.guidance_argument(flux) == "guidance_scale"


def test_kanji_are_not_cleaned_away(painters: dict[str, PipelinePainter]) -> None:
    assert given(painters["pixart"].pipe, 4.0)["clean_caption"] is False


def test_every_family_of_diffusers_tells_of_its_steps() -> None:
    """Without that, neither progress nor cancelling could work."""
    from diffusers.pipelines.auto_pipeline import AUTO_TEXT2IMAGE_PIPELINES_MAPPING

    for cls in AUTO_TEXT2IMAGE_PIPELINES_MAPPING.values():
        known = signatures.call_parameters(cls.__new__(cls))
        assert {"callback_on_step_end", "callback"} & set(known), cls
        assert "prompt" in known


@pytest.mark.parametrize("part", ["unet", "_class_name"])
def test_code_in_a_checkpoint_is_never_run(
    folders: dict[str, Path], tmp_path: Path, part: str
) -> None:
    copy = Path(shutil.copytree(folders["sdxl"], tmp_path / "copy"))
    trace = tmp_path / "trace"
    code = f"open({str(trace)!r}, 'w').close()\nclass Evil: pass\n"
    for place in (copy, copy / "unet"):
        (place / "evil.py").write_text(code, encoding="utf-8")
    index = json.loads((copy / "model_index.json").read_text(encoding="utf-8"))
    index[part] = ["evil", "Evil"]
    (copy / "model_index.json").write_text(json.dumps(index), encoding="utf-8")
    with pytest.raises(ModelUnavailable, match=r"code of its own.*never run"):
        Checkpoint.find(str(copy))
    assert not trace.exists()


def test_known_models_that_need_code_are_refused_before_any_download() -> None:
    with pytest.raises(ModelUnavailable, match="code of its own"):
        Checkpoint.find("stabilityai/japanese-stable-diffusion-xl")


def test_what_cannot_be_loaded_is_explained(folders: dict[str, Path], tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folders["sdxl"], tmp_path / "copy"))
    weights = copy / "unet" / "diffusion_pytorch_model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:3000])
    with pytest.raises(ModelUnavailable, match="StableDiffusionXLPipeline, which cannot be loaded"):
        load(copy)
    weights.write_bytes(whole)
    tensors = load_file(weights)
    key = "conv_in.weight"
    for spoiled, message in [
        ((tensors[key] * 20).to(torch.int8), "unet of copy is a quantized copy"),
        (tensors[key] * torch.nan, "unet of copy has a weight that is not a number"),
    ]:
        save_file({**tensors, key: spoiled}, weights)
        with pytest.raises(ModelUnavailable, match=message):
            load(copy)
    weights.write_bytes(whole)
    table = json.loads((copy / "model_index.json").read_text(encoding="utf-8"))
    for name, message in [
        ("StableVideoDiffusionPipeline", "StableVideoDiffusionPipeline.*from words alone"),
        ("StableDiffusionXLControlNetPipeline", "paints from pictures"),
    ]:
        (copy / "model_index.json").write_text(json.dumps({**table, "_class_name": name}))
        with pytest.raises(ModelUnavailable, match=message):
            load(copy)
    (copy / "model_index.json").write_text(json.dumps(table), encoding="utf-8")
    shutil.rmtree(copy / "text_encoder_2")
    with pytest.raises(ModelUnavailable, match="incomplete: text_encoder_2"):
        load(copy)


@pytest.mark.parametrize("name", ["pixart", "z-image", "lcm"])
def test_a_scheduler_without_settings_is_refused(
    folders: dict[str, Path], tmp_path: Path, name: str
) -> None:
    copy = Path(shutil.copytree(folders[name], tmp_path / "copy"))
    (copy / "scheduler" / "scheduler_config.json").write_text("{}")
    with pytest.raises(ModelUnavailable, match=r"incomplete: scheduler/scheduler_config\.json"):
        load(copy)


def test_a_vocabulary_larger_than_the_encoder_is_refused(
    folders: dict[str, Path], checkpoint: Path, tmp_path: Path
) -> None:
    """Ids beyond the encoder's embeddings would end each painting with an index error."""
    copy = Path(shutil.copytree(folders["pixart"], tmp_path / "copy"))
    shutil.rmtree(copy / "tokenizer")
    shutil.copytree(checkpoint / "tokenizer", copy / "tokenizer")
    with pytest.raises(ModelUnavailable, match="tokenizer knows ids up to"):
        load(copy)


def test_half_precision_files_are_found(folders: dict[str, Path], tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folders["sdxl"], tmp_path / "copy"))
    for file in copy.rglob("*.safetensors"):
        file.rename(file.with_name(file.name.replace(".safetensors", ".fp16.safetensors")))
    assert Checkpoint.find(str(copy)).variant == "fp16"
    assert load(copy).paint(QUICK)


def test_weights_in_several_files() -> None:
    stem = "diffusion_pytorch_model"
    pieces = [f"{stem}-0000{n}-of-00002.safetensors" for n in (1, 2)]
    index = f"{stem}.safetensors.index.json"
    half = f"{stem}.fp16.safetensors"
    assert choose_weights({*pieces, index, half}) == index
    names = [f"transformer/{name}" for name in (*pieces, index, half, "config.json", "own.py")]
    names += ["tokenizer_2/tokenizer.json", "vae_1_0/diffusion_pytorch_model.safetensors"]
    assert choose_files(names, {"transformer", "tokenizer_2"}) == sorted(
        ["tokenizer_2/tokenizer.json", "transformer/config.json"]
        + [f"transformer/{name}" for name in (*pieces, index)]
    )


def test_what_fits_on_a_device() -> None:
    assert fits_in_memory(7 * 2**30, 10 * 2**30)
    assert not fits_in_memory(9 * 2**30, 10 * 2**30)

"""UNet and decoder by OpenVINO: the same pictures, and nobody is hurt when it does not work."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from inference.backends.__main__ import prepare
from inference.backends.load import load_accelerated
from inference.backends.openvino import cache as openvino_cache
from inference.backends.openvino import runtime
from inference.backends.openvino.recipe import ROW_COUNTS, ExportJob
from inference.engine.painter import EnginePainter
from inference.errors import ModelUnavailable
from inference.load_options import LoadOptions
from inference.models.checkpoint import Checkpoint
from inference.models.conditioning import Conditioning
from inference.models.model import Model, predict
from inference.models.schedulers import SCHEDULERS
from inference.request import DrawRequest
from tests.inference.engine.test_batch import alone, apart, batch_of, finish, join
from tests.inference.pipelines.test_painter import difference

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # a translation is minutes when busy

QUICK = DrawRequest("赤いりんご", seed=7, steps=3, guidance=5.0, scheduler="ddim")
INSIST = LoadOptions(compile="openvino")
SIDE = 8


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A user's cache that lasts for all tests here: each translation takes seconds."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


def load(checkpoint: Path, options: LoadOptions = INSIST, **fields: Any) -> Model:
    fields = {"dtype": torch.float32, **fields}
    return load_accelerated(
        Checkpoint.find(str(checkpoint)), device="cpu", options=options, **fields
    )


@pytest.fixture(scope="module")
def quick(cache: Path, checkpoint: Path) -> Iterator[EnginePainter]:
    """The tiny checkpoint, translated, in float32."""
    engine_painter = EnginePainter(load(checkpoint))
    yield engine_painter
    engine_painter.close()


def test_the_same_pictures_in_every_size(quick: EnginePainter, painter: EnginePainter) -> None:
    """Its own size and others, even and uneven, one picture and more than a program has rows."""
    model = quick.model
    assert (quick.info.runtime, quick.info.dtype) == ("openvino", "float32")
    assert model.pad_to == ROW_COUNTS
    wanted = [
        QUICK,
        replace(QUICK, count=2),
        replace(QUICK, count=4, guidance=1.0),
        replace(QUICK, width=128, height=64),
        replace(QUICK, width=64, height=72, count=3),
        replace(QUICK, negative_prompt="人物", scheduler="euler"),
    ]
    for request in wanted:
        before = model.unet.network.calls, model.vae.network.calls
        for ours, theirs in zip(quick.paint(request), painter.paint(request), strict=True):
            assert difference(ours, theirs) <= 1
        steps = model.unet.network.calls - before[0]
        assert steps == (request.steps or 0), "OpenVINO took every step"
        assert model.vae.network.calls - before[1] == request.count


def test_in_company_the_result_is_that_of_painting_alone(
    quick: EnginePainter, painter: EnginePainter
) -> None:
    """All schedulers, other steps and guidance, joining while others are under way."""
    batch, runs = batch_of(quick.model), []
    for place, name in enumerate(SCHEDULERS):
        request = DrawRequest(
            "白い猫", seed=place, steps=4 + place % 3, guidance=1.0 + place % 4, scheduler=name
        )
        runs.append((request, join(batch, request)))
        batch.step()
    finish(batch)
    for request, run in runs:
        assert apart(run.latents, alone(painter.model, request)) <= 1e-3, request.scheduler


def test_bfloat16_rounds_and_no_more(checkpoint: Path, painter: EnginePainter) -> None:
    model = load(checkpoint, dtype=torch.bfloat16)
    assert model.precision == "bf16"
    assert model.dtype == torch.float32, "what goes in and out is not rounded"
    torch.manual_seed(1)
    words = Conditioning(torch.randn(2, 77, 32))
    given = torch.randn(2, 4, SIDE, SIDE), torch.tensor([900.0, 30.0]), words
    right = predict(painter.model, *given)
    off = (predict(model, *given) - right).abs().mean() / right.std()
    # Where nothing multiplies in bfloat16, OpenVINO rounds (AVX-512) or computes in float32.
    assert off < 0.02


def test_words_are_read_once_for_all_steps_and_anew_for_others(quick: EnginePainter) -> None:
    """The keys and values of cross-attention belong to the words; new words must not meet old."""
    unet, latents = quick.model.unet, torch.randn(2, 4, SIDE, SIDE)
    times, words = torch.tensor([500.0, 500.0]), torch.randn(2, 77, 32)
    programs = unet._part._fast._text_projections
    before = programs.calls
    first = unet(latents, times, encoder_hidden_states=words, return_dict=False)[0]
    assert torch.equal(
        unet(latents, times, encoder_hidden_states=words, return_dict=False)[0], first
    )
    assert programs.calls == before + 1
    del words
    other = torch.randn(2, 77, 32)  # perhaps at the very address of the words before
    changed = unet(latents, times, encoder_hidden_states=other, return_dict=False)[0]
    assert programs.calls == before + 2
    assert not torch.allclose(changed, first)


def test_a_second_start_finds_what_the_first_has_made(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(checkpoint)

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("it was translated again")

    monkeypatch.setattr(openvino_cache, "_export_in_subprocess", forbidden)
    load(checkpoint)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))  # somebody else's, who has none
    with pytest.raises(AssertionError):
        load(checkpoint)


def test_other_weights_are_other_programs(checkpoint: Path) -> None:
    """A LoRA or a new training changes the weights, and nothing else that a name would tell."""
    model = load(checkpoint, LoadOptions())
    order = ExportJob(str(checkpoint), "tiny", None, None, 1, "f32")
    first = openvino_cache._key(model.unet, model.vae, order, SIDE)
    assert openvino_cache._key(model.unet, model.vae, order, SIDE) == first
    with torch.no_grad():
        next(model.unet.parameters()).view(-1)[0] += 1e-3
    assert openvino_cache._key(model.unet, model.vae, order, SIDE) != first


def test_only_so_many_translations_are_kept(tmp_path: Path) -> None:
    for number in range(openvino_cache.MAX_CACHED + 3):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "translation.json").write_text("{}")
        os.utime(folder, (number, number))
    (tmp_path / "making-it").mkdir()  # somebody is at it
    (tmp_path / "making-no-more").mkdir()  # somebody was
    os.utime(tmp_path / "making-no-more", (1, 1))
    openvino_cache._delete_old(tmp_path)
    kept = {"making-it", *(str(index) for index in range(2, openvino_cache.MAX_CACHED + 3))}
    assert {path.name for path in tmp_path.iterdir()} == kept


CRASH = """
import os, signal, sys
if "inference.backends.openvino.export" in sys.orig_argv:
    os.kill(os.getpid(), signal.SIGSEGV)
"""


def test_a_crash_of_the_translator_hurts_nobody(
    checkpoint: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    painter: EnginePainter,
) -> None:
    """It ends its own process as a fault in a library would: with a segmentation fault."""
    (tmp_path / "sitecustomize.py").write_text(CRASH)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    model = load(checkpoint, LoadOptions(compile="auto"))
    assert model.runtime == "torch"
    assert "cannot be translated for OpenVINO (status -11" in caplog.text
    plain = EnginePainter(model)
    assert difference(plain.paint(QUICK)[0], painter.paint(QUICK)[0]) <= 1
    plain.close()
    with pytest.raises(ModelUnavailable, match="ENGINE_COMPILE=off"):
        load(checkpoint)
    assert list((tmp_path / "cache" / "efude" / "openvino").iterdir()) == [], "nothing half-made"


def test_a_cache_that_cannot_be_written(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(ModelUnavailable, match="Set XDG_CACHE_HOME"):
        load(checkpoint)
    assert load(checkpoint, LoadOptions(compile="auto")).runtime == "torch"


def test_without_the_package(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert load(checkpoint, LoadOptions(compile="auto")).runtime == "torch"
    with pytest.raises(ModelUnavailable, match="pip install openvino"):
        load(checkpoint)


def test_large_models_are_translated_on_demand_only(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = Checkpoint.find(str(checkpoint))
    assert openvino_cache.is_worth_it(result)
    monkeypatch.setattr(openvino_cache, "MAX_UNET_BYTES", 1000)
    assert not openvino_cache.is_worth_it(result)


def test_a_size_in_which_a_program_says_something_else_is_left_to_torch(
    quick: EnginePainter, checkpoint: Path
) -> None:
    """Programs of other weights stand for whatever a trace has got wrong."""
    torch.manual_seed(5)
    other = load(checkpoint, LoadOptions()).unet
    with torch.no_grad():
        for weights in other.parameters():
            weights.normal_(std=0.2)
    unet = runtime.AcceleratedUNet(other, quick.model.unet._part._fast, SIDE)
    given = torch.randn(2, 4, SIDE, SIDE + 2), torch.tensor([900.0, 30.0])
    words = torch.randn(2, 77, 32)
    with torch.no_grad():
        right = other(*given, encoder_hidden_states=words, return_dict=False)[0]
    for _ in range(2):
        assert torch.equal(unet(*given, encoder_hidden_states=words, return_dict=False)[0], right)
    assert unet._part._trusted[SIDE, SIDE + 2] is False


def test_a_shape_that_cannot_be_compiled_is_left_to_torch(quick: EnginePainter) -> None:
    programs = quick.model.unet.network
    with pytest.raises(runtime.UnusableNetwork, match="cannot be compiled"):
        programs._compile((2, 0, -7))


def test_results_are_compared() -> None:
    right = torch.randn(2, 4, 8, 8)
    runtime.check_close(right + 1e-3, right)
    for wrong in (right + 1, right[:1], right * float("nan")):
        with pytest.raises(runtime.UnusableNetwork):
            runtime.check_close(wrong, right)


def test_a_translation_ahead_is_what_a_worker_finds(checkpoint: Path, cache: Path) -> None:
    environ = {"MODEL": str(checkpoint), "ENGINE_COMPILE": "openvino"}
    before = time.time()
    assert "is ready for this processor" in prepare(environ)
    done = subprocess.run(
        [sys.executable, "-m", "inference.backends"],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
    )
    assert "is ready for this processor" in done.stdout, done.stderr
    folders = [
        path for path in (cache / "efude" / "openvino").iterdir() if path.stat().st_mtime > before
    ]
    assert len(folders) == 1, "the second one read what the first one had made"
    answer = prepare({"MODEL": str(checkpoint), "ENGINE_COMPILE": "off"})
    assert "painted by torch" in answer

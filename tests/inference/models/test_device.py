from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from inference.backends import torch_compile
from inference.backends.load import load_accelerated
from inference.engine.painter import EnginePainter
from inference.errors import ModelUnavailable, PaintError
from inference.load_options import LoadOptions
from inference.models import device
from inference.models.checkpoint import Checkpoint
from inference.models.model import Model
from inference.painter import load_painter
from inference.request import DrawRequest
from tests.inference.pipelines.test_painter import difference

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:`torch.jit.script_method`:DeprecationWarning"),
]

QUICK = DrawRequest("赤いりんご", seed=7, steps=2, guidance=5.0, scheduler="ddim")
CPU = torch.device("cpu")


@pytest.fixture
def threads() -> Iterator[int]:
    before = torch.get_num_threads()
    yield before
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def inductor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A compiler's cache for all tests here, which try only once what the processor can do.

    It compiles in this process: another one would import torch for the few kernels of a test.
    """
    from torch._inductor import config

    with pytest.MonkeyPatch.context() as patch, config.patch(compile_threads=1):
        patch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path_factory.mktemp("inductor")))
        yield


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({}, 10**6),
        ({"cpu.max": "max 100000\n"}, 10**6),
        ({"cpu.max": "150000 100000\n"}, 2),
        ({"cpu.max": "10000 100000\n"}, 1),
        ({"cpu.max": "broken\n"}, 10**6),
        ({"cpu/cpu.cfs_quota_us": "100000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 1),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, 10**6),
    ],
)
def test_cores_are_those_of_the_control_group(
    tmp_path: Path, files: dict[str, str], cores: int
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="ascii")
    assert device.usable_cores(tmp_path) == min(cores, len(os.sched_getaffinity(0)))


def test_threads_by_wish_by_environment_and_by_cores(
    threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert device.set_threads(3) == torch.get_num_threads() == 3
    assert device.set_threads(None) == device.usable_cores()
    torch.set_num_threads(5)
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    assert device.set_threads(None) == 5
    assert device.set_threads(2) == 2


def test_the_faster_of_two_is_found() -> None:
    def quick() -> None:
        time.sleep(0.001)

    def slow() -> None:
        time.sleep(0.02)

    assert device.is_faster(quick, slow, 1.2)
    assert not device.is_faster(slow, quick, 1.2)
    assert not device.is_faster(quick, quick, 1.2)


def test_types_of_number(monkeypatch: pytest.MonkeyPatch) -> None:
    assert device.choose_dtype(torch.device("cuda")) == torch.float16
    assert device.choose_dtype(torch.device("mps")) == torch.float32
    faster = device.bfloat16_is_faster(channels=32, side=8)
    monkeypatch.setattr(device, "bfloat16_is_faster", lambda: faster)
    monkeypatch.setattr(device, "cpu_flags", lambda: {"sse", "amx_bf16"})
    assert device.choose_dtype(CPU) == (torch.bfloat16 if faster else torch.float32)
    monkeypatch.setattr(device, "cpu_flags", lambda: {"sse"})
    assert device.choose_dtype(CPU) == torch.float32


def test_the_order_in_memory_is_measured_on_a_processor() -> None:
    orders = {torch.channels_last, torch.contiguous_format}
    assert device.choose_memory_format(CPU, torch.float32, 64, 16) in orders
    assert (
        device.choose_memory_format(torch.device("cuda"), torch.float16, 320, 64)
        == torch.channels_last
    )
    assert device.choose_memory_format(torch.device("mps"), torch.float32, 320, 64) is (
        torch.contiguous_format
    )


def with_graph(checkpoint: Path, backend: str) -> tuple[Model, torch_compile.CompiledUNet]:
    model = load_accelerated(Checkpoint.find(str(checkpoint)), device="cpu", dtype=torch.float32)
    unet = torch_compile.CompiledUNet(model.unet, 8, (1, 2, 4), backend=backend)
    return dataclasses.replace(model, unet=unet, pad_to=(1, 2, 4)), unet


def test_a_traced_unet_paints_the_same_and_only_in_its_own_size(
    painter: EnginePainter, checkpoint: Path
) -> None:
    """The whole way, with the graph that torch.compile traces, but run as it was traced."""
    model, unet = with_graph(checkpoint, "eager")
    traced = EnginePainter(model)
    traced.engine.warm_up()
    assert unet.compiled_calls == 3
    wanted = [QUICK, dataclasses.replace(QUICK, count=2)]
    for number, request in enumerate(wanted, start=1):
        for ours, theirs in zip(traced.paint(request), painter.paint(request), strict=True):
            assert difference(ours, theirs) <= 2
        assert unet.compiled_calls == 3 + 2 * number
    other = dataclasses.replace(QUICK, width=72, height=64)
    assert difference(traced.paint(other)[0], painter.paint(other)[0]) <= 2
    assert unet.compiled_calls == 3 + 4
    traced.close()


def small_unet() -> Any:
    """Return a UNet of few layers: every one of them is a minute's work of inductor's."""
    from diffusers import UNet2DConditionModel

    torch.manual_seed(0)
    return UNet2DConditionModel(
        sample_size=8,
        block_out_channels=(8,),
        layers_per_block=1,
        norm_num_groups=4,
        mid_block_type=None,
        down_block_types=("DownBlock2D",),
        up_block_types=("UpBlock2D",),
    ).eval()


def test_the_ninth_unet_of_a_process_is_compiled_as_the_first(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """torch counts the versions of a function, which all UNets share, and stops at eight."""
    whole = small_unet()
    for side in range(2, 20, 2):
        unet = torch_compile.CompiledUNet(whole, side, (1,), backend="eager")
        with torch.no_grad():
            unet(
                torch.randn(1, 4, side, side),
                torch.tensor([10.0]),
                encoder_hidden_states=torch.ones(1, 7, 9),
            )
        assert unet.compiled_calls == 1, (side, caplog.text)


@pytest.mark.timeout(600)
def test_a_compiled_unet_predicts_the_same(
    inductor: None, caplog: pytest.LogCaptureFixture
) -> None:
    """Truly compiled, by inductor."""
    whole = small_unet()
    unet = torch_compile.CompiledUNet(whole, 8, (2,), backend="inductor")
    latents, times, words = (
        torch.randn(2, 4, 8, 8),
        torch.tensor([10.0, 900.0]),
        torch.ones(2, 7, 9),
    )
    with torch.no_grad():
        ours, theirs = (
            each(latents, times, encoder_hidden_states=words, return_dict=False)[0]
            for each in (unet, whole)
        )
    assert torch.allclose(ours, theirs, atol=1e-4)
    assert unet.compiled_calls == 1, caplog.text
    assert unet.config.in_channels == 4


@pytest.mark.timeout(600)
def test_a_compiled_autoencoder_decodes_the_same(
    inductor: None, caplog: pytest.LogCaptureFixture
) -> None:
    from diffusers import AutoencoderKL

    torch.manual_seed(0)
    whole = AutoencoderKL(
        block_out_channels=(8,), layers_per_block=1, norm_num_groups=4, latent_channels=4
    ).eval()
    vae = torch_compile.CompiledVae(whole, 8, backend="inductor")
    with torch.no_grad():
        for side in (8, 6):
            latent = torch.randn(1, 4, side, side)
            ours, theirs = (each.decode(latent, return_dict=False)[0] for each in (vae, whole))
            assert torch.allclose(ours, theirs, atol=1e-4)
    assert vae.compiled_calls == 1, caplog.text
    assert vae.config.latent_channels == 4


def test_what_cannot_be_compiled_is_painted_as_before(
    painter: EnginePainter, checkpoint: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model, unet = with_graph(checkpoint, "eager")

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no such compiler")

    unet._forward._compiled = broken
    other = EnginePainter(model)
    other.engine.warm_up()
    assert "nothing is compiled: no such compiler" in caplog.text
    assert difference(other.paint(QUICK)[0], painter.paint(QUICK)[0]) <= 2
    assert unet.compiled_calls == 0
    other.close()


def test_compiling_needs_a_compiler(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(ModelUnavailable, match="no C\\+\\+ compiler"):
        load_painter(str(checkpoint), device="cpu", options=LoadOptions(compile="torch"))


def test_what_is_compiled_is_padded_to(checkpoint: Path) -> None:
    result = Checkpoint.find(str(checkpoint))
    model = load_accelerated(result, device="cpu", options=LoadOptions(compile="torch"))
    assert model.pad_to == torch_compile.ROW_COUNTS_ELSEWHERE
    assert isinstance(model.unet, torch_compile.CompiledUNet)


def test_options_from_the_environment() -> None:
    assert LoadOptions.from_env({}).compile == "auto"
    given = {"TINY_VAE_MODEL": "a/b", "LORA": "c:0.5", "ENGINE_COMPILE": "On", "TORCH_THREADS": "3"}
    assert LoadOptions.from_env(given) == LoadOptions("a/b", "c:0.5", "torch", 3)
    for wrong in ({"ENGINE_COMPILE": "maybe"}, {"TORCH_THREADS": "0"}, {"TORCH_THREADS": "x"}):
        with pytest.raises(PaintError, match=next(iter(wrong))):
            LoadOptions.from_env(wrong)

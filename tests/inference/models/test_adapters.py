from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from diffusers import AutoencoderTiny, StableDiffusionPipeline, StableDiffusionXLPipeline
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict

from inference.backends.load import load_accelerated
from inference.engine.painter import EnginePainter
from inference.errors import ModelUnavailable
from inference.load_options import LoadOptions
from inference.models.adapters import Lora, parse_loras
from inference.models.checkpoint import Checkpoint
from inference.pipelines.painter import PipelinePainter
from inference.request import DrawRequest, Picture
from tests.inference.pipelines.families import make_sdxl, make_z_image
from tests.inference.pipelines.test_painter import difference

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:`torch.jit.script`:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

QUICK = DrawRequest("赤いりんご", seed=7, steps=2, guidance=5.0)


@pytest.fixture(scope="session")
def sdxl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_sdxl(tmp_path_factory.mktemp("extras"))


def make_lora(folder: Path, checkpoint: Path, *, sdxl: bool = False) -> Path:
    """A LoRA with random weights for a checkpoint's UNet, as diffusers saves one."""
    from diffusers import UNet2DConditionModel

    torch.manual_seed(5)
    unet = UNet2DConditionModel.from_pretrained(str(checkpoint / "unet"))
    targets = ["to_q", "to_k", "to_v", "to_out.0"]
    unet.add_adapter(LoraConfig(r=4, lora_alpha=4, target_modules=targets))
    with torch.no_grad():
        for name, weight in unet.named_parameters():
            if "lora_" in name:
                weight.normal_(std=0.5)
    cls = StableDiffusionXLPipeline if sdxl else StableDiffusionPipeline
    cls.save_lora_weights(str(folder), unet_lora_layers=get_peft_model_state_dict(unet))
    return folder


@pytest.fixture(scope="session")
def lora(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_lora(tmp_path_factory.mktemp("lora"), checkpoint)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Loads that are compared take one thread each: more would add up in another order."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def load(checkpoint: Path, **options: str) -> EnginePainter:
    result = Checkpoint.find(str(checkpoint))
    chosen = LoadOptions(threads=1, **options)
    return EnginePainter(
        load_accelerated(result, device="cpu", dtype=torch.float32, options=chosen)
    )


def painted(checkpoint: Path, **options: str) -> Picture:
    painter = load(checkpoint, **options)
    picture = painter.paint(QUICK)[0]
    painter.close()
    return picture


def test_the_setting_is_read() -> None:
    assert parse_loras(None) == parse_loras("") == parse_loras(" , ") == []
    assert parse_loras("/a/b.safetensors, own/name:0.5,own/two/x.safetensors:-1") == [
        Lora("/a/b.safetensors", 1.0),
        Lora("own/name", 0.5),
        Lora("own/two/x.safetensors", -1.0),
    ]
    for scale in ("strong", "nan", "inf", "-inf", "1e999"):  # any of them would spoil the weights
        with pytest.raises(ModelUnavailable, match=f"'{scale}', which is not a number"):
            parse_loras(f"own/name:{scale}")


def test_a_lora_changes_the_picture_as_much_as_it_is_scaled(checkpoint: Path, lora: Path) -> None:
    plain = painted(checkpoint)  # as the others are loaded, which the shared painter is not
    full = painted(checkpoint, lora=str(lora))
    assert difference(painted(checkpoint, lora=f"{lora}:0"), plain) <= 1
    assert difference(full, plain) > 10
    little = painted(checkpoint, lora=f"{lora}:0.01")
    assert difference(little, plain) < difference(full, plain)
    file = next(lora.glob("*.safetensors"))
    assert difference(painted(checkpoint, lora=f"{file}:1.0"), full) <= 1


def test_two_loras_add_up_and_opposites_cancel(checkpoint: Path, lora: Path) -> None:
    both = painted(checkpoint, lora=f"{lora}:0.5,{lora}:0.5")
    assert difference(both, painted(checkpoint, lora=str(lora))) <= 2
    undone = painted(checkpoint, lora=f"{lora},{lora}:-1")
    assert difference(undone, painted(checkpoint)) <= 2


def test_nothing_of_the_adapter_is_left_in_the_unet(checkpoint: Path, lora: Path) -> None:
    painter = load(checkpoint, lora=str(lora))
    assert not any("lora" in name for name, _ in painter.model.unet.named_modules())
    painter.close()


def test_loras_of_other_families(sdxl: Path, tmp_path: Path) -> None:
    lora = make_lora(tmp_path / "lora", sdxl, sdxl=True)
    options = LoadOptions(lora=str(lora))
    plain, changed = (
        PipelinePainter.load(
            Checkpoint.find(str(sdxl)), device="cpu", dtype=torch.float32, options=each
        )
        for each in (LoadOptions(), options)
    )
    request = DrawRequest("赤いりんご", seed=7, steps=2, guidance=5.0, width=64, height=64)
    assert difference(plain.paint(request)[0], changed.paint(request)[0]) > 5


def test_a_lora_that_does_not_fit_is_refused(checkpoint: Path, sdxl: Path, tmp_path: Path) -> None:
    foreign = make_lora(tmp_path / "foreign", sdxl, sdxl=True)
    with pytest.raises(ModelUnavailable, match="another family"):
        load(checkpoint, lora=str(foreign))
    (tmp_path / "broken.safetensors").write_bytes(b"no tensors")
    with pytest.raises(ModelUnavailable, match="cannot be merged"):
        load(checkpoint, lora=str(tmp_path / "broken.safetensors"))
    for source, message in [
        (str(tmp_path / "gone"), "where nothing is"),
        (str(checkpoint), "must hold one .safetensors file; there are: none"),
    ]:
        with pytest.raises(ModelUnavailable, match=message):
            load(checkpoint, lora=source)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny(tmp_path_factory.mktemp("tiny") / "taesd")


def make_tiny(folder: Path, levels: int = 4) -> Path:
    torch.manual_seed(1)
    AutoencoderTiny(
        encoder_block_out_channels=(8,) * levels,
        decoder_block_out_channels=(8,) * levels,
        num_encoder_blocks=(1,) * levels,
        num_decoder_blocks=(1,) * levels,
        latent_channels=4,
    ).save_pretrained(str(folder))
    return folder


def test_a_tiny_autoencoder_decodes_instead(
    painter: EnginePainter, checkpoint: Path, tiny: Path, tmp_path: Path
) -> None:
    ours = load(checkpoint, tiny_vae=str(tiny))
    picture, plain = ours.paint(QUICK)[0], painter.paint(QUICK)[0]
    assert isinstance(ours.model.vae, AutoencoderTiny)
    assert (picture.width, picture.height) == (plain.width, plain.height)
    assert difference(picture, plain) > 5
    again = DrawRequest("猫", seed=1, steps=2, image=picture.data, strength=0.5)
    assert ours.paint(again)[0].data  # it encodes as well
    ours.close()
    # The checkpoint's own is not even read.
    copy = Path(shutil.copytree(checkpoint, tmp_path / "copy"))
    weights = copy / "vae" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    assert difference(painted(copy, tiny_vae=str(tiny)), picture) <= 1


def test_loras_and_a_tiny_autoencoder_are_translated_as_well(
    checkpoint: Path, lora: Path, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other process is to load what this one has loaded, not the bare checkpoint."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    added = {"lora": str(lora), "tiny_vae": str(tiny)}
    ours = load(checkpoint, compile="openvino", **added)
    assert ours.info.runtime == "openvino"
    assert difference(ours.paint(QUICK)[0], painted(checkpoint, **added)) <= 1
    assert ours.model.vae.network.calls == 1
    ours.close()


def test_a_tiny_autoencoder_of_another_shape_is_refused(
    checkpoint: Path, tmp_path: Path, sdxl: Path
) -> None:
    with pytest.raises(ModelUnavailable, match="shrinks by 4; this model's autoencoder"):
        load(checkpoint, tiny_vae=str(make_tiny(tmp_path / "three", levels=3)))
    with pytest.raises(ModelUnavailable, match="cannot be loaded"):
        load(checkpoint, tiny_vae=str(checkpoint))
    with pytest.raises(ModelUnavailable, match="no folder is"):
        load(checkpoint, tiny_vae="/no/such")
    file = next((checkpoint / "vae").glob("*.safetensors"))
    with pytest.raises(ModelUnavailable, match="which is a file: set it to the folder"):
        load(checkpoint, tiny_vae=str(file))


def test_other_families_take_a_tiny_autoencoder_too(sdxl: Path, tiny: Path) -> None:
    request = DrawRequest("赤いりんご", seed=7, steps=2, guidance=5.0, width=64, height=64)
    painter = PipelinePainter.load(
        Checkpoint.find(str(sdxl)),
        device="cpu",
        dtype=torch.float32,
        options=LoadOptions(tiny_vae=str(tiny)),
    )
    assert isinstance(painter.pipe.vae, AutoencoderTiny)
    assert painter.paint(request)[0].data


def test_options_that_a_family_cannot_do_are_refused(tmp_path: Path, tiny: Path) -> None:
    folder = make_z_image(tmp_path)
    checkpoint = Checkpoint.find(str(folder))
    with pytest.raises(ModelUnavailable, match="ENGINE_COMPILE is torch"):
        PipelinePainter.load(checkpoint, device="cpu", options=LoadOptions(compile="torch"))
    table = json.loads((folder / "model_index.json").read_text(encoding="utf-8"))
    assert table["vae"][1] == "AutoencoderKL"

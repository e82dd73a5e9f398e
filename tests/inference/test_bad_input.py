"""What cannot be painted from is refused in a sentence, and the painter paints on."""

from __future__ import annotations

import json
import re
import shutil
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import UNet2DConditionModel
from PIL import Image

from inference.errors import InvalidRequest, ModelUnavailable
from inference.load_options import LoadOptions
from inference.painter import load_painter
from inference.request import DrawRequest
from tests.inference.pipelines.families import make_lcm, make_pixart, make_sdxl, make_z_image
from tests.inference.tiny import make_checkpoint

pytestmark = [
    pytest.mark.slow,
    pytest.mark.core,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:`torch.jit.script`:DeprecationWarning"),
]
MAKERS: dict[str, Callable[[Path], Path]] = {
    "sdxl": make_sdxl,
    "lcm": make_lcm,
    "pixart": make_pixart,
    "z-image": make_z_image,
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory, checkpoint: Path) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("families")
    return {"sd": checkpoint} | {name: make(place / name) for name, make in MAKERS.items()}


def photo(width: int, height: int, mode: str = "RGB") -> bytes:
    out = BytesIO()
    Image.new(mode, (width, height)).save(out, "PNG")
    return out.getvalue()


def header_of(width: int, height: int) -> bytes:
    """A PNG that says to be so large, in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + check

    size = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    rows = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + rows + chunk(b"IEND", b"")


SQUARE = photo(64, 64)
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "100 megapixels": ({"image": header_of(10_000, 10_000)}, "Make it smaller"),
    "a mask of 100 megapixels": ({"image": SQUARE, "mask": header_of(10_000, 10_000)}, "smaller"),
    "a strip": ({"image": photo(900, 20)}, "Cut it to what counts"),
    "no picture": ({"image": b"hello"}, "PNG, JPEG or WebP"),
    "a picture cut off": ({"image": SQUARE[:60]}, "damaged"),
    "a wide mask": ({"image": SQUARE, "mask": photo(128, 64, "L")}, "must have the same shape"),
    "a high mask": ({"image": SQUARE, "mask": photo(64, 72, "L")}, "must have the same shape"),
    "a mask alone": ({"mask": SQUARE}, "need an image"),
    "far too wide": ({"width": 1 << 20, "height": 64}, "must be between"),
    "too many": ({"count": 99}, "must be between"),
}


@pytest.mark.parametrize("kind", ["sd", "sdxl", "lcm"])
def test_a_request_that_cannot_be_painted_is_refused_and_the_next_is_painted(
    folders: dict[str, Path], kind: str
) -> None:
    wrong = []
    with load_painter(str(folders[kind]), device="cpu", options=LoadOptions()) as painter:
        for name, (change, message) in REFUSED.items():
            if "mask" in change and not painter.info.inpainting:
                message = "cannot paint a part|" + message
            request = DrawRequest("a cat", steps=2, seed=1, **change)
            try:
                painter.paint(request)
            except InvalidRequest as error:
                if not re.search(message, str(error)) or not error.permanent:
                    wrong.append((name, str(error)))
            else:
                wrong.append((name, "painted"))
            if len(painter.paint(DrawRequest("a cat", steps=1, seed=1))) != 1:
                wrong.append((name, "the next was not painted"))
        mask = photo(128, 128, "L") if painter.info.inpainting else None
        good = painter.paint(DrawRequest("a cat", steps=2, seed=1, image=SQUARE, mask=mask))
    assert wrong == []
    assert len(good) == 1, "a mask of the same shape and another size is enlarged"


LIES: list[tuple[str, str, dict[str, Any]]] = [
    ("sdxl", "unet", {"transformer_layers_per_block": [2, 2]}),
    ("sdxl", "unet", {"block_out_channels": []}),
    ("sdxl", "unet", {"layers_per_block": -1}),
    ("sdxl", "vae", {"latent_channels": 8}),
    ("sdxl", "vae", {"scaling_factor": 0}),
    ("lcm", "vae", {"scaling_factor": None}),
    ("pixart", "vae", {"scaling_factor": 0.0}),
    ("sdxl", "unet", {"class_embed_type": "identity"}),
    ("sdxl", "text_encoder_2", {"num_hidden_layers": 3}),
    ("sdxl", "text_encoder_2", {"projection_dim": 8}),
    ("sdxl", "unet", {"sample_size": "large"}),
    ("lcm", "unet", {"sample_size": "large"}),
    ("lcm", "unet", {"layers_per_block": 2}),
    ("lcm", "unet", {"cross_attention_dim": 48}),
    ("lcm", "vae", {"layers_per_block": 3}),
    ("lcm", "text_encoder", {"num_hidden_layers": 3}),
    ("pixart", "transformer", {"num_layers": 2}),
    ("pixart", "transformer", {"caption_channels": 16}),
    ("pixart", "text_encoder", {"num_layers": 2}),
    ("z-image", "transformer", {"n_layers": 3}),
    ("z-image", "text_encoder", {"num_hidden_layers": 3}),
]


FAILING: list[tuple[str, str, dict[str, Any], str]] = [
    ("sd", "unet", {"downsample_padding": 2}, "unet"),
    ("sd", "unet", {"mid_block_scale_factor": 0}, "unet"),
    ("sdxl", "unet", {"norm_eps": float("nan")}, "unet"),
    ("sdxl", "unet", {"freq_shift": None}, "unet"),
    ("sdxl", "text_encoder_2", {"layer_norm_eps": None}, "text_encoder"),
    ("safe", "feature_extractor", {"crop_size": 40}, "safety_checker"),
]


@pytest.mark.timeout(600)
def test_a_part_that_would_fail_at_each_picture_is_refused_as_it_is_loaded(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    """Its weights fit, and what else its config.json says does not."""
    safe = make_checkpoint(tmp_path / "safe", safety=True)
    wrong = []
    for number, (kind, part, change, named) in enumerate(FAILING):
        folder = Path(shutil.copytree({**folders, "safe": safe}[kind], tmp_path / f"of-{number}"))
        name = "preprocessor_config.json" if part == "feature_extractor" else "config.json"
        _set(folder / part / name, **change)
        try:
            load_painter(str(folder), device="cpu", options=LoadOptions()).close()
        except ModelUnavailable as error:
            if f"{folder.name} cannot be used: its {named} fails when it is tried" not in str(
                error
            ):
                wrong.append((kind, part, change, str(error)))
        else:
            wrong.append((kind, part, change, "loaded"))
    assert wrong == []


@pytest.mark.timeout(600)
def test_a_checkpoint_that_lies_about_its_shapes_is_refused(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    """Layers that a file lacks would be random numbers, and pictures noise."""
    wrong = []
    for number, (kind, part, change) in enumerate(LIES):
        folder = tmp_path / f"{kind}-{number}"
        shutil.copytree(folders[kind], folder)
        file = folder / part / "config.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | change))
        try:
            load_painter(str(folder), device="cpu", options=LoadOptions()).close()
        except ModelUnavailable as error:
            if folder.name not in str(error):
                wrong.append((kind, part, change, str(error)))
        else:
            wrong.append((kind, part, change, "loaded"))
    assert wrong == []


@pytest.mark.parametrize("module", ["inference.models.load", "inference.pipelines.load"])
def test_a_failed_load_leaves_torch_as_it_was(
    folders: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    """Or whatever is made afterwards in this process would be in half precision."""
    monkeypatch.setattr(f"{module}.remembered_dtype", lambda *_: torch.bfloat16)
    kind = "sdxl" if module == "inference.models.load" else "lcm"
    folder = Path(shutil.copytree(folders[kind], tmp_path / kind))
    _set(folder / "unet" / "config.json", sample_size="large", block_out_channels=[])
    with pytest.raises(ModelUnavailable):
        load_painter(str(folder), device="cpu", options=LoadOptions())
    assert torch.get_default_dtype() is torch.float32


def _rebuild_unet(folder: Path, **changes: Any) -> None:
    unet = UNet2DConditionModel.from_config(
        {**UNet2DConditionModel.load_config(str(folder / "unet")), **changes}
    )
    shutil.rmtree(folder / "unet")
    unet.save_pretrained(str(folder / "unet"))


def _set(file: Path, **changes: Any) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


@pytest.mark.timeout(600)
def test_a_checkpoint_that_needs_a_picture_is_refused_as_it_is_loaded(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    """And not at each picture."""

    def copy(kind: str, name: str, **index: Any) -> Path:
        folder = Path(shutil.copytree(folders[kind], tmp_path / name))
        _set(folder / "model_index.json", **index)
        return folder

    filling = copy("sd", "filling", _class_name="StableDiffusionInpaintPipeline")
    filling_xl = copy("sdxl", "filling-xl", _class_name="StableDiffusionXLInpaintPipeline")
    plain_xl = copy("sdxl", "plain-xl")
    for folder in (filling, filling_xl, plain_xl):
        _rebuild_unet(folder, in_channels=9)
    refiner = copy(
        "sdxl",
        "refiner",
        _class_name="StableDiffusionXLImg2ImgPipeline",
        text_encoder=[None, None],
        tokenizer=[None, None],
        requires_aesthetics_score=True,
    )
    _rebuild_unet(refiner, cross_attention_dim=32, projection_class_embeddings_input_dim=5 * 8 + 32)
    silent = copy("sdxl", "silent")
    _set(silent / "unet" / "config.json", addition_embed_type=None)
    wrong = []
    for folder, message in {
        filling: "9 channels",
        filling_xl: "9 channels",
        plain_xl: "9 channels",
        refiner: "refiner",
        silent: "",
    }.items():
        try:
            load_painter(str(folder), device="cpu", options=LoadOptions()).close()
        except ModelUnavailable as error:
            if message not in str(error) or folder.name not in str(error):
                wrong.append((folder.name, str(error)))
        else:
            wrong.append((folder.name, "loaded"))
    assert wrong == []

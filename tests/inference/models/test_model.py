from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from inference.engine.painter import EnginePainter
from inference.errors import ModelUnavailable, PaintError
from inference.models import catalog
from inference.models.checkpoint import Checkpoint, choose_files
from inference.models.device import choose_device, choose_dtype
from inference.painter import load_painter
from inference.request import DrawRequest
from tests.inference.conftest import load_fp32
from tests.inference.test_painter import pixels
from tests.inference.tiny import make_checkpoint

pytestmark = [pytest.mark.slow, pytest.mark.core]

QUICK = DrawRequest("赤いりんご", seed=3, steps=2, guidance=4.0)


def copied(checkpoint: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(checkpoint, tmp_path / "copy"))


def edit(file: Path, **changes: object) -> None:
    table = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**table, **changes}), encoding="utf-8")


def test_the_layout_of_2022_paints_the_same_picture(
    painter: EnginePainter, old_checkpoint: Path
) -> None:
    """Both were made from the same seed: only the files differ, not the weights."""
    assert not list(old_checkpoint.rglob("*.safetensors"))
    old = load_fp32(old_checkpoint).paint(QUICK)[0]
    assert abs(pixels(old) - pixels(painter.paint(QUICK)[0])).max() <= 1


def test_rinnas_own_class_name(checkpoint: Path, painter: EnginePainter, tmp_path: Path) -> None:
    folder = copied(checkpoint, tmp_path)
    edit(folder / "model_index.json", _class_name="JapaneseStableDiffusionPipeline")
    assert load_fp32(folder).paint(QUICK)[0].preview  # its name is in the file: bytes differ


def test_info_and_what_on_progress_hears(old_checkpoint: Path) -> None:
    received: list[str] = []
    painter = load_painter(str(old_checkpoint), device="cpu", on_progress=received.append)
    info = painter.info
    assert (info.name, info.device, info.native_size) == (old_checkpoint.name, "cpu", 64)
    assert (info.default_steps, info.default_guidance) == (7, 7.5)
    assert info.dtype in {"float32", "bfloat16"}
    assert info.safety_checker
    assert "loading unet" in received
    steps: list[int] = []
    painter.paint(DrawRequest("猫"), on_step=lambda done, _: steps.append(done))
    assert len(steps) == 8  # PNDM repeats one of its seven


def test_defaults_beside_the_weights(checkpoint: Path, tmp_path: Path) -> None:
    folder = copied(checkpoint, tmp_path)
    own = {"native_size": 72, "default_steps": 2, "default_guidance": 1.0, "licence": "Own-1"}
    (folder / "mame.json").write_text(json.dumps({**own, "scheduler": "euler"}), encoding="utf-8")
    painter = load_fp32(folder)
    assert (painter.info.native_size, painter.info.default_steps) == (72, 2)
    assert (painter.info.default_guidance, painter.info.license) == (1.0, "Own-1")
    default, euler = DrawRequest("猫", seed=1), DrawRequest("猫", seed=1, scheduler="euler")
    assert painter.paint(default)[0].data == painter.paint(euler)[0].data


def test_the_licence_of_the_model_card(checkpoint: Path, tmp_path: Path) -> None:
    folder = copied(checkpoint, tmp_path)
    card = "---\nlanguage: ja\nlicense: creativeml-openrail-m\n---\nlicense: other\n"
    (folder / "README.md").write_text(card, encoding="utf-8")
    assert Checkpoint.find(str(folder)).license() == "creativeml-openrail-m"


@pytest.mark.parametrize("variant", ["fp16", "bf16", "fp32", "non_ema"])
def test_variants_of_files_are_found(checkpoint: Path, tmp_path: Path, variant: str) -> None:
    folder = copied(checkpoint, tmp_path)
    for part in ("unet", "vae", "text_encoder"):
        file = next((folder / part).glob("*.safetensors"))
        file.rename(file.with_name(file.name.replace(".safetensors", f".{variant}.safetensors")))
    shutil.rmtree(folder / "vae")
    shutil.copytree(checkpoint / "vae", folder / "vae")  # beside a part without variants
    found = Checkpoint.find(str(folder))
    assert found.variant == variant
    assert load_fp32(folder).paint(QUICK)
    plain = next((checkpoint / "unet").glob("*.safetensors"))
    shutil.copy(plain, folder / "unet")
    weights = found.weights("unet")
    assert weights is not None
    assert weights.variant is None, "the plain one comes first"


@pytest.mark.parametrize(
    ("remove", "message"),
    [
        ("model_index.json", "no model_index.json"),
        ("unet", "unet missing"),
        ("unet/diffusion_pytorch_model.safetensors", "unet missing"),
        ("tokenizer", "tokenizer missing"),
        ("text_encoder", "text_encoder missing"),
        ("scheduler/scheduler_config.json", "scheduler/scheduler_config.json missing"),
    ],
)
def test_missing_files_are_named(
    checkpoint: Path, tmp_path: Path, remove: str, message: str
) -> None:
    folder = copied(checkpoint, tmp_path)
    target = folder / remove
    shutil.rmtree(target) if target.is_dir() else target.unlink()
    refused(folder, message)


@pytest.mark.parametrize("gone", ["safety_checker", "safety_checker/model.safetensors"])
def test_a_safety_checker_that_is_promised_is_there(tmp_path: Path, gone: str) -> None:
    """Or nobody would notice that pictures are painted without one."""
    folder = make_checkpoint(tmp_path / "copy", safety=True)
    target = folder / gone
    shutil.rmtree(target) if target.is_dir() else target.unlink()
    refused(folder, "safety_checker missing")
    edit(folder / "model_index.json", safety_checker=[None, None])
    assert not load_fp32(folder).info.safety_checker


@pytest.mark.parametrize("settings", ["{}", "[]"])
def test_a_scheduler_without_settings_is_refused(
    checkpoint: Path, tmp_path: Path, settings: str
) -> None:
    """Its class has some of its own, with which no Stable Diffusion was trained."""
    folder = copied(checkpoint, tmp_path)
    (folder / "scheduler" / "scheduler_config.json").write_text(settings)
    refused(folder, "scheduler/scheduler_config.json missing")


def test_a_scheduler_without_a_class_is_of_the_one_in_the_index(
    checkpoint: Path, tmp_path: Path
) -> None:
    """As in diffusers. The file counts before the index, which is left as it was on a change."""
    folder = copied(checkpoint, tmp_path)
    edit(folder / "model_index.json", scheduler=["diffusers", "DDIMScheduler"])
    assert Checkpoint.find(str(folder)).scheduler_config()["_class_name"] == "PNDMScheduler"
    file = folder / "scheduler" / "scheduler_config.json"
    table = json.loads(file.read_text(encoding="utf-8"))
    del table["_class_name"]
    file.write_text(json.dumps(table), encoding="utf-8")
    assert Checkpoint.find(str(folder)).scheduler_config() == {
        **table,
        "_class_name": "DDIMScheduler",
    }


def refused(folder: Path, message: str) -> None:
    with pytest.raises(PaintError, match=message) as caught:
        load_painter(str(folder), device="cpu")
    assert caught.value.permanent
    assert caught.value.code == "model_unavailable"


def test_a_folder_that_is_no_checkpoint_says_what_would_be(
    checkpoint: Path, tmp_path: Path
) -> None:
    folder = copied(checkpoint, tmp_path)
    refused(folder / "unet", f"one part of {folder}: set MODEL to that")
    only_file = tmp_path / "downloads"
    only_file.mkdir()
    shutil.copy(
        folder / "unet" / "diffusion_pytorch_model.safetensors", only_file / "a.safetensors"
    )
    refused(only_file, "It holds a.safetensors: MODEL may be that file")


def test_damaged_weights_are_explained(checkpoint: Path, tmp_path: Path) -> None:
    folder = copied(checkpoint, tmp_path)
    weights = folder / "vae" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000])
    refused(folder, "vae of copy cannot be loaded")


def test_damaged_settings_are_explained(checkpoint: Path, tmp_path: Path) -> None:
    folder = copied(checkpoint, tmp_path)
    (folder / "model_index.json").write_text("{", encoding="utf-8")
    refused(folder, "not JSON")


@pytest.mark.filterwarnings("ignore:`torch.jit.script`:DeprecationWarning")
@pytest.mark.parametrize("class_name", ["StableVideoDiffusionPipeline", "NoSuchPipeline", None])
def test_other_kinds_of_model_are_refused_by_name(
    checkpoint: Path, tmp_path: Path, class_name: str | None
) -> None:
    folder = copied(checkpoint, tmp_path)
    edit(folder / "model_index.json", _class_name=class_name)
    refused(folder, f"{class_name}.*Supported are text-to-image")


def test_parts_that_do_not_fit_together(checkpoint: Path, tmp_path: Path) -> None:
    folder = copied(checkpoint, tmp_path)
    (folder / "tokenizer" / "added_tokens.json").write_text('{"<x>": 70000}', encoding="utf-8")
    edit(folder / "tokenizer" / "special_tokens_map.json", pad_token="<x>")
    refused(folder, "ids up to 70000")


@pytest.mark.parametrize(
    "model",
    [
        *("/no/such/folder", "./gone", "nameonly", "a/b/c", "~nobody-of-that-name/a"),
        *("models/gone.safetensors", "models/GONE.CKPT", "models/gone.gguf"),  # none is asked for
        "long" * 2_000,
    ],
)
def test_what_is_neither_folder_nor_hub_id(model: str) -> None:
    with pytest.raises(ModelUnavailable, match="There is no folder"):
        Checkpoint.find(model)


def test_the_address_of_a_page_is_no_hub_id() -> None:
    for model in ("https://huggingface.co/own/model", "https://huggingface.co/own/model/tree/main"):
        with pytest.raises(ModelUnavailable, match=r"Of that address it is own/model\."):
            Checkpoint.find(model)
    with pytest.raises(ModelUnavailable, match=r"owner/name@commit\. Set MODEL"):
        Checkpoint.find("https://huggingface.co")


def test_devices() -> None:
    assert choose_device("cpu") == torch.device("cpu")
    assert choose_device(None).type in {"cpu", "cuda", "mps"}
    with pytest.raises(ModelUnavailable, match="must be cpu"):
        choose_device("gpu")
    with pytest.raises(ModelUnavailable, match="no such device"):
        choose_device("cuda:99")
    assert choose_dtype(torch.device("cuda")) == torch.float16
    assert choose_dtype(torch.device("cpu")) in {torch.float32, torch.bfloat16}


def test_only_one_copy_of_the_weights_is_downloaded() -> None:
    names = [
        "README.md",
        "model_index.json",
        "v1-5-pruned.ckpt",
        "unet/config.json",
        "unet/diffusion_pytorch_model.bin",
        "unet/diffusion_pytorch_model.fp16.safetensors",
        "unet/diffusion_pytorch_model.safetensors",
        "vae/config.json",
        "vae/diffusion_pytorch_model.bin",
        "text_encoder/pytorch_model.bin",
        "text_encoder/pytorch_model.fp16.bin",
        "tokenizer/spiece.model",
        "tokenizer/tokenizer_config.json",
        "scheduler/scheduler_config.json",
        "vae_encoder/model.onnx",
    ]
    assert choose_files(names) == [
        "README.md",
        "model_index.json",
        "scheduler/scheduler_config.json",
        "text_encoder/pytorch_model.bin",
        "tokenizer/spiece.model",
        "tokenizer/tokenizer_config.json",
        "unet/config.json",
        "unet/diffusion_pytorch_model.safetensors",
        "vae/config.json",
        "vae/diffusion_pytorch_model.bin",
    ]


COMMIT = "a" * 40


@contextmanager
def hub(folder: Path | None, status: int = 200, code: str = "") -> Iterator[tuple[str, list[str]]]:
    """The part of a model hub that a download touches, on loopback."""
    request: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(True)

        def do_HEAD(self) -> None:
            self._answer(False)

        def _answer(self, with_body: bool) -> None:
            request.append(f"{self.headers.get('Authorization')} {self.path}")
            path, body = self.path.partition("?")[0], b"{}"
            if folder is None or status != 200:
                self.send_response(status)
                self.send_header("X-Error-Code", code)
            else:
                self.send_response(200)
                if path.startswith("/api/"):
                    files = {
                        file.relative_to(folder).as_posix(): file.stat().st_size
                        for file in folder.rglob("*")
                        if file.is_file()
                    }
                    tree = [
                        {"type": "file", "path": name, "size": size, "oid": "b" * 40}
                        for name, size in files.items()
                    ]
                    siblings = [{"rfilename": name} for name in files]
                    repository = {"id": "own/model", "sha": COMMIT, "siblings": siblings}
                    body = json.dumps(tree if "/tree/" in path else repository).encode()
                else:
                    body = (folder / path.split(f"/resolve/{COMMIT}/")[1]).read_bytes()
                    self.send_header("ETag", f'"{hash(path)}"')
                self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if with_body:
                self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", request
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_PROGRESS_BARS", True)
    return tmp_path / "hub"


@pytest.mark.usefixtures("cache")
def test_a_hub_model_is_downloaded_once_and_found_again_offline(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hub(checkpoint) as (address, request):
        monkeypatch.setenv("HF_ENDPOINT", address)
        result = Checkpoint.find("own/model", token="hf_" + "x" * 34)
        assert result.name == "own/model"
        assert load_model_of(result)
        assert all(line.startswith("Bearer hf_x") for line in request)
    again = Checkpoint.find("own/model")  # nobody listens at that address any more
    assert again.folder == result.folder


@pytest.mark.usefixtures("cache")
def test_a_commit_is_asked_for_and_kept(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with hub(checkpoint) as (address, request):
        monkeypatch.setenv("HF_ENDPOINT", address)
        result = Checkpoint.find(f"own/model@{COMMIT}")
        assert result.name == "own/model"
        assert load_model_of(result)
        files = [line for line in request if "/resolve/" in line or "/revision/" in line]
        assert files
        assert all(COMMIT in line for line in files), files
    assert Checkpoint.find(f"own/model@{COMMIT}").folder == result.folder  # offline by now
    with pytest.raises(ModelUnavailable, match="own/model@other could not be downloaded"):
        Checkpoint.find("own/model@other")


def test_a_revision_that_can_be_none_is_refused() -> None:
    for model in ("own/model@", "own/model@a b", "own/model@../x"):
        with pytest.raises(ModelUnavailable):
            Checkpoint.find(model)


def test_the_catalog_knows_a_model_at_any_commit() -> None:
    known = catalog.lookup("rinna/japanese-stable-diffusion")
    assert known is not None
    assert catalog.lookup("rinna/japanese-stable-diffusion@0123abc") is known


def load_model_of(checkpoint: Checkpoint) -> bool:
    return load_fp32(checkpoint.folder).info.native_size == 64


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (403, "GatedRepo", "accept them.*HF_TOKEN"),
        (404, "RepoNotFound", "knows no model own/model"),
        (500, "", "could not be downloaded.*no earlier copy"),
    ],
)
def test_what_the_hub_refuses_is_explained(
    monkeypatch: pytest.MonkeyPatch, status: int, code: str, message: str
) -> None:
    with hub(None, status, code) as (address, _):
        monkeypatch.setenv("HF_ENDPOINT", address)
        with pytest.raises(ModelUnavailable, match=message) as caught:
            Checkpoint.find("own/model", token="hf_" + "x" * 34)
    assert "hf_x" not in str(caught.value)


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize("model", ["own/two words", "own/-x-", "持ち主/モデル", "own/" + "x" * 97])
def test_what_no_hub_takes_for_an_id(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with hub(None, 404) as (address, _):
        monkeypatch.setenv("HF_ENDPOINT", address)
        with pytest.raises(ModelUnavailable, match="could not be downloaded"):
            Checkpoint.find(model)


@pytest.mark.usefixtures("cache")
def test_a_hub_repository_of_another_layout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "repo").mkdir()
    (tmp_path / "repo" / "weights.ckpt").write_bytes(b"x")
    with hub(tmp_path / "repo") as (address, _):
        monkeypatch.setenv("HF_ENDPOINT", address)
        with pytest.raises(ModelUnavailable, match="not in diffusers' folder layout"):
            Checkpoint.find("own/model")
        (tmp_path / "repo" / "weights.safetensors").write_bytes(b"x")
        with pytest.raises(ModelUnavailable, match=r"download its weights\.safetensors, and set"):
            Checkpoint.find("own/model")


def sharded(folder: Path, *, variant: str | None = None, safetensors: bool = True) -> Path:
    """The same weights in several files with an index, as both libraries write them."""
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from transformers import CLIPTextModel

    for part, cls in [
        ("unet", UNet2DConditionModel),
        ("vae", AutoencoderKL),
        ("text_encoder", CLIPTextModel),
    ]:
        network = cls.from_pretrained(str(folder / part))
        for file in (folder / part).glob("*.safetensors"):
            file.unlink()
        given: dict[str, Any] = {"max_shard_size": "20KB", "variant": variant}
        if not safetensors and part != "text_encoder":  # transformers writes no .bin any more
            given["safe_serialization"] = False
        network.save_pretrained(str(folder / part), **given)
        assert len(list((folder / part).glob("*.index*json"))) == 1
        assert len(list((folder / part).glob("*-of-*"))) > 1
    return folder


@pytest.mark.parametrize("variant", [None, "fp16", "bf16"])
@pytest.mark.parametrize("safetensors", [True, False])
def test_weights_in_several_files(
    checkpoint: Path,
    painter: EnginePainter,
    tmp_path: Path,
    variant: str | None,
    safetensors: bool,
) -> None:
    folder = sharded(copied(checkpoint, tmp_path), variant=variant, safetensors=safetensors)
    ours = load_fp32(folder)
    assert abs(pixels(ours.paint(QUICK)[0]) - pixels(painter.paint(QUICK)[0])).max() <= 1
    ours.close()
    piece = sorted((folder / "unet").glob("*-of-*"))[1]
    piece.unlink()
    refused(folder, f"incomplete: unet/{piece.name} missing")
    [index] = (folder / "unet").glob("*.index*json")
    index.write_text('{"weight_map": {}}')  # which names nothing to load
    refused(folder, "incomplete: unet/.none. missing")


def test_a_bin_file_never_runs(old_checkpoint: Path, tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (tmp_path / "it-ran",)

    folder = copied(old_checkpoint, tmp_path)
    for file in ("unet/diffusion_pytorch_model.bin", "text_encoder/pytorch_model.bin"):
        torch.save({"weight": Evil()}, folder / file)
        refused(folder, "cannot be loaded")
        assert not (tmp_path / "it-ran").exists()
        shutil.copy(old_checkpoint / file, folder / file)


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        ("unet", {"block_out_channels": [32, 64]}),
        ("unet", {"cross_attention_dim": 48}),
        ("unet", {"layers_per_block": 2}),
        ("unet", {"in_channels": 9}),
        ("vae", {"latent_channels": 8}),
        ("vae", {"layers_per_block": 3}),
        ("text_encoder", {"hidden_size": 64}),
        ("text_encoder", {"num_hidden_layers": 3}),
        ("text_encoder", {"vocab_size": 9}),
        ("text_encoder", {"max_position_embeddings": 20}),
    ],
)
def test_a_config_that_lies_about_the_weights(
    checkpoint: Path, tmp_path: Path, part: str, changes: dict[str, Any]
) -> None:
    """Layers that the file lacks would be filled with random numbers, silently."""
    folder = copied(checkpoint, tmp_path)
    edit(folder / part / "config.json", **changes)
    refused(folder, f"{part} of copy (cannot be loaded|lacks)")


def test_weights_that_nothing_can_be_computed_with(checkpoint: Path, tmp_path: Path) -> None:
    """Of a quantized copy, which diffusers 0.42.1 and transformers 5.23.0 load as they are, and
    those of a merge that went wrong.
    """
    folder = copied(checkpoint, tmp_path)
    conv = "conv_in.weight"
    large = {"unet/diffusion_pytorch_model": conv, "text_encoder/model": "layer_norm1.weight"}
    ends = {
        ".scale_weight": torch.ones(1),
        ".SCB": torch.ones(1),
        ".weight.absmax": torch.ones(1),
        ".weight.quant_state.bitsandbytes__nf4": torch.ones(1, dtype=torch.uint8),
    }
    wrong = []
    for stem, ending in large.items():
        file = folder / f"{stem}.safetensors"
        whole = load_file(file)
        key = next(name for name in whole if name.endswith(ending))
        spoiled = {
            "quantized": [{key: (whole[key] * 20).to(kind)} for kind in (torch.int8, torch.bool)]
            + [{key.removesuffix(".weight") + end: scale} for end, scale in ends.items()],
            "not a number": [{key: whole[key] * bad} for bad in (torch.nan, torch.inf)],
        }
        for message, changes in spoiled.items():
            for change in changes:
                save_file({**whole, **change}, file)
                try:
                    load_painter(str(folder), device="cpu").close()
                    wrong.append((stem, next(iter(change)), "loaded"))
                except ModelUnavailable as error:
                    if message not in str(error) or key.split(".")[0] not in str(error):
                        wrong.append((stem, next(iter(change)), str(error)))
        save_file(whole, file)
    assert wrong == []


def test_weights_in_eight_bits_of_a_float_are_read(checkpoint: Path, tmp_path: Path) -> None:
    folder = copied(checkpoint, tmp_path)
    file = folder / "unet" / "diffusion_pytorch_model.safetensors"
    whole = load_file(file)
    save_file({name: each.to(torch.float8_e4m3fn) for name, each in whole.items()}, file)
    unet = load_fp32(folder).model.unet.state_dict()
    for name, each in whole.items():
        assert torch.equal(unet[name], each.to(torch.float8_e4m3fn).float()), name


def test_a_scheduler_that_cannot_be_used(checkpoint: Path, tmp_path: Path) -> None:
    folder = copied(checkpoint, tmp_path)
    settings = folder / "scheduler" / "scheduler_config.json"
    edit(settings, _class_name="DPMSolverSDEScheduler")
    refused(folder, "scheduler DPMSolverSDEScheduler of copy does not work.*torchsde")
    edit(settings, _class_name="NoSuchScheduler")
    refused(folder, "NoSuchScheduler")
    edit(settings, _class_name="PNDMScheduler", beta_schedule="none such")
    refused(folder, "PNDMScheduler of copy does not work")

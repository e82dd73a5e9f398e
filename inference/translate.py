"""Translate a checkpoint's UNet and decoder for OpenVINO, once for each machine and set of weights.

python -m inference.translate    translates the model of MODEL ahead, so that no worker has to

The work is done in a process of its own, which also tries every program: a translator and a
compiler of kernels can end a process outright, and a worker must not die of what is only to make it
faster. What has been tried lies in a folder under the user's cache; later starts only read it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from inference.checkpoint import Checkpoint, ModelUnavailable
from inference.options import LoadOptions
from inference.speed import is_faster
from inference.translated import (
    ANY,
    DECODER,
    ROWS,
    UNET,
    WORDS,
    Decoder,
    Plain,
    PlainDecoder,
    Steps,
    TranslatedUNet,
    TranslatedVae,
    Unfit,
    check,
    has_bfloat16,
)

logger = logging.getLogger(__name__)

RECIPE = 2  # to be raised when the files would come out otherwise
LARGEST = 10**9  # bytes of a UNet's files; a larger one takes minutes, and gains a third
PATIENCE = 900.0  # seconds for the whole translation
KEPT = 4  # translations of other weights that stay in the cache
_WORTH_ROUNDING = 1.1  # how much faster bfloat16 must be to be taken
_ROUNDS = 3
_MANIFEST = "translation.json"


@dataclass(frozen=True)
class Order:
    """What the other process is to translate: a checkpoint as load_model would load it."""

    folder: str
    name: str
    tiny_vae: str | None
    lora: str | None
    threads: int
    precision: str  # "f32", "bf16", or "" to take what is faster


def is_worth_it(checkpoint: Checkpoint) -> bool:
    """Whether to translate a checkpoint for the CPU without being asked to."""
    files = [it for end in ("safetensors", "bin") for it in checkpoint.folder.glob(f"unet/*.{end}")]
    small = sum(it.stat().st_size for it in files) <= LARGEST
    return small and importlib.util.find_spec("openvino") is not None


def translate(
    checkpoint: Checkpoint,
    unet: Any,
    vae: Any,
    *,
    side: int,
    options: LoadOptions,
    precision: str = "",
) -> tuple[TranslatedUNet, TranslatedVae, str]:
    """What stands in for the two parts, compiled for the model's own size, and the precision.

    unet, vae: loaded in float32. side: latent cells of the model's own size. precision: "f32",
    "bf16", or "" for what is faster here. The first call for a set of weights takes seconds for a
    small model and minutes for a large one. Raises ModelUnavailable when it does not work.
    """
    if importlib.util.find_spec("openvino") is None:
        raise ModelUnavailable(
            "ENGINE_COMPILE is openvino, but that package is not installed: pip install openvino,"
            " or set ENGINE_COMPILE=off."
        )
    if not precision and not has_bfloat16():
        precision = "f32"
    threads = torch.get_num_threads()
    order = Order(
        folder=str(checkpoint.folder),
        name=checkpoint.name,
        tiny_vae=options.tiny_vae,
        lora=options.lora,
        threads=threads,
        precision=precision,
    )
    folder = _cache() / _key(unet, vae, order, side)
    if not (folder / _MANIFEST).exists():
        _translate_elsewhere(order, folder)
    precision = json.loads((folder / _MANIFEST).read_text("utf-8"))["precision"]
    os.utime(folder)
    try:
        steps, decoder = Steps(folder, precision, threads), Decoder(folder, precision, threads)
        steps.programs.prepare([(rows, side, side) for rows in ROWS])
        decoder.programs.prepare([(1, side, side)])
    except Unfit as error:
        raise ModelUnavailable(f"A translation that worked does not any more: {error}") from error
    return TranslatedUNet(unet, steps, side), TranslatedVae(vae, decoder, side), precision


def _cache() -> Path:
    try:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    except RuntimeError as error:
        raise ModelUnavailable(
            "There is no place for the translated model, since this user has no home: set"
            " XDG_CACHE_HOME to a folder that can be written, or ENGINE_COMPILE=off."
        ) from error
    return Path(base) / "efude" / "openvino"


def _key(unet: Any, vae: Any, order: Order, side: int) -> str:
    """A name for these weights, on this kind of processor, by this translator."""
    told = hashlib.blake2b(digest_size=16)
    about = [RECIPE, version("openvino"), version("diffusers"), has_bfloat16(), order.precision]
    about += [side, dict(unet.config), dict(vae.config)]
    told.update(json.dumps(about, sort_keys=True, default=str).encode())
    for part in (unet, vae):
        for name, tensor in sorted(part.state_dict().items()):
            told.update(name.encode())
            told.update(tensor.detach().reshape(-1).view(torch.uint8).numpy())
    return told.hexdigest()


def _translate_elsewhere(order: Order, folder: Path) -> None:
    """Have another process fill the folder. Raises ModelUnavailable with what it said last."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(prefix="making-", dir=folder.parent))
    except OSError as error:
        raise ModelUnavailable(
            f"There is no place for the translated model: {error}. Set XDG_CACHE_HOME to a folder"
            " that can be written, or ENGINE_COMPILE=off."
        ) from error
    try:
        root = str(Path(__file__).resolve().parent.parent)
        path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
        done = subprocess.run(  # noqa: S603  # ourselves
            [sys.executable, "-m", "inference.translate", str(place)],
            input=json.dumps(asdict(order)),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env={**os.environ, "PYTHONPATH": path},
            check=False,
        )
        if done.returncode:
            said = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
            raise ModelUnavailable(
                f"The model cannot be translated for OpenVINO (status {done.returncode}:"
                f" {said[0]}). Set ENGINE_COMPILE=off to do without."
            )
        shutil.rmtree(folder, ignore_errors=True)
        try:
            place.rename(folder)
        except OSError:  # another worker was first
            if not (folder / _MANIFEST).exists():
                raise
    except subprocess.TimeoutExpired as error:
        raise ModelUnavailable(
            f"Translating the model for OpenVINO took longer than {PATIENCE:.0f} s. Set"
            " ENGINE_COMPILE=off to do without."
        ) from error
    finally:
        shutil.rmtree(place, ignore_errors=True)
    _forget_old(folder.parent)


def _forget_old(cache: Path) -> None:
    made = [it for it in cache.iterdir() if (it / _MANIFEST).exists()]
    old = sorted(made, key=lambda it: it.stat().st_mtime)[: -KEPT - 1]
    left = [it for it in cache.glob("making-*") if it.stat().st_mtime < time.time() - 2 * PATIENCE]
    for folder in old + left:  # those that were left belonged to workers that were ended meanwhile
        shutil.rmtree(folder, ignore_errors=True)


def ahead(environ: Mapping[str, str]) -> str:
    """Load the model as a worker with these settings would; what came of it, in a sentence.

    Raises PaintError when it cannot be loaded.
    """
    from inference.model import load_model

    options = LoadOptions.from_env(environ)
    found = Checkpoint.find(environ.get("MODEL"), environ.get("HF_TOKEN"))
    if not found.for_engine:
        return f"{found.name} is painted by diffusers' own pipeline; there is nothing to do."
    model = load_model(found, device=environ.get("DEVICE"), options=options)
    if model.runtime == "openvino":
        return f"{model.name} is ready for this processor, in {model.precision}."
    return f"{model.name} is painted by torch here; there is nothing to do."


# --- the other process


def make(place: Path, order: Order) -> None:
    """Translate what is ordered into the folder, and try it; raises what goes wrong."""
    from inference.model import load_model

    model = load_model(
        Checkpoint(Path(order.folder), order.name),
        device="cpu",
        dtype=torch.float32,
        token=os.environ.get("HF_TOKEN"),
        options=LoadOptions(tiny_vae=order.tiny_vae, lora=order.lora, threads=order.threads),
    )
    side = -(-model.native_size // model.factor)
    channels, width = model.unet.config.in_channels, model.unet.config.cross_attention_dim
    torch.manual_seed(0)
    unet, decoder = Plain(model.unet).eval(), PlainDecoder(model.vae).eval()
    latents = torch.randn(2, channels, side, side)
    words = torch.randn(2, 77, width)
    inputs = (latents, torch.tensor([500.0, 20.0]), words)
    # Traced at a size that halving does not divide: only then does diffusers ask each level for its
    # size, rather than take it for twice the one below.
    uneven = torch.randn(2, channels, side + 1, side + 3)
    whole = _traced(unet, (uneven, *inputs[1:]))
    _save(_words_alone(whole), place / WORDS)
    _save(whole, place / UNET)
    _save(_traced(decoder, (uneven[:1],)), place / DECODER)
    precision = order.precision or _faster(place, inputs, side, order.threads)
    with torch.no_grad():
        steps = Steps(place, precision, order.threads)
        for rows in (1, *ROWS):  # a single row is of a shape without a program of its own
            many = [it[:1].expand(rows, *it.shape[1:]).contiguous() for it in inputs]
            if rows in ROWS:
                steps.programs.prepare([(rows, side, side)])
            check(steps(many), unet(*many))
        shows = Decoder(place, precision, order.threads)
        shows.programs.prepare([(1, side, side)])
        check(shows([latents[:1]]), decoder(latents[:1]))
    (place / _MANIFEST).write_text(json.dumps({"precision": precision}), encoding="utf-8")


def _traced(module: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> Any:
    """The module as an OpenVINO model that takes any rows and sizes.

    By the frontend itself: openvino.convert_model does no more, but counts its uses by telemetry.
    """
    import openvino
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    frontend = FrontEndManager().load_by_framework("pytorch")
    with torch.no_grad():
        traced = TorchScriptPythonDecoder(module, example_input=inputs)
    model = frontend.convert(frontend.load(traced))
    for number, (entry, example) in enumerate(zip(model.inputs, inputs, strict=True)):
        size = [ANY, *example.shape[1:]]
        if number == 0:
            size[2:] = [ANY, ANY]
        node = entry.get_node()
        node.set_partial_shape(openvino.PartialShape(size))
        node.set_element_type(openvino.Type.f32)
    model.validate_nodes_and_infer_types()
    return model


def _words_alone(unet: Any) -> Any:
    """Cut what depends on nothing but the words' states out of a UNet: a model of its own.

    What was cut out becomes further inputs of the UNet, in the order of the new model's outputs.
    """
    import openvino
    from openvino import opset13

    latents, times, states = (it.get_node() for it in unet.inputs)
    of_step = {latents.get_friendly_name(), times.get_friendly_name()}
    of_words = {states.get_friendly_name()}
    for operation in unet.get_ordered_ops():
        sources = {
            it.get_source_output().get_node().get_friendly_name() for it in operation.inputs()
        }
        if sources & of_step:
            of_step.add(operation.get_friendly_name())
        elif sources & of_words:
            of_words.add(operation.get_friendly_name())
    cuts = [
        output
        for operation in unet.get_ordered_ops()
        if operation.get_friendly_name() in of_words and operation != states
        for output in operation.outputs()
        if _begins_with_rows(output)
        and any(it.get_node().get_friendly_name() in of_step for it in output.get_target_inputs())
    ]
    alone = openvino.Model([opset13.result(it) for it in cuts], [states], "words").clone()
    given = []
    for output, shape in zip(cuts, _sizes(alone), strict=True):
        given.append(opset13.parameter([ANY, *shape[1:]], openvino.Type.f32))
        for taker in output.get_target_inputs():
            if taker.get_node().get_friendly_name() in of_step:
                taker.replace_source_output(given[-1].output(0))
    unet.add_parameters(given)
    unet.validate_nodes_and_infer_types()
    return alone


def _sizes(words: Any) -> list[list[int]]:
    """The shape of each output for a single row; most sizes stand open after tracing."""
    one = words.clone()
    size = one.inputs[0].partial_shape
    size[0] = 1
    one.reshape({one.inputs[0]: size})
    return [list(it.shape) for it in one.outputs]


def _begins_with_rows(output: Any) -> bool:
    """Numbers of every row, and not one of the shapes that are computed along the way."""
    shape = output.get_partial_shape()
    is_float = output.get_element_type().is_real()
    return is_float and shape.rank.is_static and len(shape) > 1 and shape[0].is_dynamic


def _save(model: Any, file: Path) -> None:
    import openvino

    openvino.save_model(model, file, compress_to_fp16=False)


def _faster(folder: Path, inputs: tuple[torch.Tensor, ...], side: int, threads: int) -> str:
    """In which precision the UNet is faster, by turns and the best of three."""
    steps = {it: Steps(folder, it, threads) for it in ("f32", "bf16")}
    for made in steps.values():
        made.programs.prepare([(2, side, side)])
    half, whole = (partial(steps[name], inputs) for name in ("bf16", "f32"))
    return "bf16" if is_faster(half, whole, _WORTH_ROUNDING) else "f32"


def main(arguments: list[str]) -> None:
    """Without an argument: see above. With a folder: fill it, by an order from standard input."""
    if arguments:
        make(Path(arguments[0]), Order(**json.load(sys.stdin)))
    else:
        print(ahead(os.environ))


if __name__ == "__main__":
    main(sys.argv[1:])

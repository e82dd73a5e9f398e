"""Make the files of a translation for OpenVINO from a checkpoint's UNet and decoder, and try them.

A process of its own: inference.translate starts it with a folder, and an order on standard input.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

from inference.checkpoint import Checkpoint
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
    check,
)

RECIPE = 2  # to be raised when the files would come out otherwise
MANIFEST = "translation.json"  # is written last: what has none is not done
_WORTH_ROUNDING = 1.1  # how much faster bfloat16 must be to be taken


@dataclass(frozen=True)
class Order:
    """What is to be translated: a checkpoint as load_model would load it."""

    folder: str
    name: str
    tiny_vae: str | None
    lora: str | None
    threads: int
    precision: str  # "f32", "bf16", or "" to take what is faster


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
    (place / MANIFEST).write_text(json.dumps({"precision": precision}), encoding="utf-8")


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


if __name__ == "__main__":
    make(Path(sys.argv[1]), Order(**json.load(sys.stdin)))

"""Make the files of an OpenVINO export from a checkpoint's UNet and decoder, and try them.

A process of its own: cache.py starts it with a folder, and an ExportJob on standard input.
"""

from __future__ import annotations

import json
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

import torch

from inference.backends.openvino.recipe import (
    DECODER,
    MANIFEST,
    ROW_COUNTS,
    TEXT_PROJECTIONS,
    UNET,
    ExportJob,
    row_counts,
)
from inference.backends.openvino.runtime import (
    DYNAMIC,
    OpenVinoDecoder,
    OpenVinoUNet,
    TraceableDecoder,
    TraceableUNet,
    check_close,
)
from inference.load_options import LoadOptions
from inference.models.checkpoint import Checkpoint
from inference.models.conditioning import embed_guidance
from inference.models.device import is_faster
from inference.models.load import load_model

_WORTH_ROUNDING = 1.1  # how much faster bfloat16 must be to be taken


def export(folder: Path, job: ExportJob) -> None:
    """Export the job's checkpoint into the folder, and try it. Raises what goes wrong."""
    model = load_model(
        Checkpoint(Path(job.folder), job.name, Path(job.file) if job.file else None),
        device="cpu",
        dtype=torch.float32,
        token=os.environ.get("HF_TOKEN"),
        options=LoadOptions(tiny_vae=job.tiny_vae, lora=job.lora, threads=job.threads),
    )
    side = model.latent_side
    channels, width = model.unet.config.in_channels, model.unet.config.cross_attention_dim
    torch.manual_seed(0)
    unet, decoder = TraceableUNet(model.unet).eval(), TraceableDecoder(model.vae).eval()
    latents = torch.randn(2, channels, side, side)
    states = torch.randn(2, 77, width)
    inputs: tuple[torch.Tensor, ...] = (latents, torch.tensor([500.0, 20.0]), states)
    if model.scale_width:
        inputs += (embed_guidance(torch.tensor([2.0, 5.0]), model.scale_width),)
    # Traced at a size that halving does not divide: only then does diffusers ask each level for its
    # size, rather than take it for twice the one below.
    uneven = torch.randn(2, channels, side + 1, side + 3)
    traced = _traced(unet, (uneven, *inputs[1:]))
    _save(_split_text_projections(traced), folder / TEXT_PROJECTIONS)
    _save(traced, folder / UNET)
    _save(_traced(decoder, (uneven[:1],)), folder / DECODER)
    precision = job.precision or _faster_precision(folder, inputs, side, job.threads)
    with torch.no_grad():
        fast_unet = OpenVinoUNet(folder, precision, job.threads)
        for rows in (1, *ROW_COUNTS):  # a single row mostly has no program of its own
            many = [x[:1].expand(rows, *x.shape[1:]).contiguous() for x in inputs]
            if rows in row_counts(model.unet):
                fast_unet.network.prepare([(rows, side, side)])
            check_close(fast_unet(many), unet(*many))
        fast_decoder = OpenVinoDecoder(folder, precision, job.threads)
        fast_decoder.network.prepare([(1, side, side)])
        check_close(fast_decoder([latents[:1]]), decoder(latents[:1]))
    (folder / MANIFEST).write_text(json.dumps({"precision": precision}), encoding="utf-8")


def _traced(module: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> Any:
    """Convert the module into an OpenVINO model that takes any rows and sizes.

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
        size = [DYNAMIC, *example.shape[1:]]
        if number == 0:
            size[2:] = [DYNAMIC, DYNAMIC]
        node = entry.get_node()
        node.set_partial_shape(openvino.PartialShape(size))
        node.set_element_type(openvino.Type.f32)
    model.validate_nodes_and_infer_types()
    return model


def _split_text_projections(unet: Any) -> Any:
    """Cut out of a UNet what depends on the text states alone, into a model of its own.

    What was cut out becomes further inputs of the UNet, in the order of the new model's outputs.
    """
    import openvino
    from openvino import opset13

    latents, times, states, *others = (entry.get_node() for entry in unet.inputs)
    of_step = {entry.get_friendly_name() for entry in (latents, times, *others)}
    of_text = {states.get_friendly_name()}
    for operation in unet.get_ordered_ops():
        sources = {
            entry.get_source_output().get_node().get_friendly_name() for entry in operation.inputs()
        }
        if sources & of_step:
            of_step.add(operation.get_friendly_name())
        elif sources & of_text:
            of_text.add(operation.get_friendly_name())
    cuts = [
        output
        for operation in unet.get_ordered_ops()
        if operation.get_friendly_name() in of_text and operation != states
        for output in operation.outputs()
        if _begins_with_rows(output)
        and any(t.get_node().get_friendly_name() in of_step for t in output.get_target_inputs())
    ]
    projections = openvino.Model([opset13.result(cut) for cut in cuts], [states], "words").clone()
    parameters = []
    for output, shape in zip(cuts, _row_shapes(projections), strict=True):
        parameters.append(opset13.parameter([DYNAMIC, *shape[1:]], openvino.Type.f32))
        for target in output.get_target_inputs():
            if target.get_node().get_friendly_name() in of_step:
                target.replace_source_output(parameters[-1].output(0))
    unet.add_parameters(parameters)
    unet.validate_nodes_and_infer_types()
    return projections


def _row_shapes(projections: Any) -> list[list[int]]:
    """Return the shape of each output for a single row; most are dynamic after tracing."""
    one = projections.clone()
    size = one.inputs[0].partial_shape
    size[0] = 1
    one.reshape({one.inputs[0]: size})
    return [list(output.shape) for output in one.outputs]


def _begins_with_rows(output: Any) -> bool:
    """Return whether it holds numbers of every row, and not a shape that is computed on the way."""
    shape = output.get_partial_shape()
    is_float = output.get_element_type().is_real()
    return is_float and shape.rank.is_static and len(shape) > 1 and shape[0].is_dynamic


def _save(model: Any, file: Path) -> None:
    import openvino

    openvino.save_model(model, file, compress_to_fp16=False)


def _faster_precision(
    folder: Path, inputs: tuple[torch.Tensor, ...], side: int, threads: int
) -> str:
    """Measure in which precision the UNet is faster."""
    unets = {p: OpenVinoUNet(folder, p, threads) for p in ("f32", "bf16")}
    for unet in unets.values():
        unet.network.prepare([(2, side, side)])
    bf16, f32 = (partial(unets[name], inputs) for name in ("bf16", "f32"))
    return "bf16" if is_faster(bf16, f32, _WORTH_ROUNDING) else "f32"


if __name__ == "__main__":
    export(Path(sys.argv[1]), ExportJob(**json.load(sys.stdin)))

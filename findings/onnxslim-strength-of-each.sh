#!/usr/bin/env bash
# onnxslim 0.1.98: a factor for each picture, row or column becomes a factor for each channel.
# Guess: slim() leaves what a model computes as it is: a Conv followed by a Mul may become one Conv where that gives the same.
# Seen: it does so wherever the factors are as many as the channels, whatever axis they lie on: with latents of 4 channels the
#   strengths of 4 pictures, (4, 1, 1, 1), go to the channels, and so do a shade for 4 rows or columns. Shape and size are
#   right, nothing is said. ConvTranspose too. With 3 or 5 pictures, or an Add instead of the Mul, all is right.
#   skip_fusion_patterns=["FusionConvMul"] leaves the Mul alone.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet onnxslim==0.1.98 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PY'
import numpy
import onnx
import onnxruntime
import onnxslim
from onnx import TensorProto, helper, numpy_helper

draw = numpy.random.default_rng(0)
WEIGHT = draw.standard_normal((4, 4, 3, 3)).astype(numpy.float32)


def model(shape, factors, convolution, operation):
    """Make a checked model: a convolution of 4 channels, and what follows it with these factors."""
    nodes = [
        helper.make_node(convolution, ["latents", "weight"], ["drawn"], pads=[1, 1, 1, 1]),
        helper.make_node(operation, ["drawn", "factors"], ["result"]),
    ]
    ends = [[helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)] for name in ("latents", "result")]
    values = [numpy_helper.from_array(array, name) for array, name in ((WEIGHT, "weight"), (factors, "factors"))]
    made = helper.make_model(
        helper.make_graph(nodes, "strengths", *ends, values), opset_imports=[helper.make_opsetid("", 18)], ir_version=8
    )
    onnx.checker.check_model(made, full_check=True)
    return made


def results(shape, where, convolution="Conv", operation="Mul", **options):
    """Run the model as it is and slimmed, and return both results and the factors' values."""
    factors = numpy.linspace(0.25, 1, max(where), dtype=numpy.float32).reshape(where)
    made = model(shape, factors, convolution, operation)
    slim = onnxslim.slim(onnx.ModelProto.FromString(made.SerializeToString()), **options)
    latents = numpy.random.default_rng(1).standard_normal(shape).astype(numpy.float32)
    outputs = []
    for each in (made, slim):
        session = onnxruntime.InferenceSession(each.SerializeToString(), providers=["CPUExecutionProvider"])
        outputs.append(session.run(None, {"latents": latents})[0])
    print(f"{convolution} of {shape}, {operation} {where}: {numpy.abs(outputs[1] - outputs[0]).max():.2g} off")
    return *outputs, factors


for shape, where, same in (
    ((4, 4, 8, 8), (4, 1, 1, 1), False),
    ((1, 4, 4, 8), (4, 1), False),
    ((1, 4, 8, 4), (4,), False),
    ((4, 4, 8, 8), (4, 1, 1), True),
    ((3, 4, 8, 8), (3, 1, 1, 1), True),
    ((5, 4, 8, 8), (5, 1, 1, 1), True),
):
    for convolution in ("Conv", "ConvTranspose"):
        right, slim, factors = results(shape, where, convolution)
        assert right.shape == slim.shape and numpy.allclose(right, slim, atol=1e-4) is same
        if not same:
            channels = right / factors * factors.reshape(1, 4, 1, 1)
            assert numpy.allclose(slim, channels, atol=1e-4), "not the channels' factors either"
for options in ({"operation": "Add"}, {"skip_fusion_patterns": ["FusionConvMul"]}):
    right, slim, _ = results((4, 4, 8, 8), (4, 1, 1, 1), **options)
    assert numpy.allclose(right, slim, atol=1e-4)
PY

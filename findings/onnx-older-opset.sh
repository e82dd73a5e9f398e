#!/usr/bin/env bash
# onnx 1.23.2: models of an older opset are computed as if they were new, by its converter and by its reference.
# Guess: convert_version() leaves what a model computes, and ReferenceEvaluator computes each opset by its own rules.
# Seen: raised from opset 9 or 10 to 11, a linear Upsample or Resize counts pixels from their middles, not their edges as
#   before (known: onnx issue 8480), so a picture is moved by a quarter of a pixel; Hardmax marks each row, not the whole. The
#   converter raises Softmax rightly, but the reference computes opset 11's by row as in 13, so the converted model differs
#   from its own original there, and BatchNormalization of opset 9 by the batch, as in training. onnxruntime is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PY'
import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper, version_converter
from onnx.reference import ReferenceEvaluator

onnxruntime.set_default_logger_severity(4)
LINE = numpy.arange(4, dtype=numpy.float32).reshape(1, 1, 1, 4)
SQUARE = numpy.array([[[1, 2], [3, 4]]], numpy.float32)


def model(kind, opset, picture, *values, **attributes):
    """Make a checked model of one node, with further inputs of these values."""
    names = [f"value{number}" for number in range(len(values))]
    node = helper.make_node(kind, ["picture", *names], ["result"], **attributes)
    shape = [None] * picture.ndim
    graph = helper.make_graph(
        [node],
        "older",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, picture.shape)],
        [helper.make_tensor_value_info("result", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(numpy.array(value, numpy.float32), name) for value, name in zip(values, names)],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    onnx.checker.check_model(made, full_check=True)
    return made


def run(made, picture):
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"picture": picture})[0].round(3).flatten().tolist()


def referred(made, picture):
    return ReferenceEvaluator(made).run(None, {"picture": picture})[0].round(3).flatten().tolist()


def near(one, other):
    return numpy.allclose(one, other, atol=0.002)


for kind, opset in (("Upsample", 9), ("Resize", 10)):
    for mode in ("nearest", "linear"):
        made = model(kind, opset, LINE, [1, 1, 1, 2], mode=mode)
        before, after = run(made, LINE), run(version_converter.convert_version(made, 11), LINE)
        print(f"{kind} {mode}: opset {opset} {before}, raised to 11 {after}")
        assert (before == after) == (mode == "nearest")
    assert near(before, [0, 0.5, 1, 1.5, 2, 2.5, 3, 3]) and near(after, [0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3])

for kind in ("Hardmax", "Softmax"):
    made = model(kind, 11, SQUARE)
    raised = version_converter.convert_version(made, 13)
    before, after = run(made, SQUARE), run(raised, SQUARE)
    reference, of_raised = referred(made, SQUARE), referred(raised, SQUARE)
    print(f"{kind}: opset 11 {before}, raised to 13 {after}; by the reference {reference} and {of_raised}")
    # Of opset 11, with axis 1, it goes over all four numbers.
    assert abs(sum(before) - 1) < 0.002 and abs(sum(reference) - 2) < 0.002 and near(of_raised, after)
    assert near(before, after) == (kind == "Softmax")

made = model("BatchNormalization", 9, LINE, [1], [0], [2], [4])
raised = version_converter.convert_version(made, 15)
before, reference, of_raised = run(made, LINE), referred(made, LINE), referred(raised, LINE)
print(f"BatchNormalization: opset 9 {before}; by the reference {reference}, raised to 15 {of_raised}")
assert near(before, (LINE.flatten() - 2) / 2) and near(before, of_raised) and not near(before, reference)
PY

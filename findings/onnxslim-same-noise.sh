#!/usr/bin/env bash
# onnxslim 0.1.98: a slimmed model has lost its noise: two draws become one, or a constant of the file.
# Guess: slim() leaves what a model computes as it is, so nodes that draw random numbers draw them still, each its own.
# Seen: two RandomNormalLike nodes on one input are merged as if equal, so their difference is 0; so are two RandomUniformLike.
#   RandomNormal, which has no input, is drawn once while slimming and stored, though it has no seed: all later pictures have
#   the same noise, in every run of the file. No warning. no_constant_folding=True does not help;
#   skip_optimizations=["constant_folding", "subexpression_elimination"] leaves all draws.
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
from onnx import TensorProto, helper

SHAPE = [1, 4, 16, 16]
INPUT = numpy.full(SHAPE, 0.5, numpy.float32)


def model(*nodes):
    """Make a checked model of these nodes, from "latents" to "result"."""
    ends = [[helper.make_tensor_value_info(name, TensorProto.FLOAT, SHAPE)] for name in ("latents", "result")]
    made = helper.make_model(
        helper.make_graph(list(nodes), "noise", *ends), opset_imports=[helper.make_opsetid("", 18)], ir_version=8
    )
    onnx.checker.check_model(made, full_check=True)
    return made


def results(made):
    """Run the model twice in one session and return both results."""
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    return [session.run(None, {"latents": INPUT})[0] for _ in range(2)]


def result(made):
    return results(made)[0]


def slimmed(made, **options):
    """Slim a copy, for slim() works in place."""
    return onnxslim.slim(onnx.ModelProto.FromString(made.SerializeToString()), **options)


def kinds(made):
    return [node.op_type for node in made.graph.node]


for kind in ("RandomNormalLike", "RandomUniformLike"):
    two = model(
        helper.make_node(kind, ["latents"], ["one"]),
        helper.make_node(kind, ["latents"], ["other"]),
        helper.make_node("Sub", ["one", "other"], ["result"]),
    )
    slim = slimmed(two)
    print(f"two draws of {kind} differ by {result(two).std():.2f}, slimmed by {result(slim).std():.2f}: {kinds(slim)}")
    assert result(two).std() > 0.3 and not result(slim).any() and kinds(slim) == [kind, "Sub"]
    assert result(slimmed(two, skip_optimizations=["subexpression_elimination"])).std() > 0.3

noisy = model(
    helper.make_node("RandomNormal", [], ["noise"], shape=SHAPE),
    helper.make_node("Add", ["latents", "noise"], ["result"]),
)
slim = slimmed(noisy)
before, after = [numpy.subtract(*results(each)).std() for each in (noisy, slim)]
print(f"two runs with RandomNormal differ by {before:.2f}, slimmed by {after:.2f}: {kinds(slim)}")
assert before > 1 and after == 0 and kinds(slim) == ["Add"] and result(slim).std() > 0.5
assert kinds(slimmed(noisy, no_constant_folding=True)) == ["Add"]
assert kinds(slimmed(noisy, skip_optimizations=["constant_folding"])) == ["RandomNormal", "Add"]
PY

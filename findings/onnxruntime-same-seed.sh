#!/usr/bin/env bash
# onnxruntime 1.32.0: the noise of one seed is the same in two nodes, and another when the model runs again.
# Guess: RandomNormal with a seed gives its own noise, the same whenever the model runs.
# Seen: only the first run of a session does; the second gives other noise, and so another picture for the same seed. Two
#   nodes with one seed give the same noise, as do the seeds 7 and 7.9, 16777216 and 16777217, 0.5 and 4294967303.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet onnxruntime==1.32.0 onnx==1.23.2
"$folder/venv/bin/python" - <<'PY'
import onnx
import onnxruntime
from onnx import TensorProto, helper


def session(*seeds):
    """Make a model of one RandomNormal node for each seed, eight numbers each."""
    names = [f"noise{number}" for number in range(len(seeds))]
    nodes = [
        helper.make_node("RandomNormal", [], [name], shape=[8], seed=float(seed))
        for name, seed in zip(names, seeds, strict=True)
    ]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [8]) for name in names]
    graph = helper.make_graph(nodes, "noise", [], outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def noise(opened):
    return [result.round(4).tolist() for result in opened.run(None, {})]


opened = session(7)
[first], [second], [anew] = noise(opened), noise(opened), noise(session(7))
print("seed 7:", first[:3], "then", second[:3], "in a new session", anew[:3])
assert first == anew != second
[one, other] = noise(session(7, 7))
print("in two nodes:", one[:3], other[:3])
assert one == other == first
for one, other, same in ((7, 7.9, True), (16777216, 16777217, True), (0.5, 4294967303, True), (7, 8, False)):
    equal = noise(session(one)) == noise(session(other))
    print(f"seeds {one} and {other}: {'the same' if equal else 'other'} noise")
    assert equal is same
PY

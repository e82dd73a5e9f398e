#!/usr/bin/env bash
# openvino 2026.4.1: a model that gives back its int64 input gives back other numbers.
# Guess: int64 and uint32 hold what they hold in onnxruntime, whole numbers and their wrapping included.
# Seen: on the CPU they are computed in 32 bits, also where nothing is computed: the seed 1234567890123 is 1912276171,
#   2 ** 31 is negative, and the output still says int64. double is multiplied as float. uint8 less uint8 stops at 0,
#   where onnxruntime goes on at 255. Nothing warns of it, neither at compiling nor at running.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet openvino==2026.4.1 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PY'
import numpy as np
import onnx
import onnxruntime
import openvino
from onnx import TensorProto, helper

core = openvino.Core()


def computed(operator, *arrays, to=None):
    """Apply an operator to arrays in onnxruntime and in OpenVINO."""
    def kind(array):
        return helper.np_dtype_to_tensor_dtype(array.dtype)

    names = [f"input_{number}" for number in range(len(arrays))]
    node = helper.make_node(operator, names, ["output"], **({"to": to} if to else {}))
    values = [helper.make_tensor_value_info(name, kind(array), array.shape) for name, array in zip(names, arrays)]
    output = helper.make_tensor_value_info("output", to or kind(arrays[0]), arrays[0].shape)
    model = helper.make_model(
        helper.make_graph([node], "one", values, [output]), opset_imports=[helper.make_opsetid("", 18)], ir_version=9
    )
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, "model.onnx")
    feed = dict(zip(names, arrays))
    right = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"]).run(None, feed)[0]
    seen = core.compile_model("model.onnx", "CPU")(feed)[0]
    print(f"{operator}: onnxruntime {right.tolist()}, OpenVINO {seen.tolist()}, {right.dtype} {seen.dtype}")
    assert right.dtype == seen.dtype
    return right, seen


seeds = np.array([42, 2**31 - 1, 2**31, 1234567890123], "int64")
right, seen = computed("Identity", seeds)
assert right.tolist() == seeds.tolist()
assert seen.tolist() == seeds.astype("int32").tolist() == [42, 2**31 - 1, -(2**31), 1912276171]
right, seen = computed("Add", seeds, np.ones(4, "int64"))
assert right.tolist() == (seeds + 1).tolist()
assert seen.tolist() == [43, -(2**31), 1 - 2**31, 1912276172]
right, seen = computed("Cast", np.array([7, 4000000000], "uint32"), to=TensorProto.INT64)
assert right.tolist() == [7, 4000000000]
assert seen.tolist() == [7, 4000000000 - 2**32]
third = np.array([1 / 3], "float64")
right, seen = computed("Mul", third, third)
assert right.tolist() == (third * third).tolist()
assert abs(seen[0] - right[0]) > 1e-9, seen
right, seen = computed("Sub", np.array([0, 9, 200], "uint8"), np.array([1, 9, 1], "uint8"))
assert right.tolist() == [255, 0, 199]
assert seen.tolist() == [0, 0, 199]
PY

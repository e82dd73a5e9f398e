#!/usr/bin/env bash
# openvino 2026.4.1: an ONNX model that fits a picture into a square stretches it instead.
# Guess: Resize does what its keep_aspect_ratio_policy and antialias say, or the model is refused.
# Seen: both are passed over in silence. An 8 x 4 picture to fit into 4 x 4 is 4 x 4, not 4 x 2, and the circle an
#   ellipse; fine stripes made smaller are as without antialias. onnxruntime and the reference of onnx agree with each other.
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
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

core = openvino.Core()


def resized(picture, size, **attributes):
    """Resize height and width in the reference of onnx, onnxruntime and OpenVINO."""
    node = helper.make_node("Resize", ["picture", "", "", "size"], ["result"], axes=[2, 3], **attributes)
    graph = helper.make_graph(
        [node],
        "resize",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, picture.shape)],
        [helper.make_tensor_value_info("result", TensorProto.FLOAT, [1, 1, None, None])],
        [numpy_helper.from_array(np.array(size, "int64"), "size")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, "model.onnx")
    feed = {"picture": picture}
    session = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])
    config = {"INFERENCE_PRECISION_HINT": "f32"}
    return (
        ReferenceEvaluator(model).run(None, feed)[0],
        session.run(None, feed)[0],
        core.compile_model("model.onnx", "CPU", config)(feed)[0],
    )


wide = np.arange(32, dtype="float32").reshape(1, 1, 4, 8)
for policy, expected in (("stretch", (4, 4)), ("not_larger", (2, 4)), ("not_smaller", (4, 8))):
    shapes = [result.shape[2:] for result in resized(wide, (4, 4), mode="linear", keep_aspect_ratio_policy=policy)]
    print(f"4 high and 8 wide to (4, 4), {policy}: {shapes}")
    assert shapes == [expected, expected, (4, 4)]

stripes = np.zeros((1, 1, 8, 8), "float32")
stripes[..., ::2] = 255
for mode in ("linear", "cubic"):
    plain = resized(stripes, (2, 2), mode=mode)
    smooth = resized(stripes, (2, 2), mode=mode, antialias=1)
    print(f"stripes, {mode}: {[result[0, 0, 0].round().tolist() for result in smooth]}")
    assert all(np.allclose(result, plain[0], atol=0.1) for result in plain)
    assert np.allclose(smooth[0], smooth[1], atol=0.1)
    assert np.allclose(smooth[2], plain[2], atol=0.1)
    assert abs(smooth[2] - smooth[0]).max() > 20
PY

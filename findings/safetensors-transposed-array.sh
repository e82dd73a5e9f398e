#!/usr/bin/env bash
# safetensors 0.8.0: a transposed numpy array is saved as another array of the same shape.
# Guess: save() writes the array's values in order, as numpy.save and safetensors 0.7.0 do, or refuses, as its save for torch does.
# Seen: it writes the memory as it lies: weights.T, asfortranarray(weights), and channels moved to the front of a picture come back
#   scrambled. Shape and dtype are right and nothing is raised. The docstring asks for contiguous tensors;
#   ascontiguousarray() helps.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet safetensors==0.8.0 numpy==2.4.6
"$folder/venv/bin/python" -W ignore - <<'PY'
import io

import numpy as np
import safetensors.numpy

weights = np.arange(6, dtype="float32").reshape(2, 3)
picture = np.arange(2 * 2 * 3, dtype="uint8").reshape(2, 2, 3)
arrays = {
    "as it is": weights,
    "transposed": weights.T,
    "Fortran order": np.asfortranarray(weights),
    "channels first": np.moveaxis(picture, 2, 0),
    "transposed and made contiguous": np.ascontiguousarray(weights.T),
}
for name, array in arrays.items():
    saved = safetensors.numpy.load(safetensors.numpy.save({"x": array}))["x"]
    print(f"{name}: {array.tolist()} is {saved.tolist()}")
    assert saved.shape == array.shape and saved.dtype == array.dtype
    file = io.BytesIO()
    np.save(file, array)
    file.seek(0)
    assert np.array_equal(np.load(file), array)
    assert np.array_equal(saved, array) == array.flags.c_contiguous, name
    # What is saved is the memory in its own order.
    assert saved.ravel().tolist() == array.ravel(order="K").tolist(), name
PY

#!/usr/bin/env bash
# diffusers 0.42.1: photos given as arrays or tensors are shrunk by leaving points out, whatever resample says.
# Guess: VaeImageProcessor(resample="lanczos"), the default of the image-to-image pipelines, resizes a photo alike as a PIL image, a
#   numpy array in [0, 1] and a torch tensor, all of which preprocess takes.
# Seen: resample is used for PIL images alone. Arrays and tensors take the nearest point: at half the size a chequered sheet of
#   black and white is all black, where a PIL image is grey; thin lines are gone or as thick as before. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 diffusers==0.42.1
cd "$folder"
DIFFUSERS_VERBOSITY=error venv/bin/python -W ignore - <<'PY'
import numpy as np
import torch
from diffusers.image_processor import VaeImageProcessor
from PIL import Image

torch.set_num_threads(1)
SIDE = 128
rows, columns = np.indices((SIDE, SIDE))
PICTURES = {
    "chequered": (rows + columns) % 2,
    "lines in odd columns": (columns % 16 == 5) * 1,
    "lines in even columns": (columns % 16 == 4) * 1,
}


def shrunk(picture, resample):
    """Return what the photo is at half its size, in [0, 1], for each way of giving it."""
    array = np.repeat(picture[..., None], 3, axis=2).astype(np.float32)
    given = {
        "PIL": Image.fromarray((array * 255).astype(np.uint8)),
        "numpy": array,
        "torch": torch.from_numpy(array).permute(2, 0, 1),
    }
    processor = VaeImageProcessor(vae_scale_factor=8, resample=resample)
    return {
        kind: (processor.preprocess(image, height=SIDE // 2, width=SIDE // 2)[0, 0] / 2 + 0.5).numpy()
        for kind, image in given.items()
    }


for name, picture in PICTURES.items():
    for resample in "lanczos", "bilinear", "nearest":
        seen = shrunk(picture, resample)
        means = {kind: round(float(result.mean()), 3) for kind, result in seen.items()}
        print(f"{name}, mean {picture.mean():.3f}, {resample}: {means}")
        assert np.array_equal(seen["numpy"], picture[::2, ::2]) and np.array_equal(seen["torch"], picture[::2, ::2])
        if resample != "nearest":
            assert abs(means["PIL"] - picture.mean()) < 0.02 and np.abs(seen["PIL"] - seen["torch"]).max() > 0.2
same = VaeImageProcessor(vae_scale_factor=8)
whole = np.repeat(PICTURES["chequered"][..., None], 3, axis=2).astype(np.float32)
assert torch.equal(same.preprocess(whole), same.preprocess(Image.fromarray((whole * 255).astype(np.uint8))))
PY

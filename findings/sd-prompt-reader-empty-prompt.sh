#!/usr/bin/env bash
# sd-prompt-reader 1.3.5: a picture painted from an empty prompt seems to have a prompt of all its parameters.
# Guess: where the parameters begin with "Negative prompt:", the prompt is empty.
# Seen: the prompt is the whole text, negative prompt and settings among it, without its last letter; so a
#   size of 512x512 ends as 512x51. With one letter of prompt before it, all parts are right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet sd-prompt-reader==1.3.5
cd "$folder"
venv/bin/python - <<'PY'
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from sd_prompt_reader.image_data_reader import ImageDataReader

SETTING = "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 42, Size: 512x512"


def read(parameters: str) -> tuple[str, str, str]:
    info = PngInfo()
    info.add_itxt("parameters", parameters)
    Image.new("RGB", (64, 64)).save("picture.png", pnginfo=info)
    reader = ImageDataReader("picture.png")
    return reader.positive, reader.negative, reader.setting


whole = f"Negative prompt: 人物\n{SETTING}"
expected = {whole: (whole[:-1], "人物", SETTING), f"猫\n{whole}": ("猫", "人物", SETTING)}
seen = {parameters: read(parameters) for parameters in expected}
for parameters, result in seen.items():
    print(f"{parameters!r}\n  -> {result!r}")
assert seen == expected, seen
PY

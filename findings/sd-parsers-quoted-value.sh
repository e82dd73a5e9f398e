#!/usr/bin/env bash
# sd-parsers 0.6: a model whose name holds a comma is cut at it.
# Guess: "Model: "豆, 2.2"" in the parameters of a picture is one value, since AUTOMATIC1111's web UI puts
#   a value with a comma or colon into quotation marks (as JSON does).
# Seen: the model is called "豆, with the opening mark and nothing behind the comma; without a comma the
#   name is right. A wish with the words "Negative prompt:" in a line is cut there, too.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet sd-parsers==0.6 pillow==13.0.0
"$folder/venv/bin/python" - "$folder" <<'PY'
import sys
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from sd_parsers import ParserManager

path = Path(sys.argv[1]) / "picture.png"


def read(parameters):
    info = PngInfo()
    info.add_itxt("parameters", parameters)
    Image.new("RGB", (8, 8)).save(path, pnginfo=info)
    found = ParserManager().parse(path)
    names = [[item.value for item in items] for items in (found.prompts, found.negative_prompts)]
    return (*names, [model.name for model in found.models])


settings = "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 42, Size: 512x512"
expected = {
    f"赤いりんご\n{settings}, Model: mame": (["赤いりんご"], [], ["mame"]),
    f'赤いりんご\n{settings}, Model: "豆, 2.2"': (["赤いりんご"], [], ['"豆']),
    f"「Negative prompt: 」と書いた看板\n{settings}, Model: mame": (["「"], ["」と書いた看板"], ["mame"]),
}
seen = {text: read(text) for text in expected}
for text, result in seen.items():
    print(f"{text!r} -> {result!r}")
assert seen == expected, seen
PY

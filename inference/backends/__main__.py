"""Export the model of MODEL to OpenVINO ahead, so that no worker has to.

python -m inference.backends
python -m inference.backends --choose-anew    forget which precision and memory order are faster
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from inference.backends.load import load_accelerated
from inference.backends.openvino import cache
from inference.load_options import LoadOptions
from inference.models import choices
from inference.models.checkpoint import Checkpoint


def prepare(environ: Mapping[str, str]) -> str:
    """Load the model as a worker with these settings would; return the outcome in a sentence.

    Raises PaintError when it cannot be loaded.
    """
    options = LoadOptions.from_env(environ)
    checkpoint = Checkpoint.find(environ.get("MODEL"), environ.get("HF_TOKEN"))
    if checkpoint.family != "sd":
        return f"{checkpoint.name} is painted by torch; there is nothing to do."
    model = load_accelerated(checkpoint, device=environ.get("DEVICE"), options=options)
    if model.runtime == "openvino":
        return f"{model.name} is ready for this processor, in {model.precision}."
    return f"{model.name} is painted by torch here; there is nothing to do."


if __name__ == "__main__":
    if "--choose-anew" in sys.argv[1:]:
        made = choices.forget(), cache.forget()
        print("{} choices and {} translations are forgotten.".format(*made))
    print(prepare(os.environ))

"""Find English in what a command prints in Japanese."""

from __future__ import annotations

import re
from collections.abc import Iterator

JAPANESE = re.compile("[ぁ-んァ-ヶ一-鿿]")
# Names that stand in Japanese as they are: of processes, products, formats, states of Redis.
NAMES = """worker courier clock web LINE Webhook Redis Valkey RabbitMQ Efude Hugging Face Git
Official
Account Manager Messaging Developers diffusers torch mame cuda cpu sqlite postgresql systemd
chrony df du sh git lfs pull nvidia smi https rediss amqps noeviction admin host pid Ctrl ms kB boto
adminchat bash zsh fish efude ban bans unban job jobs limits pause drain resume audit erase doctor
workers logs quota alarms inbox richmenu migrate health setup ja en on off auto openvino required
none Stable Diffusion Transformer safetensors refiner base make demo"""
# What is typed: a command, an option, an address, a path.
TYPED = re.compile(
    r"python -m \w[\w.]*(?: [a-z]+)?(?: --?[\w-]+)*|(?<!\w)--?[a-z][\w-]*|\w+://[^\s、。）]+|(?<!\w)[\w.-]*/[\w./-]+"
    r"|\w+@[\w.-]+|\w+=\S+",
    re.ASCII,
)
WORD = re.compile(r"(?<![\w.:@*-])[A-Za-z][a-z]+(?:'[a-z]+)?(?![\w:@*]|[.-]\w)", re.ASCII)


def english_words(text: str, *names: str) -> Iterator[str]:
    """Yield each English word of a text that is no name and nothing to be typed, with its line.

    Codes, settings and ids have a capital, a figure or a mark inside, and are passed over.
    """
    known = {*NAMES.split(), *names}
    for line in text.splitlines():
        if line.startswith("{"):  # a line of the log
            continue
        rest = TYPED.sub(" ", line)
        for word in WORD.findall(rest):
            if word not in known:
                yield f"{word}: {line}"

"""Prompts -> embeddings, remembered: most negative prompts are empty or said again and again."""

from __future__ import annotations

from collections import OrderedDict

import torch

from inference.model import Model, encode

_REMEMBERED = 128


class Embeddings:
    """The last 128 prompts' embeddings, (77, width) each. Not for several threads at once."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._known: OrderedDict[str, torch.Tensor] = OrderedDict()

    def __getitem__(self, prompt: str) -> torch.Tensor:
        found = self._known.pop(prompt, None)
        if found is None:
            found = encode(self._model, prompt)
        self._known[prompt] = found
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return found

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, prompt: str) -> bool:
        return prompt in self._known

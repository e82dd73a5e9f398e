"""Cache the embeddings of prompts: most negative prompts are empty or repeated."""

from __future__ import annotations

from collections import OrderedDict

from inference.models.conditioning import Conditioning
from inference.models.model import Model, condition

_MAX_PROMPTS = 128


class EmbeddingCache:
    """An LRU cache of 128 prompts' embeddings, a row each. Not thread-safe."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._embeddings: OrderedDict[str, Conditioning] = OrderedDict()

    def __getitem__(self, prompt: str) -> Conditioning:
        embedding = self._embeddings.pop(prompt, None)
        if embedding is None:
            embedding = condition(self._model, prompt)
        self._embeddings[prompt] = embedding
        if len(self._embeddings) > _MAX_PROMPTS:
            self._embeddings.popitem(last=False)
        return embedding

    def __len__(self) -> int:
        return len(self._embeddings)

    def __contains__(self, prompt: str) -> bool:
        return prompt in self._embeddings

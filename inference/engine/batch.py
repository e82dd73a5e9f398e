"""The running batch: one UNet call a step for the rows of many requests, each at its own timestep.

Driven by hand here, by a thread in inference.engine.engine. Nothing in it waits for anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import torch

from inference.engine.batch_policy import BatchPolicy
from inference.engine.embedding_cache import EmbeddingCache
from inference.engine.request_state import RequestState
from inference.engine.timing import StepTimer
from inference.errors import OutOfMemory, PaintError
from inference.models.conditioning import Conditioning, concatenate, pad_rows
from inference.models.model import Model, decode_latent, predict
from inference.torch_errors import call_or_raise, try_call


@dataclass(frozen=True)
class Outcome:
    """A request that has left the batch: with an error, or, without one, finished."""

    state: RequestState
    error: Exception | None = None


@dataclass
class StepResult:
    """What one step did: the requests that took it, those that left, the UNet rows it took."""

    stepped: list[RequestState] = field(default_factory=list)
    departed: list[Outcome] = field(default_factory=list)
    unet_rows: int = 0


class Batch:
    """Requests that share UNet calls. Not thread-safe.

    pad_to: the numbers of rows that calls are padded to, ascending, where a compiled UNet wants few
    different ones; a call beyond the last is not padded.
    """

    def __init__(
        self,
        model: Model,
        policy: BatchPolicy,
        *,
        pad_to: Sequence[int] = (),
        before_retry: Callable[[], None] = lambda: None,
    ) -> None:
        """before_retry: called before a request that was too large alone is tried again."""
        self.states: list[RequestState] = []
        self.policy = policy
        self.embeddings = EmbeddingCache(model)
        self._model = model
        self._pad_to = tuple(pad_to)
        self._timer = StepTimer(model.device)
        self._before_retry = before_retry
        self._retried: set[RequestState] = set()
        self._cached_embeddings: tuple[list[RequestState], Conditioning] | None = None

    def add(self, state: RequestState) -> None:
        """Let a request join at the next step. Raises PaintError if its prompts cannot be read."""
        state.embeddings = call_or_raise(lambda: self._embed(state))
        state.joined_at = self.policy.work_done
        self.states.append(state)

    def _embed(self, state: RequestState) -> Conditioning:
        plan = state.plan
        conditional = self.embeddings[plan.prompt]
        both = [conditional]
        if state.guided:
            zeros = self._model.zero_empty_negative and not plan.negative_prompt
            both.insert(0, conditional.zeros() if zeros else self.embeddings[plan.negative_prompt])
        rows = concatenate(both).repeat(state.pictures).with_size(plan.width, plan.height)
        return rows.with_guidance(state.told_scale, self._model.scale_width)

    def remove(self, state: RequestState) -> None:
        """Remove a request; nothing happens if it is gone already."""
        if state in self.states:
            self.states.remove(state)
        self._retried.discard(state)
        self._cached_embeddings = None

    def warm_up(self) -> None:
        """Call what was compiled: the UNet with every number of rows, the decoder with one."""
        model = self._model
        side = model.latent_side
        embedding = self.embeddings[""].with_size(model.native_size, model.native_size)
        embedding = embedding.with_guidance(1.0, model.scale_width)
        for rows in self._pad_to:
            shape = (rows, model.unet.config.in_channels, side, side)
            times = torch.zeros(rows, device=model.device)
            latents = torch.zeros(shape, device=model.device)
            predict(model, latents, times, embedding.repeat(rows))
        decode_latent(
            model, torch.zeros(model.vae.config.latent_channels, side, side).to(model.device)
        )

    @torch.no_grad()
    def step(self) -> StepResult:
        """Call the UNet once for the requests that the policy chooses.

        A request that fails leaves; its neighbours stay. When memory ends, those of a shared
        call stay at their step, and from then on fewer share one; a request that is too large alone
        has one more try. When a shared call fails otherwise, each request is called alone.
        """
        result = StepResult()
        result.departed += [
            Outcome(state) for state in self.states if state.finished
        ]  # strength 0: no steps
        waiting = [state for state in self.states if not state.finished]
        groups = [self.policy.choose(waiting)] if waiting else []
        while groups:
            group = groups.pop(0)
            error = self._call(group, result)
            if error is not None and len(group) > 1 and not isinstance(error, OutOfMemory):
                groups += [[state] for state in group]
            elif error is not None:
                self._failed(group, error, result)
        for outcome in result.departed:
            self.remove(outcome.state)
        return result

    def _call(self, group: list[RequestState], result: StepResult) -> PaintError | None:
        """Take a step of these requests. Returns why the UNet failed, None if it did not.

        A scheduler that raises ends its own request alone.
        """
        latents: list[torch.Tensor] = []
        times: list[torch.Tensor] = []
        ready: list[RequestState] = []
        for state in group:
            inputs, error = try_call(state.unet_inputs)
            if inputs is None:
                self._failed([state], error, result)
                continue
            latents += inputs[0]
            times.append(inputs[1])
            ready.append(state)
        if not ready:
            return None
        self._timer.start()
        prediction, error = try_call(lambda: self._predict(ready, latents, times))
        if prediction is None:
            return error
        for state, rows in zip(
            ready, torch.split(prediction, [state.unet_rows for state in ready]), strict=True
        ):
            _, error = try_call(partial(state.apply_prediction, rows))
            if error is not None:
                self._failed([state], error, result)
                continue
            result.stepped.append(state)
            if state.finished:
                result.departed.append(Outcome(state))
        cost, rows_done = sum(state.cost for state in ready), len(prediction)
        result.unet_rows += rows_done
        self.policy.on_success(cost)
        padded = cost * self._padded_size(rows_done) / rows_done
        for (bucket, size), seconds in self._timer.stop((ready[0].bucket, padded)):
            self.policy.observe(bucket, size, seconds)
        return None

    def _predict(
        self, states: list[RequestState], latents: list[torch.Tensor], times: list[torch.Tensor]
    ) -> torch.Tensor:
        if self._cached_embeddings is None or self._cached_embeddings[0] != states:
            given = [state.embeddings for state in states if state.embeddings is not None]
            embedded = concatenate(given)
            size = self._padded_size(len(embedded))
            self._cached_embeddings = states, embedded.padded(size)
        embeddings = self._cached_embeddings[1]
        rows, size = sum(state.unet_rows for state in states), len(embeddings)
        padded = pad_rows(torch.cat(latents), size), pad_rows(torch.cat(times), size)
        return predict(self._model, *padded, embeddings)[:rows]

    def _padded_size(self, rows: int) -> int:
        return next((size for size in self._pad_to if size >= rows), rows)

    def _failed(
        self, group: list[RequestState], error: PaintError | None, result: StepResult
    ) -> None:
        """Decide which of the failed requests leave the batch, and which may try again."""
        if not isinstance(error, OutOfMemory):
            result.departed += [Outcome(state, error) for state in group]
        elif len(group) > 1:
            self.policy.capacity.on_oom(sum(state.cost for state in group))
        elif group[0] in self._retried:
            result.departed.append(Outcome(group[0], error))
        else:
            self._retried.add(group[0])
            self._before_retry()

"""The running batch: one UNet call per tick for the rows of many requests, each at its own step.

Driven by hand here, by a thread in inference.engine. Nothing in it waits for anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import torch

from inference.embeddings import Embeddings
from inference.failures import attempt, insist
from inference.model import Model, decode, predict
from inference.pace import Pace
from inference.request import OutOfMemory, PaintError
from inference.run import Run
from inference.turns import Turns


@dataclass(frozen=True)
class Outcome:
    """A run that has left the batch: with an error, or, without one, finished."""

    run: Run
    error: Exception | None = None


@dataclass
class Tick:
    """What one tick did: the runs that took a step, those that are out, the UNet rows it took."""

    stepped: list[Run] = field(default_factory=list)
    left: list[Outcome] = field(default_factory=list)
    rows: int = 0


class Batch:
    """Runs that share UNet calls. Not for several threads at once.

    pad_to: the numbers of rows that calls are padded to, ascending, where a compiled UNet wants few
    different ones; a call beyond the last is not padded.
    """

    def __init__(
        self,
        model: Model,
        turns: Turns,
        *,
        pad_to: Sequence[int] = (),
        make_room: Callable[[], None] = lambda: None,
    ) -> None:
        """make_room: waits until others on the device have let go of what memory they can."""
        self.runs: list[Run] = []
        self.turns = turns
        self.embeddings = Embeddings(model)
        self._model = model
        self._pad_to = tuple(pad_to)
        self._pace = Pace(model.device)
        self._make_room = make_room
        self._retried: set[Run] = set()
        self._together: tuple[list[Run], torch.Tensor] | None = None

    def add(self, run: Run) -> None:
        """Let a run join at the next tick. Raises PaintError when its prompts cannot be read."""
        run.embeddings = insist(lambda: self._read(run))
        run.since = self.turns.clock
        self.runs.append(run)

    def _read(self, run: Run) -> torch.Tensor:
        wanted = self.embeddings[run.plan.prompt]
        embeddings = wanted.expand(run.pictures, *wanted.shape)
        if not run.guided:
            return embeddings
        without = self.embeddings[run.plan.negative_prompt].expand_as(embeddings)
        return torch.cat([without, embeddings])

    def remove(self, run: Run) -> None:
        """Let a run go, wherever it is; nothing happens when it is gone."""
        if run in self.runs:
            self.runs.remove(run)
        self._retried.discard(run)
        self._together = None

    def warm_up(self) -> None:
        """Call what was compiled: the UNet with every number of rows, the decoder with one."""
        model, embedding = self._model, self.embeddings[""]
        side = -(-model.native_size // model.factor)
        for rows in self._pad_to:
            shape = (rows, model.unet.config.in_channels, side, side)
            times = torch.zeros(rows, device=model.device)
            embeddings = embedding.expand(rows, *embedding.shape).contiguous()
            predict(model, torch.zeros(shape, device=model.device), times, embeddings)
        decode(model, torch.zeros(model.vae.config.latent_channels, side, side).to(model.device))

    @torch.no_grad()
    def tick(self) -> Tick:
        """One UNet call for those whose turn it is. What fails leaves; its neighbours stay.

        When memory runs out, those of a shared call stay at their step, and from then on fewer go
        at a time; a run that fails alone has one more try, after others have let go of what they
        can. When a shared call fails otherwise, each of its runs is called alone.
        """
        tick = Tick()
        tick.left += [Outcome(run) for run in self.runs if run.finished]  # strength 0: no steps
        waiting = [run for run in self.runs if not run.finished]
        groups = [self.turns.choose(waiting)] if waiting else []
        while groups:
            group = groups.pop(0)
            error = self._call(group, tick)
            if error is not None and len(group) > 1 and not isinstance(error, OutOfMemory):
                groups += [[run] for run in group]
            elif error is not None:
                self._failed(group, error, tick)
        for outcome in tick.left:
            self.remove(outcome.run)
        return tick

    def _call(self, group: list[Run], tick: Tick) -> PaintError | None:
        """A step of these runs. Returns why the UNet did not do it; the runs' own errors it minds.

        A scheduler that throws is its own run's trouble alone.
        """
        latents: list[torch.Tensor] = []
        times: list[torch.Tensor] = []
        ready: list[Run] = []
        for run in group:
            given, error = attempt(run.inputs)
            if given is None:
                self._failed([run], error, tick)
                continue
            latents += given[0]
            times.append(given[1])
            ready.append(run)
        if not ready:
            return None
        self._pace.start()
        prediction, error = attempt(lambda: self._predict(ready, latents, times))
        if prediction is None:
            return error
        for run, rows in zip(
            ready, torch.split(prediction, [it.rows for it in ready]), strict=True
        ):
            _, error = attempt(partial(run.apply, rows))
            if error is not None:
                self._failed([run], error, tick)
                continue
            tick.stepped.append(run)
            if run.finished:
                tick.left.append(Outcome(run))
        cost, rows_done = sum(run.cost for run in ready), len(prediction)
        tick.rows += rows_done
        self.turns.done(cost)
        padded = cost * self._padded(rows_done) / rows_done
        for (bucket, size), seconds in self._pace.stop((ready[0].bucket, padded)):
            self.turns.learn(bucket, size, seconds)
        return None

    def _predict(
        self, runs: list[Run], latents: list[torch.Tensor], times: list[torch.Tensor]
    ) -> torch.Tensor:
        if self._together is None or self._together[0] != runs:
            embedded = torch.cat([run.embeddings for run in runs if run.embeddings is not None])
            self._together = runs, self._filled(embedded)
        rows = sum(run.rows for run in runs)
        given = self._filled(torch.cat(latents)), self._filled(torch.cat(times))
        return predict(self._model, *given, self._together[1])[:rows]

    def _filled(self, rows: torch.Tensor) -> torch.Tensor:
        """The rows, and the first of them again and again up to a number that was compiled."""
        missing = self._padded(len(rows)) - len(rows)
        return torch.cat([rows, rows[:1].expand(missing, *rows.shape[1:])]) if missing else rows

    def _padded(self, rows: int) -> int:
        return next((size for size in self._pad_to if size >= rows), rows)

    def _failed(self, group: list[Run], error: PaintError | None, tick: Tick) -> None:
        """Judge: who is out of the batch, and who may try again."""
        if not isinstance(error, OutOfMemory):
            tick.left += [Outcome(run, error) for run in group]
        elif len(group) > 1:
            self.turns.room.ran_out(sum(run.cost for run in group))
        elif group[0] in self._retried:
            tick.left.append(Outcome(group[0], error))
        else:
            self._retried.add(group[0])
            self._make_room()

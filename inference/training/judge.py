"""A judge of pictures: a small CNN that names the thing, counts it and tells the style.

It is trained on real pictures only, composed as for the UNet, and never sees a painted one. To be
fair to soft paintings it learns from blurred pictures too. One icon set is kept from it: how well
it names those is how far its word can be trusted.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inference.training.captions import SCENE_WORDS, STYLE_WORDS, Shown, Thing, load_things
from inference.training.checkpoint import load_state, save_state
from inference.training.compose import as_input, compose
from inference.training.config import HELD_OUT, Config, dice
from inference.training.measure import ground_colour, whereabouts
from inference.training.progress import Progress
from inference.training.render import render_style
from inference.training.scenes import GROUND_COLOURS, WATERCOLOUR
from inference.training.shelf import random_scenes

WEIGHTS = Path(__file__).with_name("judge.safetensors")
STYLE_WEIGHTS = Path(__file__).with_name("judge_of_styles.safetensors")
SIDE = 64  # pixels
MOST = 4  # things that it counts up to


class Judge(nn.Module):
    """Pictures [n, 3, 64, 64] of -1..1 to logits: things [n, t], counts [n, 4], styles [n, s]."""

    def __init__(self, things: int, styles: int) -> None:
        super().__init__()
        self.things, self.styles = things, styles
        layers: list[nn.Module] = []
        before = 3
        for width, stride in ((32, 2), (64, 2), (64, 1), (128, 2), (128, 1), (192, 2)):
            layers += [nn.Conv2d(before, width, 3, stride, 1), nn.GroupNorm(8, width), nn.SiLU()]
            before = width
        self.trunk = nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.2))
        features = before * (SIDE // 16) ** 2
        self.thing = nn.Sequential(nn.Linear(features, 192), nn.SiLU(), nn.Linear(192, things))
        self.count = nn.Linear(features, MOST)
        self.style = nn.Linear(features, styles)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        seen = self.trunk(pictures)
        return self.thing(seen), self.count(seen), self.style(seen)


def prepared(pixels: Tensor) -> Tensor:
    """Pixels [n, any, any, 3] of 0..255 as the judge wants them."""
    return F.interpolate(as_input(pixels), size=(SIDE, SIDE), mode="area")


def blurred(pictures: Tensor, rng: random.Random) -> Tensor:
    """Half of the time through a smaller size and back, as soft as a weak model paints."""
    if rng.random() < 0.5:
        side = rng.choice((14, 18, 24, 32))
        small = F.interpolate(pictures, size=(side, side), mode="area")
        pictures = F.interpolate(small, size=(SIDE, SIDE), mode="bilinear")
    return pictures + rng.uniform(0, 0.1) * torch.randn_like(pictures)


def train_judge(config: Config) -> None:
    """Leave judge.safetensors beside this file (or in work, for a toy run), in half precision.

    One that is there is kept: by another judge, figures could not be compared with older ones. What
    it does not know, newer things and styles, is for the judge of styles, which is trained anew.
    """
    if not weights_of(config).exists():
        _train(config, weights_of(config))
    if not weights_of(config, STYLE_WEIGHTS).exists():
        _train(config, weights_of(config, STYLE_WEIGHTS))


def _train(config: Config, out: Path) -> None:
    from safetensors.torch import save_file

    device = torch.device(config.device)
    things = [thing.emoji for thing in load_things(config.work)]
    judge = Judge(len(things), len(STYLE_WORDS)).to(device)
    path = config.work / f"{out.stem}.pt"
    optimizer = torch.optim.AdamW(judge.parameters(), lr=1e-3, weight_decay=0.05)
    parts = {"model": judge, "optimizer": optimizer}
    done = load_state(path, parts)
    pixels, shown = scenes(config, config.judge_scenes)
    rng, progress = dice(config.seed), Progress(config, config.judge_minutes, done)
    step, right = 0, 0.0
    while progress.goes_on(done):
        done = progress()
        optimizer.param_groups[0]["lr"] = 1e-3 * min(1.0, (step + 1) / 50) * (1.02 - done)
        batch = rng.sample(range(len(shown)), config.judge_batch)
        loss, hit = lesson(judge, as_input(pixels[batch]), [shown[i] for i in batch], things, rng)
        torch.autograd.backward(loss)
        optimizer.step()
        optimizer.zero_grad()
        step += 1
        right = 0.95 * right + 0.05 * hit
        if step % 50 == 0:
            print(f"{out.stem} {done:.3f} {step} right {right:.3f}", flush=True)
    save_state(path, done, parts)
    state = {name: value.cpu().half().contiguous() for name, value in judge.state_dict().items()}
    save_file(state, out)
    figures = tell(config, out)
    (config.work / f"{out.stem}.json").write_text(json.dumps(figures, indent=2) + "\n", "utf-8")


def lesson(
    judge: Judge, pictures: Tensor, shown: list[Shown], things: list[str], rng: random.Random
) -> tuple[Tensor, float]:
    """The loss on a batch of compositions, and the share of things that were named rightly."""
    device = next(judge.parameters()).device
    name, count, style = judge(blurred(pictures, rng).to(device))
    target = torch.tensor([things.index(seen.thing.emoji) for seen in shown], device=device)
    alone = torch.tensor([seen.other is None for seen in shown], device=device)
    counts = torch.tensor([2 if seen.other else seen.count for seen in shown], device=device) - 1
    styles = torch.tensor([seen.style for seen in shown], device=device)
    loss = F.cross_entropy(name[alone], target[alone], label_smoothing=0.05)
    loss = loss + 0.3 * F.cross_entropy(count, counts) + 0.3 * F.cross_entropy(style, styles)
    return loss, (name[alone].argmax(1) == target[alone]).float().mean().item()


def weights_of(config: Config, kept: Path = WEIGHTS) -> Path:
    """Where a judge is kept: beside the code, unless the run is a toy's."""
    return config.work / kept.name if config.toy else kept


def scenes(config: Config, count: int, seed: float = 0.5) -> tuple[Tensor, list[Shown]]:
    """Fresh compositions: pixels uint8 [count, 64, 64, 3] and what they show."""
    made = list(islice(random_scenes(config, config.seed + seed, SIDE), count))
    return torch.stack([pixels for pixels, _ in made]), [shown for _, shown in made]


def load_judge(path: Path) -> Judge:
    """The trained judge, in float32.

    It knows as many things and styles as there were then, the first ones of today's lists.
    """
    from safetensors.torch import load_file

    state = {name: value.float() for name, value in load_file(path).items()}
    judge = Judge(len(state["thing.2.bias"]), len(state["style.bias"]))
    judge.load_state_dict(state)
    return judge.eval()


def known_to(judge: Judge, things: Sequence[Thing]) -> list[str]:
    """The emoji of the things that a judge knows, in the order of its answers."""
    return [thing.emoji for thing in things[: judge.things]]


@torch.no_grad()
def tell(config: Config, weights: Path) -> dict[str, float]:
    """How often the judge is right: about fresh compositions, and an icon set it never saw."""
    known = load_things(config.work)
    judge = load_judge(weights)
    names = known_to(judge, known)
    pixels, shown = scenes(config, 40 if config.toy else 1500, seed=0.75)
    taught = [
        i
        for i, scene in enumerate(shown)
        if scene.thing.emoji in names and scene.style < judge.styles
    ]
    pixels, shown = pixels[taught], [shown[i] for i in taught]
    name, count, style = judge(as_input(pixels))
    single = [i for i, seen in enumerate(shown) if seen.other is None]
    counts = [2 if seen.other else seen.count for seen in shown]
    result = {
        "fresh_top1": share(
            name[single].argmax(1), [names.index(shown[i].thing.emoji) for i in single]
        ),
        "count": share(count.argmax(1) + 1, counts),
        "style": share(style.argmax(1), [seen.style for seen in shown]),
    }
    grounds = [i for i, seen in enumerate(shown) if seen.ground in GROUND_COLOURS]
    result["ground"] = sum(
        ground_colour(pixels[i].numpy()) == shown[i].ground for i in grounds
    ) / max(1, len(grounds))
    aside = [i for i, seen in enumerate(shown) if seen.place and even(seen)]
    result["place"] = sum(whereabouts(pixels[i].numpy()) == shown[i].place for i in aside) / max(
        1, len(aside)
    )
    if not config.toy:
        unseen = list(held_out(config, known[: judge.things]))
        name, _, _ = judge(as_input(torch.stack([pixels for pixels, _ in unseen])))
        truth = [names.index(thing.emoji) for _, thing in unseen]
        result["held_out_top1"] = share(name.argmax(1), truth)
        near = (name.topk(5, dim=1).indices == torch.tensor(truth)[:, None]).any(1)
        result["held_out_top5"] = float(near.float().mean())
    print("judge:", ", ".join(f"{key} {value:.3f}" for key, value in result.items()), flush=True)
    return result


def held_out(config: Config, known: tuple[Thing, ...]) -> Iterator[tuple[Tensor, Thing]]:
    """Every thing once as the icon set that nothing was trained on draws it."""
    rgba, emoji = render_style(config, HELD_OUT, SIDE)
    by_emoji = {thing.emoji: thing for thing in known}
    rng = dice(config.seed)
    for picture, name in zip(rgba, emoji, strict=True):
        if name not in by_emoji:
            continue
        pixels, _ = compose(picture, by_emoji[name], 0, rng, plain=True)
        yield torch.from_numpy(pixels.clip(0, 255).astype(np.uint8)), by_emoji[name]


def even(shown: Shown) -> bool:
    """Whether a scene's ground is of one colour, so that arithmetic can tell where things stand."""
    return shown.style <= WATERCOLOUR and shown.ground not in SCENE_WORDS


def share(answers: Tensor, truth: list[int]) -> float:
    """The share of right answers, 0..1."""
    return float((answers == torch.tensor(truth)).float().mean())

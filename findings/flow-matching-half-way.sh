#!/usr/bin/env bash
# flow_matching 1.0.10: whoever stops its discrete solver half way gets the finished picture.
# Guess: MixtureDiscreteEulerSolver solves "in the interval [time_grid[0], time_grid[-1]]": with [0, 0.5] half of the pixels are still
#   masked, as in a sample of the path at 0.5, to be changed and led on from there with [0.5, 1].
# Seen: the last step of any grid takes the model's guess of the end for all pixels: with [0, 0.25], [0, 0.5] and [0, 0.9] none is masked.
#   Pixels that belong together are guessed apart: of pictures of one colour a quarter and more are black and white. As one of the
#   intermediates of [0, 0.5, 1] the picture at 0.5 is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 flow_matching==1.0.10 torchdiffeq==0.2.5 tqdm==4.70.1 numpy==2.4.6
"$folder/venv/bin/python" -W ignore - <<'PY'
import torch
from flow_matching.path import MixtureDiscreteProbPath
from flow_matching.path.scheduler import PolynomialConvexScheduler
from flow_matching.solver import MixtureDiscreteEulerSolver
from flow_matching.utils import ModelWrapper

BLACK, WHITE, MASK = range(3)
PIXELS = 4000


class OneColour(ModelWrapper):
    """The exact model of pictures of two pixels that are both black or both white: whoever sees one pixel knows the other."""

    def __init__(self):
        super().__init__(None)

    def forward(self, x, t, **extras):
        shown = torch.minimum(x, x.flip(-1))  # a colour, if either of the two has one
        even = torch.tensor([0.5, 0.5, 0.0]).expand(*x.shape, 3)
        return torch.where((shown == MASK)[..., None], even, torch.nn.functional.one_hot(shown, 3).float())


path = MixtureDiscreteProbPath(PolynomialConvexScheduler(n=1.0))
solver = MixtureDiscreteEulerSolver(OneColour(), path, 3)
empty = torch.full((PIXELS // 2, 2), MASK)


def solve(start, *times, **options):
    torch.manual_seed(0)
    return solver.sample(start.clone(), step_size=0.01, time_grid=torch.tensor(times), **options)


def masked(pictures):
    return (pictures == MASK).float().mean().item()


def torn(pictures):
    return (pictures[:, 0] != pictures[:, 1]).float().mean().item()


whole = solve(empty, 0.0, 1.0)
print(f"from 0 to 1: {masked(whole):.0%} masked, {torn(whole):.1%} of the pictures are black and white")
assert masked(whole) == 0 and torn(whole) < 0.02
for end in (0.25, 0.5, 0.9):
    stopped = solve(empty, 0.0, end)
    between = solve(empty, 0.0, end, 1.0, return_intermediates=True)[1]
    by_path = path.sample(t=torch.full((len(whole),), end), x_0=empty, x_1=whole).x_t
    print(
        f"from 0 to {end}: {masked(stopped):.0%} masked and {torn(stopped):.0%} torn,",
        f"as an intermediate {masked(between):.0%} masked, by the path {masked(by_path):.0%}",
    )
    assert masked(stopped) == 0, "changed: it stops half way"
    assert abs(masked(between) - masked(by_path)) < 0.05 and abs(masked(by_path) - (1 - end)) < 0.05
first = solve(empty, 0.0, 0.1)
print(f"from 0 to 0.1: {torn(first):.0%} of the pictures are black and white already")
assert masked(first) == 0 and torn(first) > 0.3
PY

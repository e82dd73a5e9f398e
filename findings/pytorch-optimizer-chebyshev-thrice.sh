#!/usr/bin/env bash
# pytorch-optimizer 4.1.0: the Chebyshev schedule uses its largest step three times and never its last ones.
# Guess: get_chebyshev_schedule(optimizer, num_epochs=n) gives each epoch one of the n steps of Chebyshev's, in fractal order. That is
#   what they are for: together they shrink every error of a quadratic, whatever its curvature between 0.05 and 1, faster than any
#   constant step, and a single large one among them is undone by the small ones.
# Seen: the epochs 0, 1 and 2 all have the first and largest, 17 times the learning rate, and the last two steps are left out; n is
#   rounded up to a power of two. In 8 epochs an error grows 64 times where it should become a twentieth; of 3 or 4 epochs all, or all
#   but one, have 12 times the rate. get_chebyshev_perm_steps, for 5 and more, has the right ones. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 pytorch-optimizer==4.1.0 numpy==2.4.6
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import numpy
import torch
from pytorch_optimizer import get_chebyshev_perm_steps, get_chebyshev_schedule

torch.set_num_threads(1)
FLAT, STEEP = 0.05, 1.0  # the curvatures between which the library's steps are made
CURVATURES = torch.linspace(FLAT, STEEP, 2001, dtype=torch.float64)


def chebyshev(epochs):
    """Return the steps of the textbook: one through the roots of Chebyshev's polynomial between both curvatures."""
    roots = numpy.cos((2 * numpy.arange(epochs) + 1) * numpy.pi / (2 * epochs))
    return 1 / ((STEEP + FLAT) / 2 + (STEEP - FLAT) / 2 * roots)


def worst(steps):
    """Descend with these steps from 1 in quadratics of all curvatures, and return the largest error at the end."""
    errors = torch.ones_like(CURVATURES)
    for step in steps:
        errors = errors - step * CURVATURES * errors
    return float(errors.abs().max())


def scheduled(epochs):
    """Train with SGD and the schedule, and return the learning rates and the largest error at the end."""
    weights = torch.nn.Parameter(torch.ones_like(CURVATURES))
    optimizer = torch.optim.SGD([weights], lr=1.0)
    schedule = get_chebyshev_schedule(optimizer, num_epochs=epochs)
    rates = []
    for _ in range(epochs):
        rates.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.zero_grad()
        (CURVATURES * weights.square() / 2).sum().backward()
        optimizer.step()
        schedule.step()
    return rates, float(weights.detach().abs().max())


for epochs in (4, 8, 16, 32):
    rates, error = scheduled(epochs)
    constant = worst([2 / (STEEP + FLAT)] * epochs)
    print(f"{epochs} epochs: an error of 1 becomes {error:.2g}, constant {constant:.2g}, Chebyshev {worst(chebyshev(epochs)):.2g}")
    print("  ", " ".join(f"{rate:.1f}" for rate in rates[:8]))
    assert rates[0] == rates[1] == rates[2] == max(rates) > 10
    assert worst(chebyshev(epochs)) < constant < 0.7
    assert error > 1000 * worst(chebyshev(epochs)) and (error > 4) == (epochs < 32)
    if epochs >= 8:
        right = get_chebyshev_perm_steps(epochs)
        assert numpy.allclose(sorted(right), sorted(chebyshev(epochs))) and worst(right) < constant
        assert not set(numpy.round(right[-2:], 6)) & set(numpy.round(rates, 6))  # the last two are never used
PY

#!/usr/bin/env bash
# perlin-noise 1.14: the noise repeats: ten cells to the right it is what is one cell below.
# Guess: each point of the grid has a random gradient of its own, so that a cloud of 64 by 64 cells shows nothing twice; a seed,
#   0 too, gives one noise.
# Seen: the gradient of (x, y) is drawn from the number x + 10 y + 1: each column of cells comes back ten columns further one row
#   higher, to the last digit, at any seed; of 4096 points 694 differ. So a cloud of more than ten cells is striped at a slant, and in
#   three dimensions a film of it is too. Below zero the number is made positive: in one
#   dimension the noise is its own mirror image, turned over. Seed 0 is taken
#   for none: each time another noise. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet perlin-noise==1.14
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import random

from perlin_noise import PerlinNoise

places = random.Random(0)
POINTS = [(places.uniform(0, 30), places.uniform(0, 30)) for _ in range(1000)]


def differ(noise, right, down):
    """Return how much the noise differs at most from itself, moved by so many cells."""
    cell = 1 / noise.octaves
    return max(abs(noise([x * cell, y * cell]) - noise([(x + right) * cell, (y + down) * cell])) for x, y in POINTS)


for seed, octaves in ((7, 1), (8, 1), (2026, 4)):
    noise = PerlinNoise(octaves=octaves, seed=seed)
    others = [differ(noise, right, down) for right, down in ((0, 1), (1, 0), (9, -1), (11, -1), (10, 1), (10, 0))]
    same = differ(noise, 10, -1), differ(noise, 20, -2)
    print(f"seed {seed}: moved 10 right and 1 up {same[0]:.1e}, 20 and 2 {same[1]:.1e}; else {min(others):.2f} and more")
    assert max(same) < 1e-12 and min(others) > 0.5

noise = PerlinNoise(octaves=1, seed=7)
gradients = {tuple(noise.get_from_cache_of_create_new((x, y)).vec) for x in range(64) for y in range(64)}
print(f"{len(gradients)} gradients at {64 * 64} points")
assert len(gradients) == 63 + 10 * 63 + 1

film = max(abs(noise([x, y, 1.5]) - noise([x + 10, y - 1, 1.5])) for x, y in POINTS)
later = max(abs(noise([x, y, 1.5]) - noise([x, y + 10, 0.5])) for x, y in POINTS)
mirrored = max(abs(noise([-2 - x]) + noise([x])) for x, _ in POINTS)
print(f"as a film {film:.1e} and {later:.1e}; mirrored below zero {mirrored:.1e}")
assert max(film, later, mirrored) < 1e-12

of_nought = {PerlinNoise(seed=0)([0.3, 0.4]) for _ in range(8)}
of_one = {PerlinNoise(seed=1)([0.3, 0.4]) for _ in range(8)}
print(f"eight times seed 0: {len(of_nought)} values; seed 1: {len(of_one)}")
assert len(of_nought) > 1 and len(of_one) == 1
PY

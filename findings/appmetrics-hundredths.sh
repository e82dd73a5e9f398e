#!/usr/bin/env bash
# appmetrics 0.5.0: the geometric mean of many short times is 0, of zeros 2.7, and the histogram of short times is one bar.
# Guess: a histogram's statistics are those of its values: a geometric or harmonic mean lies between the least and the greatest of them.
# Seen: all values are multiplied before the root is drawn: of 200 times of about ten milliseconds the mean is 0, of 200 sizes of 100 it
#   is infinite. A 0 counts as e, 2.718, so that the mean of 0 and 1 is 1.65, and in the harmonic mean not at all, so that that of 0 and 1
#   is 2, twice the greatest. Bars are at least 1 wide: of times below a second there is one, 1.01 wide by its name.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet appmetrics==0.5.0
"$folder/venv/bin/python" -W ignore - <<'PY'
import random
import statistics

from appmetrics.histogram import Histogram, UniformReservoir

random.seed(1)


def measured(values):
    """Return what appmetrics tells of values that all fit into its reservoir."""
    histogram = Histogram(UniformReservoir(len(values)))
    for value in values:
        histogram.notify(value)
    data = histogram.get()
    assert data["n"] == len(values) and abs(data["arithmetic_mean"] - statistics.mean(values)) < 1e-9
    return data


short = [random.uniform(0.005, 0.015) for _ in range(200)]
large = [random.uniform(90, 110) for _ in range(200)]
for name, values, expected in (("times of ten ms", short, 0.0), ("sizes of a hundred", large, float("inf"))):
    seen = measured(values)["geometric_mean"]
    print(f"geometric mean of 200 {name}: {seen}, by Python {statistics.geometric_mean(values):.4f}")
    assert seen == expected, f"it is {seen} now"
    few = measured(values[:50])["geometric_mean"]
    assert abs(few / statistics.geometric_mean(values[:50]) - 1) < 1e-9

for values, geometric, harmonic in (([0, 1], 1.6487, 2.0), ([0, 0, 0, 1], 2.1170, 4.0), ([0, 0.5, 0.5], 0.8790, 0.75)):
    data = measured(values)
    print(f"{values}: geometric {data['geometric_mean']:.4f}, harmonic {data['harmonic_mean']:.4f}, by Python {statistics.harmonic_mean(values)}")
    assert abs(data["geometric_mean"] - geometric) < 1e-3 and abs(data["harmonic_mean"] - harmonic) < 1e-3, "they are others now"
    assert min(geometric, harmonic) > max(values) / 1.2

times = [random.expovariate(4) for _ in range(500)]
times = [time for time in times if time < 0.9]
for unit, factor in (("seconds", 1), ("milliseconds", 1000)):
    bars = [count for _, count in measured([time * factor for time in times])["histogram"]]
    print(f"the same {len(times)} times in {unit} are {len(bars)} bars: {bars}")
    assert sum(bars) == len(times)
    if factor == 1:
        assert sum(count > 0 for count in bars) == 1, f"they are {bars} now"
    else:
        assert sum(count > 0 for count in bars) > 5
PY

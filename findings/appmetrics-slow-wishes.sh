#!/usr/bin/env bash
# appmetrics 0.5.0: a meter's rates are too high, up to twofold, for what comes at a steady pace.
# Guess: after hours of one wish every nine seconds each rate is 0.11 a second, as the mean is.
# Seen: it is 0.2: time is counted in ticks of five seconds, and what is left over of each step is thrown away, so that one wish in nine
#   seconds is one in five. Every four seconds two in eight are two in five. It is right only when ticks and wishes fall together.
#   pyformance's meter, which has the same rates by the time that passed, is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet appmetrics==0.5.0 pyformance==0.4
"$folder/venv/bin/python" -W ignore - <<'PY'
import time

from appmetrics.meter import Meter
from pyformance.meters.meter import Meter as Reference


class Clock:
    now = 1_000_000.0

    def time(self):
        return self.now


clock = Clock()
time.time = clock.time
HOURS = 6
for pause, expected in ((9, 1 / 5), (4, 2 / 5), (7.5, 1 / 5), (3, 2 / 5), (0.5, 11 / 5.5 * 1.1)):
    meter, reference = Meter(), Reference(clock=clock)
    for _ in range(int(HOURS * 3600 / pause)):
        clock.now += pause
        meter.notify(1)
        reference.mark()
        reference.tick()
    data = meter.get()
    print(
        f"one wish every {pause} seconds, {1 / pause:.3f} a second: mean {data['mean']:.3f}, one minute {data['one']:.3f}, "
        f"fifteen {data['fifteen']:.3f}; pyformance {reference.get_one_minute_rate():.3f}"
    )
    assert abs(data["mean"] - 1 / pause) < 0.01 and abs(reference.get_one_minute_rate() * pause - 1) < 0.02
    for name in ("one", "five", "fifteen"):
        assert abs(data[name] - expected) < 0.02, f"every {pause} seconds the rate of {name} is {data[name]} now"
PY

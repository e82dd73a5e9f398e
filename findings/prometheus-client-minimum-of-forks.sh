#!/usr/bin/env bash
# prometheus-client 0.26.0: a gauge set before the fork and merged as the minimum is 0 as soon as a worker counts anything else.
# Guess: with multiprocess_mode="min" a metric is the least value that any process has set: set once by the master process, as the
#   time of the start or the number of steps, it is that for all workers.
# Seen: a forked worker writes 0 of its own for every gauge it has inherited, with and without labels, when it first touches any
#   metric, even a counter. "min" and "livemin" are 0 from then on, "all" has a 0 for each worker. A process that only imports the
#   module does the same where there are no labels. "max", "sum" and "mostrecent" are right, for values above 0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet prometheus-client==0.26.0
cat > "$folder/metrics.py" <<'PY'
from prometheus_client import Counter, Gauge

MODES = ("min", "livemin", "max", "sum", "mostrecent")
steps = {mode: Gauge(f"steps_{mode}", "Steps", multiprocess_mode=mode) for mode in MODES}
of_style = {mode: Gauge(f"style_steps_{mode}", "Steps", ["style"], multiprocess_mode=mode) for mode in MODES}
pictures = Counter("pictures", "Pictures")


def set_all():
    """Set each gauge to 20."""
    for mode in MODES:
        steps[mode].set(20)
        of_style[mode].labels("ink").set(20)
PY
cat > "$folder/bot.py" <<'PY'
import os, sys

import metrics
from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector


def seen():
    """The merged values by mode, without and with a label; how many pictures were counted."""
    families = list(MultiProcessCollector(CollectorRegistry()).collect())
    values = {sample.name: sample.value for family in families for sample in family.samples}
    plain = {mode: values.get(f"steps_{mode}") for mode in metrics.MODES}
    labelled = {mode: values.get(f"style_steps_{mode}") for mode in metrics.MODES}
    print(f"{sys.argv[1]}: {plain}, with a label {labelled}, pictures {values['pictures_total']}")
    return plain, labelled


RIGHT = dict.fromkeys(metrics.MODES, 20.0)
ZERO = RIGHT | {"min": 0.0, "livemin": 0.0}
metrics.set_all()
assert seen() == (RIGHT, RIGHT)
if sys.argv[1] == "forked":
    child = os.fork()
    if child == 0:
        metrics.pictures.inc()
        os._exit(0)
    os.waitpid(child, 0)
    assert seen() == (ZERO, ZERO)
else:
    child = os.spawnl(os.P_WAIT, sys.executable, sys.executable, "-c", "import metrics")
    assert child == 0
    assert seen() == (ZERO, RIGHT)
PY
cd "$folder"
for way in forked imported; do
    mkdir "$folder/$way"
    PROMETHEUS_MULTIPROC_DIR="$folder/$way" "$folder/venv/bin/python" bot.py "$way"
done

#!/usr/bin/env bash
# celery 5.7.0: in task_annotations what is said of all tasks beats what is said of one.
# Guess: {"*": {"max_retries": 3}, "charge": {"max_retries": 0}} tries each task again three times, and charge never: the name that is
#   written out goes before the star, as in task_routes, or at least the later line before the earlier one.
# Seen: charge is tried again three times like all others, in either order, and with its rate limit it is the same: "*" is applied last.
#   Only with what the star does not name is the line of a task's own heard. In task_routes the name written out does win.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet celery==5.7.0
"$folder/venv/bin/python" -W ignore - <<'PY'
import logging

from celery import Celery

logging.disable()
ALL = ("*", {"max_retries": 3, "rate_limit": "600/m"})
CHARGE = ("charge", {"max_retries": 0, "rate_limit": "60/m", "priority": 7})


def ran(annotations):
    """Run each task until it has failed for good; return how often each ran, and what charge is set to."""
    app = Celery("painter", set_as_current=False)
    app.conf.task_annotations = annotations
    times = {"charge": 0, "paint": 0}

    def failing(name):
        @app.task(name=name, autoretry_for=(ConnectionError,), default_retry_delay=0.1)
        def task():
            times[name] += 1
            raise ConnectionError(name)

        return task

    for task in [failing(name) for name in times]:
        assert task.apply().failed()
    charge = app.tasks["charge"]
    return times, (charge.max_retries, charge.rate_limit, charge.priority)


seen = {
    "charge": ran(dict([CHARGE])),
    "*, charge": ran(dict([ALL, CHARGE])),
    "charge, *": ran(dict([CHARGE, ALL])),
    "a list, * first": ran([dict([ALL]), dict([CHARGE])]),
}
for name, (times, charge) in seen.items():
    print(f"annotations {name}: ran {times}, charge has retries, rate limit and priority {charge}")
assert seen.pop("charge") == ({"charge": 1, "paint": 4}, (0, "60/m", 7))
assert all(found == ({"charge": 4, "paint": 4}, (3, "600/m", 7)) for found in seen.values()), seen

app = Celery("painter", broker="memory://", set_as_current=False)
app.conf.task_routes = {"*": {"queue": "others"}, "charge": {"queue": "money"}}
queue = app.amqp.router.route({}, "charge")["queue"].name
print("queue of charge:", queue)
assert queue == "money"
PY

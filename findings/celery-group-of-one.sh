#!/usr/bin/env bash
# celery 5.7.0: in a chain a group of one picture hands on the picture, not a list of one.
# Guess: chain(sketch, group(paint for each style), album) gives album a list of as many pictures as there are styles: three, one or none,
#   as chord(...) does, and group(...) | album.
# Seen: with one style album gets the picture itself: "cat in ink" is counted as ten pictures, at the head of a chain too, though there
#   `|` gives a list. With none it gets the sketch. No error, no warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet celery==5.7.0
"$folder/venv/bin/python" -W ignore - <<'PY'
import logging

from celery import Celery, chain, chord, group
from celery.contrib.testing.worker import start_worker

logging.disable()
app = Celery("painter", broker="memory://", backend="cache+memory://")
app.conf.worker_hijack_root_logger = False


@app.task(name="sketch")
def sketch(animal):
    return animal


@app.task(name="paint")
def paint(animal, style):
    return f"{animal} in {style}"


@app.task(name="album")
def album(pictures):
    """Return what came, and how many pictures that is."""
    return pictures, len(pictures)


def answers(styles):
    """Return what album was given by the same pictures in three ways."""
    ways = {
        "chord": chord([paint.s("cat", style) for style in styles], album.s()),
        "group | album": group(paint.s("cat", style) for style in styles) | album.s(),
        "at the head of a chain": chain(group(paint.s("cat", style) for style in styles), album.s()),
        "in the middle of a chain": chain(sketch.s("cat"), group(paint.s(style) for style in styles), album.s()),
    }
    return {name: tuple(way.delay().get(timeout=20)) for name, way in ways.items() if styles or "chain" not in name or "middle" in name}


with start_worker(app, pool="solo", perform_ping_check=False):
    seen = {len(styles): answers(styles) for styles in (["ink", "oil", "pastel"], ["ink", "oil"], ["ink"], [])}
for count, found in seen.items():
    for name, answer in found.items():
        print(f"{count} styles, {name}: {answer}")
for count in (3, 2):
    assert all(len(pictures) == number == count for pictures, number in seen[count].values())
head, middle = "at the head of a chain", "in the middle of a chain"
assert seen[1].pop(head) == seen[1].pop(middle) == ("cat in ink", 10)
assert list(seen[1].values()) == [(["cat in ink"], 1)] * 2
assert seen[0]["chord"] == ([], 0) and seen[0][middle] == ("cat", 3)
PY

"""The locks hold every pinned package, at its version and with hashes, and name no index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.lock import LOCKS, ROOT

# What torch brings along on a platform whose own index would be needed otherwise.
UNCONSTRAINED = {"setuptools"}


def pins(path: Path) -> Iterator[tuple[str, str]]:
    """Yield names, as an index writes them, and versions."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", line):
            yield re.sub("[-_.]+", "-", match[1]).lower(), match[2]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_the_versions_of_the_pins(name: str) -> None:
    locked, constraints = dict(pins(ROOT / name)), dict(pins(ROOT / "constraints.txt"))
    for source in LOCKS[name]:
        wanted = dict(pins(ROOT / source))
        assert wanted
        assert {package: locked.get(package) for package in wanted} == wanted
    wrong = {
        package: (version, constraints[package])
        for package, version in locked.items()
        if constraints.get(package, version) != version
    }
    assert not wrong


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_of_a_lock_has_hashes_and_comes_from_the_usual_index(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    body = re.sub("(?m)^#.*\n", "", text)
    entries = re.split("\n(?=[^ ])", body.strip())
    constrained = {package for package, _ in pins(ROOT / "constraints.txt")}
    entry = re.compile(
        r"[a-z0-9.-]+(\[[a-z,]+\])?==[^ ]+( ; [^\\]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+"
    )
    assert [one for one in entries if entry.fullmatch(one) is None] == []
    assert "://" not in text
    everywhere = {one.split("==")[0].split("[")[0] for one in entries if " ; " not in one}
    assert everywhere - constrained <= UNCONSTRAINED


def test_web_courier_and_clock_need_no_torch() -> None:
    assert "torch" not in dict(pins(ROOT / "bot/requirements.lock"))
    assert dict(pins(ROOT / "requirements.lock"))["torch"] == "2.13.0"

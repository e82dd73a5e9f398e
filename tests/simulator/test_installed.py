"""The simulator installed by itself, in an environment that has nothing else of ours."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import urllib.request
from pathlib import Path

import pytest

from simulator.client import AOI, SimulatorClient
from tests import ROOT
from tests.simulator.conftest import SECRET, TOKEN, Bot

HERE = ROOT / "simulator"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh virtual environment with the simulator in it. Skips where no index is reached."""
    folder = tmp_path_factory.mktemp("alone")
    source = folder / "simulator"
    shutil.copytree(HERE, source, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    pip = [str(folder / "venv/bin/python"), "-m", "pip", "--disable-pip-version-check"]
    done = subprocess.run(
        [*pip, "install", "--quiet", "-c", str(ROOT / "constraints.txt"), str(source)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    if done.returncode and re.search("Retry|ConnectionError|No matching", done.stderr):
        pytest.skip(f"no package index can be reached: {done.stderr[-300:]}")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.slow
def test_it_installs_and_runs_alone(environment: Path, bot: Bot) -> None:
    command = [str(environment / "venv/bin/line-simulator"), "--port", "0", "--webhook", bot.url]
    process = subprocess.Popen(
        [*command, "--secret", SECRET, "--token", TOKEN],
        cwd=environment,  # the repository is not on its path
        env={"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().rpartition(" ")[2].strip()
        with urllib.request.urlopen(url, timeout=20) as page:
            text = page.read().decode()
        for file in re.findall(r"(?:src|href)=\"(/page/[^\"]+)\"", text):
            with urllib.request.urlopen(url + file, timeout=20) as answer:
                assert answer.status == 200
        with SimulatorClient(url) as client:
            client.send(AOI, "こんにちは", wait=True)
        assert bot.wait(1)[0]["message"]["text"] == "こんにちは"
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()
    assert process.returncode == 0


@pytest.mark.slow
def test_nothing_else_of_the_repository_comes_along(environment: Path) -> None:
    code = "import simulator.app, sys; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [environment / "venv/bin/python", "-c", code],
        cwd=environment / "venv",
        capture_output=True,
        text=True,
        check=True,
    )
    assert {"bot", "inference", "linebot", "torch"} & set(done.stdout.split()) == set()


def test_the_versions_it_was_tested_with_fit() -> None:
    """What pip may choose for the package holds what the repository pins."""
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.split("[<>=]", name)[0] for name in project["dependencies"]}
    pinned = (HERE / "requirements.txt").read_text(encoding="utf-8").split()
    assert wanted == {line.split("==")[0] for line in pinned}


def test_the_readme_names_every_option() -> None:
    text = (HERE / "README.md").read_text(encoding="utf-8")
    files = (HERE / "__main__.py", HERE / "check.py")
    source = "".join(file.read_text(encoding="utf-8") for file in files)
    options = set(re.findall(r"add_argument\(\"(--[a-z]+)\"", source))
    assert options == set(re.findall(r"`(--[a-z]+)`", text))

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from inference.__main__ import main

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("_plain")]


@pytest.fixture
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exporting takes longer than any of these tests; the tests of openvino do it."""
    monkeypatch.setenv("ENGINE_COMPILE", "off")


def test_paints_files_and_prints_their_names(
    checkpoint: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "folder"
    words = ["赤いりんご", "-n", "2", "-o", str(out), "--seed", "5", "--steps", "2"]
    words += [
        "--guidance",
        "3",
        "--size",
        "64x72",
        "--scheduler",
        "euler",
        "--negative",
        "人物なし",
    ]
    words += ["--model", str(checkpoint), "--device", "cpu"]
    assert main(words) == 0
    assert main(words) == 0  # nothing is overwritten
    captured = capfd.readouterr()
    names = ["efude-5.png", "efude-6.png", "efude-5-2.png", "efude-6-2.png"]
    assert captured.out.splitlines() == [str(out / name) for name in names]
    assert "licence" in captured.err
    images = [Image.open(BytesIO((out / name).read_bytes())) for name in names]
    assert all(image.size == (256, 288) for image in images)
    assert images[0].tobytes() == images[2].tobytes()
    assert images[0].tobytes() != images[1].tobytes()


def test_starts_from_a_picture_and_repaints_a_part_of_it(
    checkpoint: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    original = Image.linear_gradient("L").convert("RGB")
    original.save(tmp_path / "original.png")
    mask = Image.new("L", original.size, 0)
    mask.paste(255, (128, 0, 256, 256))
    mask.save(tmp_path / "mask.webp")
    words = ["赤いりんご", "-o", str(tmp_path), "--seed", "5", "--steps", "4", "--strength", "0.5"]
    words += ["--image", str(tmp_path / "original.png"), "--mask", str(tmp_path / "mask.webp")]
    assert main([*words, "--model", str(checkpoint), "--device", "cpu"]) == 0
    picture = Image.open(tmp_path / "efude-5.png")
    left = (0, 0, 128, 256)
    assert picture.crop(left).tobytes() == original.crop(left).tobytes()
    assert picture.tobytes() != original.tobytes()
    assert main(["猫", "--image", str(tmp_path / "none.png")]) == 2
    assert "cannot read" in capfd.readouterr().err


def test_says_what_of_the_prompt_is_not_read(
    checkpoint: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    prompt = "赤い " * 90 + "最後の言葉"
    words = [prompt, "-o", str(tmp_path), "--steps", "1", "--model", str(checkpoint)]
    assert main(words) == 0
    assert re.search("does not read: .*最後の言葉", capfd.readouterr().err)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["猫", "-n", "9"], "count is 9"),
        (["  "], "prompt is empty"),
        (["猫", "--size", "100x100"], "multiple of 8"),
        (["猫", "--model", "/no/such"], "no folder or file /no/such"),
        (["猫", "-o", "/proc/none"], "cannot write"),
    ],
)
def test_errors_are_one_sentence_and_exit_code_2(
    words: list[str], message: str, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["-o", str(tmp_path), *words]) == 2
    captured = capfd.readouterr()
    error = captured.err.splitlines()[-1]
    assert error.startswith("error: ")
    assert message in error
    assert "Traceback" not in captured.err
    assert captured.out == ""


@pytest.mark.parametrize("words", [["猫", "--size", "big"], ["猫", "--scheduler", "x"], []])
def test_wrong_options_are_explained(words: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    assert "usage" in capfd.readouterr().err


def test_end_to_end_in_a_process_of_its_own_and_ctrl_c(checkpoint: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "inference", "夜の富士山", "-o", str(tmp_path), "-n", "4"]
    command += ["--model", str(checkpoint), "--steps", "500"]
    process = subprocess.Popen(
        command, env={**os.environ, "PYTHONUTF8": "1"}, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr
    try:
        for line in process.stderr:
            if "licence" in line:
                break
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130, errors
    assert errors.strip().splitlines()[-1] == "stopped; nothing was written"
    assert list(tmp_path.iterdir()) == []

"""Every regular expression of the product takes time that is linear in its text."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time

import pytest

from bot.prompt import MAX_PROMPT, clean, parse_command, read
from bot.prompt.changes.apply import apply_change
from bot.prompt.changes.parser import parse_as_change
from bot.prompt.changes.photo_phrases import parse_quoted_photo_change
from tests.bot.prompt.examples import CORPUS
from tests.pattern_growth import ROOT, ambiguous_words, product_patterns, slowest_growth

_MOST_GROWTH = 7  # for a text four times as long; 4 is linear, 16 is quadratic
_MOST_SECONDS = 0.5  # measured: under 0.05 on an idle core
_PIECES = (
    "お願いします", "ください", "描いて", "、", "。", "※", "ー",
    "と", "なし", "人物と", "いらないねん", "4枚", "シード1", "横長で",
    "水彩", "風", "(", "「", " ", "1", "-",
    "a", "ね", "よ", "かな", "です", "さっきの", "にして",
    "じゃなくて", "もっと", "超", "かわいい", "ありがとう、", "合言葉を", "🍎",
    "/", "の", "を", "2、", "--no ", "Steps: 1, ", "\u3099",
    "\u200d", "ﾞ",
    "「", "『a", "[a:", "{a|", "((", "1::", "a AND ", "**", "<lora:", "Model: ", "モデル:", "\n",
    "とりあえず", "2枚か", "1,000", "の絵を2", "×", "。 いま描いています。", "あと",
)  # fmt: skip


def _understand(text: str) -> None:
    text = clean(text)
    reading = read(text)
    parse_command(text)
    if len(text) <= MAX_PROMPT:
        apply_change(parse_as_change(text), reading)
        parse_quoted_photo_change(text)


def _seconds(text: str) -> float:
    """Return the processor time in which a text is understood."""
    began = time.process_time()
    _understand(text)
    return time.process_time() - began


@pytest.mark.slow
def test_every_pattern_is_linear() -> None:
    script = "from tests.test_pattern_growth import report; report()"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=500
    )
    assert done.returncode == 0, done.stderr
    assert not json.loads(done.stdout)


def report() -> None:
    """Print what is wrong with each pattern, as JSON; in a process of its own."""
    patterns = product_patterns()
    for text, *_ in CORPUS:
        _understand(text)
    wrong = []
    for (pattern, flags), where in patterns.items():
        if words := ambiguous_words(pattern, flags):
            wrong.append(f"{where}: {words[0]} can be read in two ways")
        growth, text = slowest_growth(pattern, flags)
        for _ in range(2):  # what is busy beside it may have slowed it down
            if growth > _MOST_GROWTH:
                growth, text = min((growth, text), slowest_growth(pattern, flags))
        if growth > _MOST_GROWTH:
            wrong.append(f"{where}: {growth:.0f} times as long for {text}")
    print(json.dumps(wrong))


@pytest.mark.parametrize(
    ("pattern", "is_bad"),
    [("(?:ね|ねん|ん)*$", True), ("(?:ね|の)*+x", False), ("(a+)+x", True), ("[ab]+x", False)],
)
def test_ambiguity_is_told_by_structure(pattern: str, is_bad: bool) -> None:
    assert bool(ambiguous_words(pattern, 0)) is is_bad


def test_growth_is_told_by_measurement() -> None:
    assert slowest_growth("[ー、]+$", 0)[0] > _MOST_GROWTH
    assert slowest_growth("^[ー、]+$", 0)[0] < _MOST_GROWTH


def test_no_text_is_slow_to_understand() -> None:
    rng = random.Random(13)
    families = [(piece,) for piece in _PIECES] + [
        tuple(rng.choices(_PIECES, k=rng.randint(2, 4))) for _ in range(40)
    ]
    _understand("猫")  # opens the dictionary
    slow = []
    for pieces in families:
        text = ("".join(pieces) * MAX_PROMPT)[: MAX_PROMPT - 1] + "猫"
        seconds = _seconds(text)
        for _ in range(2):  # what is busy beside it may have slowed it down
            if seconds > _MOST_SECONDS:
                seconds = min(seconds, _seconds(text))
        if seconds > _MOST_SECONDS:
            slow.append((pieces, round(seconds, 3)))
    assert not slow

"""What is said around a wish is left out, and nothing of a scene is."""

from __future__ import annotations

import re
from pathlib import Path

from bot.prompt import read
from bot.prompt.request.wish_leads import without_leads
from bot.prompt.request.wish_talk import without_talk

# Each row is a message; what is to be painted stands in brackets.
ROWS = Path(__file__).with_name("wish_leads.txt").read_text("utf-8").splitlines()


def test_the_core_of_each_message_is_what_is_painted() -> None:
    wrong = []
    for row in ROWS:
        core = re.search(r"\[(.+)\]", row)
        assert core
        prompt = read(re.sub(r"[\[\]]", "", row)).prompt
        if prompt != core[1]:
            wrong.append(f"{row}: {prompt}")
    assert len(ROWS) > 150
    assert not wrong, "\n".join(wrong)


def test_what_is_polite_throughout_stays() -> None:
    for text in ("犬がいます。海辺です。", "はじめまして", "お願いします。", "猫、犬、鳥", ""):
        assert without_talk(text) == text


def test_something_to_paint_is_always_left() -> None:
    for text in ("娘に見せるから", "なんだけど、", "えっと、", "私の誕生日なんで", "お礼に", ""):
        assert without_leads(text) == text

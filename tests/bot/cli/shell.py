"""Run commands in the test's own process."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.cli import main


class Shell:
    """Runs commands in this process, and hands over what they print."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.err = ""

    def __call__(self, *words: str, status: int = 0) -> str:
        self._capsys.readouterr()
        result = main(list(words))
        printed = self._capsys.readouterr()
        self.err = printed.err
        assert result == status, printed
        return printed.out

    def json(self, *words: str, status: int = 0) -> Any:
        return json.loads(self(*words, "--json", status=status))

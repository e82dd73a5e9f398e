"""The table of alarms: pages, commands, chats, the guide and the watchdog know the same names."""

from __future__ import annotations

import ast
import re
import tomllib

from bot.monitoring.alarms import ALARMS
from bot.texts import has_text
from tests import ROOT

GUIDE = (ROOT / "docs" / "operate" / "alarms.md").read_text(encoding="utf-8")


def test_the_guide_has_one_heading_for_each_alarm_and_names_its_first_command() -> None:
    sections = re.split(r"^## (\w+)$", GUIDE, flags=re.MULTILINE)[1:]
    texts = dict(zip(sections[::2], sections[1::2], strict=True))
    assert list(texts) == list(ALARMS)
    missing = [name for name, info in ALARMS.items() if info.first_command not in texts[name]]
    assert missing == []


def test_every_alarm_has_a_meaning_and_a_text_for_the_chat() -> None:
    assert [name for name, info in ALARMS.items() if not info.meaning.endswith(".")] == []
    assert [name for name in ALARMS if not has_text(f"alarm.{name}")] == []


def test_every_alarm_is_raised_somewhere() -> None:
    strings = {
        node.value
        for path in (ROOT / "bot").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(ALARMS) - strings == set()


def test_the_table_holds_only_known_keys() -> None:
    table = tomllib.loads((ROOT / "bot/monitoring/alarms.toml").read_text(encoding="utf-8"))
    assert {key for row in table.values() for key in row} == {"first_command", "pushes"}

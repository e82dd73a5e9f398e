"""Which lines of the log stream an operator wants to see."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from bot.jobs import parse_number

LEVELS = ("debug", "info", "warning", "error", "critical")


class LogFilter(NamedTuple):
    """What a line must have; an empty string lets every line pass.

    level: this level or worse. worker: a process ("worker"), a host, or host:pid.
    job: a 受付番号 as people type it, or a job's id. text: a part of the line, in any case.
    """

    level: str = ""
    worker: str = ""
    job: str = ""
    text: str = ""

    def matches(self, line: Mapping[str, Any]) -> bool:
        """Return whether a line of the stream passes."""
        if _rank(line.get("level")) < _rank(self.level or LEVELS[0]):
            return False
        jobs = {self.job, parse_number(self.job) or self.job}
        if self.job and not jobs & {line.get("number"), line.get("job")}:
            return False
        host = line.get("host")
        names = {line.get("process"), host, f"{host}:{line.get('pid')}"}
        if self.worker and self.worker not in names:
            return False
        # The text may be looked for as the stream stores it, or as it is shown.
        stored = json.dumps(line, ensure_ascii=False, default=str)
        shown = " ".join(f"{name}={value}" for name, value in line.items())
        return self.text.casefold() in f"{stored} {shown}".casefold()


def _rank(level: object) -> int:
    return LEVELS.index(level) if isinstance(level, str) and level in LEVELS else 1

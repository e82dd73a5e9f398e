"""Run checks one after the other, each with a time limit; none stops those after it."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from benchmarks.report import Report

PASSED, FAILED, HUNG, SKIPPED = "passed", "failed", "hung", "skipped"
CHECK_SECONDS = 40.0


@dataclass(frozen=True)
class Outcome:
    """How one check ended. detail: what it measured, or why it failed."""

    name: str
    state: str
    seconds: float
    detail: str = ""


class CheckFailed(AssertionError):
    """What a check found is not what it ought to be."""


def require(holds: bool, detail: str) -> None:
    """Raise CheckFailed unless it holds."""
    if not holds:
        raise CheckFailed(detail)


@dataclass
class CheckRunner:
    """Runs checks within `seconds` in all, and keeps how they ended."""

    seconds: float
    outcomes: list[Outcome] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._deadline = time.monotonic() + self.seconds

    def run(self, name: str, check: Callable[[], object], limit: float = CHECK_SECONDS) -> bool:
        """Run a check in a thread of its own; returns whether it passed.

        Beyond `limit` seconds it counts as hung and its thread is left behind.
        """
        left = self._deadline - time.monotonic()
        if left < 1:
            return self._keep(Outcome(name, SKIPPED, 0.0, "no time was left"))
        ended: list[tuple[str, str]] = []
        thread = threading.Thread(target=_call, args=(check, ended), daemon=True)
        started = time.monotonic()
        thread.start()
        thread.join(min(limit, left))
        seconds = round(time.monotonic() - started, 2)
        state, detail = ended[0] if ended else (HUNG, _where(thread))
        return self._keep(Outcome(name, state, seconds, detail))

    def report(self) -> Report:
        """Return the numbers of checks that ended each way; every one is in the JSON."""
        report = Report("gpu_check")
        for state in (PASSED, FAILED, HUNG, SKIPPED):
            count = sum(outcome.state == state for outcome in self.outcomes)
            most = None if state == PASSED else 0.0
            report.add(f"checks {state}", count, "", at_most=most)
        report.raw["checks"] = [asdict(outcome) for outcome in self.outcomes]
        return report

    def _keep(self, outcome: Outcome) -> bool:
        self.outcomes.append(outcome)
        line = f"{outcome.state:<7} {outcome.seconds:6.2f} s  {outcome.name}"
        print(f"{line}: {outcome.detail}" if outcome.detail else line, file=sys.stderr, flush=True)
        return outcome.state == PASSED


def _call(check: Callable[[], object], ended: list[tuple[str, str]]) -> None:
    try:
        value = check()
    except CheckFailed as error:
        ended.append((FAILED, str(error)))
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{frame.filename.rpartition('/')[2]}:{frame.lineno}"
        ended.append((FAILED, f"{type(error).__name__} at {place}: {error}"))
    else:
        ended.append((PASSED, "" if value is None else str(value)))


def _where(thread: threading.Thread) -> str:
    """Tell where a thread stands."""
    frame = sys._current_frames().get(thread.ident or 0)
    if frame is None:
        return "it goes on somewhere"
    last = traceback.extract_stack(frame)[-1]
    return f"it stands in {last.name}, {last.filename.rpartition('/')[2]}:{last.lineno}"

"""Memory of each process, and a check that only the worker has loaded torch."""

from __future__ import annotations

from benchmarks.delivery import EVERYONE, ask
from benchmarks.house import house
from benchmarks.report import Report

WEB = 90.0
WEBHOOKS, PICTURES = 10_000, 3


def run(*, webhooks: int = WEBHOOKS, pictures: int = PICTURES) -> Report:
    """Paint some pictures and measure; then send webhooks without the worker, and measure web."""
    report = Report("memory")
    with house(*EVERYONE) as place:
        for _ in range(pictures):
            ask(place)
        worker, has_torch = place.resident("worker"), place.maps("worker", "torch")
        place.kill("worker")
        place.load("web", webhooks)
        report.add(f"web, after {webhooks} webhooks", place.resident("web"), "MB", at_most=WEB)
        report.add("courier", place.resident("courier"), "MB")
        report.add("clock", place.resident("clock"), "MB")
        report.add(f"worker, after {pictures} pictures", worker, "MB")
        without = [name for name in ("web", "courier", "clock") if not place.maps(name, "torch")]
        report.add("without torch, of web, courier, clock", len(without), "", at_least=3)
        report.add("with torch, of worker", int(has_torch), "", at_least=1)
    report.notes.append(
        "Proportional set size of a process and its children: shared pages are shared out."
    )
    return report

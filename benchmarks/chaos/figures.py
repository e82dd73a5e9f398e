"""The figures of a run, with their targets."""

from __future__ import annotations

from collections.abc import Iterable, Sized

from benchmarks.chaos.channel import Answer
from benchmarks.chaos.keeper import Life
from benchmarks.chaos.plan import VICTIMS
from benchmarks.chaos.run import Outcome
from benchmarks.chaos.trouble import Away
from benchmarks.report import Report, percentile

CALLBACK_SECONDS, RECOVERY_SECONDS = 2.0, 30.0
GRACE_SECONDS = 6.0  # after a database was away: what waited for its lock is answered


def report_of(outcome: Outcome) -> Report:
    """Return the figures of a run."""
    tally, report = outcome.tally, Report("chaos")
    report.add("wishes", tally.jobs, "")
    report.add("pictures that came", tally.came, "")
    report.add("told why there is none", tally.told, "")
    report.add("taken back", tally.taken_back, "")
    report.add("chats that had to ask", outcome.asked_again, "")
    zeros: dict[str, Sized] = {
        "lost": tally.lost,
        "doubled": tally.doubled,
        "webhooks never taken": tally.not_taken,
        "painted, but never fetched": tally.waiting,
        "wishes without any answer": tally.unanswered,
        "links of pictures that are dead": tally.dead_links,
        "processes ended by themselves": outcome.keeper.ended_by_themselves(),
        "not settled": outcome.unsettled,
    }
    for name, rows in zeros.items():
        report.add(name, len(rows), "", at_most=0)
    report.add("shown after it was taken back", len(tally.shown_late), "")
    _add_answers(report, outcome)
    _add_recoveries(report, outcome)
    for kind, number in sorted(outcome.troubles.items()):
        report.add(f"trouble: {kind}", number, "")
    report.add("time", outcome.seconds, "s")
    report.notes.append(
        f"seed {outcome.options.seed}, {outcome.options.database} and {outcome.options.broker}"
    )
    return report


def _add_answers(report: Report, outcome: Outcome) -> None:
    answers = outcome.channel.answers
    database = [away for away in outcome.away if away.what == "database"]
    down = [_down(life) for life in outcome.keeper.lives if life.name == "web"]
    down += [away for away in outcome.away if away.what == "web"]
    usual = [answer for answer in answers if not _during(answer, database, GRACE_SECONDS)]
    usual = [each for each in usual if not _during(each, down, 1.0)]
    report.add("webhooks sent", len(answers), "")
    report.add("answered by 5xx", sum(answer.status >= 500 for answer in answers), "")
    report.add(
        "of them while web and database were there", sum(each.status >= 500 for each in usual), ""
    )
    report.add(
        "slowest answer, while web and database were there",
        max((each.seconds for each in usual), default=0.0),
        "s",
        at_most=CALLBACK_SECONDS,
    )
    report.add("p99 of these", percentile([each.seconds for each in usual] or [0.0], 0.99), "s")
    report.add(
        "slowest answer of all", max((answer.seconds for answer in answers), default=0.0), "s"
    )


def _add_recoveries(report: Report, outcome: Outcome) -> None:
    report.add("paints whose worker was killed", len(outcome.recoveries), "")
    servers = [away for away in outcome.away if away.what in {"database", "broker", "storage"}]
    undisturbed = [
        each
        for each in outcome.recoveries
        if not any(away.covers(each.ready_at, each.drawn_at, GRACE_SECONDS) for away in servers)
    ]
    for name, recoveries, bound in (
        ("while servers were there", undisturbed, RECOVERY_SECONDS),
        ("of all", outcome.recoveries, None),
    ):
        slowest = max((each.drawn_at - each.ready_at for each in recoveries), default=0.0)
        report.add(
            f"readiness of the next worker to the picture, slowest {name}",
            max(0.0, slowest),
            "s",
            at_most=bound,
        )
    since_start = max((each.drawn_at - each.started_at for each in outcome.recoveries), default=0.0)
    report.add("start of the next worker to the picture, slowest of all", since_start, "s")
    for name in (*VICTIMS, "broker"):
        ready = [
            life.ready_at - life.started_at
            for life in outcome.keeper.lives
            if life.name == name and life.ready_at and life.started_at
        ]
        if ready:
            report.add(f"{name}: start to ready, slowest of {len(ready)}", max(ready), "s")


def _down(life: Life) -> Away:
    return Away(life.name, life.ended_at, life.ready_at or life.started_at or life.ended_at)


def _during(answer: Answer, times: Iterable[Away], grace: float) -> bool:
    began = answer.at - answer.seconds
    return any(each.covers(began, answer.at, grace) for each in times)

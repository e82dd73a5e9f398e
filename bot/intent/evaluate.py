"""`python -m bot.intent.evaluate` (`make eval-talk`): the held-out fifth of the corpus, by kind.

Right: painted, or answered with the answer of its group. Acceptable: asked about, free of charge,
where that does no harm. Harmful: painted though it was to be erased, a cry for help or a question.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from bot.intent import corpus
from bot.intent.decide import Decision, decide
from bot.intent.kinds import GROUPS, NEVER_PAINTED_GROUPS, PAINTED_KINDS, group_of
from bot.intent.model import classify
from bot.intent.situation import CODES
from bot.prompt import clean


class Outcome(NamedTuple):
    """What was decided about a sentence of the corpus in a situation."""

    text: str
    code: str
    kind: str
    decision: Decision

    @property
    def is_right(self) -> bool:
        """Whether it is painted or answered as it was meant."""
        if self.decision.action == "paint":
            return self.kind in PAINTED_KINDS
        return self.decision.action == "answer" and self.is_alike

    @property
    def is_alike(self) -> bool:
        """Whether the answer is of the group that was meant, or as good."""
        given, meant = group_of(self.decision.kind), group_of(self.kind)
        return given == meant or {given, meant} <= {"question", "command", "talk"}

    @property
    def is_acceptable(self) -> bool:
        """Whether it is right, or asked about where that does no harm."""
        return self.is_right or (self.decision.action == "ask" and group_of(self.kind) != "cry")

    @property
    def is_harmful(self) -> bool:
        """Whether it is painted though it must not be."""
        return self.decision.action == "paint" and group_of(self.kind) in NEVER_PAINTED_GROUPS


def outcomes() -> Iterator[Outcome]:
    """Yield what is decided about each held-out sentence, in each of its situations."""
    for sentence in corpus.sentences():
        if not sentence.is_held_out:
            continue
        for code in sentence.codes:
            decision = decide(classify(clean(sentence.text), CODES[code]))
            yield Outcome(sentence.text, code, sentence.kind, decision)


def main() -> None:
    """Print the figures; with -v also what is not acceptable."""
    by_group: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes():
        by_group[group_of(outcome.kind)].append(outcome)
    everything = [outcome for outcomes in by_group.values() for outcome in outcomes]
    print(f"{'kind':10}{'rows':>6}{'right':>8}{'acceptable':>12}{'asked':>8}{'harmful':>9}")
    for name, rows in [*((name, by_group[name]) for name in GROUPS), ("all", everything)]:
        shares = Counter[str]()
        for outcome in rows:
            shares["right"] += outcome.is_right
            shares["acceptable"] += outcome.is_acceptable
            shares["asked"] += outcome.decision.action == "ask"
            shares["harmful"] += outcome.is_harmful
        right, acceptable, questioned = (
            f"{shares[share] / max(len(rows), 1):.1%}" for share in ("right", "acceptable", "asked")
        )
        print(
            f"{name:10}{len(rows):6}{right:>8}{acceptable:>12}{questioned:>8}{shares['harmful']:9}"
        )
    if "-v" in sys.argv:
        for outcome in everything:
            if not outcome.is_acceptable:
                print(outcome.kind, outcome.code, outcome.text, *vars(outcome.decision).values())


if __name__ == "__main__":
    main()

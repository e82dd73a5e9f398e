"""`python -m bot.moderation.evaluate` (`make eval-talk`): sentences never trained on.

They are those of fresh.tsv. "refused" is what the lists and the classifiers together refuse or
answer as a cry; "asked" what they ask about first; "other" what is answered as talk, a question or
a command; "alone" what the classifier of harm refuses without the lists.
"""

from __future__ import annotations

import itertools
import sys
from collections import defaultdict
from typing import NamedTuple, cast

from bot.intent import Situation, classify
from bot.intent import decide as decide_intent
from bot.intent.kinds import CRY_KINDS, group_of
from bot.moderation import get_moderation
from bot.moderation.cries import weigh_cry
from bot.moderation.harm import corpus, judge
from bot.moderation.harm.classes import Place
from bot.prompt import clean


class Outcome(NamedTuple):
    """What is done about a sentence: "paint", "ask", "refuse" or "talk" (answered otherwise)."""

    text: str
    name: str
    place: str
    when: str
    together: str
    alone: str


def outcome_of(sentence: corpus.Sentence) -> Outcome:
    """Return what the lists and the classifier do about a sentence, and the classifier alone."""
    text, place = sentence.text, cast(Place, sentence.place)
    alone = judge(text, place).action
    judges = get_moderation()
    judged = judges.judge_photo(text, words=text) if place == "photo" else judges.judge(text)
    together: str = judged.action
    if together != "refuse" and place == "words":
        shares = classify(clean(text), Situation())
        intent = decide_intent(shares)
        is_cry = intent.action == "answer" and group_of(intent.kind) == "cry"
        cry = weigh_cry(text, shares.probability(*CRY_KINDS), is_intent=is_cry)
        if cry == "cry":
            together = "refuse"
        elif cry == "ask" or intent.action == "ask":
            together = "ask"
        elif intent.action == "answer":
            together = "talk"
    return Outcome(text, sentence.name, place, sentence.family, together, alone)


def main() -> None:
    """Print the figures; with -v also what is wrong."""
    by_class: dict[tuple[str, str, str], list[Outcome]] = defaultdict(list)
    for sentence in corpus.fresh():
        by_class[sentence.family, sentence.place, sentence.name].append(outcome_of(sentence))
    print("\nHarm, in sentences written by hand and never trained on:")
    head = ("set", "place", "class", "rows", "refused", "asked", "other", "painted", "alone")
    print("{:7}{:7}{:10}{:>5}{:>9}{:>7}{:>7}{:>9}{:>7}".format(*head))
    for (when, place, name), outcomes in by_class.items():
        shares = [
            sum(outcome.together == action for outcome in outcomes) / len(outcomes)
            for action in ("refuse", "ask", "talk", "paint")
        ]
        alone = sum(outcome.alone == "refuse" for outcome in outcomes) / len(outcomes)
        cells = (f"{share:.0%}" for share in (*shares, alone))
        print(
            "{:7}{:7}{:10}{:5}{:>9}{:>7}{:>7}{:>9}{:>7}".format(
                when, place, name, len(outcomes), *cells
            )
        )
    if "-v" in sys.argv:
        for outcome in itertools.chain(*by_class.values()):
            if outcome.together != ("paint" if outcome.name == "none" else "refuse"):
                print(*outcome)


if __name__ == "__main__":
    main()

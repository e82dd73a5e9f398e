"""What to do about a message: paint, answer, or ask. What a mistake would cost decides.

To paint what is no wish is the mistake that hurts: words that somebody wanted erased are kept, a
cry for help gets a picture. It is taken to be a hundred times worse than to ask once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bot.intent.kinds import KINDS, PAINTED_KINDS, group_of
from bot.intent.model import Intent

Action = Literal["paint", "ask", "answer"]

# By groups: to paint what was meant as this; to ask whether it is to be painted, where 「死にたい」
# is bad, too; and to answer something of another group.
_PAINT = {"erase": 100.0, "cry": 100.0, "question": 100.0, "command": 60.0, "talk": 10.0}
_ASK = {"wish": 3.0, "picture": 3.0, "cry": 30.0, "talk": 1.5, "command": 1.5}
_ASK_OTHER = 1.0
_MISS = {"wish": 3.5, "picture": 3.5, "cry": 30.0, "erase": 6.0}
_MISS_OTHER = 3.0
_SAME_GROUP = 0.5  # another answer of the same group: beside the point, but harmless
_ALARM = 8.0  # to answer as a cry for help what is none
WISHES_PRIOR = 6.0
"""How many times commoner wishes are in chats than in the corpus, in which every kind has to be."""


@dataclass(frozen=True)
class Decision:
    """action: "paint" (kind: one of PAINTED_KINDS), "answer" (kind: what to answer), or "ask"
    whether it is a wish (kind: the likeliest)."""

    action: Action
    kind: str


def decide(intent: Intent) -> Decision:
    """Return what costs least, as far as the probabilities go."""
    shares = intent.probabilities * _prior()
    expected = _costs() @ (shares / shares.sum())
    cheapest = int(expected.argmin())
    if cheapest >= 2:
        return Decision("answer", KINDS[cheapest - 2])
    kind = max(PAINTED_KINDS, key=lambda name: float(shares[KINDS.index(name)]))
    return Decision("paint", kind) if cheapest == 0 else Decision("ask", intent.likeliest)


@cache
def _prior() -> NDArray[np.float32]:
    return np.array(
        [WISHES_PRIOR if kind in PAINTED_KINDS else 1.0 for kind in KINDS], dtype=np.float32
    )


@cache
def _costs() -> NDArray[np.float32]:
    """Return the costs, (2 + kinds, kinds): of painting, asking, and answering as each kind, for
    what was meant as each kind."""
    groups = [group_of(kind) for kind in KINDS]
    paint = [_PAINT.get(group, 0.0) for group in groups]
    ask = [_ASK.get(group, _ASK_OTHER) for group in groups]
    answers = [[_cost_of_answer(given, meant) for meant in KINDS] for given in KINDS]
    return np.array([paint, ask, *answers], dtype=np.float32)


def _cost_of_answer(given: str, meant: str) -> float:
    if given in PAINTED_KINDS:
        return 1000.0  # no answer
    if given == meant:
        return 0.0
    group = group_of(meant)
    if group_of(given) == group:
        return _SAME_GROUP
    missed = _MISS.get(group, _MISS_OTHER)
    return max(missed, _ALARM) if group_of(given) == "cry" else missed

"""What a message is about, before it is read: a wish, a question, a cry for help, nothing.

A linear classifier over characters, morphemes and the situation gives each kind a probability;
`decide` weighs what each answer would cost if it were wrong. See docs/intent.md.
"""

from bot.intent.decide import Decision, decide
from bot.intent.kinds import KINDS, PAINTED_KINDS
from bot.intent.model import Intent, classify
from bot.intent.situation import Situation

__all__ = ["KINDS", "PAINTED_KINDS", "Decision", "Intent", "Situation", "classify", "decide"]

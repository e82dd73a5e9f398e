"""The kinds of messages, in the order of the columns of the weights."""

from __future__ import annotations

PAINTED_KINDS = ("wish", "change", "photo", "more", "choice", "undo")
"""A new picture; a change of one; what to make of a photo; more like it; one of several; back."""

COMMAND_KINDS = (
    "status",
    "cancel",
    "resend",
    "erase.picture",
    "erase.photo",
    "erase.all",
    "album",
    "settings",
    "language",
    "help",
)
QUESTION_KINDS = tuple(
    f"question.{topic}"
    for topic in """
    price limit commercial copyright operator contact privacy save share print abilities styles
    ideas photo edit broken quality slow human model name group languages delete terms refused hours
    video knowledge
    """.split()  # noqa: SIM905 one to a line would be a page
)
TALK_KINDS = tuple(
    f"talk.{topic}"
    for topic in """
    greeting morning evening night home leaving ok no thanks praise laughter complaint agree sorry
    bye bored love tired sad test chat congratulation
    """.split()  # noqa: SIM905 one to a line would be a page
)
CRY_KINDS = ("cry.life", "cry.violence", "cry.help")
KINDS = (*PAINTED_KINDS, *COMMAND_KINDS, *QUESTION_KINDS, *TALK_KINDS, *CRY_KINDS, "insult", "none")


GROUPS = ("wish", "picture", "erase", "command", "question", "talk", "cry")
"""What is told apart first: a mistake among these costs more than one within them."""

NEVER_PAINTED_GROUPS = frozenset({"erase", "cry", "question"})
"""To paint one of these is the mistake that hurts."""

_GROUP_OF_FAMILY = {
    "wish": "wish",
    "erase": "erase",
    "question": "question",
    "talk": "talk",
    "insult": "talk",
    "none": "talk",
    "cry": "cry",
}


def group_of(kind: str) -> str:
    """Return which of GROUPS a kind is of."""
    if kind in PAINTED_KINDS and kind != "wish":
        return "picture"
    return _GROUP_OF_FAMILY.get(kind.partition(".")[0], "command")


NEVER_PAINTED_KINDS = tuple(kind for kind in KINDS if group_of(kind) in NEVER_PAINTED_GROUPS)

"""What a check has to know beyond the message itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Context:
    """endpoint: by which way the messages go. validating: only the form is checked, because the
    chat is not known (".../validate/..."). group: whether the chat is a group. members: user id ->
    name. is_quotable: whether a quote token belongs to this chat. bot: the bot's own user id.
    """

    endpoint: Literal["reply", "push", "multicast"] = "reply"
    validating: bool = False
    group: bool = False
    members: Mapping[str, str] = field(default_factory=dict)
    is_quotable: Callable[[str], bool] = lambda token: True
    bot: str = ""

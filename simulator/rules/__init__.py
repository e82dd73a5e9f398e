"""What LINE accepts as message objects (Messaging API reference, "Message objects").

`check` is the door; every other module knows one kind of message.
"""

from __future__ import annotations

from simulator.rules.messages import check

__all__ = ["check"]

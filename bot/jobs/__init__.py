"""Jobs: the state machine, and every query on jobs, pictures and their reply tokens.

    queued -> drawing -> drawn -> delivered         drawing -> queued (lease lost, stop)
                         drawn -> waiting -> delivered              any -> failed
    any before delivered -> cancelled

Each change of state is one conditional UPDATE whose row count says whether it was ours to make, so
that two processes can never both win. Functions take an open transaction (see bot.database) and
publish nothing: callers do that after the commit.
"""

from __future__ import annotations

from bot.jobs.bringing import (
    claim_delivery,
    deliver_later,
    delivered,
    hold_delivery,
    ticket_offered,
    to_bring,
    wait_for_tap,
)
from bot.jobs.forgetting import (
    cancel,
    drop_chat,
    drop_member,
    drop_one,
    drop_person,
    erased,
    expire,
    forget_marks,
    forget_traces,
    to_erase,
    unsend,
    was_unsent,
)
from bot.jobs.model import (
    CANCELLED,
    DELIVERED,
    DRAWING,
    DRAWN,
    FAILED,
    QUEUED,
    UNDELIVERED,
    UNFINISHED,
    WAITING,
    Job,
    StoredPicture,
    new_number,
)
from bot.jobs.overview import anywhere, count_of, named, newest, received_at
from bot.jobs.painting import (
    add,
    claim,
    claim_next,
    drawn,
    fail,
    give_back,
    overdue,
    renew,
    rescue,
    unpublished,
)
from bot.jobs.queries import (
    by_message,
    by_number,
    first_under_way,
    get,
    is_first,
    latest,
    pictures_of,
    unfinished,
    unfinished_in,
)
from bot.jobs.tokens import add_token, live_token, needing_ticket, spend, wake
from bot.jobs.turns import next_in_turn, place

__all__ = [
    "CANCELLED",
    "DELIVERED",
    "DRAWING",
    "DRAWN",
    "FAILED",
    "QUEUED",
    "UNDELIVERED",
    "UNFINISHED",
    "WAITING",
    "Job",
    "StoredPicture",
    "add",
    "add_token",
    "anywhere",
    "by_message",
    "by_number",
    "cancel",
    "claim",
    "claim_delivery",
    "claim_next",
    "count_of",
    "deliver_later",
    "delivered",
    "drawn",
    "drop_chat",
    "drop_member",
    "drop_one",
    "drop_person",
    "erased",
    "expire",
    "fail",
    "first_under_way",
    "forget_marks",
    "forget_traces",
    "get",
    "give_back",
    "hold_delivery",
    "is_first",
    "latest",
    "live_token",
    "named",
    "needing_ticket",
    "new_number",
    "newest",
    "next_in_turn",
    "overdue",
    "pictures_of",
    "place",
    "received_at",
    "renew",
    "rescue",
    "spend",
    "ticket_offered",
    "to_bring",
    "to_erase",
    "unfinished",
    "unfinished_in",
    "unpublished",
    "unsend",
    "wait_for_tap",
    "wake",
    "was_unsent",
]

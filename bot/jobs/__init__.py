"""Jobs: the state machine, and every query on jobs, pictures and their reply tokens.

May import store, telemetry.tracing and settings.

    queued -> drawing -> drawn -> delivered         drawing -> queued (lease lost, stop)
                         drawn -> waiting -> delivered              any -> failed
    any before delivered -> cancelled

Each change of state is one conditional UPDATE, and its row count says who made it: two processes
can never both win. Functions take an open transaction (bot.store.database) and publish nothing:
callers do that after the commit.
"""

from __future__ import annotations

from bot.jobs.delivery import (
    claim_delivery,
    due_deliveries,
    mark_delivered,
    postpone_delivery,
    record_ticket,
    renew_delivery_lease,
    wait_for_tap,
)
from bot.jobs.erasure import (
    cancel,
    delete_day_marks,
    delete_stale_records,
    drop_chat,
    drop_job,
    drop_member,
    drop_person,
    due_erasures,
    mark_erased,
    mark_expired,
    unsend,
    was_unsent,
)
from bot.jobs.fair_queue import next_job_id, queue_position
from bot.jobs.lifecycle import (
    add,
    claim_next,
    fail,
    mark_drawn,
    mark_unpublished,
    note_error,
    overdue,
    recover_expired,
    renew_lease,
    requeue,
)
from bot.jobs.lookup import by_number_anywhere, count_by_line_id, log_fields, newest, received_at
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
    parse_number,
)
from bot.jobs.queries import (
    by_message,
    by_number,
    count_unfinished,
    count_unfinished_in_chat,
    get,
    is_first_in_chat,
    latest,
    oldest_unfinished,
    pictures_of,
    was_interrupted,
)
from bot.jobs.reply_tokens import (
    add_token,
    jobs_needing_ticket,
    live_token,
    reactivate_delivery,
    spend_token,
)

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
    "by_message",
    "by_number",
    "by_number_anywhere",
    "cancel",
    "claim_delivery",
    "claim_next",
    "count_by_line_id",
    "count_unfinished",
    "count_unfinished_in_chat",
    "delete_day_marks",
    "delete_stale_records",
    "drop_chat",
    "drop_job",
    "drop_member",
    "drop_person",
    "due_deliveries",
    "due_erasures",
    "fail",
    "get",
    "is_first_in_chat",
    "jobs_needing_ticket",
    "latest",
    "live_token",
    "log_fields",
    "mark_delivered",
    "mark_drawn",
    "mark_erased",
    "mark_expired",
    "mark_unpublished",
    "new_number",
    "newest",
    "next_job_id",
    "note_error",
    "oldest_unfinished",
    "overdue",
    "parse_number",
    "pictures_of",
    "postpone_delivery",
    "queue_position",
    "reactivate_delivery",
    "received_at",
    "record_ticket",
    "recover_expired",
    "renew_delivery_lease",
    "renew_lease",
    "requeue",
    "spend_token",
    "unsend",
    "wait_for_tap",
    "was_interrupted",
    "was_unsent",
]

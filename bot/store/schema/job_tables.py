"""Jobs: attempts at them, their pictures, and the messages that people quote."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    String,
    Table,
    true,
)

from bot.store.schema.metadata import metadata

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("number", String(7), nullable=False, unique=True),
    # Part of picture URLs and of no log, so that nobody who reads a log can open a picture.
    Column("secret", String(32), nullable=False),
    Column("event_id", String(255), nullable=False, unique=True),
    Column("chat_id", String(255), nullable=True),
    Column("chat_kind", String(16), nullable=False),
    Column("user_id", String(255), nullable=True),
    Column("message_id", String(255), nullable=True, index=True),
    Column("quote_token", String(255), nullable=True),
    Column("language", String(8), nullable=False),
    Column("request", JSON, nullable=True),
    # The job or photo whose picture it is made from: it is erased with that.
    Column("parent_id", String(32), nullable=True, index=True),
    # Number of pictures asked for; counted for the day's limit even after the request is erased.
    Column("asked", Integer, nullable=False, server_default="1"),
    Column("state", String(16), nullable=False),
    Column("error_code", String(64), nullable=True),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("lease_owner", String(255), nullable=True),
    Column("lease_until", Double, nullable=True),
    Column("step", Integer, nullable=True),
    Column("steps", Integer, nullable=True),
    # When a draw message was last published; NULL: the broker did not take it.
    Column("published_at", Double, nullable=True),
    # When a courier is to deliver the outcome; NULL: there is nothing to deliver.
    Column("deliver_at", Double, nullable=True, index=True),
    Column("deliver_lease", Double, nullable=True),
    Column("deliver_tries", Integer, nullable=False, server_default="0"),
    # Counts fresh reply tokens, so that `wait_for_tap` notices a tap that just came.
    Column("wakes", Integer, nullable=False, server_default="0"),
    # W3C trace context ("traceparent") of its webhook, if any: https://www.w3.org/TR/trace-context/
    Column("trace", String(55), nullable=True),
    Column("created_at", Double, nullable=False),
    Column("drawing_at", Double, nullable=True),
    Column("painted_at", Double, nullable=True),
    Column("drawn_at", Double, nullable=True),
    Column("ticket_at", Double, nullable=True),
    Column("finished_at", Double, nullable=True),
    Column("erase_at", Double, nullable=True, index=True),
    Column("erased_at", Double, nullable=True),
    Index("ix_jobs_state_created_at", "state", "created_at"),
    Index("ix_jobs_chat_id_created_at", "chat_id", "created_at"),
    Index("ix_jobs_user_id_created_at", "user_id", "created_at"),
)

# Attempts at jobs.
attempts = Table(
    "attempts",
    metadata,
    Column("job_id", String(32), primary_key=True),
    Column("began_at", Double, primary_key=True),
    Column("owner", String(255), nullable=False),  # the lease_owner that the job had
    Column("number", Integer, nullable=False),
    Column("ended_at", Double, nullable=True),
    Column("outcome", String(16), nullable=True),  # see bot.jobs.attempts
    Column("error_code", String(64), nullable=True),
    Column("step", Integer, nullable=True),
    Column("steps", Integer, nullable=True),
)

pictures = Table(
    "pictures",
    metadata,
    Column("job_id", String(32), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("key", String(255), nullable=False),
    Column("preview_key", String(255), nullable=False),
    Column("content_type", String(32), nullable=False),
    Column("size", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("seed", BigInteger, nullable=False),
)

# Pictures that are kept until somebody takes that back (bot.jobs.favourites).
favourites = Table(
    "favourites",
    metadata,
    Column("job_id", String(32), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("at", Double, nullable=False),
)

# LINE's ids of messages about jobs and their pictures, which people quote.
shown = Table(
    "shown",
    metadata,
    Column("message_id", String(255), primary_key=True),
    Column("job_id", String(32), nullable=False, index=True),
    # Which of its pictures; NULL: no single one.
    Column("position", Integer, nullable=True),
)

# Who was just asked what to change about a picture, or (job_id "erase") to confirm that everything
# is to be erased: their next words are the answer.
changing = Table(
    "changing",
    metadata,
    Column("chat_id", String(255), primary_key=True),
    Column("user_id", String(255), primary_key=True),  # "" if LINE does not say
    Column("job_id", String(32), nullable=False, index=True),
    Column("position", Integer, nullable=True),
    # False: a picture of several was only chosen; their next words may be about something else.
    Column("asked", Boolean, nullable=False, server_default=true()),
    Column("at", Double, nullable=False, index=True),
)

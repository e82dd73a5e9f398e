"""What is sent to LINE, and the reply tokens that carry it."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Double, Integer, String, Table

from bot.store.schema.metadata import metadata

# Reply tokens: each may be used once. `spent_at` is set before the call to LINE, never after.
reply_tokens = Table(
    "reply_tokens",
    metadata,
    Column("token", String(255), primary_key=True),
    Column("job_id", String(32), nullable=False, index=True),
    Column("received_at", Double, nullable=False, index=True),
    Column("spent_at", Double, nullable=True),
)

# The outbox: every message that is, or may have been, sent to LINE.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("job_id", String(32), nullable=True, index=True),
    Column("kind", String(16), nullable=False),
    Column("way", String(8), nullable=False),
    Column("state", String(16), nullable=False),
    Column("token", String(255), nullable=True),
    Column("token_at", Double, nullable=True),
    Column("recipient", String(255), nullable=True),
    Column("retry_key", String(36), nullable=True),
    Column("price", Integer, nullable=False, server_default="0"),
    Column("messages", JSON, nullable=True),
    Column("tries", Integer, nullable=False, server_default="0"),
    # In doubt: an earlier try may have arrived, though LINE did not answer.
    Column("doubt", Boolean, nullable=False),
    Column("next_at", Double, nullable=True, index=True),
    Column("lease_until", Double, nullable=True),
    Column("line_request_id", String(255), nullable=True),
    Column("error_code", String(64), nullable=True),
    Column("created_at", Double, nullable=False, index=True),
    Column("sent_at", Double, nullable=True),
)

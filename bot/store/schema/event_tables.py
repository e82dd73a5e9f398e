"""What LINE sends: events, those that wait to be handled, and what was unsent."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Index, Integer, String, Table, Text

from bot.store.schema.metadata import metadata

# Webhook events that were stored: a redelivered one is known by its id. Also the keys of loading
# animations that were started (bot.jobs.loading_animation).
events = Table(
    "events",
    metadata,
    Column("id", String(255), primary_key=True),
    Column("type", String(64), nullable=False),
    Column("mode", String(32), nullable=False),
    Column("received_at", Double, nullable=False, index=True),
)

# Events as LINE sent them, until a courier has handled them (bot.store.inbox). They hold what
# people wrote, so a row goes in the transaction that handles it.
inbox = Table(
    "inbox",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("event_id", String(255), nullable=False, unique=True),
    Column("type", String(64), nullable=False),
    # The chat's id; of an event without a chat its own, since nothing has to wait for it.
    Column("chat_key", String(255), nullable=False),
    Column("user_id", String(255), nullable=True),
    Column("message_id", String(255), nullable=True, index=True),
    Column("body", Text, nullable=False),
    Column("trace", String(55), nullable=True),
    Column("received_at", Double, nullable=False),
    # Times that somebody began to handle it, and until when nobody else may.
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("lease_owner", String(32), nullable=True),
    Column("lease_until", Double, nullable=True),
    # Since when it waits for an operator, and why; NULL: a courier is to handle it.
    Column("parked_at", Double, nullable=True),
    Column("error_code", String(64), nullable=True),
    Index("ix_inbox_chat_key_seq", "chat_key", "seq"),
)

# Messages that were unsent. An unsend may overtake its message, so it is remembered.
unsent = Table(
    "unsent",
    metadata,
    Column("message_id", String(255), primary_key=True),
    Column("at", Double, nullable=False, index=True),
)

"""What operators and processes keep: workers, bans, audit, named values, alarms."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Double, Integer, String, Table

from bot.store.schema.metadata import metadata

# Live workers and couriers: each writes its row every few seconds (bot.tasks.heartbeat).
workers = Table(
    "workers",
    metadata,
    Column("id", String(255), primary_key=True),
    Column("process", String(16), nullable=False),
    Column("host", String(255), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started_at", Double, nullable=False),
    Column("seen_at", Double, nullable=False, index=True),
    # What it is and does: model, device, slots, memory ...; nothing of a person.
    Column("about", JSON, nullable=False),
)

# Bans, by a fingerprint of the id, so that erasing a user leaves no id.
bans = Table(
    "bans",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("reason", String(255), nullable=True),
    Column("at", Double, nullable=False),
)

# The audit log of operators: no prompt, and no id but fingerprints and numbers.
audit = Table(
    "audit",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("at", Double, nullable=False, index=True),
    Column("who", String(255), nullable=False),
    Column("action", String(32), nullable=False),
    Column("about", String(64), nullable=False),
    Column("detail", String(255), nullable=True),
)

# Named JSON values: flags, codes, what was last seen, changed word lists (bot.store.key_values).
switches = Table(
    "switches",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", JSON, nullable=True),
    Column("at", Double, nullable=False),
)

# Active alarms: since when, and whether operators' chats were told.
alarms = Table(
    "alarms",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("since", Double, nullable=False),
    Column("seen_at", Double, nullable=False),
    Column("told_at", Double, nullable=True),
    Column("detail", String(255), nullable=True),
)

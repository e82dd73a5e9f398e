"""The tables. Times are seconds since 1970 (UTC); LINE's ids have at most 255 characters."""

from bot.store.schema.chat_tables import chats, people, photos
from bot.store.schema.event_tables import events, inbox, unsent
from bot.store.schema.job_tables import attempts, changing, favourites, jobs, pictures, shown
from bot.store.schema.metadata import metadata
from bot.store.schema.operator_tables import alarms, audit, bans, switches, workers
from bot.store.schema.outbox_tables import deliveries, reply_tokens

__all__ = [
    "alarms",
    "attempts",
    "audit",
    "bans",
    "changing",
    "chats",
    "deliveries",
    "events",
    "favourites",
    "inbox",
    "jobs",
    "metadata",
    "people",
    "photos",
    "pictures",
    "reply_tokens",
    "shown",
    "switches",
    "unsent",
    "workers",
]

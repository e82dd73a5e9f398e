"""The tables. Times are seconds since 1970 (UTC); ids of LINE's are at most 255 characters."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    MetaData,
    String,
    Table,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Every webhook event ever taken: its id is what makes a redelivery harmless. Besides, the keys of
# loading animations that were asked for (bot.waiting).
events = Table(
    "events",
    metadata,
    Column("id", String(255), primary_key=True),
    Column("type", String(64), nullable=False),
    Column("mode", String(32), nullable=False),
    Column("received_at", Double, nullable=False, index=True),
)

chats = Table(
    "chats",
    metadata,
    Column("id", String(255), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("language", String(8), nullable=False, server_default="ja"),
    # False after unfollow or leave: LINE answers 200 to a push there and delivers nothing.
    Column("reachable", Boolean, nullable=False),
    Column("seen_at", Double, nullable=False),
    # What a sentence in a group may begin with instead of a mention.
    Column("prefix", String(16), nullable=True),
    # Stands in the album's URL; a new one revokes the old one. NULL: there is no album.
    Column("album", String(32), nullable=True, unique=True),
    # When LINE was last asked for the name and language of whoever is in a 1:1 chat.
    Column("profile_at", Double, nullable=True),
    # Limits of this chat; NULL: those of the settings.
    Column("queued_per_person", Integer, nullable=True),
    Column("queued_per_group", Integer, nullable=True),
    Column("daily_pictures", Integer, nullable=True),
    Column("cooldown_seconds", Double, nullable=True),
)

# What LINE tells of who asked in a chat: for its album, and in which language to speak.
people = Table(
    "people",
    metadata,
    Column("chat_id", String(255), primary_key=True),
    Column("user_id", String(255), primary_key=True),
    Column("name", String(255), nullable=True),
    Column("language", String(8), nullable=True),
    Column("at", Double, nullable=False, index=True),
)

# Photos that people sent, to paint from.
photos = Table(
    "photos",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("message_id", String(255), nullable=False, unique=True),
    Column("chat_id", String(255), nullable=False),
    Column("user_id", String(255), nullable=True),
    Column("state", String(16), nullable=False),  # waiting, ready, failed
    Column("error_code", String(64), nullable=True),
    Column("key", String(255), nullable=True),
    Column("width", Integer, nullable=True),
    Column("height", Integer, nullable=True),
    Column("tries", Integer, nullable=False, server_default="0"),
    # When to ask LINE for it next; NULL: there is nothing to fetch.
    Column("next_at", Double, nullable=True, index=True),
    Column("lease_until", Double, nullable=True),
    Column("created_at", Double, nullable=False, index=True),
    Column("erase_at", Double, nullable=True, index=True),
    Index("ix_photos_chat_id_created_at", "chat_id", "created_at"),
)

# Messages taken back. An unsend may overtake its message, so it is remembered.
unsent = Table(
    "unsent",
    metadata,
    Column("message_id", String(255), primary_key=True),
    Column("at", Double, nullable=False, index=True),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("number", String(7), nullable=False, unique=True),
    # Stands in picture URLs; of its own, so that nobody who reads a log can open a picture.
    Column("secret", String(32), nullable=False),
    Column("event_id", String(255), nullable=False, unique=True),
    Column("chat_id", String(255), nullable=True),
    Column("chat_kind", String(16), nullable=False),
    Column("user_id", String(255), nullable=True),
    Column("message_id", String(255), nullable=True, index=True),
    Column("quote_token", String(255), nullable=True),
    Column("language", String(8), nullable=False),
    Column("request", JSON, nullable=True),
    # The job whose picture it goes on from, or the photo: it is erased with them.
    Column("parent_id", String(32), nullable=True, index=True),
    # Pictures that were asked for; counted for the day's limit also when the words are gone.
    Column("asked", Integer, nullable=False, server_default="1"),
    Column("state", String(16), nullable=False),
    Column("error_code", String(64), nullable=True),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("lease_owner", String(255), nullable=True),
    Column("lease_until", Double, nullable=True),
    Column("step", Integer, nullable=True),
    Column("steps", Integer, nullable=True),
    # When a draw message was last given to the broker; NULL: the broker did not take it.
    Column("published_at", Double, nullable=True),
    # When the courier should look at this job next; NULL: there is nothing to bring.
    Column("deliver_at", Double, nullable=True, index=True),
    Column("deliver_lease", Double, nullable=True),
    Column("deliver_tries", Integer, nullable=False, server_default="0"),
    # Counts fresh reply tokens, so that "now wait for a tap" notices a tap that just came.
    Column("wakes", Integer, nullable=False, server_default="0"),
    # W3C trace context ("traceparent") of the webhook that brought it, if it had or was given one.
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

# Each attempt at a job.
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

# LINE's ids of the messages that showed a job's pictures or were about them: people quote those.
shown = Table(
    "shown",
    metadata,
    Column("message_id", String(255), primary_key=True),
    Column("job_id", String(32), nullable=False, index=True),
    # Which of its pictures; NULL: none of them alone.
    Column("position", Integer, nullable=True),
)

# Who was just asked what to change about a picture, or (job_id "erase") whether really to erase
# everything: the next words are the answer.
changing = Table(
    "changing",
    metadata,
    Column("chat_id", String(255), primary_key=True),
    Column("user_id", String(255), primary_key=True),  # "" where LINE does not tell
    Column("job_id", String(32), nullable=False, index=True),
    Column("position", Integer, nullable=True),
    Column("at", Double, nullable=False, index=True),
)

# A reply token is free to use once. `spent_at` is set before the call to LINE, never after.
reply_tokens = Table(
    "reply_tokens",
    metadata,
    Column("token", String(255), primary_key=True),
    Column("job_id", String(32), nullable=False, index=True),
    Column("received_at", Double, nullable=False, index=True),
    Column("spent_at", Double, nullable=True),
)

# Every message that goes, or may have gone, to LINE.
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
    # Whether an earlier try may have arrived although nobody heard of it.
    Column("doubt", Boolean, nullable=False),
    Column("next_at", Double, nullable=True, index=True),
    Column("lease_until", Double, nullable=True),
    Column("line_request_id", String(255), nullable=True),
    Column("error_code", String(64), nullable=True),
    Column("created_at", Double, nullable=False, index=True),
    Column("sent_at", Double, nullable=True),
)

# Workers and couriers that are alive: each writes its row every few seconds (bot.pulse).
workers = Table(
    "workers",
    metadata,
    Column("id", String(255), primary_key=True),
    Column("process", String(16), nullable=False),
    Column("host", String(255), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started_at", Double, nullable=False),
    Column("seen_at", Double, nullable=False, index=True),
    # What it is and what it is at: model, device, slots, memory ...; nothing of a person.
    Column("about", JSON, nullable=False),
)

# Who may not have anything painted: a fingerprint of the id, so that erasing a person leaves none.
bans = Table(
    "bans",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("reason", String(255), nullable=True),
    Column("at", Double, nullable=False),
)

# What an operator did; no prompt, and no id but fingerprints and numbers.
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

# What operators switch while the house runs: accepting, draining, words of the moderation lists.
switches = Table(
    "switches",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", JSON, nullable=True),
    Column("at", Double, nullable=False),
)

# What is wrong now, since when, and whether an admin's chat was told.
alarms = Table(
    "alarms",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("since", Double, nullable=False),
    Column("seen_at", Double, nullable=False),
    Column("told_at", Double, nullable=True),
    Column("detail", String(255), nullable=True),
)

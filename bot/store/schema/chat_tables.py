"""Chats, their people, and the photos that they sent."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Double, Index, Integer, String, Table

from bot.store.schema.metadata import metadata

chats = Table(
    "chats",
    metadata,
    Column("id", String(255), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("language", String(8), nullable=False, server_default="ja"),
    # False after unfollow or leave: LINE answers 200 to a push and delivers nothing.
    Column("reachable", Boolean, nullable=False),
    Column("seen_at", Double, nullable=False),
    # What a sentence in a group may begin with instead of a mention of the bot.
    Column("prefix", String(16), nullable=True),
    # The secret in the album's URL; a new one revokes the old one. NULL: there is no album.
    Column("album", String(32), nullable=True, unique=True),
    # When LINE was first asked for the language of a 1:1 chat's user.
    Column("profile_at", Double, nullable=True),
    # This chat's own limits; NULL: those of the settings.
    Column("queued_per_person", Integer, nullable=True),
    Column("queued_per_group", Integer, nullable=True),
    Column("daily_pictures", Integer, nullable=True),
    Column("cooldown_seconds", Double, nullable=True),
    # What this chat's pictures are painted in where a wish says nothing else: a style's label, and
    # a key of bot.conversation.defaults.SHAPES.
    Column("style", String(32), nullable=True),
    Column("shape", String(16), nullable=True),
)

# What LINE says of users who asked in a chat: names for its album, and languages. at: when LINE
# was last asked; 0: it is to be asked.
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
    # Decodings that began; more than one did not end in this row, so something died over it.
    Column("decodings", Integer, nullable=False, server_default="0"),
    # When to ask LINE for it next; NULL: there is nothing to fetch.
    Column("next_at", Double, nullable=True, index=True),
    Column("lease_until", Double, nullable=True),
    Column("created_at", Double, nullable=False, index=True),
    Column("erase_at", Double, nullable=True, index=True),
    Index("ix_photos_chat_id_created_at", "chat_id", "created_at"),
)

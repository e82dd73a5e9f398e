"""Photos to paint from, names for the album, settings of a chat, switches and alarms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarms",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=False),
        sa.Column("told_at", sa.Double(), nullable=True),
        sa.Column("detail", sa.String(length=255), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_alarms")),
    )
    op.create_table(
        "people",
        sa.Column("chat_id", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "user_id", name=op.f("pk_people")),
    )
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_at"), ["at"], unique=False)

    op.create_table(
        "photos",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=255), nullable=False),
        sa.Column("chat_id", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("key", sa.String(length=255), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", sa.Double(), nullable=True),
        sa.Column("lease_until", sa.Double(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("erase_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photos")),
        sa.UniqueConstraint("message_id", name=op.f("uq_photos_message_id")),
    )
    with op.batch_alter_table("photos", schema=None) as batch_op:
        batch_op.create_index(
            "ix_photos_chat_id_created_at", ["chat_id", "created_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_photos_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_photos_erase_at"), ["erase_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_photos_next_at"), ["next_at"], unique=False)

    op.create_table(
        "switches",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.JSON(), nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_switches")),
    )
    with op.batch_alter_table("chats", schema=None) as batch_op:
        batch_op.add_column(sa.Column("prefix", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("album", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("profile_at", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("queued_per_person", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("queued_per_group", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("daily_pictures", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("cooldown_seconds", sa.Double(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_chats_album"), ["album"])

    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("trace", sa.String(length=55), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_column("trace")

    with op.batch_alter_table("chats", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_chats_album"), type_="unique")
        batch_op.drop_column("cooldown_seconds")
        batch_op.drop_column("daily_pictures")
        batch_op.drop_column("queued_per_group")
        batch_op.drop_column("queued_per_person")
        batch_op.drop_column("profile_at")
        batch_op.drop_column("album")
        batch_op.drop_column("prefix")

    op.drop_table("switches")
    with op.batch_alter_table("photos", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_photos_next_at"))
        batch_op.drop_index(batch_op.f("ix_photos_erase_at"))
        batch_op.drop_index(batch_op.f("ix_photos_created_at"))
        batch_op.drop_index("ix_photos_chat_id_created_at")

    op.drop_table("photos")
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_people_at"))

    op.drop_table("people")
    op.drop_table("alarms")

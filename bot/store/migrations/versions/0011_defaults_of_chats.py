"""A chat's own style and shape, and which picture of several was chosen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("chats", sa.Column("style", sa.String(length=32), nullable=True))
    op.add_column("chats", sa.Column("shape", sa.String(length=16), nullable=True))
    op.add_column(
        "changing",
        sa.Column("asked", sa.Boolean(), server_default=sa.true(), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("changing", "asked")
    op.drop_column("chats", "shape")
    op.drop_column("chats", "style")

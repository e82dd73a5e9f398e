"""Alembic's entry: runs the migrations on the engine that bot.store.database hands over."""

from __future__ import annotations

from alembic import context

from bot.store.schema import metadata

engine = context.config.attributes["engine"]
with engine.connect() as connection:
    # Batch mode: SQLite cannot alter most columns in place. One transaction for all of it, from
    # reading the version on: else two processes that migrate at once may take the same step.
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()

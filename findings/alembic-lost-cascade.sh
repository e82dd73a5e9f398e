#!/usr/bin/env bash
# alembic 1.20.1, sqlalchemy 2.1.9: to rename one column of a SQLite table drops ON DELETE CASCADE, NOCASE, AUTOINCREMENT and triggers.
# Guess: batch_alter_table copies the table with all it has but what the operation changes, and warns of what it must leave out.
# Seen: it warns of unnamed CHECKs alone. A room can no longer be erased, since its wishes stay; "cat" no longer finds "Cat"; the id of
#   an erased wish is given away again; a trigger is gone. Written as FOREIGN KEY(room) of the table instead of at the column, the
#   cascade is kept: what is said at a column is not read.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet alembic==1.20.1 sqlalchemy==2.1.9
"$folder/venv/bin/python" - <<'PY'
import warnings

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine, event
from sqlalchemy.exc import IntegrityError

AT_THE_COLUMN = """
CREATE TABLE wish (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    room INTEGER NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    word TEXT COLLATE NOCASE,
    seed INTEGER
)"""
AT_THE_TABLE = """
CREATE TABLE wish (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    room INTEGER NOT NULL,
    word TEXT COLLATE NOCASE,
    seed INTEGER,
    FOREIGN KEY (room) REFERENCES room (id) ON DELETE CASCADE
)"""
TRIGGER = "CREATE TRIGGER counts AFTER INSERT ON wish BEGIN UPDATE room SET wishes = wishes + 1 WHERE id = NEW.room; END"


def seen(table, migrate):
    """Return what a table does, after a column of it was renamed or before."""
    engine = create_engine("sqlite://")
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys = ON"))
    with engine.begin() as connection:
        run = connection.exec_driver_sql
        run("CREATE TABLE room (id INTEGER PRIMARY KEY, wishes INTEGER DEFAULT 0)")
        run(table)
        run(TRIGGER)
        run("INSERT INTO room (id) VALUES (1)")
        run("INSERT INTO wish (room, word) VALUES (1, 'Cat'), (1, 'Dog')")
        run("DELETE FROM wish WHERE id = 2")
    if migrate:
        with engine.begin() as connection, warnings.catch_warnings():
            warnings.simplefilter("error")
            operations = Operations(MigrationContext.configure(connection))
            with operations.batch_alter_table("wish") as batch:
                batch.alter_column("seed", new_column_name="number")
    with engine.begin() as connection:
        run = connection.exec_driver_sql
        found = run("SELECT count(*) FROM wish WHERE word = 'cat'").scalar()
        run("INSERT INTO wish (room, word) VALUES (1, 'bird')")
        newest, counted = run("SELECT max(id) FROM wish").scalar(), run("SELECT wishes FROM room").scalar()
        try:
            run("DELETE FROM room")
            erased = run("SELECT count(*) FROM wish").scalar() == 0
        except IntegrityError:
            erased = False
    return {"cat found": found, "id after an erased 2": newest, "counted": counted, "room erased": erased}


cases = {
    "as created": seen(AT_THE_COLUMN, False),
    "renamed, cascade at the column": seen(AT_THE_COLUMN, True),
    "renamed, cascade at the table": seen(AT_THE_TABLE, True),
}
for name, what in cases.items():
    print(f"{name}: {what}")
right, column, table = cases.values()
assert right == {"cat found": 1, "id after an erased 2": 3, "counted": 3, "room erased": True}, right
lost = {"cat found": 0, "id after an erased 2": 2, "counted": 2}
assert column == lost | {"room erased": False}, column
assert table == lost | {"room erased": True}, table
PY

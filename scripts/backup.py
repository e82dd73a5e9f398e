"""Back up one machine: the SQLite database and the picture folder, while everything runs."""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bot.settings import SettingError, Settings

DATABASE, PICTURES = "efude.db", "pictures"


class BackupError(Exception):
    """Says what went wrong and what to do."""


def save(settings: Settings, folder: Path) -> str:
    """Write a backup into a new folder; return a summary of it.

    The database comes first: a picture painted meanwhile is only an extra file in the folder.
    Raises BackupError.
    """
    database, pictures = _places(settings)
    if not database.exists():
        raise BackupError(f"There is no database at {database}: is DATABASE_URL set?")
    if folder.exists():
        raise BackupError(f"{folder} is there already: name a new folder.")
    folder.mkdir(parents=True, mode=0o700)  # it holds what people wrote
    with (
        closing(sqlite3.connect(database, timeout=30)) as source,
        closing(sqlite3.connect(folder / DATABASE)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, whatever follows
    if pictures.exists():
        # What is erased meanwhile is left out, and drafts of writes under way are no pictures.
        shutil.copytree(pictures, folder / PICTURES, copy_function=_copy, ignore=_drafts)
    return check(folder)


def check(folder: Path) -> str:
    """Check that a backup is complete; return a summary of it. Raises BackupError.

    Pictures erased while they were copied are listed but are no error.
    """
    copy = folder / DATABASE
    if not copy.exists():
        raise BackupError(f"{folder} holds no {DATABASE}: it is no backup.")
    with closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True)) as db:
        if (result := db.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            raise BackupError(f"{copy} is damaged ({result}): take an older backup.")
        jobs = db.execute("SELECT count(*) FROM jobs").fetchone()[0]
        keys = [key for (key,) in db.execute("SELECT key FROM pictures")]
    there = sum((folder / PICTURES / key).exists() for key in keys)
    return f"{folder}: {jobs} jobs, {there} of {len(keys)} pictures"


def restore(settings: Settings, folder: Path) -> str:
    """Restore a backup; move what was there aside. Returns where, as a sentence.

    All processes must be stopped. Raises BackupError.
    """
    check(folder)
    database, pictures = _places(settings)
    if database.exists() and _in_use(database):
        raise BackupError("The database is in use: stop web, worker, courier and clock first.")
    mark = time.strftime("before-restore-%Y%m%d-%H%M%S")
    for place in (*_files_of(database), pictures):
        if place.exists():
            place.rename(place.with_name(f"{place.name}.{mark}"))
    database.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(folder / DATABASE, database)
    if (folder / PICTURES).exists():
        shutil.copytree(folder / PICTURES, pictures)
    return f"Restored. What was there ends in .{mark}; delete it when all is well."


def _places(settings: Settings) -> tuple[Path, Path]:
    if settings.s3_bucket or not settings.database_url.startswith("sqlite:///"):
        raise BackupError(
            "This is for SQLite and a folder of pictures. See docs/operate/runbooks.md."
        )
    return Path(settings.database_url.removeprefix("sqlite:///")), settings.pictures_dir


def _files_of(database: Path) -> Iterator[Path]:
    """Return the database file and the files that SQLite keeps beside it."""
    for ending in ("", "-wal", "-shm"):
        yield database.with_name(database.name + ending)


def _in_use(database: Path) -> bool:
    """Return whether another process has the database open: only a sole user may leave WAL mode."""
    with closing(sqlite3.connect(database, timeout=0.5)) as db:
        try:
            return bool(db.execute("PRAGMA journal_mode=DELETE").fetchone()[0] != "delete")
        except sqlite3.OperationalError:
            return True


def _copy(source: str, target: str) -> str:
    try:
        return shutil.copy2(source, target)
    except FileNotFoundError:
        return target


def _drafts(_folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name.startswith(".")}


def main(arguments: list[str] | None = None) -> int:
    """Save, check or restore. Returns 1, with a sentence on stderr, if that fails."""
    parser = argparse.ArgumentParser(prog="python -m scripts.backup", description=__doc__)
    parser.add_argument("act", choices=("save", "check", "restore"))
    parser.add_argument("folder", type=Path)
    given = parser.parse_args(arguments)
    try:
        if given.act == "check":
            print(check(given.folder))
            return 0
        settings = Settings.from_env()
        print((save if given.act == "save" else restore)(settings, given.folder))
    except (BackupError, SettingError, OSError, sqlite3.DatabaseError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

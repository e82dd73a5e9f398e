"""A backup of a machine that runs, and what comes back of it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot import jobs
from bot.jobs import StoredPicture, lifecycle
from bot.prompt import StoredRequest
from bot.settings import Settings
from bot.storage import FolderStorage, new_key
from bot.store import chats
from bot.store.clock import now
from bot.store.database import Database
from scripts import backup

CHAT = "U" + "a" * 32


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    created = Settings(
        line_channel_secret="s",
        line_channel_access_token="t",
        database_url=f"sqlite:///{tmp_path / 'house' / 'efude.db'}",
        pictures_dir=tmp_path / "house" / "pictures",
    )
    database = Database(created.database_url)
    database.migrate()
    database.close()
    return created


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    item = Database(settings.database_url)
    yield item
    item.close()


def paint(database: Database, settings: Settings, name: str) -> str:
    """A delivered picture; its key."""
    storage = FolderStorage(settings.pictures_dir, settings.public_url)
    with database.write() as db:
        chats.touch(db, CHAT, "user")
        job_id, _ = jobs.add(
            db,
            event_id=name,
            chat_id=CHAT,
            chat_kind="user",
            user_id=CHAT,
            message_id=None,
            quote_token=None,
            language="ja",
            request=StoredRequest(name),
            reply_token=None,
            token_at=now(),
        )
        job = lifecycle.claim(db, job_id, "w", 30)
        assert job is not None
        keys = new_key(job.secret, 0, "original", "png"), new_key(job.secret, 0, "preview", "jpg")
        storage.put(keys[0], name.encode(), "image/png")
        storage.put(keys[1], b"preview", "image/jpeg")
        picture = StoredPicture(0, *keys, "image/png", len(name), 64, 64, 7)
        assert jobs.mark_drawn(db, job_id, "w", [picture], now())
    return keys[0]


def prompts(settings: Settings) -> list[str]:
    database = Database(settings.database_url)
    with database.read() as db:
        result = [
            job.request.prompt if job.request else "" for job in jobs.newest(db, limit=10_000)
        ]
    database.close()
    return sorted(result)


def test_what_was_saved_comes_back_and_what_came_later_does_not(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    key = paint(database, settings, "saved")
    folder = tmp_path / "backup"
    assert backup.save(settings, folder) == f"{folder}: 1 jobs, 1 of 1 pictures"
    assert folder.stat().st_mode & 0o077 == 0, "it holds what people wrote"
    later = paint(database, settings, "later")
    database.close()
    assert "Restored" in backup.restore(settings, folder)
    assert prompts(settings) == ["saved"]
    storage = FolderStorage(settings.pictures_dir, settings.public_url)
    assert storage.get(key) == b"saved"
    assert not storage.picture_path(later).exists()
    kept = sorted(
        path.name.partition(".before")[0] for path in settings.pictures_dir.parent.iterdir()
    )
    assert kept.count("efude.db") == kept.count("pictures") == 2, "what was there is kept"


def test_onto_a_new_machine(settings: Settings, database: Database, tmp_path: Path) -> None:
    key = paint(database, settings, "moved")
    backup.save(settings, tmp_path / "backup")
    new = tmp_path / "new"
    elsewhere = replace(
        settings, database_url=f"sqlite:///{new / 'efude.db'}", pictures_dir=new / "pictures"
    )
    backup.restore(elsewhere, tmp_path / "backup")
    assert prompts(elsewhere) == ["moved"]
    assert (new / "pictures" / key).read_bytes() == b"moved"
    moved = Database(elsewhere.database_url)
    assert not moved.needs_migration()
    moved.close()


def test_a_backup_while_others_write_is_whole(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    stop = threading.Event()
    painted: list[str] = []

    def work() -> None:
        while not stop.is_set():
            painted.append(paint(database, settings, f"picture {len(painted)}"))

    painter = threading.Thread(target=work)
    painter.start()
    try:
        while len(painted) < 3:
            stop.wait(0.01)
        for number in range(3):
            backup.save(settings, tmp_path / f"backup {number}")
    finally:
        stop.set()
        painter.join()
    with closing(sqlite3.connect(tmp_path / "backup 2" / "efude.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        keys = [key for (key,) in db.execute("SELECT key FROM pictures")]
    assert len(keys) >= 3
    assert all((tmp_path / "backup 2" / "pictures" / key).exists() for key in keys)


def test_nothing_is_restored_under_a_running_house(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    paint(database, settings, "saved")
    backup.save(settings, tmp_path / "backup")
    with pytest.raises(backup.BackupError, match="stop web, worker"):
        backup.restore(settings, tmp_path / "backup")
    with database.read() as db:
        assert len(jobs.newest(db)) == 1, "and the house goes on"


def test_a_damaged_backup_is_refused_before_anything_is_moved(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    paint(database, settings, "x" * 50_000)
    folder = tmp_path / "backup"
    backup.save(settings, folder)
    database.close()
    copy = folder / "efude.db"
    data = bytearray(copy.read_bytes())
    data[8192:20_000] = b"\xff" * (20_000 - 8192)
    copy.write_bytes(data)
    with pytest.raises((backup.BackupError, sqlite3.DatabaseError)):
        backup.restore(settings, folder)
    assert prompts(settings) == ["x" * 50_000]


def test_mistakes_are_said_in_a_sentence(
    settings: Settings,
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LINE_CHANNEL_SECRET", "s")
    monkeypatch.setenv("LINE_CHANNEL_ACCESS_TOKEN", "t")
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("PICTURES_DIR", str(settings.pictures_dir))
    assert backup.main(["save", str(tmp_path / "b")]) == 0
    assert backup.main(["check", str(tmp_path / "b")]) == 0
    assert backup.main(["save", str(tmp_path / "b")]) == 1
    assert "name a new folder" in capsys.readouterr().err
    assert backup.main(["check", str(tmp_path)]) == 1
    monkeypatch.setenv("DATABASE_URL", "postgresql://h/n")
    assert backup.main(["save", str(tmp_path / "c")]) == 1
    assert "SQLite" in capsys.readouterr().err

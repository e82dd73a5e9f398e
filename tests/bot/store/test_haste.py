"""Who writes next to SQLite: a patient process lets a hasty one begin first, for a while."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from sqlalchemy import insert, make_url

from bot.store.database import Database
from bot.store.haste import PATIENCE_SECONDS, Haste
from bot.store.schema import metadata, unsent


def begun_by(haste: Haste) -> tuple[threading.Thread, threading.Event]:
    """A thread that begins a transaction, and whether it has begun."""
    begun = threading.Event()

    def begin() -> None:
        with haste.beginning():
            begun.set()

    thread = threading.Thread(target=begin)
    thread.start()
    return thread, begun


def pair(folder: Path) -> tuple[Haste, Haste]:
    """A hasty and a patient one of the same database, each with a descriptor of its own."""
    url = make_url(f"sqlite:///{folder}/bot.db")
    return Haste(url, hasty=True), Haste(url, hasty=False)


def test_the_patient_waits_until_the_hasty_has_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.haste.PATIENCE_SECONDS", 60.0)
    hasty, patient = pair(tmp_path)
    with hasty.beginning():
        thread, begun = begun_by(patient)
        assert not begun.wait(0.05)
    thread.join(30)
    assert begun.is_set()


def test_patience_ends(tmp_path: Path) -> None:
    hasty, patient = pair(tmp_path)
    with hasty.beginning():  # as by a process that was stopped there
        thread, begun = begun_by(patient)
        thread.join(PATIENCE_SECONDS + 30)
        assert begun.is_set()


def test_the_hasty_waits_for_nobody(tmp_path: Path) -> None:
    first, patient = pair(tmp_path)
    second, _ = pair(tmp_path)
    with first.beginning(), second.beginning():
        pass
    with patient.beginning(), first.beginning():
        pass


def test_a_folder_that_is_made_later(tmp_path: Path) -> None:
    hasty, patient = pair(tmp_path / "later")
    with hasty.beginning(), patient.beginning():
        assert not (tmp_path / "later").exists()
    (tmp_path / "later").mkdir()
    with hasty.beginning():
        pass
    file = tmp_path / "later" / "bot.db-haste"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not file.read_bytes()


def test_a_database_in_memory_needs_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for url in ("sqlite://", "sqlite:///:memory:"):
        for hasty in (True, False):
            with Haste(make_url(url), hasty=hasty).beginning():
                pass
    assert not list(tmp_path.iterdir())


def test_transactions_that_read_ask_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.haste.PATIENCE_SECONDS", 60.0)
    hasty, _ = pair(tmp_path)
    database = Database(f"sqlite:///{tmp_path}/bot.db")
    metadata.create_all(database.engine)
    with hasty.beginning(), database.read() as db:
        assert db.execute(unsent.select()).all() == []
    with database.write() as db:
        db.execute(insert(unsent).values(message_id="m", at=1.0))
    database.close()

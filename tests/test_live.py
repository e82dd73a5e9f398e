"""What `make live` finds on the machine before it asks anything, and the settings that it adds."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from bot.operations.setup import SetupProblem
from bot.settings import SettingError
from bot.texts import LANGUAGES
from scripts import live, with_env


def test_a_machine_gets_settings_of_its_own_and_keeps_what_is_given() -> None:
    chosen = live.home_settings({}, {})
    assert chosen["BROKER_URL"] == f"redis://127.0.0.1:{chosen['BROKER_PORT']}/0"
    assert live.has_own_broker(chosen)
    assert live.home_settings(chosen, {}) == chosen
    # Another port for this run moves the broker's address along.
    moved = live.home_settings(chosen, {"BROKER_PORT": "7000", "PORT": "7001"})
    assert (moved["BROKER_URL"], moved["PORT"]) == ("redis://127.0.0.1:7000/0", "7001")
    own = {"BROKER_URL": "rediss://elsewhere/0", "DATABASE_URL": "postgresql://db/x"}
    given = live.home_settings(own, {})
    assert {name: given[name] for name in own} == own
    assert not live.has_own_broker(given)
    assert "broker" not in live.commands(given)
    assert live.home_settings(own, {"BROKER_URL": "amqp://q/"})["BROKER_URL"] == "amqp://q/"


def test_it_starts_the_processes_and_no_simulator() -> None:
    lines = live.commands(live.home_settings({}, {}))
    assert set(lines) == {"web", "worker", "courier", "clock", "broker"}
    assert "live/broker" in lines["broker"]


@pytest.mark.parametrize("name", ["PORT", "BROKER_PORT"])
def test_a_port_in_use_is_told_with_another_to_take(tmp_path: Path, name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        with socket.create_server(("127.0.0.1", 0)) as closed:  # 8000 may be in use, too
            free = str(closed.getsockname()[1])
        chosen = {"PORT": free, "BROKER_PORT": free, name: port}
        with pytest.raises(SetupProblem) as caught:
            live.check_machine(tmp_path, live.home_settings({}, chosen))
    for lang in LANGUAGES:
        assert f"{name}={int(port) + 1000} make live" in caught.value.sentence(lang)
        assert port in caught.value.sentence(lang)


@pytest.mark.parametrize("port", ["http", "0", "99999"])
def test_what_is_no_port_is_told(tmp_path: Path, port: str) -> None:
    with pytest.raises(SettingError, match="PORT"):
        live.check_machine(tmp_path, live.home_settings({}, {"PORT": port}))


def test_a_disk_without_room_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "NEEDED_BYTES", 10**18)  # more than any disk has
    with pytest.raises(SetupProblem) as caught:
        live.check_machine(tmp_path, live.home_settings({}, {}))
    assert caught.value.key == "no_room"
    assert str(tmp_path) in caught.value.sentence("ja")


def test_the_log_begins_anew_when_it_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live.RollingFile, "MAX_BYTES", 100)
    log = live.RollingFile(tmp_path / "live.log")
    for number in range(40):
        log.write(f"line {number}\n")
    log.flush()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["live.log", "live.log.1"]
    assert log.tail().endswith("line 39")
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 300
    log.close()


def test_commands_take_what_the_environment_lacks_from_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / ".env"
    path.write_text("PORT=1234\nPUBLIC_URL=https://file.example.org\n")
    monkeypatch.setenv("PUBLIC_URL", "https://shell.example.org")
    monkeypatch.setenv("PORT", "")
    monkeypatch.delenv("PORT")
    with_env.load(path)
    assert (os.environ["PORT"], os.environ["PUBLIC_URL"]) == ("1234", "https://shell.example.org")

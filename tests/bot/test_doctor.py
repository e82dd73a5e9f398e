"""The doctor, in a whole house: web and simulator listen, the broker is a real one."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.serving import make_server

from bot import doctor, heard, pulse, watchdog
from bot.app import create_app
from bot.commands import main
from bot.database import Database, now
from bot.doctor import Finding, house, machine
from bot.doctor import line as line_checks
from bot.settings import Settings
from tests.bot.house import SECRET, TOKEN, Line
from tests.bot.valkey import Valkey, valkey


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    with valkey(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture
def sound(talking: Settings, broker: Valkey, line: Line, own_logs: None) -> Iterator[Settings]:
    """The settings of a house in which all is well."""
    app = create_app(replace(talking, log_stream=0))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    line.state.webhook_url = f"{url}/callback"
    database: Database = app.extensions["database"]
    for process in ("worker", "courier"):
        beat = pulse.Pulse(database, process, dict)
        beat.id = process
        beat.beat()
    yield replace(talking, public_url=url, broker_url=broker.url, log_stream=0)
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["publisher"].close()
    database.close()
    line.state.webhook_url = ""


def red(settings: Settings) -> dict[str, Finding]:
    """What is not well, by name."""
    return {it.name: it for it in doctor.examine(settings) if not it.ok}


def one(settings: Settings, name: str) -> Finding:
    """The finding of one check."""
    return {it.name: it for it in doctor.examine(settings)}[name]


@pytest.fixture(autouse=True)
def _no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting torch takes seconds; one test does it."""
    monkeypatch.setattr(machine, "device", lambda _settings: "left out")


def test_all_is_well_and_nothing_stays_behind(sound: Settings) -> None:
    assert red(sound) == {}
    assert not list(sound.pictures_dir.rglob("*.png"))


def test_a_house_in_which_nothing_runs(settings: Settings, tmp_path: Path) -> None:
    lost = replace(
        settings,
        broker_url="redis://:hidden@127.0.0.1:9/0",
        database_url=f"sqlite:///{tmp_path / 'none.db'}",
        public_url="http://127.0.0.1:9",
        model="/no/such/folder",
    )
    found = red(lost)
    assert found.keys() == {
        *("LINE token", "webhook endpoint", "public URL", "signature secret", "broker"),
        *("database", "storage", "model files", "clock", "workers"),
    }
    for it in found.values():
        assert it.says
        assert it.remedy
        assert "hidden" not in it.says + it.remedy
    assert "migrate" in found["database"].remedy
    assert not (tmp_path / "none.db").exists()


def test_a_wrong_token(sound: Settings) -> None:
    found = red(replace(sound, line_channel_access_token="wrong"))
    assert "LINE_CHANNEL_ACCESS_TOKEN" in found["LINE token"].remedy


def test_another_secret_than_webs(sound: Settings) -> None:
    found = red(replace(sound, line_channel_secret="of another channel"))
    assert list(found) == ["signature secret"]
    assert "same settings" in found["signature secret"].remedy


def test_another_secret_than_lines(sound: Settings, line: Line) -> None:
    """All processes agree on a secret, and LINE signs with another."""
    app = create_app(replace(sound, line_channel_secret="old"))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    line.state.webhook_url = f"{url}/callback"
    found = one(replace(sound, line_channel_secret="old", public_url=url), "signature secret")
    server.shutdown()
    server.server_close()
    app.extensions["publisher"].close()
    app.extensions["database"].close()
    assert not found.ok
    assert "400" in found.says
    assert "LINE_CHANNEL_SECRET" in found.remedy


def test_the_webhook_of_another_house(sound: Settings, line: Line) -> None:
    line.state.webhook_url = "https://old.example.org/callback"
    found = one(sound, "webhook endpoint")
    assert not found.ok
    assert f"{sound.public_url}/callback" in found.remedy
    line.state.webhook_url = ""
    assert "no webhook URL" in one(sound, "webhook endpoint").says


def test_webhooks_that_are_switched_off(sound: Settings, line: Line) -> None:
    line.settings(webhookActive=False)
    assert "switched off" in one(sound, "webhook endpoint").says


def test_no_https_beside_the_real_line(settings: Settings) -> None:
    real = replace(settings, line_api_url="https://api.line.me", public_url="http://x.example")
    with pytest.raises(doctor.Ill, match="not https"):
        line_checks.public_url(real)
    with pytest.raises(doctor.Ill, match="not https"):
        house._secure(real, "http://x.example/p/1")


def test_a_disk_that_is_nearly_full(sound: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "DISK_LEFT", 1e18)
    found = red(sound)
    assert list(found) == ["disk"]
    assert "left under" in found["disk"].says
    assert "RETENTION_DAYS" in found["disk"].remedy


def test_a_clock_that_is_dead(sound: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(sound.database_url)
    with database.write() as db:
        db.execute(text("UPDATE workers SET started_at = started_at - 600"))
    assert "the clock has not ticked for 60" in one(sound, "workers").says
    with database.write() as db:
        heard.swept(db)
    database.close()
    assert one(sound, "workers").says.endswith("the clock ticks")


def test_lines_trouble_is_told_once(sound: Settings) -> None:
    found = red(replace(sound, line_channel_access_token="wrong"))
    assert found["LINE token"].says not in {it.says for it in list(found.values())[1:]}
    for name in ("webhook endpoint", "signature secret"):
        assert found[name].remedy == "See the line of the LINE token."


def test_a_broker_that_throws_away(sound: Settings, broker: Valkey) -> None:
    broker.client.config_set("maxmemory-policy", "allkeys-lru")
    try:
        assert "noeviction" in one(sound, "broker").remedy
    finally:
        broker.client.config_set("maxmemory-policy", "noeviction")


def test_an_older_database(sound: Settings, database: Database) -> None:
    with database.write() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    found = red(sound)
    assert found["database"].remedy == "Run: python -m bot migrate"
    assert "public URL" in found, "readyz says so, too"


def test_a_folder_that_web_does_not_share(sound: Settings, tmp_path: Path) -> None:
    found = one(replace(sound, pictures_dir=tmp_path / "elsewhere"), "storage")
    assert not found.ok
    assert "share PICTURES_DIR" in found.remedy


def test_model_files(settings: Settings, tmp_path: Path) -> None:
    assert "files of weights" in machine.model(settings)
    with pytest.raises(doctor.Ill, match="model_index"):
        machine.model(replace(settings, model=str(tmp_path)))
    (tmp_path / "model_index.json").write_text("{}", encoding="utf-8")
    with pytest.raises(doctor.Ill, match="no weights"):
        machine.model(replace(settings, model=str(tmp_path)))
    pointer = "version https://git-lfs.github.com/spec/v1\n"
    (tmp_path / "unet.safetensors").write_text(pointer, encoding="utf-8")
    with pytest.raises(doctor.Ill, match="too small"):
        machine.model(replace(settings, model=str(tmp_path)))
    assert "on this machine" in machine.model(replace(settings, model="nobody/nothing"))


def test_a_clock_that_is_off(sound: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house, "now", lambda: now() + 60)
    found = one(sound, "clock")
    assert not found.ok
    assert "off LINE" in found.says


def test_a_worker_that_fell_silent(sound: Settings, database: Database) -> None:
    with database.write() as db:
        db.execute(text("UPDATE workers SET seen_at = 1 WHERE process = 'worker'"))
    assert one(sound, "workers").remedy.endswith("python -m bot worker")


@pytest.mark.slow
def test_the_device_is_really_tried(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert machine.device(replace(settings, device="cpu")).startswith("cpu")
    with pytest.raises(doctor.Ill, match="cannot be used"):
        machine.device(replace(settings, device="cuda:99"))


# --- the command


@pytest.fixture
def told(
    sound: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Any]:
    def run(*words: str, status: int) -> str:
        monkeypatch.setenv("LINE_CHANNEL_SECRET", SECRET)
        monkeypatch.setenv("LINE_API_URL", sound.line_api_url)
        for name in ("public_url", "database_url", "broker_url", "pictures_dir"):
            monkeypatch.setenv(name.upper(), str(getattr(sound, name)))
        capsys.readouterr()
        assert main(["doctor", *words]) == status
        return capsys.readouterr().out

    return run


def test_green_and_red_lines(told: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINE_CHANNEL_ACCESS_TOKEN", TOKEN)
    lines = told(status=0).splitlines()
    assert len(lines) == 13
    assert all(line.startswith("✔") for line in lines)
    monkeypatch.setenv("LINE_CHANNEL_ACCESS_TOKEN", "wrong")
    text = told(status=1)
    assert "✘ LINE token" in text
    assert "→ Issue a token" in text
    assert "wrong" not in text
    found = json.loads(told("--json", status=1))
    assert {"name", "ok", "says", "remedy"} == found[0].keys()


def test_settings_that_are_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor"]) == 1
    assert "LINE_CHANNEL_SECRET is not set" in capsys.readouterr().out

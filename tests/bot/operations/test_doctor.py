"""The doctor, in a whole house: web and simulator listen, the broker is a real one."""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.serving import make_server

from bot.app import create_app
from bot.cli import main, output
from bot.line.rich_menus import RichMenuClient
from bot.messages import rich_menu
from bot.monitoring import liveness
from bot.operations import doctor
from bot.operations.doctor import Finding, machine, services
from bot.operations.doctor import line as line_checks
from bot.operations.doctor.finding import CheckFailed
from bot.settings import Settings
from bot.store.clock import now
from bot.store.database import Database
from bot.tasks import heartbeat, machine_checks
from bot.texts.sentence import Verbatim
from tests.bot.cli.japanese import english_words
from tests.bot.harness import SECRET, TOKEN, Line
from tests.bot.valkey import Valkey, valkey


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    with valkey(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture
def sound(talking: Settings, broker: Valkey, line: Line, own_logs: None) -> Iterator[Settings]:
    """The settings of a house in which all is well."""
    app = create_app(replace(talking, log_stream_max_lines=0))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    line.state.webhook_url = f"{url}/callback"
    database: Database = app.extensions["database"]
    for process in ("worker", "courier"):
        beat = heartbeat.Heartbeat(database, process, dict)
        beat.id = process
        beat.write()
    yield replace(talking, public_url=url, broker_url=broker.url, log_stream_max_lines=0)
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["publisher"].close()
    database.close()
    line.state.webhook_url = ""


def red(settings: Settings) -> dict[str, Finding]:
    """What is not well, by name."""
    return {check.name: check for check in doctor.run_checks(settings) if not check.ok}


def one(settings: Settings, name: str) -> Finding:
    """The finding of one check."""
    return {check.name: check for check in doctor.run_checks(settings)}[name]


@pytest.fixture(autouse=True)
def _no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting torch takes seconds; one test does it."""
    monkeypatch.setattr(machine, "check_device", lambda _settings: Verbatim("left out"))


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
    result = red(lost)
    assert result.keys() == {
        *(
            "LINE token",
            "webhook endpoint",
            "public URL",
            "rich menu",
            "signature secret",
            "broker",
        ),
        *("database", "inbox", "storage", "model files", "clock", "workers"),
    }
    for each in result.values():
        assert each.says
        assert each.remedy
        assert "hidden" not in each.says + each.remedy
    assert "migrate" in result["database"].remedy
    assert not (tmp_path / "none.db").exists()


def test_a_menu_is_offered_where_there_is_none(sound: Settings) -> None:
    result = one(sound, "rich menu")
    assert result.ok
    assert "python -m bot richmenu" in result.says
    made = rich_menu.publish_all(RichMenuClient(sound), "ja")
    assert str(made.menu_id) in one(sound, "rich menu").says
    rich_menu.remove_all(RichMenuClient(sound))


def test_a_wrong_token(sound: Settings) -> None:
    result = red(replace(sound, line_channel_access_token="wrong"))
    assert "LINE_CHANNEL_ACCESS_TOKEN" in result["LINE token"].remedy


def test_another_secret_than_webs(sound: Settings) -> None:
    result = red(replace(sound, line_channel_secret="of another channel"))
    assert list(result) == ["signature secret"]
    assert "same settings" in result["signature secret"].remedy


def test_another_secret_than_lines(sound: Settings, line: Line) -> None:
    """All processes agree on a secret, and LINE signs with another."""
    app = create_app(replace(sound, line_channel_secret="old"))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    line.state.webhook_url = f"{url}/callback"
    result = one(replace(sound, line_channel_secret="old", public_url=url), "signature secret")
    server.shutdown()
    server.server_close()
    app.extensions["publisher"].close()
    app.extensions["database"].close()
    assert not result.ok
    assert "400" in result.says
    assert "LINE_CHANNEL_SECRET" in result.remedy


def test_the_webhook_of_another_house(sound: Settings, line: Line) -> None:
    line.state.webhook_url = "https://old.example.org/callback"
    result = one(sound, "webhook endpoint")
    assert not result.ok
    assert f"{sound.public_url}/callback" in result.remedy
    line.state.webhook_url = ""
    assert "no webhook URL" in one(sound, "webhook endpoint").says


def test_webhooks_that_are_switched_off(sound: Settings, line: Line) -> None:
    line.settings(webhookActive=False)
    assert "switched off" in one(sound, "webhook endpoint").says


def test_no_https_beside_the_real_line(settings: Settings) -> None:
    real = replace(settings, line_api_url="https://api.line.me", public_url="http://x.example")
    with pytest.raises(doctor.CheckFailed, match="not https"):
        line_checks.check_public_url(real)
    with pytest.raises(doctor.CheckFailed, match="not https"):
        services._secure(real, "http://x.example/p/1")


def test_a_disk_that_is_nearly_full(sound: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_checks, "MIN_FREE_BYTES", 1e18)
    result = red(sound)
    assert list(result) == ["disk"]
    assert "left under" in result["disk"].says
    assert "RETENTION_DAYS" in result["disk"].remedy


def test_a_clock_that_is_dead(sound: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(sound.database_url)
    with database.write() as db:
        db.execute(text("UPDATE workers SET started_at = started_at - 600"))
    assert "the clock has not ticked for 60" in one(sound, "workers").says
    with database.write() as db:
        liveness.record_tick(db)
    database.close()
    assert one(sound, "workers").says.endswith("the clock ticks")


def test_lines_trouble_is_told_once(sound: Settings) -> None:
    result = red(replace(sound, line_channel_access_token="wrong"))
    assert result["LINE token"].says not in {each.says for each in list(result.values())[1:]}
    for name in ("webhook endpoint", "signature secret"):
        assert result[name].remedy == "See the line of the LINE token."


def test_a_broker_that_throws_away(sound: Settings, broker: Valkey) -> None:
    broker.client.config_set("maxmemory-policy", "allkeys-lru")
    try:
        assert "noeviction" in one(sound, "broker").remedy
    finally:
        broker.client.config_set("maxmemory-policy", "noeviction")


@pytest.mark.parametrize("query", ["", "?ssl_ca_certs={file}", "?ssl_keyfile={file}"])
def test_a_certificate_of_the_broker_that_is_not_there(
    settings: Settings, tmp_path: Path, query: str
) -> None:
    file = tmp_path / "none.pem"
    url = "rediss://127.0.0.1:9/0" + query.format(file=file)
    given = replace(settings, broker_url=url, broker_ca_file=None if query else file)
    with pytest.raises(CheckFailed, match=r"none\.pem cannot be read \(No such file"):
        services.check_broker(given)


def test_an_older_database(sound: Settings, database: Database) -> None:
    with database.write() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    result = red(sound)
    assert result["database"].remedy == "Run: python -m bot migrate"
    assert "public URL" in result, "readyz says so, too"


def test_a_folder_that_web_does_not_share(sound: Settings, tmp_path: Path) -> None:
    result = one(replace(sound, pictures_dir=tmp_path / "elsewhere"), "storage")
    assert not result.ok
    assert "share PICTURES_DIR" in result.remedy


def test_model_files(settings: Settings, tmp_path: Path) -> None:
    assert "files of weights" in str(machine.check_model(settings))
    with pytest.raises(doctor.CheckFailed, match="model_index"):
        machine.check_model(replace(settings, model=str(tmp_path)))
    (tmp_path / "model_index.json").write_text("{}", encoding="utf-8")
    with pytest.raises(doctor.CheckFailed, match="no weights"):
        machine.check_model(replace(settings, model=str(tmp_path)))
    pointer = "version https://git-lfs.github.com/spec/v1\n"
    (tmp_path / "unet.safetensors").write_text(pointer, encoding="utf-8")
    with pytest.raises(doctor.CheckFailed, match="too small"):
        machine.check_model(replace(settings, model=str(tmp_path)))
    assert "on this machine" in str(machine.check_model(replace(settings, model="nobody/nothing")))


def test_model_files_where_nothing_can_paint(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    (tmp_path / "model_index.json").write_text("{}", encoding="utf-8")
    elsewhere = replace(settings, model=str(tmp_path))
    assert "paints nothing" in str(machine.check_model(elsewhere))
    (tmp_path / "unet.safetensors").write_text("a pointer", encoding="utf-8")
    with pytest.raises(doctor.CheckFailed, match="too small"):
        machine.check_model(elsewhere)


def test_a_clock_that_is_off(sound: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "now", lambda: now() + 60)
    result = one(sound, "clock")
    assert not result.ok
    assert "off LINE" in result.says


def test_a_worker_that_loads_its_model(sound: Settings, database: Database) -> None:
    loading = text("UPDATE workers SET about = :about WHERE process = 'worker'")
    with database.write() as db:
        db.execute(loading, {"about": '{"loading": "fetching"}'})
    found = one(sound, "workers")
    assert "a worker has been loading its model for" in found.says
    assert found.remedy.startswith("Wait for it")


def test_a_worker_that_fell_silent(sound: Settings, database: Database) -> None:
    with database.write() as db:
        db.execute(text("UPDATE workers SET seen_at = 1 WHERE process = 'worker'"))
    assert one(sound, "workers").remedy.endswith("python -m bot worker")


@pytest.mark.slow
def test_the_device_is_really_tried(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert str(machine.check_device(replace(settings, device="cpu"))).startswith("cpu")
    with pytest.raises(doctor.CheckFailed, match="cannot be used"):
        machine.check_device(replace(settings, device="cuda:99"))


# --- the command


@pytest.fixture
def printed_by_doctor(
    sound: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Any]:
    monkeypatch.setenv("LINE_CHANNEL_SECRET", SECRET)
    monkeypatch.setenv("LINE_API_URL", sound.line_api_url)
    for name in ("public_url", "database_url", "broker_url", "pictures_dir"):
        monkeypatch.setenv(name.upper(), str(getattr(sound, name)))

    def run(*words: str, status: int) -> str:
        capsys.readouterr()
        assert main(["doctor", *words]) == status
        return capsys.readouterr().out

    return run


def test_green_and_red_lines(
    printed_by_doctor: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINE_CHANNEL_ACCESS_TOKEN", TOKEN)
    lines = printed_by_doctor(status=0).splitlines()
    assert len(lines) == 16
    assert all(line.startswith("✔") for line in lines)
    monkeypatch.setenv("LINE_CHANNEL_ACCESS_TOKEN", "wrong")
    text = printed_by_doctor(status=1)
    assert "✘ LINE token" in text
    assert "→ Issue a token" in text
    assert "wrong" not in text
    parsed = json.loads(printed_by_doctor("--json", status=1))
    assert {"name", "ok", "says", "remedy"} == parsed[0].keys()


def test_a_japanese_shell_reads_japanese(
    printed_by_doctor: Callable[..., str], sound: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All green, and then nearly all red."""
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    monkeypatch.setenv("LINE_CHANNEL_ACCESS_TOKEN", TOKEN)
    green = printed_by_doctor(status=0)
    starts = [re.match("✔ .*?  +", line) for line in green.splitlines()]
    assert {output.display_width(start[0]) for start in starts if start} == {18}
    assert None not in starts
    monkeypatch.setattr(machine_checks, "MIN_FREE_BYTES", 1e18)
    broken = {
        "LINE_CHANNEL_ACCESS_TOKEN": "wrong",
        "MODEL": "/no/such/folder",
        "BROKER_URL": "redis://127.0.0.1:9/0",
        "PUBLIC_URL": "http://127.0.0.1:9",
    }
    for name, value in broken.items():
        monkeypatch.setenv(name, value)
    red = printed_by_doctor(status=1)
    assert "✘ LINEのトークン" in red
    assert red.count("✘") > 8
    said_by_line = "LINEが 401 と答えました（Authentication failed"
    found = english_words(green + red, "unauthorized", "left", "out")
    assert [each for each in found if said_by_line not in each] == []
    names = [finding["name"] for finding in json.loads(printed_by_doctor("--json", status=1))]
    assert names[:2] == ["settings", "LINE token"]


def test_settings_that_are_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor"]) == 1
    assert "LINE_CHANNEL_SECRET is not set" in capsys.readouterr().out

"""The web process as a whole: what it serves, what it needs, what it must not load."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient

from bot import gunicorn_conf
from bot.app import create_app
from bot.moderation import moderation
from bot.settings import SettingError, Settings
from bot.storage import FolderStorage
from tests.bot.house import House

ROOT = Path(__file__).parents[2]


def test_alive_and_ready(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "alive"}
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"status": "ready"})


def test_not_ready_without_tables_but_alive(
    settings: Settings, own_logs: None, tmp_path: Path
) -> None:
    empty = f"sqlite:///{tmp_path / 'empty.db'}"
    gone = f"sqlite:///{tmp_path / 'gone' / 'x.db'}"
    for url, said in ((empty, "run: python -m bot migrate"), (gone, "no database")):
        app = create_app(replace(settings, database_url=url))
        client = app.test_client()
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json is not None
        assert answer.json["status"] == said
        assert client.get("/healthz").status_code == 200
        app.extensions["publisher"].close()
        app.extensions["database"].close()


def test_wrong_settings_stop_it_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingError, match="LINE_CHANNEL_SECRET"):
        create_app()


def test_pictures_are_served_from_the_folder(
    client: FlaskClient, house: House, storage: FolderStorage
) -> None:
    job_id = house.add()
    house.paint(job_id, storage)
    with house.database.read() as db:
        from bot import jobs

        [picture] = jobs.pictures_of(db, job_id)
    answer = client.get(f"/pictures/{picture.key}")
    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"png", "image/png")
    answer.close()
    for key in ("p/../efude.db", "p/x", "", job_id):
        assert client.get(f"/pictures/{key}").status_code == 404


def test_with_a_bucket_nothing_is_served_from_here(settings: Settings, own_logs: None) -> None:
    app = create_app(replace(settings, s3_bucket="b"))
    assert not [rule for rule in app.url_map.iter_rules() if "pictures" in rule.rule]
    app.extensions["publisher"].close()
    app.extensions["database"].close()


def test_what_is_slow_the_first_time_is_done_beside_the_first_requests(
    settings: Settings, own_logs: None
) -> None:
    app = create_app(settings)
    judge = moderation(settings.moderation_lists)
    vars(judge).pop("_vocabulary", None)
    gunicorn_conf.post_worker_init(SimpleNamespace(wsgi=app, alive=True))
    for thread in threading.enumerate():
        if thread.name == "warm-up":
            thread.join(30)
    assert "_vocabulary" in vars(judge)
    app.extensions["publisher"].close()
    app.extensions["database"].close()


@pytest.mark.slow
def test_the_web_process_stays_light() -> None:
    """torch takes a gigabyte and seconds to import; a web dyno has neither."""
    code = (
        "import sys, bot.app, bot.gunicorn_conf\n"
        "heavy = {'torch', 'diffusers', 'transformers', 'numpy', 'PIL', 'boto3', 'sentencepiece',\n"
        "         'linebot.v3.messaging', 'simulator'}\n"
        "print(*sorted(heavy & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ran.stdout.strip() == ""

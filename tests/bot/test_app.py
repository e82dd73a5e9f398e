"""The web process as a whole: what it serves, what it needs, what it must not load."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from bot.app import create_app
from bot.settings import SettingError, Settings
from bot.storage import FolderStorage
from tests import ROOT
from tests.bot.harness import House

pytestmark = pytest.mark.core


def test_alive_and_ready(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "alive"}
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"status": "ready"})


def test_not_ready_without_tables_but_alive(
    settings: Settings, own_logs: None, tmp_path: Path
) -> None:
    empty = f"sqlite:///{tmp_path / 'empty.db'}"
    gone = f"sqlite:///{tmp_path / 'gone' / 'x.db'}"
    for url, sentence in ((empty, "run: python -m bot migrate"), (gone, "no database")):
        app = create_app(replace(settings, database_url=url))
        client = app.test_client()
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json is not None
        assert answer.json["status"] == sentence
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


_READS = (
    *("torch", "diffusers", "transformers", "openvino", "numpy", "PIL", "boto3", "sentencepiece"),
    *("sudachipy", "linebot", "bot.conversation", "bot.intent", "bot.messages", "bot.tasks"),
    *("simulator", "celery.worker"),
)
_OF_PAGES = (
    "bot.web.admin",
    "bot.operations",
    "bot.moderation",
    "bot.prompt",
    "flask_limiter",
    "urllib3",
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("password", "heavy"),
    [("a password of operators", _READS), (None, _READS + _OF_PAGES)],
    ids=["with the operator's pages", "without"],
)
def test_the_web_process_stays_light(
    settings: Settings, password: str | None, heavy: tuple[str, ...]
) -> None:
    """Test that with all its pages, and a webhook stored, it has loaded nothing that reads.

    torch takes a gigabyte and seconds to import; the SDK and a dictionary a second and 60 MB; the
    patterns of prompts 3 MB.
    """
    code = (
        "import json, sys, bot.gunicorn_conf\n"
        "from bot.app import create_app\n"
        "from bot.line.signature import sign\n"
        "from tests.scenarios.events import body, message_event\n"
        "body = json.dumps(body(message_event('U' + '1' * 32, '夜の富士山'))).encode()\n"
        "headers = {'x-line-signature': sign('s', body)}\n"
        "answer = create_app().test_client().post('/callback', data=body, headers=headers)\n"
        "assert answer.status_code == 200, answer.status_code\n"
        "print(*sorted(set(sys.argv[1:]) & set(sys.modules)), file=sys.stderr)"
    )
    environment = {
        "LINE_CHANNEL_SECRET": "s",
        "LINE_CHANNEL_ACCESS_TOKEN": "t",
        "BROKER_URL": "redis://127.0.0.1:9/0",
        "DATABASE_URL": settings.database_url,
        "PICTURES_DIR": str(settings.pictures_dir),
    }
    if password is not None:
        environment["ADMIN_PASSWORD"] = password
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *heavy],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (ran.returncode, ran.stderr.strip()) == (0, "")


@pytest.mark.slow
def test_what_gunicorn_loads_before_it_forks() -> None:
    """The modules, which take seconds; no thread and no connection, which a fork would lose."""
    code = (
        "import os, sys, threading, bot.gunicorn_conf as conf\n"
        "before = len(os.listdir('/proc/self/fd'))\n"
        "conf.on_starting(None)\n"
        "assert {'bot.app', 'bot.web.admin', 'celery.app.amqp', 'redis'} <= sys.modules.keys()\n"
        "assert threading.active_count() == 1, threading.enumerate()\n"
        "assert len(os.listdir('/proc/self/fd')) == before\n"
    )
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        env={"ADMIN_PASSWORD": "a password of operators"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (ran.returncode, ran.stderr.strip()) == (0, "")

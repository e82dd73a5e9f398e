"""「データを消して」: a person's words, pictures, name and ids go from every place they were in."""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from redis import Redis
from sqlalchemy import RowMapping

from bot.jobs.picture_secrets import picture_key
from bot.store import schema
from bot.telemetry.log_stream import STREAM_KEY
from bot.texts import gettext
from tests.scenarios.house import PATIENCE, House
from tests.scenarios.processes import eventually

pytestmark = pytest.mark.core

until = partial(eventually, timeout=PATIENCE)


def files(house: House) -> set[str]:
    """The folders of pictures and photos that lie in storage."""
    return {path.parent.name for path in Path(house.env["PICTURES_DIR"]).rglob("*.jpg")}


def folder_of(job: RowMapping) -> str:
    """The folder of a job's first picture."""
    return picture_key(job["secret"], 0, "original", "png").split("/")[1]


def lines(house: House, *words: str) -> list[str]:
    """Lines of the log stream in which one of these stands, but for those of the erasure itself."""
    client: Any = Redis.from_url(house.env["BROKER_URL"], decode_responses=True)
    with client:
        entries = [fields["line"] for _, fields in client.xrange(STREAM_KEY)]
    return [
        item
        for item in entries
        if any(word in item for word in words) and '"stage": "erase"' not in item
    ]


def test_everything_of_a_person_goes(house: House) -> None:
    """In 1:1 and in a group, once confirmed; what others asked for stays."""
    group, mio = house.group()
    house.simulator.send(mio, "霧の渓谷")
    house.wait_for_picture(mio)
    house.simulator.send(group, "@絵筆 錆びた風見鶏", user=mio)
    house.wait_for_picture(group)
    photo = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(photo, "JPEG")
    house.simulator.send(mio, image=photo.getvalue())
    house.wait_for_text(mio, gettext("photo.ask", "ja"))
    other = house.person("りく")
    house.simulator.send(other, "黄色い車")
    house.wait_for_picture(other)
    house.settle()
    own_jobs = house.rows(schema.jobs, schema.jobs.c.user_id == mio)
    assert len(own_jobs) == 2
    numbers = [item["number"] for item in own_jobs]
    assert lines(house, *numbers)
    kept_photos = house.rows(schema.photos, schema.photos.c.user_id == mio)
    secrets = {folder_of(item) for item in own_jobs} | {
        path["key"].split("/")[1] for path in kept_photos
    }
    assert secrets <= files(house)

    house.simulator.send(mio, "データを消して")
    question = house.wait_for_text(mio, gettext("erase.alt", "ja"))
    house.simulator.tap(question, gettext("erase.yes", "ja"))
    house.wait_for_text(mio, gettext("erase.done", "ja", wishes=2, pictures=2, photos=1))

    def gone() -> bool:
        tasks_done = not house.rows(
            schema.jobs, schema.jobs.c.erase_at.is_not(None), schema.jobs.c.erased_at.is_(None)
        )
        return tasks_done and not secrets & files(house)

    until("the files are deleted", gone)
    house.settle()
    for table in schema.metadata.tables.values():
        assert mio not in str(house.rows(table)), table.name
    for prompt in ("霧の渓谷", "錆びた風見鶏"):
        assert prompt not in str(house.rows(schema.jobs))
    until("the log lines are deleted", lambda: not lines(house, *numbers))
    (other_job,) = house.rows(schema.jobs, schema.jobs.c.user_id == other)
    assert folder_of(other_job) in files(house)
    assert lines(house, other_job["number"])

    # Whoever comes back is a stranger, and can have pictures painted again.
    house.simulator.send(mio, "緑の木")
    delivered = (schema.jobs.c.user_id == mio, schema.jobs.c.state == "delivered")
    until("a picture is delivered", partial(house.rows, schema.jobs, *delivered))


def test_nothing_goes_when_it_is_not_confirmed(house: House) -> None:
    """The question alone erases nothing, and 「やめておく」 ends it."""
    mio = house.person()
    house.simulator.send(mio, "霧の渓谷")
    house.wait_for_picture(mio)
    house.simulator.send(mio, "データを消して")
    question = house.wait_for_text(mio, gettext("erase.alt", "ja"))
    house.simulator.tap(question, gettext("erase.no", "ja"))
    house.wait_for_text(mio, gettext("erase.kept", "ja"))
    house.simulator.send(mio, "はい、消して")
    house.wait_for_text(mio, gettext("erase.late", "ja"))
    assert house.job(mio)["erase_at"] is None

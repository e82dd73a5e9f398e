"""「データを消して」: a person's words, pictures, name and ids go from every place they were in."""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image
from redis import Redis

from bot import tables
from bot.logstream import KEY
from bot.texts import say
from tests.scenarios.house import PATIENCE, House
from tests.scenarios.processes import eventually

until = partial(eventually, timeout=PATIENCE)


def files(house: House) -> set[str]:
    """The folders of pictures and photos that lie in storage."""
    return {it.parent.name for it in Path(house.env["PICTURES_DIR"]).rglob("*.jpg")}


def lines(house: House, *words: str) -> list[str]:
    """Lines of the log stream in which one of these stands, but for those of the erasure itself."""
    client: Any = Redis.from_url(house.env["BROKER_URL"], decode_responses=True)
    with client:
        found = [fields["line"] for _, fields in client.xrange(KEY)]
    return [
        it for it in found if any(word in it for word in words) and '"stage": "erase"' not in it
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
    house.wait_for_text(mio, say("photo.ask"))
    other = house.person("りく")
    house.simulator.send(other, "黄色い車")
    house.wait_for_picture(other)
    house.settle()
    mine = house.rows(tables.jobs, tables.jobs.c.user_id == mio)
    assert len(mine) == 2
    numbers = [it["number"] for it in mine]
    assert lines(house, *numbers)
    kept_photos = house.rows(tables.photos, tables.photos.c.user_id == mio)
    secrets = {it["secret"] for it in mine} | {it["key"].split("/")[1] for it in kept_photos}
    assert secrets <= files(house)

    house.simulator.send(mio, "データを消して")
    asked = house.wait_for_text(mio, say("erase.alt"))
    house.simulator.tap(asked, say("erase.yes"))
    house.wait_for_text(mio, say("erase.done", wishes=2, pictures=2, photos=1))

    def gone() -> bool:
        tasks_done = not house.rows(
            tables.jobs, tables.jobs.c.erase_at.is_not(None), tables.jobs.c.erased_at.is_(None)
        )
        return tasks_done and not secrets & files(house)

    until("the files are deleted", gone)
    house.settle()
    for table in tables.metadata.tables.values():
        assert mio not in str(house.rows(table)), table.name
    for prompt in ("霧の渓谷", "錆びた風見鶏"):
        assert prompt not in str(house.rows(tables.jobs))
    until("the log lines are deleted", lambda: not lines(house, *numbers))
    (theirs,) = house.rows(tables.jobs, tables.jobs.c.user_id == other)
    assert theirs["secret"] in files(house)
    assert lines(house, theirs["number"])

    # Whoever comes back is a stranger, and can have pictures painted again.
    house.simulator.send(mio, "緑の木")
    delivered = (tables.jobs.c.user_id == mio, tables.jobs.c.state == "delivered")
    until("a picture is delivered", partial(house.rows, tables.jobs, *delivered))


def test_nothing_goes_when_it_is_not_confirmed(house: House) -> None:
    """The question alone erases nothing, and 「やめておく」 ends it."""
    mio = house.person()
    house.simulator.send(mio, "霧の渓谷")
    house.wait_for_picture(mio)
    house.simulator.send(mio, "データを消して")
    asked = house.wait_for_text(mio, say("erase.alt"))
    house.simulator.tap(asked, say("erase.no"))
    house.wait_for_text(mio, say("erase.kept"))
    house.simulator.send(mio, "はい、消して")
    house.wait_for_text(mio, say("erase.late"))
    assert house.job(mio)["erase_at"] is None

"""A group's album, in a real browser without JavaScript: seen, passed on, thinned out, closed."""

from __future__ import annotations

import re
from functools import partial
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from bot.store import schema
from bot.texts import gettext
from tests.browser import chromium
from tests.scenarios.house import PATIENCE, House
from tests.scenarios.privacy import leaks
from tests.scenarios.processes import eventually

NARROW = (360, 740)
until = partial(eventually, timeout=PATIENCE)


def link(house: House, room: str, text: str, user: str | None = None) -> str:
    """The album's link in the first answer after these words."""
    request = house.simulator.send(room, text, user=user)
    answer = house.simulator.wait_for(
        room,
        lambda message: message.by_bot and message.type == "flex" and message.seq > request.seq,
    )
    assert answer.flex is not None
    uri: str = answer.flex["footer"]["contents"][0]["action"]["uri"]
    return uri


@pytest.mark.browser
def test_a_groups_album(house: House) -> None:
    """Two ask, both see both pictures with their names; one deletes theirs; the link is changed."""
    group, mio = house.group()
    riku = next(
        member["id"]
        for room in house.simulator.rooms()
        if room["id"] == group
        for member in room["members"]
        if member["name"] == "りく"
    )
    for user, words in ((mio, "夜の富士山"), (riku, "赤いりんご")):
        house.simulator.send(group, f"@絵筆 {words}", user=user)
        delivered = (schema.jobs.c.user_id == user, schema.jobs.c.state == "delivered")
        until("the picture is delivered", partial(house.rows, schema.jobs, *delivered))
    named = schema.people.c.name.is_not(None) & (schema.people.c.chat_id == group)
    until("LINE told the names", lambda: len(house.rows(schema.people, named)) == 2)
    couriers = partial(house.rows, schema.workers, schema.workers.c.process == "courier")
    until(
        "a courier told the id",
        lambda: any(worker["about"].get("basic_id") for worker in couriers()),
    )
    album = link(house, group, "@絵筆 アルバム", mio)
    riku_job = next(row for row in house.rows(schema.jobs) if row["user_id"] == riku)

    with chromium() as browser:
        context = browser.new_context(
            viewport={"width": NARROW[0], "height": NARROW[1]},
            locale="ja-JP",
            java_script_enabled=False,
        )
        page = context.new_page()
        seen: dict[str, int] = {}
        page.on("response", lambda message: seen.update({message.url: message.status}))
        page.goto(album)
        page.wait_for_load_state("networkidle")

        # Both pictures, the newest first, each with its words and who asked.
        assert page.get_by_role("heading", level=1).inner_text() == gettext("album.title", "ja")
        cards = page.get_by_role("listitem")
        assert cards.count() == 2
        assert page.locator(".prompt").all_inner_texts() == ["赤いりんご", "夜の富士山"]
        assert page.locator(".meta bdi").all_inner_texts() == ["りく", "みお"]
        images = page.get_by_role("img")
        assert [images.nth(count).get_attribute("alt") for count in (0, 1)] == [
            "赤いりんご",
            "夜の富士山",
        ]
        previews = [url for url in seen if "preview" in url]
        assert len(previews) == 2
        [row] = house.rows(schema.pictures, schema.pictures.c.job_id == riku_job["id"])
        file = next(url for url in previews if row["preview_key"] in url)
        assert set(seen.values()) == {200}
        assert not [url for url in seen if not url.startswith(house.url)]

        # It fits a narrow screen, and what is to be touched is large enough for a finger.
        for count in range(2):
            box = cards.nth(count).bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= NARROW[0]
        for each in page.locator("summary").all():
            box = each.bounding_box()
            assert box is not None
            assert box["height"] >= 44

        # By keyboard alone: the picture's link, then its details, opened with Enter.
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        details = cards.first.locator("details")
        details.locator("dl").wait_for()
        assert riku_job["number"] in details.inner_text()
        for label in ("album.seed", "album.asked_by", "album.kept_until"):
            assert gettext(label, "ja") in details.inner_text()

        # Saving gives the original under a name; sharing never the album itself.
        with page.expect_download() as saving:
            details.get_by_role("link", name=gettext("album.save", "ja")).click()
        assert saving.value.suggested_filename == f"efude-{riku_job['number']}-1.png"
        share = (
            details.get_by_role("link", name=gettext("album.share", "ja")).get_attribute("href")
            or ""
        )
        passed_on = parse_qs(urlsplit(share).query)["text"][0].split()[-1]
        assert album not in unquote(share)
        alone = context.new_page()
        alone.goto(passed_on)
        assert alone.get_by_role("img").count() == 1
        assert "赤いりんご" not in alone.content()
        alone.close()

        # The delete button writes the words for LINE; it is りく who may send them.
        button = details.get_by_role("link", name=gettext("album.remove", "ja"), exact=True)
        words = unquote((button.get_attribute("href") or "").partition("/?")[2])
        number = riku_job["number"]
        assert words == gettext("album.remove_text", "ja", number=number)
        house.simulator.send(mio, words)
        house.wait_for_text(mio, gettext("command.unknown_number", "ja", number=number))
        house.simulator.send(riku, words)
        house.wait_for_text(riku, gettext("remove.done", "ja", number=number))
        page.reload()
        assert page.locator(".prompt").all_inner_texts() == ["夜の富士山"]
        assert house.get(passed_on)[0] == 404
        until("its file is deleted", lambda: house.get(file)[0] == 404)

        # A new link, and the old one opens nothing any more.
        anew = link(house, group, "@絵筆 アルバムのリンクを変えて", mio)
        assert anew != album
        old = page.goto(album)
        assert old is not None
        assert old.status == 404
        assert page.get_by_role("heading", level=1).inner_text() == gettext(
            "album.gone_title", "ja"
        )
        page.goto(anew)
        assert page.get_by_role("listitem").count() == 1
        context.close()

    house.simulator.send(group, "@絵筆 アルバムを閉じて", user=mio)
    until("the album is closed", lambda: house.get(anew)[0] == 404)
    secrets = {re.sub(".*/", "", item) for item in (album, anew)}
    assert leaks(house, secrets) == []


def test_a_1_to_1_album_names_nobody_and_goes_when_the_bot_is_blocked(house: House) -> None:
    """One's own album holds no name, and is closed with the friendship."""
    mio = house.person()
    house.simulator.send(mio, "黄色い車")
    house.wait_for_picture(mio)
    named = schema.people.c.name.is_not(None) & (schema.people.c.chat_id == mio)
    until("LINE told the name", lambda: house.rows(schema.people, named))
    album = link(house, mio, "アルバム")
    status, page = house.get(album)
    assert status == 200
    assert "黄色い車" in page.decode()
    assert "みお" not in page.decode()
    house.simulator.unfollow(mio)
    until("the album is closed", lambda: house.get(album)[0] == 404)

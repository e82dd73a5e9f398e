"""A group's album, in a real browser without JavaScript: seen, passed on, thinned out, closed."""

from __future__ import annotations

import re
from functools import partial
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from bot import tables
from bot.texts import say
from tests.browser import chromium
from tests.scenarios.house import PATIENCE, House
from tests.scenarios.privacy import leaks
from tests.scenarios.processes import eventually

NARROW = (360, 740)
until = partial(eventually, timeout=PATIENCE)


def link(house: House, room: str, said: str, user: str | None = None) -> str:
    """The album's link in the first answer after these words."""
    asked = house.simulator.send(room, said, user=user)
    answer = house.simulator.wait_for(
        room, lambda it: it.by_bot and it.type == "flex" and it.seq > asked.seq
    )
    assert answer.flex is not None
    uri: str = answer.flex["footer"]["contents"][0]["action"]["uri"]
    return uri


@pytest.mark.browser
def test_a_groups_album(house: House) -> None:
    """Two ask, both see both pictures with their names; one deletes theirs; the link is changed."""
    group, mio = house.group()
    riku = next(
        it["id"]
        for room in house.simulator.rooms()
        if room["id"] == group
        for it in room["members"]
        if it["name"] == "りく"
    )
    for user, words in ((mio, "夜の富士山"), (riku, "赤いりんご")):
        house.simulator.send(group, f"@絵筆 {words}", user=user)
        delivered = (tables.jobs.c.user_id == user, tables.jobs.c.state == "delivered")
        until("the picture is delivered", partial(house.rows, tables.jobs, *delivered))
    named = tables.people.c.name.is_not(None) & (tables.people.c.chat_id == group)
    until("LINE told the names", lambda: len(house.rows(tables.people, named)) == 2)
    couriers = partial(house.rows, tables.workers, tables.workers.c.process == "courier")
    until("a courier told the id", lambda: any(it["about"].get("basic_id") for it in couriers()))
    album = link(house, group, "@絵筆 アルバム", mio)
    theirs = next(it for it in house.rows(tables.jobs) if it["user_id"] == riku)

    with chromium() as browser:
        context = browser.new_context(
            viewport={"width": NARROW[0], "height": NARROW[1]},
            locale="ja-JP",
            java_script_enabled=False,
        )
        page = context.new_page()
        seen: dict[str, int] = {}
        page.on("response", lambda it: seen.update({it.url: it.status}))
        page.goto(album)
        page.wait_for_load_state("networkidle")

        # Both pictures, the newest first, each with its words and who asked.
        assert page.get_by_role("heading", level=1).inner_text() == say("album.title")
        cards = page.get_by_role("listitem")
        assert cards.count() == 2
        assert page.locator(".prompt").all_inner_texts() == ["赤いりんご", "夜の富士山"]
        assert page.locator(".meta bdi").all_inner_texts() == ["りく", "みお"]
        images = page.get_by_role("img")
        assert [images.nth(it).get_attribute("alt") for it in (0, 1)] == [
            "赤いりんご",
            "夜の富士山",
        ]
        previews = [url for url in seen if "preview" in url]
        assert len(previews) == 2
        assert set(seen.values()) == {200}
        assert not [url for url in seen if not url.startswith(house.url)]

        # It fits a narrow screen, and what is to be touched is large enough for a finger.
        for it in range(2):
            box = cards.nth(it).bounding_box()
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
        assert theirs["number"] in details.inner_text()
        for label in ("album.seed", "album.asked_by", "album.kept_until"):
            assert say(label) in details.inner_text()

        # Saving gives the original under a name; sharing never the album itself.
        with page.expect_download() as saving:
            details.get_by_role("link", name=say("album.save")).click()
        assert saving.value.suggested_filename == f"efude-{theirs['number']}-1.png"
        share = details.get_by_role("link", name=say("album.share")).get_attribute("href") or ""
        passed_on = parse_qs(urlsplit(share).query)["text"][0].split()[-1]
        assert album not in unquote(share)
        alone = context.new_page()
        alone.goto(passed_on)
        assert alone.get_by_role("img").count() == 1
        assert "赤いりんご" not in alone.content()
        alone.close()

        # The delete button writes the words for LINE; it is りく who may send them.
        button = details.get_by_role("link", name=say("album.remove"), exact=True)
        words = unquote((button.get_attribute("href") or "").partition("/?")[2])
        number = theirs["number"]
        assert words == say("album.remove_text", number=number)
        house.simulator.send(mio, words)
        house.wait_for_text(mio, say("command.unknown_number", number=number))
        house.simulator.send(riku, words)
        house.wait_for_text(riku, say("remove.done", number=number))
        page.reload()
        assert page.locator(".prompt").all_inner_texts() == ["夜の富士山"]
        assert house.get(passed_on)[0] == 404
        file = next(url for url in previews if theirs["secret"] in url)
        until("its file is deleted", lambda: house.get(file)[0] == 404)

        # A new link, and the old one opens nothing any more.
        anew = link(house, group, "@絵筆 アルバムのリンクを変えて", mio)
        assert anew != album
        old = page.goto(album)
        assert old is not None
        assert old.status == 404
        assert page.get_by_role("heading", level=1).inner_text() == say("album.gone_title")
        page.goto(anew)
        assert page.get_by_role("listitem").count() == 1
        context.close()

    house.simulator.send(group, "@絵筆 アルバムを閉じて", user=mio)
    until("the album is closed", lambda: house.get(anew)[0] == 404)
    secrets = {re.sub(".*/", "", it) for it in (album, anew)}
    assert leaks(house, secrets) == []


def test_a_1_to_1_album_names_nobody_and_goes_when_the_bot_is_blocked(house: House) -> None:
    """One's own album holds no name, and is closed with the friendship."""
    mio = house.person()
    house.simulator.send(mio, "黄色い車")
    house.wait_for_picture(mio)
    named = tables.people.c.name.is_not(None) & (tables.people.c.chat_id == mio)
    until("LINE told the name", lambda: house.rows(tables.people, named))
    album = link(house, mio, "アルバム")
    status, page = house.get(album)
    assert status == 200
    assert "黄色い車" in page.decode()
    assert "みお" not in page.decode()
    house.simulator.unfollow(mio)
    until("the album is closed", lambda: house.get(album)[0] == 404)

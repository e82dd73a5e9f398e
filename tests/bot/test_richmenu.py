"""The rich menu: what it holds and looks like, and how the command makes LINE show it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from structlog.testing import capture_logs

from bot import conversation, going_on, people, richmenu, texts
from bot.commands import main
from bot.events import parse
from bot.line import LineError
from bot.line.rich_menus import ALIAS, RichMenuClient, alias_of
from bot.prompt import command
from bot.queue import Wake
from bot.richmenu import AREAS, NAME
from bot.settings import Settings
from bot.texts import say
from simulator.rich_menu import _check
from tests.bot.conftest import TIMEOUT
from tests.bot.house import AOI, SECRET, TOKEN, House, Line, body_of, event

IMAGE = richmenu.draw()


@pytest.fixture
def client(talking: Settings) -> RichMenuClient:
    return RichMenuClient(talking, timeout=TIMEOUT)


def test_a_menu_that_is_not_there_is_no_trouble(client: RichMenuClient, line: Line) -> None:
    """It is asked for with each new person, and most houses have none in English."""
    with capture_logs() as written:
        assert client.alias(alias_of("en")) is None
        client.delete_alias("none")
    assert [(it["status"], it["log_level"]) for it in written] == [(404, "info")] * 2


@pytest.fixture
def run(
    talking: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    monkeypatch.setenv("LINE_CHANNEL_SECRET", SECRET)
    monkeypatch.setenv("LINE_CHANNEL_ACCESS_TOKEN", TOKEN)
    monkeypatch.setenv("LINE_API_URL", talking.line_api_url)
    monkeypatch.setenv("DATABASE_URL", talking.database_url)
    monkeypatch.setenv("BROKER_URL", "redis://127.0.0.1:9/0")
    monkeypatch.setenv("LOG_STREAM", "0")

    def run(*words: str, status: int = 0) -> str:
        capsys.readouterr()
        found = main(["richmenu", *words])
        printed = capsys.readouterr()
        assert found == status, printed
        return printed.err if status else printed.out

    return run


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_line_takes_it(lang: str) -> None:
    made = richmenu.menu(lang, IMAGE)
    _check(made)  # raises what the simulated LINE would answer
    assert made["name"].startswith(NAME)
    covered = sum(it["bounds"]["width"] * it["bounds"]["height"] for it in made["areas"])
    assert covered == richmenu.WIDTH * richmenu.HEIGHT


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_every_area_does_what_it_says(lang: str) -> None:
    said = {
        name: it["action"] for name, it in zip(AREAS, richmenu.menu(lang)["areas"], strict=True)
    }
    for name in ("again", "similar", "four"):
        assert said[name]["text"].casefold() in going_on.WORDS[name].split()
    for name in ("status", "album", "help"):
        found = command(said[name]["text"])
        assert found
        assert found.kind == name
    assert all(it["type"] == "message" and it["label"] for it in said.values())


@pytest.mark.parametrize("letters", [True, False], ids=["with letters", "pictograms alone"])
def test_the_image_is_one_that_line_takes(letters: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not letters:
        monkeypatch.setattr(richmenu, "FONTS", ())
    data = richmenu.draw()
    assert len(data) <= richmenu.MAX_BYTES
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.format == "PNG"
        assert picture.size == (2500, 1686)
        shades = picture.convert("L")
        for left, top, width, height in richmenu._cells():
            levels = shades.crop((left, top, left + width, top + height)).tobytes()
            assert max(levels) - min(levels) > 100, "an area is empty"


def test_a_change_of_words_or_image_is_another_menu() -> None:
    names = {richmenu.menu(*it)["name"] for it in (("ja", b"1"), ("ja", b"2"), ("en", b"1"))}
    assert len(names) == 3
    assert richmenu.menu("ja", b"1") == richmenu.menu("ja", b"1")


def test_it_is_made_once(line: Line, run: Callable[..., str]) -> None:
    made = json.loads(run("--json"))
    assert made["changed"]
    assert line.state.default_rich_menu == made["menu"]
    english = line.state.rich_menu_aliases[alias_of("en")]
    assert line.state.rich_menu_aliases == {ALIAS: made["menu"], alias_of("en"): english}
    assert line.state.rich_menu_images[made["menu"]][1][:4] == b"\x89PNG"
    assert json.loads(run("--json")) == {"menu": made["menu"], "changed": False}
    assert list(line.state.rich_menus) == [made["menu"], english]
    assert line.state.rich_menus[english]["areas"][0]["action"]["label"] == say("menu.again", "en")
    assert "Nothing to do" in run()


def test_another_takes_its_place_and_the_old_one_goes_last(
    line: Line, client: RichMenuClient
) -> None:
    before = richmenu.apply(client, richmenu.menu("ja", IMAGE), IMAGE).menu_id
    asked = len(line.log())
    after = richmenu.apply(client, richmenu.menu("en", IMAGE), IMAGE).menu_id
    assert before != after == line.state.default_rich_menu
    assert list(line.state.rich_menus) == [after]
    calls = [(it["method"], it["path"].removeprefix("/v2/bot/")) for it in line.log()[asked:]]
    changing = [it for it in calls if it[0] != "GET"]
    assert changing == [
        ("POST", "richmenu"),
        ("POST", f"richmenu/{after}/content"),
        ("POST", f"richmenu/alias/{ALIAS}"),
        ("POST", f"user/all/richmenu/{after}"),
        ("DELETE", f"richmenu/{before}"),
    ]


def test_everybodys_may_be_the_english_one(line: Line, run: Callable[..., str]) -> None:
    run()
    after = json.loads(run("--json", "--language", "en"))["menu"]
    japanese = line.state.rich_menu_aliases[alias_of("ja")]
    assert line.state.default_rich_menu == after
    assert line.state.rich_menu_aliases == {ALIAS: after, alias_of("ja"): japanese}
    assert set(line.state.rich_menus) == {after, japanese}
    assert not json.loads(run("--json", "--language", "en"))["changed"]


def test_a_person_is_shown_the_one_of_the_language_that_is_spoken(
    house: House, line: Line, client: RichMenuClient, talking: Settings
) -> None:
    def hears(text: str) -> list[Wake]:
        (incoming,) = parse(body_of(event(text)))
        with house.database.write() as db:
            return conversation.handle(db, incoming, talking)

    line.state.people[AOI].language = "en"
    hears("赤いりんご")
    people.know(house.database, client)
    assert not line.state.own_rich_menus, "no menu was made yet"
    own = richmenu.apply(client, richmenu.menu("en", IMAGE), IMAGE, own="en").menu_id
    assert own in line.state.rich_menus
    with house.database.write() as db:
        assert people.again(db, language="ja") == []
        assert people.again(db, language="en") == [people.KNOW]
    assert people.know(house.database, client) == 1
    assert line.state.own_rich_menus == {AOI: own}
    assert people.KNOW in hears("日本語で話して")
    assert line.state.own_rich_menus == {AOI: own}, "the webhook asks nobody"
    people.know(house.database, client)
    assert not line.state.own_rich_menus
    assert people.KNOW in hears("英語で話して")
    line.fault("richmenu", "500")
    assert people.know(house.database, client) == 1, "the name is learnt all the same"


def test_one_that_is_no_longer_shown_is_shown_again(line: Line, client: RichMenuClient) -> None:
    made = richmenu.menu("ja", IMAGE)
    first = richmenu.apply(client, made, IMAGE)
    client.clear_default()
    assert richmenu.apply(client, made, IMAGE) == richmenu.Applied(first.menu_id, changed=True)
    assert line.state.default_rich_menu == first.menu_id


@pytest.mark.parametrize("after", [1, 2, 3])
def test_whenever_it_is_cut_short_people_have_one_and_the_next_run_tidies_up(
    line: Line, client: RichMenuClient, after: int
) -> None:
    old = richmenu.apply(client, richmenu.menu("ja", IMAGE), IMAGE).menu_id
    made, calls = richmenu.menu("en", IMAGE), 0
    real = client._transport.call

    def call(method: str, *words: Any, **more: Any) -> Any:
        nonlocal calls
        calls += method == "POST"
        if calls > after and method == "POST":
            raise LineError("cut short", permanent=False, code="dropped")
        return real(method, *words, **more)

    client._transport.call = call  # type: ignore[method-assign]
    try:
        with pytest.raises(LineError):
            richmenu.apply(client, made, IMAGE)
    finally:
        del client._transport.call
    assert line.state.default_rich_menu == old
    assert old in line.state.rich_menus
    done = richmenu.apply(client, made, IMAGE)
    assert list(line.state.rich_menus) == [done.menu_id] == [line.state.default_rich_menu]


def test_a_menu_of_somebody_else_is_left_alone(line: Line, client: RichMenuClient) -> None:
    other = client.create(richmenu.menu("ja") | {"name": "campaign"})
    richmenu.apply(client, richmenu.menu("ja", IMAGE), IMAGE)
    client.upload(other, IMAGE, "image/png")
    client.set_default(other)
    assert richmenu.remove(client).changed
    assert list(line.state.rich_menus) == [other]
    assert line.state.default_rich_menu == other


def test_taking_it_away(line: Line, run: Callable[..., str]) -> None:
    assert run("--remove") == "There was no menu of ours.\n"
    run()
    assert len(line.state.rich_menus) == len(texts.LANGUAGES)
    assert run("--remove") == "The menu is gone.\n"
    assert not line.state.rich_menus
    assert not line.state.rich_menu_aliases
    assert line.state.default_rich_menu is None
    assert json.loads(run("--remove", "--json")) == {"menu": None, "changed": False}


def test_what_goes_wrong_is_told(line: Line, run: Callable[..., str], tmp_path: Path) -> None:
    line.fault("richmenu", "500")
    assert "LINE answered 500" in run(status=1)
    assert "cannot be read as a font" in run("--font", str(tmp_path / "none.ttf"), status=1)


def test_the_image_alone(run: Callable[..., str], line: Line, tmp_path: Path) -> None:
    assert "Written" in run("--save", str(tmp_path / "menu.png"))
    assert (tmp_path / "menu.png").read_bytes() == IMAGE
    assert not line.state.rich_menus

"""The rich menu: what it holds and looks like, and how the command makes LINE show it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pytest
from PIL import Image
from structlog.testing import capture_logs

from bot import texts
from bot.cli import main
from bot.conversation import picture_actions, router
from bot.line import LineError
from bot.line.rich_menus import DEFAULT_ALIAS, RichMenuClient, alias_for
from bot.line.transport import Request, Response
from bot.messages import rich_menu
from bot.messages.rich_menu import AREAS, MENU_NAME_PREFIX
from bot.prompt import parse_command
from bot.queue.app import FETCH_PROFILES, TaskMessage
from bot.settings import Settings
from bot.store import people
from bot.tasks import profiles
from bot.texts import gettext
from simulator.rich_menu import _check
from tests.bot.conftest import TIMEOUT
from tests.bot.harness import AOI, SECRET, TOKEN, House, Line, body_of, event, parse_events

IMAGE = rich_menu.image_of("ja")


@pytest.fixture
def client(talking: Settings) -> RichMenuClient:
    return RichMenuClient(talking, timeout=TIMEOUT)


def test_a_menu_that_is_not_there_is_no_trouble(client: RichMenuClient, line: Line) -> None:
    """It is asked for with each new person, and most houses have none in English."""
    with capture_logs() as written:
        assert client.get_alias(alias_for("en")) is None
        client.delete_alias("none")
    assert [(entry["status"], entry["log_level"]) for entry in written] == [(404, "info")] * 2


@pytest.fixture
def run(
    talking: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    monkeypatch.setenv("LINE_CHANNEL_SECRET", SECRET)
    monkeypatch.setenv("LINE_CHANNEL_ACCESS_TOKEN", TOKEN)
    monkeypatch.setenv("LINE_API_URL", talking.line_api_url)
    monkeypatch.setenv("DATABASE_URL", talking.database_url)
    monkeypatch.setenv("BROKER_URL", "redis://127.0.0.1:9/0")
    monkeypatch.setenv("LOG_STREAM_MAX_LINES", "0")

    def run(*words: str, status: int = 0) -> str:
        capsys.readouterr()
        result = main(["richmenu", *words])
        printed = capsys.readouterr()
        assert result == status, printed
        return printed.err if status else printed.out

    return run


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_line_takes_it(lang: str) -> None:
    made = rich_menu.build_menu(lang, IMAGE)
    _check(made)  # raises what the simulated LINE would answer
    assert made["name"].startswith(MENU_NAME_PREFIX)
    covered = sum(item["bounds"]["width"] * item["bounds"]["height"] for item in made["areas"])
    assert covered == rich_menu.WIDTH * rich_menu.HEIGHT


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_every_area_does_what_it_says(lang: str) -> None:
    sentence = {
        name: area["action"]
        for name, area in zip(AREAS, rich_menu.build_menu(lang)["areas"], strict=True)
    }
    for name in ("again", "similar", "four"):
        assert sentence[name]["text"].casefold() in picture_actions.ACTION_PHRASES[name].split()
    for name in ("status", "album", "help"):
        result = parse_command(sentence[name]["text"])
        assert result
        assert result.kind == name
    assert all(item["type"] == "message" and item["label"] for item in sentence.values())


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_the_shipped_image_is_one_that_line_takes(lang: str) -> None:
    data = rich_menu.image_of(lang)
    assert len(data) <= rich_menu.MAX_IMAGE_BYTES
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.format == "PNG"
        assert picture.size == (rich_menu.WIDTH, rich_menu.HEIGHT) == (2500, 1124)
        labels = " ".join(gettext(f"menu.{name}", lang) for name in AREAS)
        assert picture.info["Labels"] == labels, "run python -m scripts.draw_rich_menu"
        shades = picture.convert("L")
        for left, top, width, height in rich_menu.cells():
            levels = shades.crop((left, top, left + width, top + height)).tobytes()
            assert max(levels) - min(levels) > 100, "an area is empty"


def test_a_change_of_words_or_image_is_another_menu() -> None:
    names = {
        rich_menu.build_menu(*item)["name"] for item in (("ja", b"1"), ("ja", b"2"), ("en", b"1"))
    }
    assert len(names) == 3
    assert rich_menu.build_menu("ja", b"1") == rich_menu.build_menu("ja", b"1")


def test_it_is_made_once(line: Line, run: Callable[..., str]) -> None:
    made = json.loads(run("--json"))
    assert made["changed"]
    assert line.state.default_rich_menu == made["menu"]
    english = line.state.rich_menu_aliases[alias_for("en")]
    assert line.state.rich_menu_aliases == {DEFAULT_ALIAS: made["menu"], alias_for("en"): english}
    assert line.state.rich_menu_images[made["menu"]][1][:4] == b"\x89PNG"
    assert json.loads(run("--json")) == {"menu": made["menu"], "changed": False}
    assert list(line.state.rich_menus) == [made["menu"], english]
    assert line.state.rich_menus[english]["areas"][0]["action"]["label"] == gettext(
        "menu.again", "en"
    )
    assert "Nothing to do" in run()


def test_another_takes_its_place_and_the_old_one_goes_last(
    line: Line, client: RichMenuClient
) -> None:
    before = rich_menu.publish(client, rich_menu.build_menu("ja", IMAGE), IMAGE).menu_id
    request = len(line.log())
    after = rich_menu.publish(client, rich_menu.build_menu("en", IMAGE), IMAGE).menu_id
    assert before != after == line.state.default_rich_menu
    assert list(line.state.rich_menus) == [after]
    calls = [
        (call["method"], call["path"].removeprefix("/v2/bot/")) for call in line.log()[request:]
    ]
    changing = [call for call in calls if call[0] != "GET"]
    assert changing == [
        ("POST", "richmenu"),
        ("POST", f"richmenu/{after}/content"),
        ("POST", f"richmenu/alias/{DEFAULT_ALIAS}"),
        ("POST", f"user/all/richmenu/{after}"),
        ("DELETE", f"richmenu/{before}"),
    ]


def test_everybodys_may_be_the_english_one(line: Line, run: Callable[..., str]) -> None:
    run()
    after = json.loads(run("--json", "--language", "en"))["menu"]
    japanese = line.state.rich_menu_aliases[alias_for("ja")]
    assert line.state.default_rich_menu == after
    assert line.state.rich_menu_aliases == {DEFAULT_ALIAS: after, alias_for("ja"): japanese}
    assert set(line.state.rich_menus) == {after, japanese}
    assert not json.loads(run("--json", "--language", "en"))["changed"]


def test_a_person_is_shown_the_one_of_the_language_that_is_spoken(
    house: House, line: Line, client: RichMenuClient, talking: Settings
) -> None:
    def hears(text: str) -> list[TaskMessage]:
        (incoming,) = parse_events(body_of(event(text)))
        with house.database.write() as db:
            return router.handle_event(db, incoming, talking)

    line.state.people[AOI].language = "en"
    hears("赤いりんご")
    profiles.fetch_profiles(house.database, client)
    assert not line.state.own_rich_menus, "no menu was made yet"
    own = rich_menu.publish(
        client, rich_menu.build_menu("en", IMAGE), IMAGE, for_language="en"
    ).menu_id
    assert own in line.state.rich_menus
    with house.database.write() as db:
        assert not people.enqueue_refresh(db, language="ja")
        assert people.enqueue_refresh(db, language="en")
    assert profiles.fetch_profiles(house.database, client) == 1
    assert line.state.own_rich_menus == {AOI: own}
    assert FETCH_PROFILES in hears("日本語で話して")
    assert line.state.own_rich_menus == {AOI: own}, "the webhook asks nobody"
    profiles.fetch_profiles(house.database, client)
    assert not line.state.own_rich_menus
    assert FETCH_PROFILES in hears("英語で話して")
    line.fault("richmenu", "500")
    assert profiles.fetch_profiles(house.database, client) == 1, "the name is learnt all the same"


def test_one_that_is_no_longer_shown_is_shown_again(line: Line, client: RichMenuClient) -> None:
    made = rich_menu.build_menu("ja", IMAGE)
    first = rich_menu.publish(client, made, IMAGE)
    client.clear_default()
    assert rich_menu.publish(client, made, IMAGE) == rich_menu.PublishResult(
        first.menu_id, changed=True
    )
    assert line.state.default_rich_menu == first.menu_id


@pytest.mark.parametrize("after", [1, 2, 3])
def test_whenever_it_is_cut_short_people_have_one_and_the_next_run_tidies_up(
    line: Line, client: RichMenuClient, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    old = rich_menu.publish(client, rich_menu.build_menu("ja", IMAGE), IMAGE).menu_id
    made, calls = rich_menu.build_menu("en", IMAGE), 0
    real = client._transport.call

    def call(request: Request, timeout: tuple[float, float] = (1, 1)) -> Response:
        nonlocal calls
        calls += request.method == "POST"
        if calls > after and request.method == "POST":
            raise LineError("cut short", permanent=False, code="dropped")
        return real(request, timeout)

    with monkeypatch.context() as patch:
        patch.setattr(client._transport, "call", call)
        with pytest.raises(LineError):
            rich_menu.publish(client, made, IMAGE)
    assert line.state.default_rich_menu == old
    assert old in line.state.rich_menus
    done = rich_menu.publish(client, made, IMAGE)
    assert list(line.state.rich_menus) == [done.menu_id] == [line.state.default_rich_menu]


def test_a_menu_of_somebody_else_is_left_alone(line: Line, client: RichMenuClient) -> None:
    other = client.create(rich_menu.build_menu("ja") | {"name": "campaign"})
    rich_menu.publish(client, rich_menu.build_menu("ja", IMAGE), IMAGE)
    client.upload(other, IMAGE, "image/png")
    client.set_default(other)
    assert rich_menu.remove_all(client).changed
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


def test_what_goes_wrong_is_told(line: Line, run: Callable[..., str]) -> None:
    line.fault("richmenu", "500")
    assert "LINE answered 500" in run(status=1)

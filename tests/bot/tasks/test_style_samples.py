"""Samples of styles: painted by the loaded model when nobody waits, shown in the carousel."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from bot.conversation.style_taps import STYLE_PHRASES
from bot.prompt.options.model_styles import OFFERED, offered_styles
from bot.settings import Settings
from bot.storage import FolderStorage
from bot.store import outbox, schema
from bot.store.database import Database
from bot.tasks import samples as painting
from bot.tasks.delivery import Courier
from bot.tasks.samples import SamplePainter
from bot.tasks.sending import OutboxSender
from bot.tasks.style_samples import has_samples, style_messages, style_requests
from bot.texts import gettext
from inference.errors import Unsafe
from inference.status import Status
from simulator import rules
from simulator.rules.context import Context
from tests.bot.conversation.test_router import Talk
from tests.bot.conversation.test_variations import painted, request, tap
from tests.bot.harness import AOI, GROUP, House, Line, in_group
from tests.bot.tasks.test_samples import Painting

OTHER = "rinna/japanese-stable-diffusion"


class Busy(Painting):
    """A painter that has people's jobs for the first looks."""

    def __init__(self, looks: int = 0, *errors: Exception) -> None:
        super().__init__(*errors)
        self.looks = looks

    def status(self) -> Status:
        self.looks -= 1
        busy = int(self.looks >= 0)
        return Status(busy, busy, busy, 1, 0, 0.0, (), 0)


@pytest.fixture
def talk(house: House, settings: Settings) -> Talk:
    return Talk(house, settings)


def paint(
    settings: Settings, database: Database, storage: FolderStorage, painter: Any, model: str = ""
) -> int:
    return SamplePainter(
        settings,
        database,
        storage,
        painter,
        stopping=threading.Event(),
        requests=style_requests(model),
    ).paint_missing()


def test_the_embedded_model_offers_only_what_is_seen_in_its_pictures() -> None:
    offered = ["浮世絵風", "水彩風", "水墨画風", "ドット絵風"]
    assert [style.label for style in offered_styles("")] == offered
    assert tuple(style.label for style in offered_styles(OTHER)) == OFFERED
    assert {style_request.prompt for style_request in style_requests("").values()} == {
        "赤いりんご 浮世絵風",
        "赤いりんご 水彩風",
        "赤いりんご 水墨画風",
        "赤いりんご ドット絵風",
    }
    english = style_requests("CompVis/stable-diffusion-v1-4")
    assert all(wish.prompt.isascii() for wish in english.values())


def test_samples_are_painted_when_nobody_waits_and_one_that_is_refused_is_left_out(
    settings: Settings,
    database: Database,
    storage: FolderStorage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(painting, "IDLE_POLL_SECONDS", 0.01)
    painter = Busy(3, Unsafe("flagged"))
    assert paint(settings, database, storage, painter, OTHER) == len(OFFERED) - 1
    assert painter.looks < 0
    with database.read() as db:
        [carousel] = style_messages(db, storage, OTHER, "ja")
        assert rules.check({"messages": [carousel]}, Context()) == [carousel]
    shown = [bubble.get("hero") for bubble in carousel["contents"]["contents"]]
    assert [hero is None for hero in shown] == [False] * (len(OFFERED) - 1) + [True]
    assert paint(settings, database, storage, Busy(), OTHER) == 1, "the next start tries again"


def test_before_any_sample_the_styles_are_offered_without(
    database: Database, storage: FolderStorage
) -> None:
    with database.read() as db:
        assert not has_samples(db, "")
        [carousel] = style_messages(db, storage, "", "en")
    bubbles = carousel["contents"]["contents"]
    assert len(bubbles) == 5
    assert all("hero" not in bubble for bubble in bubbles)


@pytest.mark.parametrize("text", STYLE_PHRASES.replace("_", " ").split()[:3])
@pytest.mark.parametrize("room", [AOI, GROUP])
def test_they_come_by_word(
    talk: Talk, line: Line, sender: OutboxSender, text: str, room: str
) -> None:
    if room == AOI:
        [send] = talk.says(text)
    else:
        [send] = talk.in_group(text)
    where = schema.deliveries.c.id == send.id
    talk.house.set(schema.deliveries, where, token=line.token(room))
    sender.send(send.id)
    [carousel] = line.bot_messages(room)
    data = [action["data"] for action in carousel.actions()]
    assert data == [
        "style:浮世絵風", "defaults:style:浮世絵風", "style:水彩風", "defaults:style:水彩風",
        "style:水墨画風", "defaults:style:水墨画風",
        "style:ドット絵風", "defaults:style:ドット絵風",
        "shape:横長", "shape:縦長", "shape:正方形",
    ]  # fmt: skip


def test_with_the_first_picture_only(
    settings: Settings, storage: FolderStorage, house: House, line: Line, courier: Courier
) -> None:
    paint(settings, house.database, storage, Busy())
    for expected in (["image", "flex", "flex"], ["image", "flex"]):
        before = len(line.bot_messages(AOI))
        job_id = house.add(token=line.token())
        house.paint(job_id, storage)
        courier.deliver(job_id)
        assert [message.type for message in line.bot_messages(AOI)[before:]] == expected
    assert "水彩風" in (line.bot_messages(AOI)[2].alt_text or "")


def test_a_tap_paints_the_last_picture_in_it(talk: Talk) -> None:
    tap(talk, "style:水彩風")
    assert gettext("styles.how", "ja", name="水彩風") in talk.answers[-1]
    painted(talk, "海")
    tap(talk, "style:水彩風")
    kept = request(talk)
    assert (kept["prompt"], kept["seed"], kept["way"]) == ("海、水彩風", 7, "change")
    tap(talk, "shape:縦長")
    assert len(talk.jobs) == 2, "it is under way"


def test_a_tap_gives_the_last_picture_another_shape(talk: Talk) -> None:
    painted(talk, "海")
    tap(talk, "shape:縦長", source=in_group())
    assert len(talk.jobs) == 1, "that chat has no picture"
    tap(talk, "shape:縦長")
    assert (request(talk)["width"], request(talk)["height"]) == (512, 768)


def test_every_offered_style_can_be_tapped(talk: Talk) -> None:
    wrong = []
    for style in offered_styles(OTHER):
        painted(talk, "海")
        tap(talk, f"style:{style.label}")
        if request(talk)["styles"] != [style.label]:
            wrong.append((style.label, request(talk)["prompt"]))
        talk.house.change(talk.jobs[-1]["id"], state="delivered")
    assert wrong == []


def test_an_unknown_tap_offers_them_anew(talk: Talk) -> None:
    for data in ("style:", "style:知らない風", "shape:丸"):
        [send] = tap(talk, data)
        [row] = talk.house.rows(schema.deliveries)[-1:]
        assert (send.task, row["kind"]) == ("send", outbox.STYLES)

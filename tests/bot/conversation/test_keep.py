"""「お気に入り」 and 「送る」: kept until taken back, and sent on without the words."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from bot import jobs
from bot.conversation.keep import KEEP_PHRASES, keep_action
from bot.jobs import favourites
from bot.prompt import clean
from bot.settings import Settings
from bot.storage import FolderStorage
from bot.store import schema
from bot.tasks import sweep
from bot.texts import gettext
from tests.bot.harness import AOI, GROUP, House, in_group
from tests.bot.web.album import Album

HARUTO = "U" + "b" * 32
DAY = 86400.0


@pytest.fixture
def album(house: House, storage: FolderStorage, settings: Settings) -> Album:
    return Album(house, storage, settings)


PROMPT = "夕焼けのお城"


def texts_of(answers: list[Any]) -> list[str]:
    return [answer.get("text", "") for answer in answers]


def kept(house: House) -> set[tuple[str, int]]:
    return {(row["job_id"], row["position"]) for row in house.rows(schema.favourites)}


def tap(action: str, target: str, **fields: Any) -> dict[str, Any]:
    return {"type": "postback", "postback": {"data": f"{action}:{target}"}, **fields}


def shared_uris(answers: list[Any]) -> list[str]:
    (card,) = answers
    buttons = card["contents"]["footer"]["contents"]
    return [button["action"]["uri"] for button in buttons]


def test_every_phrase_is_known_and_nothing_else() -> None:
    for action, phrases in KEEP_PHRASES.items():
        for phrase in phrases.split():
            assert keep_action(clean(f"{phrase.replace('_', ' ')}。")) == action
    for text in (
        "友だちに花を送る人",
        "お気に入りの帽子をかぶった猫",
        "共有スペース",
        "share a cake",
    ):
        assert keep_action(text) is None


SAID = {
    "お気に入りに入れといて": "favourite",
    "この絵をお気に入りに追加しておいてほしい": "favourite",
    "お気に入りから外しといて": "unfavourite",
    "お気に入りから抜いといて": "unfavourite",
    "お気に入りが見たいんだけど": "favourites",
    "友達に送りたいんだけど": "send",
    "母に送ってください": "send",
    "お気に入りの帽子": None,
    "友達に花を送る人": None,
    "友達に送った": None,
}


def test_the_same_is_said_in_other_words() -> None:
    assert {text: keep_action(text) for text in SAID} == SAID


def test_a_favourite_outlives_the_retention_time(album: Album, house: House) -> None:
    job = album.paint(PROMPT, count=2, age=89 * DAY)
    other = album.paint("海", age=89 * DAY)
    _, answers = album.say(**tap("favourite", f"{job.number}:1"))
    assert texts_of(answers) == [gettext("keep.kept", "ja")]
    assert kept(house) == {(job.id, 1)}
    for each in (job, other):
        house.change(each.id, created_at=each.created_at - 2 * DAY)
    sweep.delete_expired(house.database, 90)
    assert house.job(job.id).erase_at is None
    assert house.job(other.id).erase_at is not None
    (button,) = answers[0]["quickReply"]["items"]
    _, answers = album.say(type="postback", postback={"data": button["action"]["data"]})
    assert texts_of(answers) == [gettext("keep.taken_back_old", "ja")]
    sweep.delete_expired(house.database, 90)
    assert house.job(job.id).erase_at is not None


def test_words_mean_the_last_picture(album: Album, house: House) -> None:
    _, answers = album.say("お気に入りに入れて")
    assert texts_of(answers) == [gettext("going_on.nothing", "ja")]
    job = album.paint(PROMPT)
    for text in ("お気に入り", "お気に入りに入れて！"):
        _, answers = album.say(text)
        assert texts_of(answers) == [gettext("keep.kept", "ja")]
    assert kept(house) == {(job.id, 0)}
    for text, answer in (("お気に入りから外して", "taken_back"), ("お気に入り解除", "was_none")):
        _, answers = album.say(text)
        assert texts_of(answers) == [gettext(f"keep.{answer}", "ja")]
    assert kept(house) == set()


def test_in_a_group_anybody_keeps_and_sends_what_anybody_asked_for(
    album: Album, house: House
) -> None:
    job = album.paint(PROMPT, chat=GROUP, user=AOI)
    source = {"source": in_group(HARUTO)}
    _, answers = album.say(**tap("favourite", f"{job.number}:0", **source))
    assert gettext("keep.kept", "ja") in json.dumps(answers, ensure_ascii=False)
    assert kept(house) == {(job.id, 0)}
    _, answers = album.say(**tap("send", f"{job.number}:0", **source))
    assert "line.me" in json.dumps(answers)
    _, answers = album.say(**tap("details", f"{job.number}:0", **source))
    assert job.number in json.dumps(answers, ensure_ascii=False)
    album.say(**tap("unfavourite", f"{job.number}:0", source=in_group(AOI)))
    assert kept(house) == set()


def test_what_is_sent_is_one_page_without_words_until_the_link_is_changed(
    album: Album,
    client: FlaskClient,
) -> None:
    album.paint(PROMPT)
    plain, with_words = shared_uris(album.say("送る")[1])
    texts = [parse_qs(urlsplit(uri).query)["text"][0] for uri in (plain, with_words)]
    assert PROMPT not in texts[0]
    assert texts[1].startswith(f"「{PROMPT}」")
    path = urlsplit(texts[0].splitlines()[-1]).path
    page = client.get(path)
    assert page.status_code == 200
    assert PROMPT not in page.text
    album.say("アルバムのリンクを変えて")
    assert client.get(path).status_code == 404


def test_several_pictures_have_a_link_each(album: Album, client: FlaskClient) -> None:
    job = album.paint("長い" * 400, count=4)
    uris = shared_uris(album.say(**tap("send", job.number))[1])
    assert len(set(uris)) == 4
    assert all(len(uri) <= 1000 for uri in uris)
    (uri, words) = shared_uris(album.say(**tap("send", f"{job.number}:2"))[1])
    assert uri == uris[2]
    assert len(words) <= 1000


def test_the_album_shows_favourites_first_and_once(album: Album, client: FlaskClient) -> None:
    old = album.paint("古い海", count=2, age=DAY)
    album.paint("新しい山")
    album.say(**tap("favourite", f"{old.number}:1"))
    page = client.get(album.link()).text
    assert page.count('class="star"') == 1
    assert page.index("★") < page.index("新しい山") < page.rindex("古い海")
    assert page.count('<li class="card">') == 3
    assert gettext("album.kept_always", "ja") in page


def test_what_cannot_be_kept_is_told(
    album: Album,
    house: House,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queued = house.job(house.add())
    _, answers = album.say(**tap("favourite", f"{queued.number}:0"))
    assert texts_of(answers) == [gettext("keep.unfinished", "ja")]
    _, answers = album.say(**tap("send", "AAA-AAA:0"))
    assert texts_of(answers) == [gettext("going_on.gone", "ja")]
    job = album.paint()
    monkeypatch.setattr(favourites, "MAX_FAVOURITES", 1)
    album.say(**tap("favourite", f"{job.number}:0"))
    extra = album.paint()
    _, answers = album.say(**tap("favourite", f"{extra.number}:0"))
    assert texts_of(answers) == [gettext("keep.full", "ja", most=1)]
    with house.database.write() as db:
        jobs.drop_job(db, job.id)
        jobs.mark_erased(db, job.id)
    assert kept(house) == set(), "what is erased is no favourite"

"""The album: its link in the chat, its pages, and what they never tell."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import structlog
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, insert, select, update

from bot import jobs
from bot.app import create_app
from bot.jobs import albums
from bot.jobs.picture_secrets import picture_key
from bot.queue.app import TaskMessage
from bot.settings import Settings
from bot.store import schema
from bot.store.clock import now
from bot.store.database import Database
from bot.tasks import sweep
from bot.tasks.runtime import Runtime
from bot.telemetry import logs
from bot.texts import gettext
from tests.bot.harness import AOI, GROUP, event, in_group
from tests.bot.web.album import Album

HARUTO = "U" + "b" * 32
DAY = 86400.0


def texts_of(messages: list[Any]) -> str:
    return "\n".join(message["text"] for message in messages if message["type"] == "text")


# --- in the chat


@pytest.mark.parametrize("words", ["アルバム", "アルバム見せて！", "ｱﾙﾊﾞﾑ", "album", "Album."])
def test_the_word_gives_the_link_and_again_the_same(album: Album, words: str) -> None:
    path = album.link(words)
    assert albums.SECRET_PATTERN.fullmatch(path.removeprefix("/album/"))
    assert album.link() == path


def test_each_chat_has_its_own(album: Album) -> None:
    mine = album.link()
    (answer,) = album.say(**album.in_group("アルバム"))[1]
    assert mine not in str(answer)
    secrets = [row["album"] for row in album.house.rows(schema.chats)]
    assert len(set(secrets)) == 2
    assert None not in secrets


def test_in_a_group_the_word_among_people_is_left_to_them(album: Album) -> None:
    for words in ("アルバム", "新しいアルバム", "アルバムを閉じて", "消して"):
        assert album.say(words, source=in_group(HARUTO)) == ([], [])


@pytest.mark.parametrize("words", ["新しいアルバム", "アルバムのリンクを変えて", "new album"])
def test_a_new_link_makes_the_old_one_worthless(
    album: Album, client: FlaskClient, words: str
) -> None:
    old = album.link()
    new = album.link(words)
    assert new != old
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200


def test_a_closed_album_is_gone_until_it_is_opened_anew(album: Album, client: FlaskClient) -> None:
    old = album.link()
    assert gettext("album.chat_closed", "ja") in texts_of(album.say("アルバムを閉じて")[1])
    assert client.get(old).status_code == 404
    assert gettext("album.chat_none", "ja") in texts_of(album.say("アルバムを閉じて")[1])
    assert client.get(album.link()).status_code == 200
    assert client.get(old).status_code == 404


@pytest.mark.parametrize("kind", ["leave", "unfollow"])
def test_who_sends_the_bot_away_closes_the_album(
    album: Album, client: FlaskClient, kind: str
) -> None:
    group = kind == "leave"
    (answer,) = album.say(**(album.in_group("アルバム") if group else event("アルバム")))[1]
    path = urlsplit(answer["contents"]["footer"]["contents"][0]["action"]["uri"]).path
    assert client.get(path).status_code == 200
    source = in_group(None) if group else None
    album.say(type=kind, source=source, replyToken=None)
    assert client.get(path).status_code == 404


# --- the page


def test_the_page_shows_the_chats_pictures_newest_first(album: Album, client: FlaskClient) -> None:
    album.courier()
    old = album.paint("朝の<海>", age=3600)
    new = album.paint("夜の富士山", count=2, size=(96, 54))
    album.paint("よその絵", chat=GROUP, user=HARUTO)
    page = client.get(album.link())
    assert page.status_code == 200
    text = page.text
    assert '<html lang="ja">' in text
    prompts = re.findall(r'<p class="prompt">(.*?)</p>', text)
    assert prompts == ["夜の富士山", "夜の富士山", "朝の&lt;海&gt;"]
    assert "よその絵" not in text
    images = re.findall(r"<img [^>]*>", text)
    assert all('width="' in image and 'height="' in image for image in images)
    assert 'width="96" height="54"' in images[0]
    for job in (old, new):
        assert job.number in text
        assert picture_key(job.secret, 0, "preview", "jpg") in text
    assert re.findall(r"<dd>(700\d)</dd>", text) == ["7000", "7001", "7000"]
    assert gettext("album.keeping", "ja", days=album.settings.retention_days) in text
    assert gettext("album.remove_several", "ja", count=2) in text


def test_what_is_beyond_the_first_rows_is_fetched_when_it_comes_into_sight(
    album: Album, client: FlaskClient
) -> None:
    for _ in range(8):
        album.paint()
    images = re.findall(r"<img [^>]*>", client.get(album.link()).text)
    assert ['loading="lazy"' in image for image in images] == [False] * 6 + [True] * 2


def test_names_stand_in_the_groups_own_page_only(album: Album, client: FlaskClient) -> None:
    album.name(GROUP, HARUTO, "はると<b>")
    album.name(AOI, AOI, "あおい")
    album.paint("赤いりんご", chat=GROUP, user=HARUTO)
    album.paint("青いりんご", chat=GROUP, user=None)
    job = album.paint("わたしの絵")
    mine = client.get(album.link()).text
    assert "あおい" not in mine
    (answer,) = album.say(**album.in_group("アルバム"))[1]
    path = urlsplit(answer["contents"]["footer"]["contents"][0]["action"]["uri"]).path
    ours = client.get(path).text
    assert ours.count("<bdi>はると&lt;b&gt;</bdi>") == 2  # beside the day, and in the details
    assert gettext("album.intro_group", "ja") in ours
    assert "あおい" not in ours
    assert job.number not in ours


def test_the_page_may_be_kept_by_nobody_and_carries_no_link_away(
    album: Album, client: FlaskClient
) -> None:
    album.paint()
    answer = client.get(album.link())
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "unsafe" not in policy
    assert f"img-src 'self' {album.settings.public_url};" in policy
    assert "<script" not in answer.text
    assert "Set-Cookie" not in answer.headers


def test_the_page_is_light(album: Album, client: FlaskClient) -> None:
    album.courier()
    for _ in range(24):
        album.paint("夜の富士山、浮世絵風、" * 3)
    page = client.get(album.link())
    assert len(page.data) < 64_000


def test_pages_go_back_in_time_without_loss_or_repetition(
    album: Album, client: FlaskClient
) -> None:
    made = [album.paint(count=1 + place % 4, age=60.0 * place).number for place in range(30)]
    with album.house.database.write() as db:  # two of one instant, as one webhook makes them
        moment = db.execute(select(func.max(schema.jobs.c.created_at))).scalar_one()
        those = schema.jobs.c.number.in_(made[:2])
        db.execute(update(schema.jobs).where(those).values(created_at=moment))
    path, pages = album.link(), 0
    seen: list[str] = []
    where = path
    while where:
        page = client.get(where).text
        seen += dict.fromkeys(re.findall(r"<dd>(\w{3}-\w{3})</dd>", page))
        older = re.search(r'href="(\?before=[\w-]+)"', page)
        where = f"{path}{older[1]}" if older else ""
        pages += 1
        assert page.count("<li ") <= 27
    assert pages == 3
    assert sorted(seen) == sorted(made)
    assert seen[2:] == made[2:]


def test_a_place_that_is_erased_meanwhile_still_marks_it(album: Album, client: FlaskClient) -> None:
    made = [album.paint(age=60.0 * place) for place in range(30)]
    path = album.link()
    older = re.search(r"\?before=([\w-]+)", client.get(path).text)
    assert older
    with album.house.database.write() as db:
        jobs.drop_job(db, next(each.id for each in made if each.number == older[1]))
    page = client.get(f"{path}?before={older[1]}").text
    assert re.findall(r"<dd>(\w{3}-\w{3})</dd>", page) == [each.number for each in made[24:]]
    for odd in ("nonsense", "ZZZ-0ZZ", "あ", "あ%E3%80%80い"):
        assert gettext("album.empty", "ja") in client.get(f"{path}?before={odd}").text


def test_an_empty_album_says_what_to_do(album: Album, client: FlaskClient) -> None:
    album.house.add()  # still queued
    assert gettext("album.empty", "ja") in client.get(album.link()).text


@pytest.mark.parametrize("language", ["ja", "en"])
def test_it_speaks_the_chats_language(album: Album, client: FlaskClient, language: str) -> None:
    album.paint()
    path = album.link()
    album.house.set(schema.chats, schema.chats.c.id == AOI, language=language)
    text = client.get(path).text
    assert f'<html lang="{language}">' in text
    assert gettext("album.intro_user", language) in text


@pytest.mark.parametrize(
    "path",
    ["/album/" + "a" * 32, "/album/x", "/album/" + "a" * 400, "/album/あ"],
)
def test_other_links_open_nothing(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert gettext("album.gone_title", "ja") in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "private" in answer.headers["Cache-Control"]


def test_control_characters_in_an_address_are_refused(album: Album, client: FlaskClient) -> None:
    for path in ("/album/%00", "/album/x?before=%00", "/album/x?before=a%0Ab", "/album/%1B"):
        assert client.get(path).status_code == 400, path
    for path in ("/album/%E3%80%80", "/album/x?before=%E3%80%80", "/album/%F0%9F%91%A8%E2%80%8D"):
        assert client.get(path).status_code == 404, path


def test_no_album_is_found_by_nothing(album: Album, client: FlaskClient) -> None:
    album.house.add()
    assert client.get("/album/None").status_code == 404
    assert client.get("/album/").status_code == 404


# --- leaving


@pytest.mark.parametrize("way", ["unsent", "deleted", "expired", "erased"])
def test_what_goes_vanishes_at_once(album: Album, client: FlaskClient, way: str) -> None:
    job = album.paint("さよなら")
    album.house.change(job.id, message_id="m1")
    path = album.link()
    (single,) = album.shared()
    assert "さよなら" in client.get(path).text
    assert client.get(single).status_code == 200
    match way:
        case "unsent":
            album.say(type="unsend", unsend={"messageId": "m1"}, replyToken=None)
        case "deleted":
            album.say(f"消して {job.number}")
        case "expired":
            album.house.change(job.id, created_at=now() - 91 * DAY)
            runtime = Runtime(album.settings)
            sweep.delete_expired(runtime.database, runtime.settings.retention_days)
            runtime.database.close()
        case "erased":
            with album.house.database.write() as db:
                jobs.drop_person(db, AOI)
    page = client.get(path).text
    assert job.number not in page
    assert "さよなら" not in page
    assert client.get(single).status_code == 404


# --- deleting one's own


def test_the_delete_button_opens_line_with_the_words_written_out(
    album: Album, client: FlaskClient
) -> None:
    job = album.paint()
    path = album.link()
    assert "oaMessage" not in client.get(path).text  # nobody knows the account yet
    assert gettext("album.remove_hint", "ja") in client.get(path).text
    album.courier("@123abcde")
    link = re.search(r'href="(https://line\.me/R/oaMessage/[^"]+)"', client.get(path).text)
    assert link
    head, _, words = link[1].partition("/?")
    assert head == "https://line.me/R/oaMessage/%40123abcde"
    _, answers = album.say(unquote(words))
    assert texts_of(answers) == gettext("remove.done", "ja", number=job.number)


@pytest.mark.parametrize("words", ["消して {}", "{}を消して", "けして {}", "delete {}", "{} 削除"])
def test_ones_own_picture_goes_with_its_files(album: Album, words: str) -> None:
    job, other = album.paint(count=2), album.paint()
    wakes, answers = album.say(words.format(job.number))
    assert texts_of(answers) == gettext("remove.done_several", "ja", number=job.number, count=2)
    assert TaskMessage("erase", job.id) in wakes
    runtime = Runtime(album.settings)
    sweep.erase_job(runtime.database, runtime.storage, runtime.settings, job.id)
    runtime.database.close()
    left = [path.parent.name for path in album.settings.pictures_dir.rglob("*.png")]
    assert [f"p/{each}/0-original.png" for each in left] == [
        picture_key(other.secret, 0, "original", "png")
    ]
    assert album.house.job(job.id).request is None


def test_in_a_reply_to_a_picture_no_number_is_needed(album: Album) -> None:
    job = album.paint()
    with album.house.database.write() as db:
        db.execute(insert(schema.shown).values(message_id="s1", job_id=job.id, position=0))
    message = {"type": "text", "id": "9", "quoteToken": "q", "text": "消して"}
    _, answers = album.say(message=message | {"quotedMessageId": "s1"})
    assert texts_of(answers) == gettext("remove.done", "ja", number=job.number)
    assert texts_of(album.say("消して")[1]) == gettext("remove.which", "ja")


def test_ones_own_last_picture_is_deleted_by_calling_it_so(album: Album) -> None:
    album.paint()
    job = album.paint()
    _, answers = album.say("さっきの絵を消して")
    assert texts_of(answers) == gettext("remove.done", "ja", number=job.number)


def test_what_goes_on_from_it_stays(album: Album) -> None:
    job, child = album.paint(), album.paint()
    album.house.change(child.id, parent_id=job.id)
    album.say(f"消して {job.number}")
    assert album.house.job(child.id).erase_at is None


def test_in_a_group_everyone_deletes_only_their_own(album: Album) -> None:
    theirs = album.paint(chat=GROUP, user=HARUTO)
    refused = gettext("remove.not_yours", "ja", number=theirs.number)
    assert texts_of(album.say(**album.in_group(f"消して {theirs.number}"))[1]) == refused
    nameless = album.in_group(f"消して {theirs.number}", user=None)
    assert texts_of(album.say(**nameless)[1]) == refused
    assert album.house.job(theirs.id).erase_at is None
    done = gettext("remove.done", "ja", number=theirs.number)
    assert texts_of(album.say(f"消して {theirs.number}", source=in_group(HARUTO))[1]) == done


def test_from_the_groups_album_one_comes_to_the_1_to_1_chat(album: Album) -> None:
    mine, theirs = album.paint(chat=GROUP), album.paint(chat=GROUP, user=HARUTO)
    assert texts_of(album.say(f"消して {mine.number}")[1]) == gettext(
        "remove.done", "ja", number=mine.number
    )
    answer = texts_of(album.say(f"消して {theirs.number}")[1])
    assert answer == gettext(
        "command.unknown_number", "ja", number=theirs.number
    )  # not even that it is
    assert texts_of(album.say("消して 000-000")[1]).startswith("受付番号 000-000")
    assert album.house.job(theirs.id).erase_at is None


def test_a_picture_is_deleted_once(album: Album) -> None:
    job = album.paint()
    album.say(f"消して {job.number}")
    answer = texts_of(album.say(f"消して {job.number}")[1])
    assert answer == gettext("command.unknown_number", "ja", number=job.number)


def test_what_is_not_painted_yet_is_given_up(album: Album) -> None:
    job = album.house.job(album.house.add())
    album.say(f"消して {job.number}")
    assert album.house.state(job.id) == jobs.CANCELLED


# --- passing one on


def test_a_picture_is_passed_on_by_a_page_of_its_own(album: Album, client: FlaskClient) -> None:
    album.courier()
    job = album.paint("ひみつのことば", count=2)
    path = album.link()
    page = client.get(path).text
    texts = [
        parse_qs(urlsplit(each.replace("&amp;", "&")).query)["text"][0]
        for each in re.findall(r'href="(https://line\.me/R/share\?[^"]+)"', page)
    ]
    shared = [urlsplit(text.split()[-1]).path for text in texts]
    assert shared == album.shared()
    assert len(shared) == 2
    assert all(
        path.removeprefix("/album/") not in each and job.secret not in each for each in shared
    )
    where = shared[1]
    assert re.fullmatch(rf"/picture/{job.number}/[\w-]{{32}}/1", where)
    alone = client.get(where)
    assert alone.status_code == 200
    key = picture_key(job.secret, 1, "original", "png")
    assert f'<meta property="og:image" content="{album.storage.url(key)}">' in alone.text
    for personal in ("ひみつのことば", "あおい", "7001", path):
        assert personal not in alone.text
    assert "noindex" in alone.headers["X-Robots-Tag"]


def test_a_shared_picture_leads_to_no_other(album: Album, client: FlaskClient) -> None:
    """Neither by another position or number, nor by the address of its file."""
    album.courier()
    job, other = album.paint(count=4), album.paint(count=4)
    links = album.shared()
    assert len(set(links)) == 8
    assert all(client.get(link).status_code == 200 for link in links)
    for link in links:
        head, _, place = link.rpartition("/")
        for position in {"0", "1", "2", "3", "4", "-1", "x"} - {place}:
            assert client.get(f"{head}/{position}").status_code == 404, position
        secret = head.rpartition("/")[2]
        strange = other.number if job.number in link else job.number
        assert client.get(f"/picture/{strange}/{secret}/{place}").status_code == 404
    with album.house.database.read() as db:
        stored = jobs.pictures_of(db, job.id)
    parts = [picture.key.split("/")[1] for picture in stored]
    assert len({*parts}) == 4, "from one file's address no other can be made"
    page = client.get(next(link for link in links if f"/{job.number}/" in link)).text
    assert sum(part in page for part in parts) == 1


@pytest.mark.parametrize("words", ["アルバムのリンクを変えて", "アルバムを閉じて"])
def test_what_was_shared_from_an_album_ends_with_its_link(
    album: Album, client: FlaskClient, words: str
) -> None:
    album.courier()
    album.paint(count=2)
    before = album.shared()
    assert client.get(before[0]).status_code == 200
    album.say(words)
    for link in before:
        answer = client.get(link)
        assert answer.status_code == 404
        assert gettext("album.picture_gone", "ja") in answer.text
    after = album.shared()
    assert not {*after} & {*before}
    assert client.get(after[0]).status_code == 200
    assert client.get(before[0]).status_code == 404


@pytest.mark.parametrize("kind", ["leave", "unfollow"])
def test_what_was_shared_ends_when_the_bot_is_sent_away(
    album: Album, client: FlaskClient, kind: str
) -> None:
    album.courier()
    album.paint()
    (link,) = album.shared()
    album.say(type=kind, replyToken=None)
    assert client.get(link).status_code == 404


def test_links_and_files_of_older_versions(album: Album, client: FlaskClient) -> None:
    """Their links held the job's secret, which opens all its pictures: they end. Their files do,
    too: where there are others, one is not shared."""
    album.courier()
    album.of_older_version = True
    single, several = album.paint(age=9), album.paint(count=2)
    for job in (single, several):
        assert client.get(f"/picture/{job.number}/{job.secret}/0").status_code == 404
    (link,) = album.shared()
    assert single.number in link
    assert client.get(link).status_code == 200
    runtime = Runtime(album.settings)
    for job in (single, several):
        album.say(f"消して {job.number}")
        sweep.erase_job(runtime.database, runtime.storage, runtime.settings, job.id)
    runtime.database.close()
    assert [path for path in album.settings.pictures_dir.rglob("*") if path.is_file()] == []


def test_a_number_alone_opens_no_picture(album: Album, client: FlaskClient) -> None:
    album.courier()
    job, other = album.paint(), album.paint()
    own = next(link for link in album.shared() if job.number in link)
    for secret in (other.secret, job.secret, "0" * 32, "x", "あ", "None"):
        assert client.get(f"/picture/{job.number}/{secret}/0").status_code == 404
    assert client.get(own).status_code == 200
    for spelled in {job.number.lower(), job.number.replace("-", "")} - {job.number}:
        assert client.get(own.replace(job.number, spelled)).status_code == 404


def test_the_chat_is_told_what_its_link_shows(album: Album) -> None:
    (mine,) = album.say("アルバム")[1]
    (ours,) = album.say(**album.in_group("アルバム"))[1]
    assert gettext("album.chat_body", "ja") in str(mine)
    assert gettext("album.chat_body_group", "ja") in str(ours)
    assert "名前" not in str(mine)
    for answer in (mine, ours):
        assert gettext("album.chat_hint", "ja") in str(answer)


def test_the_original_is_saved_under_a_name(album: Album, client: FlaskClient) -> None:
    job = album.paint()
    page = client.get(album.link()).text
    (link,) = re.findall(r'<a href="([^"]+)" rel="noreferrer" download>', page)
    name = f"efude-{job.number}-1.png"
    with client.get(link.removeprefix(album.settings.public_url)) as answer:
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert Image.open(BytesIO(answer.data)).size == (64, 48)
    bare = link.removeprefix(album.settings.public_url).split("?")[0]
    for odd in ("", "?name=a%22b", "?name=" + "a" * 50):
        with client.get(bare + odd) as shown:
            assert shown.headers["Content-Disposition"] == "inline"


# --- secrets


def test_no_log_line_tells_a_links_secret(
    album: Album, settings: Settings, capsys: pytest.CaptureFixture[str], own_logs: None
) -> None:
    app = create_app(replace(settings, log_format="json"))
    structlog.configure(cache_logger_on_first_use=False)
    job = album.paint()
    path = album.link()

    @app.before_request
    def _break() -> None:
        raise RuntimeError("out of order")

    (own,) = album.shared()
    stored = f"/pictures/{picture_key(job.secret, 0, 'original', 'png')}"
    for each in (path, own, stored):
        assert app.test_client().get(each).status_code == 500
    logged = capsys.readouterr().out
    assert logged.count("Exception on /") == 3
    assert path.removeprefix("/album/") not in logged
    assert own.split("/")[3] not in logged
    assert stored.split("/")[3] not in logged
    assert "/album/***" in logged
    app.extensions["publisher"].close()
    app.extensions["database"].close()


def test_masks_leave_other_paths_alone() -> None:
    assert logs.mask_secrets("GET /album/abc-_9 and /terms") == "GET /album/*** and /terms"
    assert logs.mask_secrets("/picture/4F7-K2M/0123/1") == "/picture/4F7-K2M/***/1"


def test_an_album_answers_from_indexes_alone(album: Album, database: Database) -> None:
    """What an album costs must not grow with the number of all jobs there are."""
    album.paint()
    secret = album.link().removeprefix("/album/")
    plans: list[str] = []
    with database.read() as db:
        plan = "EXPLAIN QUERY PLAN "
        for query, values in (
            ("SELECT id FROM chats WHERE album = ?", (secret,)),
            ("SELECT id FROM jobs WHERE number = ?", ("4F7-K2M",)),
            (
                "SELECT id FROM jobs WHERE chat_id = ? AND erase_at IS NULL "
                "ORDER BY created_at DESC, id DESC LIMIT 25",
                (AOI,),
            ),
        ):
            plans += [row[3] for row in db.exec_driver_sql(plan + query, values)]
    assert not [plan for plan in plans if plan.startswith("SCAN")], plans

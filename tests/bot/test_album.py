"""The album: its link in the chat, its pages, and what they never tell."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import structlog
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, insert, select, update

from bot import albums, conversation, jobs, logs, sweeping, tables
from bot.app import create_app
from bot.database import Database, now
from bot.events import parse
from bot.jobs import Job, StoredPicture
from bot.queue import Wake
from bot.runtime import Runtime
from bot.settings import Settings
from bot.storage import FolderStorage, new_key
from bot.texts import say
from tests.bot.house import AOI, GROUP, House, body_of, event, in_group

HARUTO = "U" + "b" * 32
BOT = "U" + "0" * 32
DAY = 86400.0


class Album:
    """A house with painted pictures, one who writes to it, and one who looks at its pages."""

    def __init__(self, house: House, storage: FolderStorage, settings: Settings) -> None:
        self.house, self.storage, self.settings = house, storage, settings

    def paint(
        self,
        prompt: str = "夜の富士山",
        *,
        chat: str = AOI,
        user: str | None = AOI,
        count: int = 1,
        size: tuple[int, int] = (64, 48),
        age: float = 0.0,
    ) -> Job:
        """A delivered job of `count` pictures, asked for `age` seconds ago."""
        job = self.house.job(self.house.add(chat=chat, user=user, count=count))
        claimed = self.house.claim(job.id)
        assert claimed is not None
        made = [self._picture(job, place, size) for place in range(count)]
        with self.house.database.write() as db:
            assert jobs.drawn(db, job.id, "w", made, now())
            jobs.delivered(db, job.id)
        request = {"prompt": prompt, "count": count}
        self.house.change(job.id, request=request, created_at=now() - age)
        return self.house.job(job.id)

    def _picture(self, job: Job, place: int, size: tuple[int, int]) -> StoredPicture:
        key = new_key(job.secret, place, "original", "png")
        preview = new_key(job.secret, place, "preview", "jpg")
        for name, form in ((key, "png"), (preview, "jpeg")):
            file = BytesIO()
            Image.new("RGB", size, (80, 90, 160)).save(file, form)
            self.storage.put(name, file.getvalue(), f"image/{form}")
        return StoredPicture(place, key, preview, "image/png", 3, *size, 7000 + place)

    def say(self, text: str | None = None, **more: Any) -> tuple[list[Wake], list[Any]]:
        """What one event wakes, and the messages with which it is answered."""
        before = {it["id"] for it in self.house.deliveries()}
        (incoming,) = parse(body_of(event(text, **more)))
        with self.house.database.write() as db:
            wakes = conversation.handle(db, incoming, self.settings)
        new = [it for it in self.house.deliveries() if it["id"] not in before]
        return wakes, [message for it in new for message in it["messages"] or []]

    def link(self, text: str = "アルバム", **more: Any) -> str:
        """The path of the link in the answer."""
        (answer,) = self.say(text, **more)[1]
        uri = answer["contents"]["footer"]["contents"][0]["action"]["uri"]
        assert uri.startswith(f"{self.settings.public_url}/album/")
        return str(urlsplit(uri).path)

    def in_group(self, text: str, user: str | None = AOI) -> dict[str, Any]:
        mention = {"index": 0, "length": 3, "type": "user", "userId": BOT, "isSelf": True}
        message: dict[str, Any] = {
            "type": "text",
            "id": f"m{time.monotonic_ns()}",
            "quoteToken": "q",
        }
        message |= {"text": f"@絵筆 {text}", "mention": {"mentionees": [mention]}}
        return {"message": message, "source": in_group(user)}

    def name(self, chat: str, user: str, name: str) -> None:
        row = {"chat_id": chat, "user_id": user, "name": name, "language": None, "at": now()}
        with self.house.database.write() as db:
            db.execute(insert(tables.people).values(**row))

    def courier(self, basic_id: str = "@efude") -> None:
        """A courier has written down the account's basic id."""
        row = {"id": "c", "process": "courier", "host": "h", "pid": 1, "about": {}}
        row |= {"started_at": now(), "seen_at": now(), "about": {"basic_id": basic_id}}
        with self.house.database.write() as db:
            db.execute(insert(tables.workers).values(**row))


@pytest.fixture
def album(house: House, storage: FolderStorage, settings: Settings) -> Album:
    return Album(house, storage, settings)


def texts_of(messages: list[Any]) -> str:
    return "\n".join(it["text"] for it in messages if it["type"] == "text")


# --- in the chat


@pytest.mark.parametrize("words", ["アルバム", "アルバム見せて！", "ｱﾙﾊﾞﾑ", "album", "Album."])
def test_the_word_gives_the_link_and_again_the_same(album: Album, words: str) -> None:
    path = album.link(words)
    assert albums.SECRET.fullmatch(path.removeprefix("/album/"))
    assert album.link() == path


def test_each_chat_has_its_own(album: Album) -> None:
    mine = album.link()
    (answer,) = album.say(**album.in_group("アルバム"))[1]
    assert mine not in str(answer)
    secrets = [it["album"] for it in album.house.rows(tables.chats)]
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
    assert say("album.chat_closed") in texts_of(album.say("アルバムを閉じて")[1])
    assert client.get(old).status_code == 404
    assert say("album.chat_none") in texts_of(album.say("アルバムを閉じて")[1])
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
    assert all('width="' in it and 'height="' in it for it in images)
    assert 'width="96" height="54"' in images[0]
    for job in (old, new):
        assert job.number in text
        assert new_key(job.secret, 0, "preview", "jpg") in text
    assert re.findall(r"<dd>(700\d)</dd>", text) == ["7000", "7001", "7000"]
    assert say("album.keeping", days=album.settings.retention_days) in text
    assert say("album.remove_several", count=2) in text


def test_what_is_beyond_the_first_rows_is_fetched_when_it_comes_into_sight(
    album: Album, client: FlaskClient
) -> None:
    for _ in range(8):
        album.paint()
    images = re.findall(r"<img [^>]*>", client.get(album.link()).text)
    assert ['loading="lazy"' in it for it in images] == [False] * 6 + [True] * 2


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
    assert say("album.intro_group") in ours
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
        moment = db.execute(select(func.max(tables.jobs.c.created_at))).scalar_one()
        those = tables.jobs.c.number.in_(made[:2])
        db.execute(update(tables.jobs).where(those).values(created_at=moment))
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
        jobs.drop_one(db, next(it.id for it in made if it.number == older[1]))
    page = client.get(f"{path}?before={older[1]}").text
    assert re.findall(r"<dd>(\w{3}-\w{3})</dd>", page) == [it.number for it in made[24:]]
    for odd in ("nonsense", "%00", "ZZZ-0ZZ", "あ"):
        assert say("album.empty") in client.get(f"{path}?before={odd}").text


def test_an_empty_album_says_what_to_do(album: Album, client: FlaskClient) -> None:
    album.house.add()  # still queued
    assert say("album.empty") in client.get(album.link()).text


@pytest.mark.parametrize("language", ["ja", "en"])
def test_it_speaks_the_chats_language(album: Album, client: FlaskClient, language: str) -> None:
    album.paint()
    path = album.link()
    album.house.set(tables.chats, tables.chats.c.id == AOI, language=language)
    text = client.get(path).text
    assert f'<html lang="{language}">' in text
    assert say("album.intro_user", language) in text


@pytest.mark.parametrize(
    "path",
    ["/album/" + "a" * 32, "/album/x", "/album/" + "a" * 400, "/album/%00", "/album/あ"],
)
def test_other_links_open_nothing(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert say("album.gone_title") in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "private" in answer.headers["Cache-Control"]


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
    single = f"/picture/{job.number}/{job.secret}/0"
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
            sweeping.forget(runtime)
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
    assert say("album.remove_hint") in client.get(path).text
    album.courier("@123abcde")
    link = re.search(r'href="(https://line\.me/R/oaMessage/[^"]+)"', client.get(path).text)
    assert link
    head, _, words = link[1].partition("/?")
    assert head == "https://line.me/R/oaMessage/%40123abcde"
    _, answers = album.say(unquote(words))
    assert texts_of(answers) == say("remove.done", number=job.number)


@pytest.mark.parametrize("words", ["消して {}", "{}を消して", "けして {}", "delete {}", "{} 削除"])
def test_ones_own_picture_goes_with_its_files(album: Album, words: str) -> None:
    job, other = album.paint(count=2), album.paint()
    wakes, answers = album.say(words.format(job.number))
    assert texts_of(answers) == say("remove.done_several", number=job.number, count=2)
    assert Wake("erase", job.id) in wakes
    runtime = Runtime(album.settings)
    sweeping.erase(runtime, job.id)
    runtime.database.close()
    left = [it.parent.name for it in album.settings.pictures_dir.rglob("*.png")]
    assert left == [other.secret]
    assert album.house.job(job.id).request is None


def test_in_a_reply_to_a_picture_no_number_is_needed(album: Album) -> None:
    job = album.paint()
    with album.house.database.write() as db:
        db.execute(insert(tables.shown).values(message_id="s1", job_id=job.id, position=0))
    message = {"type": "text", "id": "9", "quoteToken": "q", "text": "消して"}
    _, answers = album.say(message=message | {"quotedMessageId": "s1"})
    assert texts_of(answers) == say("remove.done", number=job.number)
    assert texts_of(album.say("消して")[1]) == say("remove.which")


def test_ones_own_last_picture_is_deleted_by_calling_it_so(album: Album) -> None:
    album.paint()
    job = album.paint()
    _, answers = album.say("さっきの絵を消して")
    assert texts_of(answers) == say("remove.done", number=job.number)


def test_what_goes_on_from_it_stays(album: Album) -> None:
    job, child = album.paint(), album.paint()
    album.house.change(child.id, parent_id=job.id)
    album.say(f"消して {job.number}")
    assert album.house.job(child.id).erase_at is None


def test_in_a_group_everyone_deletes_only_their_own(album: Album) -> None:
    theirs = album.paint(chat=GROUP, user=HARUTO)
    refused = say("remove.not_yours", number=theirs.number)
    assert texts_of(album.say(**album.in_group(f"消して {theirs.number}"))[1]) == refused
    nameless = album.in_group(f"消して {theirs.number}", user=None)
    assert texts_of(album.say(**nameless)[1]) == refused
    assert album.house.job(theirs.id).erase_at is None
    done = say("remove.done", number=theirs.number)
    assert texts_of(album.say(f"消して {theirs.number}", source=in_group(HARUTO))[1]) == done


def test_from_the_groups_album_one_comes_to_the_1_to_1_chat(album: Album) -> None:
    mine, theirs = album.paint(chat=GROUP), album.paint(chat=GROUP, user=HARUTO)
    assert texts_of(album.say(f"消して {mine.number}")[1]) == say("remove.done", number=mine.number)
    answer = texts_of(album.say(f"消して {theirs.number}")[1])
    assert answer == say("command.unknown_number", number=theirs.number)  # not even that it is
    assert texts_of(album.say("消して 000-000")[1]).startswith("受付番号 000-000")
    assert album.house.job(theirs.id).erase_at is None


def test_a_picture_is_deleted_once(album: Album) -> None:
    job = album.paint()
    album.say(f"消して {job.number}")
    answer = texts_of(album.say(f"消して {job.number}")[1])
    assert answer == say("command.unknown_number", number=job.number)


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
    shared = [
        parse_qs(urlsplit(it.replace("&amp;", "&")).query)["text"][0]
        for it in re.findall(r'href="(https://line\.me/R/share\?[^"]+)"', page)
    ]
    assert len(shared) == 2
    assert all(path not in it for it in shared)
    where = urlsplit(shared[1].split()[-1]).path
    assert where == f"/picture/{job.number}/{job.secret}/1"
    alone = client.get(where)
    assert alone.status_code == 200
    key = new_key(job.secret, 1, "original", "png")
    assert f'<meta property="og:image" content="{album.storage.url(key)}">' in alone.text
    for personal in ("ひみつのことば", "あおい", "7001", path):
        assert personal not in alone.text
    assert "noindex" in alone.headers["X-Robots-Tag"]


def test_a_number_alone_opens_no_picture(album: Album, client: FlaskClient) -> None:
    job, other = album.paint(), album.paint()
    for secret in (other.secret, "0" * 32, "x", "あ", job.secret.upper() + "!"):
        assert client.get(f"/picture/{job.number}/{secret}/0").status_code == 404
    assert client.get(f"/picture/{job.number}/{job.secret}/1").status_code == 404
    assert client.get(f"/picture/{job.number.lower()}/{job.secret}/0").status_code == 404


def test_the_original_is_saved_under_a_name(album: Album, client: FlaskClient) -> None:
    job = album.paint()
    page = client.get(album.link()).text
    (link,) = re.findall(r'<a href="([^"]+)" rel="noreferrer" download>', page)
    name = f"efude-{job.number}-1.png"
    with client.get(link.removeprefix(album.settings.public_url)) as answer:
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert Image.open(BytesIO(answer.data)).size == (64, 48)
    bare = link.removeprefix(album.settings.public_url).split("?")[0]
    for odd in ("", "?name=a%22b", "?name=" + "a" * 50, "?name=a%0Ab"):
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

    own = f"/picture/{job.number}/{job.secret}/0"
    stored = f"/pictures/{new_key(job.secret, 0, 'original', 'png')}"
    for it in (path, own, stored):
        assert app.test_client().get(it).status_code == 500
    logged = capsys.readouterr().out
    assert logged.count("Exception on /") == 3
    assert path.removeprefix("/album/") not in logged
    assert job.secret not in logged
    assert "/album/***" in logged
    app.extensions["publisher"].close()
    app.extensions["database"].close()


def test_masks_leave_other_paths_alone() -> None:
    assert logs.unmarked("GET /album/abc-_9 and /terms") == "GET /album/*** and /terms"
    assert logs.unmarked("/picture/4F7-K2M/0123/1") == "/picture/4F7-K2M/***/1"


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
    assert not [it for it in plans if it.startswith("SCAN")], plans

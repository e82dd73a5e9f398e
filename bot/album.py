"""The album's pages: GET /album/<secret> for a chat, GET /picture/... for one picture to pass on.

Pages of plain HTML, one request each: the style stands in the page, there is no script. They only
show; whoever wants to change something writes in LINE (bot.album_chat). The secret of a link stands
in no log (bot.logs masks it), and no referrer carries it away.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from flask import Blueprint, Flask, Response, make_response, render_template, request
from markupsafe import Markup

from bot import albums, people, pulse
from bot.albums import Entry
from bot.database import Database
from bot.jobs import StoredPicture
from bot.settings import Settings
from bot.storage import Storage
from bot.texts import say

JAPAN = dt.timezone(dt.timedelta(hours=9), "JST")
DAY = 24 * 3600.0
AT_ONCE = 6  # pictures that are fetched with the page; others when they come into sight


class Card(NamedTuple):
    """A picture as a page shows it; addresses are ready to stand in HTML's attributes."""

    number: str
    prompt: str
    picture: StoredPicture
    url: str
    preview: str
    download: str
    share: str
    remove: str | None
    of: int  # pictures of its wish
    asked_at: dt.datetime
    kept_until: dt.datetime
    name: str | None


def init_app(app: Flask, settings: Settings, database: Database, storage: Storage) -> None:
    """Register the pages."""
    blueprint = Blueprint("album", __name__, template_folder="templates")
    pages = Pages(settings, storage)

    @blueprint.get("/album/<secret>")
    def album(secret: str) -> Response:
        before = request.args.get("before") or None
        with database.read() as db:
            found = albums.find(db, secret)
            if found is None:
                return pages.gone("album")
            entries, older = albums.page(db, found.chat_id, before=before)
            # In a group one knows each other; a 1:1 chat's album has one person only.
            names = people.names(db, found.chat_id) if found.kind != "user" else {}
            basic_id = pulse.basic_id(db)
        return pages.album(found, entries, names, basic_id, older=older, first=before is None)

    @blueprint.get("/picture/<number>/<secret>/<int:position>")
    def picture(number: str, secret: str, position: int) -> Response:
        with database.read() as db:
            found = albums.single(db, number, secret, position)
        return pages.picture(*found) if found else pages.gone("picture")

    app.register_blueprint(blueprint)


class Pages:
    """Makes the answers."""

    def __init__(self, settings: Settings, storage: Storage) -> None:
        self._settings = settings
        self._storage = storage
        css = (Path(__file__).parent / "static" / "album.css").read_text("utf-8")
        self._css = Markup(css)  # noqa: S704  our own file
        digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
        self._style = f"style-src 'sha256-{digest}'"

    def album(
        self,
        album: albums.Album,
        entries: Iterable[Entry],
        names: Mapping[str, str],
        basic_id: str | None,
        *,
        older: str | None,
        first: bool,
    ) -> Response:
        """One page of an album."""
        cards = [
            self._card(it, picture, names.get(it.user_id or ""), album.language, basic_id)
            for it in entries
            for picture in it.pictures
        ]
        group = album.kind != "user"
        values = {"cards": cards, "older": older, "first": first, "group": group}
        return self._page("album.html", album.language, [it.preview for it in cards], **values)

    def picture(self, job: Any, picture: StoredPicture) -> Response:
        """A page with one picture and nothing that tells whose it is."""
        url = self._storage.url(picture.key)
        values = {
            "picture": picture,
            "url": url,
            "preview": self._storage.url(picture.preview_key),
            "download": self._storage.download_url(picture.key, f"efude-{job.number}"),
        }
        return self._page("album_picture.html", job.language, [url], **values)

    def gone(self, what: str) -> Response:
        """There is no such album or picture, any more."""
        language = request.accept_languages.best_match(["ja", "en"], "ja") or "ja"
        response = self._page("album_gone.html", language, [], what=what)
        response.status_code = 404
        return response

    def _card(
        self,
        entry: Entry,
        picture: StoredPicture,
        name: str | None,
        language: str,
        basic_id: str | None,
    ) -> Card:
        own = f"{self._settings.public_url}/picture/{entry.number}/{entry.secret}/"
        shared = f"{say('album.share_text', language)}\n{own}{picture.position}"
        until = entry.created_at + self._settings.retention_days * DAY
        remove = None
        if basic_id:
            text = say("album.remove_text", language, number=entry.number)
            remove = f"https://line.me/R/oaMessage/{quote(basic_id, safe='')}/?{quote(text)}"
        file = f"efude-{entry.number}-{picture.position + 1}"
        return Card(
            number=entry.number,
            prompt=str(entry.request.get("prompt") or ""),
            picture=picture,
            url=self._storage.url(picture.key),
            preview=self._storage.url(picture.preview_key),
            download=self._storage.download_url(picture.key, file),
            share=f"https://line.me/R/share?text={quote(shared, safe='')}",
            remove=remove,
            of=len(entry.pictures),
            asked_at=dt.datetime.fromtimestamp(entry.created_at, JAPAN),
            kept_until=dt.datetime.fromtimestamp(until, JAPAN),
            name=name,
        )

    def _page(
        self, template: str, language: str, images: Iterable[str], **values: object
    ) -> Response:
        html = render_template(
            template,
            lang=language,
            say=lambda key, **more: say(f"album.{key}", language, **more),
            css=self._css,
            days=self._settings.retention_days,
            at_once=AT_ONCE,
            day=partial(_day, language=language),
            moment=lambda at: say(
                "album.moment", language, day=_day(at, language), time=f"{at:%H:%M}"
            ),
            **values,
        )
        response = make_response(html)
        origins = sorted({"{0.scheme}://{0.netloc}".format(urlsplit(it)) for it in images})
        policy = ["default-src 'none'", " ".join(["img-src 'self'", *origins]), self._style]
        policy += ["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]
        response.headers["Content-Security-Policy"] = "; ".join(policy)
        response.headers["Cache-Control"] = "private, no-cache"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def _day(at: dt.datetime, language: str, *, short: bool = False) -> str:
    """The day in words; short: without the year, if it is the present one."""
    month, day = str(at.month), str(at.day)
    if short and at.year == dt.datetime.now(JAPAN).year:
        return say("album.day_short", language, month=month, day=day)
    return say("album.day", language, year=at.year, month=month, day=day)

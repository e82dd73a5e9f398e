"""The album's pages: GET /album/<secret> for a chat, GET /picture/... for one picture to pass on.

Plain HTML, one request a page: the style is in the page, and there is no script. The pages only
show; albums are changed in LINE (bot.conversation.album). The secret of a link appears in no log
(bot.telemetry.logs masks it) and in no referrer.
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

from bot.jobs import StoredPicture, albums
from bot.jobs.albums import Entry
from bot.settings import Settings
from bot.storage import Storage
from bot.store import people, workers
from bot.store.clock import JST
from bot.store.database import Database
from bot.texts import gettext

DAY_SECONDS = 24 * 3600.0
EAGER_IMAGES = 6  # loaded with the page; the others when they scroll into view


class Card(NamedTuple):
    """A picture as a page shows it, with URLs for its links."""

    number: str
    prompt: str
    picture: StoredPicture
    url: str
    preview: str
    download: str
    share: str | None
    remove: str | None
    picture_count: int  # of its job
    asked_at: dt.datetime
    kept_until: dt.datetime
    name: str | None
    is_favourite: bool


def init_app(app: Flask, settings: Settings, database: Database, storage: Storage) -> None:
    """Register the pages."""
    blueprint = Blueprint("album", __name__, template_folder="templates")
    pages = AlbumPages(settings, storage)

    @blueprint.get("/album/<secret>")
    def show_album(secret: str) -> Response:
        before = request.args.get("before") or None
        with database.read() as db:
            album = albums.find_album(db, secret)
            if album is None:
                return pages.not_found("album")
            entries, older = albums.list_page(db, album.chat_id, before=before)
            kept = albums.list_favourites(db, album.chat_id) if before is None else []
            # Members of a group know one another; the album of a 1:1 chat has one person only.
            names = people.display_names(db, album.chat_id) if album.kind != "user" else {}
            basic_id = workers.basic_id(db)
        return pages.album(
            album, entries, names, basic_id, older=older, first=before is None, kept=kept
        )

    @blueprint.get("/picture/<number>/<secret>/<int:position>")
    def show_picture(number: str, secret: str, position: int) -> Response:
        with database.read() as db:
            shared = albums.find_picture(db, number, secret, position)
        return pages.picture(*shared) if shared else pages.not_found("picture")

    app.register_blueprint(blueprint)


class AlbumPages:
    """Renders the pages."""

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
        kept: Iterable[Entry] = (),
    ) -> Response:
        """Render one page of an album. kept: requests whose favourites stand before all others."""

        def made(entry: Entry, place: int) -> Card:
            name = names.get(entry.user_id or "")
            return self._card(entry, place, name, album.language, basic_id)

        favourites = [made(*each) for each in _places(kept) if made(*each).is_favourite]
        shown = {(card.number, card.picture.position) for card in favourites}
        cards = favourites + [
            card
            for card in (made(*each) for each in _places(entries))
            if (card.number, card.picture.position) not in shown
        ]
        group = album.kind != "user"
        values = {"cards": cards, "older": older, "first": first, "group": group}
        return self._page("album.html", album.language, [card.preview for card in cards], **values)

    def picture(self, job: Any, picture: StoredPicture) -> Response:
        """Render a page with one picture and nothing about whose it is."""
        url = self._storage.url(picture.key)
        values = {
            "picture": picture,
            "url": url,
            "preview": self._storage.url(picture.preview_key),
            "download": self._storage.download_url(picture.key, f"efude-{job.number}"),
        }
        return self._page("album_picture.html", job.language, [url], **values)

    def not_found(self, what: str) -> Response:
        """Render the answer 404: no such album or picture, or none any more."""
        language = request.accept_languages.best_match(["ja", "en"], "ja") or "ja"
        response = self._page("album_gone.html", language, [], what=what)
        response.status_code = 404
        return response

    def _card(
        self,
        entry: Entry,
        place: int,
        name: str | None,
        language: str,
        basic_id: str | None,
    ) -> Card:
        from bot.messages import share_url  # memory that only this page needs

        picture, share = entry.pictures[place], None
        if entry.shares:
            link = f"{self._settings.public_url}/picture/{entry.number}/{entry.shares[place]}"
            share = share_url(link, language)
        until = entry.created_at + self._settings.retention_days * DAY_SECONDS
        remove = None
        if basic_id:
            text = gettext("album.remove_text", language, number=entry.number)
            remove = f"https://line.me/R/oaMessage/{quote(basic_id, safe='')}/?{quote(text)}"
        file = f"efude-{entry.number}-{picture.position + 1}"
        return Card(
            number=entry.number,
            prompt=entry.prompt,
            picture=picture,
            url=self._storage.url(picture.key),
            preview=self._storage.url(picture.preview_key),
            download=self._storage.download_url(picture.key, file),
            share=share,
            remove=remove,
            picture_count=len(entry.pictures),
            asked_at=dt.datetime.fromtimestamp(entry.created_at, JST),
            kept_until=dt.datetime.fromtimestamp(until, JST),
            name=name,
            is_favourite=picture.position in entry.favourites,
        )

    def _page(
        self, template: str, language: str, images: Iterable[str], **values: object
    ) -> Response:
        html = render_template(
            template,
            lang=language,
            say=lambda key, **values: gettext(f"album.{key}", language, **values),
            css=self._css,
            days=self._settings.retention_days,
            eager_images=EAGER_IMAGES,
            day=partial(_day, language=language),
            date_time=lambda at: gettext(
                "album.moment", language, day=_day(at, language), time=f"{at:%H:%M}"
            ),
            **values,
        )
        response = make_response(html)
        origins = sorted({"{0.scheme}://{0.netloc}".format(urlsplit(url)) for url in images})
        policy = ["default-src 'none'", " ".join(["img-src 'self'", *origins]), self._style]
        policy += ["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]
        response.headers["Content-Security-Policy"] = "; ".join(policy)
        response.headers["Cache-Control"] = "private, no-cache"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def _places(entries: Iterable[Entry]) -> list[tuple[Entry, int]]:
    """Return (entry, index of its picture) of all pictures."""
    return [(entry, place) for entry in entries for place in range(len(entry.pictures))]


def _day(at: dt.datetime, language: str, *, short: bool = False) -> str:
    """Write a date in words. short: without the year, if it is this year's."""
    month, day = str(at.month), str(at.day)
    if short and at.year == dt.datetime.now(JST).year:
        return gettext("album.day_short", language, month=month, day=day)
    return gettext("album.day", language, year=at.year, month=month, day=day)

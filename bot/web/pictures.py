"""GET /pictures/<key>: the pictures of a FolderStorage, for LINE's servers and for phones."""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint, Flask, Response, abort, request, send_file

from bot.storage import FolderStorage, Storage
from bot.storage.base import CACHE_CONTROL, content_type_of, file_name


def init_app(app: Flask, storage: Storage) -> None:
    """Register the view if pictures are in a folder; a bucket serves its own."""
    if isinstance(storage, FolderStorage):
        app.register_blueprint(blueprint(storage))


def blueprint(storage: FolderStorage) -> Blueprint:
    """Make the view: GET and HEAD with ranges and conditions; 404 for anything but a stored key."""
    pictures = Blueprint("pictures", __name__)

    @pictures.get("/pictures/<path:key>")
    def picture(key: str) -> Response:
        try:
            path = storage.picture_path(key).resolve()
            response = send_file(path, content_type_of(key), conditional=True)
        except (ValueError, OSError):  # not a key, or no such picture
            abort(404)
        response.headers["Cache-Control"] = CACHE_CONTROL
        disposition = "inline"
        if name := request.args.get("name"):  # download under this name
            with suppress(ValueError):
                disposition = f'attachment; filename="{file_name(key, name)}"'
        response.headers["Content-Disposition"] = disposition
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return pictures

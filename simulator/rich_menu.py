"""Rich menu endpoints: the default menu, menus of single users, and aliases."""

from __future__ import annotations

import io
import re
import secrets
from typing import Any

from flask import Blueprint, Response, g, jsonify, request
from PIL import Image

from simulator import images
from simulator.errors import ApiError, body_errors
from simulator.middleware import json_body, state
from simulator.rules import actions
from simulator.rules.report import Path, Report, graphemes, size, text

rich_menu = Blueprint("rich_menu", __name__, url_prefix="/v2/bot")

Json = dict[str, Any]
MAX_MENUS = 1000
MAX_IMAGE = 1_000_000


def _check(menu: Json) -> None:
    """Check the size (width 800 to 2500, height from 250, ratio from 1.45) and the areas (at most
    20).
    """
    report = Report()
    measures = menu.get("size")
    if report.is_object(measures, ("size",)):
        assert isinstance(measures, dict)
        width, height = measures.get("width"), measures.get("height")
        if type(width) is not int or type(height) is not int:
            report.add(("size",), "width and height must be numbers")
        elif not 800 <= width <= 2500 or height < 250 or width / height < 1.45:
            report.add(("size",), "the size is not allowed for a rich menu")
    if not isinstance(menu.get("selected"), bool):
        report.add(("selected",), "must be specified")
    text(report, menu, "name", (), 300, count=graphemes)
    text(report, menu, "chatBarText", (), 14, count=graphemes)
    for number, area in enumerate(size(report, menu, "areas", (), (0, 20))):
        path: Path = ("areas", number)
        if report.is_object(area, path):
            report.is_object(area.get("bounds"), (*path, "bounds"))
            actions.check(report, area.get("action"), (*path, "action"), "rich menu")
    if report.details:
        raise body_errors(report.details)


def _find(menu_id: str) -> Json:
    menus = state().rich_menus
    if menu_id not in menus:
        raise ApiError(404, "Not found")
    return menus[menu_id]


@rich_menu.post("/richmenu")
def create() -> Response:
    """ "Create rich menu"."""
    menu = json_body()
    _check(menu)
    world = state()
    with world.changed:
        if len(world.rich_menus) >= MAX_MENUS:
            raise ApiError(400, "The maximum number of rich menus has been reached")
        menu_id = f"richmenu-{secrets.token_hex(16)}"
        world.rich_menus[menu_id] = {"richMenuId": menu_id, **menu}
    return jsonify({"richMenuId": menu_id})


@rich_menu.post("/richmenu/validate")
def validate() -> Response:
    """ "Validate rich menu object"."""
    _check(json_body())
    return jsonify({})


@rich_menu.get("/richmenu/list")
def listing() -> Response:
    """ "Get rich menu list"."""
    with state().changed:
        return jsonify({"richmenus": list(state().rich_menus.values())})


@rich_menu.get("/richmenu/<menu_id>")
def show(menu_id: str) -> Response:
    """ "Get rich menu"."""
    with state().changed:
        return jsonify(_find(menu_id))


@rich_menu.delete("/richmenu/<menu_id>")
def delete(menu_id: str) -> Response:
    """ "Delete rich menu"."""
    world = state()
    with world.changed:
        _find(menu_id)
        del world.rich_menus[menu_id]
        world.rich_menu_images.pop(menu_id, None)
        if world.default_rich_menu == menu_id:
            world.default_rich_menu = None
        for user_id in [user for user, own in world.own_rich_menus.items() if own == menu_id]:
            del world.own_rich_menus[user_id]
    return jsonify({})


@rich_menu.post("/richmenu/<menu_id>/content")
def upload(menu_id: str) -> Response:
    """ "Upload rich menu image": once, JPEG or PNG, at most 1 MB, of an allowed size."""
    world = state()
    with world.changed:
        _find(menu_id)
    if request.mimetype not in ("image/jpeg", "image/png"):
        raise ApiError(415, f"The content type, {request.mimetype}, is not supported")
    data: bytes = g.body
    if images.problem_of(data):
        raise ApiError(400, "The image is not a JPEG or PNG")
    with Image.open(io.BytesIO(data)) as picture:
        width, height = picture.size
    fits = 800 <= width <= 2500 and height >= 250 and width / height >= 1.45
    if not fits or len(data) > MAX_IMAGE:
        raise ApiError(400, "The image size is not allowed for richmenu")
    with world.changed:
        if menu_id in world.rich_menu_images:
            raise ApiError(400, "An image has already been uploaded to the richmenu")
        world.rich_menu_images[menu_id] = (request.mimetype, data)
    return jsonify({})


@rich_menu.get("/richmenu/<menu_id>/content")
def download(menu_id: str) -> Response:
    """ "Download rich menu image"."""
    with state().changed:
        if menu_id not in state().rich_menu_images:
            raise ApiError(404, "Not found")
        kind, data = state().rich_menu_images[menu_id]
    return Response(data, content_type=kind)


@rich_menu.post("/richmenu/alias")
def create_alias() -> Response:
    """ "Create rich menu alias": of up to 32 letters, digits, _ and -, for a menu with an image."""
    body = json_body()
    alias, menu_id = body.get("richMenuAliasId"), body.get("richMenuId")
    if not isinstance(alias, str) or not re.fullmatch("[A-Za-z0-9_-]{1,32}", alias):
        raise ApiError(400, "The richMenuAliasId is invalid")
    world = state()
    with world.changed:
        if alias in world.rich_menu_aliases:
            raise ApiError(400, "conflict richmenu alias id")
        _stand_for(alias, menu_id)
    return jsonify({})


def _stand_for(alias: str, menu_id: object) -> None:
    world = state()
    if not isinstance(menu_id, str) or menu_id not in world.rich_menu_images:
        raise ApiError(400, "richmenu not found or it has no image")
    world.rich_menu_aliases[alias] = menu_id


@rich_menu.post("/richmenu/alias/<alias>")
def update_alias(alias: str) -> Response:
    """ "Update rich menu alias"."""
    menu_id = json_body().get("richMenuId")
    with state().changed:
        _find_alias(alias)
        _stand_for(alias, menu_id)
    return jsonify({})


@rich_menu.get("/richmenu/alias/<alias>")
def show_alias(alias: str) -> Response:
    """ "Get rich menu alias information"."""
    with state().changed:
        return jsonify({"richMenuAliasId": alias, "richMenuId": _find_alias(alias)})


@rich_menu.delete("/richmenu/alias/<alias>")
def delete_alias(alias: str) -> Response:
    """ "Delete rich menu alias"."""
    world = state()
    with world.changed:
        _find_alias(alias)
        del world.rich_menu_aliases[alias]
    return jsonify({})


def _find_alias(alias: str) -> str:
    menu = state().rich_menu_aliases.get(alias)
    if menu is None:
        raise ApiError(404, "Not found")
    return menu


@rich_menu.post("/user/all/richmenu/<menu_id>")
def set_default(menu_id: str) -> Response:
    """ "Set default rich menu"."""
    world = state()
    with world.changed:
        _find(menu_id)
        if menu_id not in world.rich_menu_images:
            raise ApiError(400, "must upload richmenu image before applying it to user")
        world.default_rich_menu = menu_id
    return jsonify({})


@rich_menu.get("/user/all/richmenu")
def get_default() -> Response:
    """ "Get default rich menu ID"."""
    menu_id = state().default_rich_menu
    if menu_id is None:
        raise ApiError(404, "no default richmenu")
    return jsonify({"richMenuId": menu_id})


@rich_menu.delete("/user/all/richmenu")
def clear_default() -> Response:
    """ "Clear default rich menu"."""
    state().default_rich_menu = None
    return jsonify({})


def _person(user_id: str) -> None:
    person = state().people.get(user_id)
    if person is None or person.blocked or not (person.friend or person.wrote_at is not None):
        raise ApiError(404, "Not found")


@rich_menu.post("/user/<user_id>/richmenu/<menu_id>")
def link(user_id: str, menu_id: str) -> Response:
    """ "Link rich menu to user": it goes before the default one."""
    world = state()
    with world.changed:
        _person(user_id)
        _find(menu_id)
        if menu_id not in world.rich_menu_images:
            raise ApiError(400, "must upload richmenu image before applying it to user")
        world.own_rich_menus[user_id] = menu_id
    return jsonify({})


@rich_menu.get("/user/<user_id>/richmenu")
def linked(user_id: str) -> Response:
    """ "Get rich menu ID of user"."""
    menu_id = state().own_rich_menus.get(user_id)
    if menu_id is None:
        raise ApiError(404, "the user has no richmenu")
    return jsonify({"richMenuId": menu_id})


@rich_menu.delete("/user/<user_id>/richmenu")
def unlink(user_id: str) -> Response:
    """ "Unlink rich menu from user": also of one who has none."""
    with state().changed:
        state().own_rich_menus.pop(user_id, None)
    return jsonify({})

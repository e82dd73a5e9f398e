"""The rich menu under a 1:1 chat: what it holds, and how LINE is given it.

There is one for everybody, and one for each other language, which a courier links to the users who
are spoken to in it. Each area sends words that people may type as well, so that nothing depends on
the menu: a PC shows none, nor does a group. `python -m bot richmenu` uploads the pictures that
stand beside this module; scripts/draw_rich_menu.py draws them anew when a label changes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from bot.line.errors import LineError
from bot.line.rich_menus import DEFAULT_ALIAS, RichMenuClient, alias_for
from bot.texts import LANGUAGES, gettext

MENU_NAME_PREFIX = "efude-menu-"  # a fingerprint of the content follows
# Low enough that a greeting stands above it on a phone.
WIDTH, HEIGHT, COLUMNS, ROWS = 2500, 1124, 3, 2  # pixels, areas
AREAS = ("again", "similar", "four", "status", "album", "help")
MAX_IMAGE_BYTES = 1_000_000
_ALIASES = (DEFAULT_ALIAS, *map(alias_for, LANGUAGES))


@dataclass(frozen=True)
class PublishResult:
    """menu_id: the menu that everybody sees, or None. changed: whether anything at LINE changed."""

    menu_id: str | None
    changed: bool


def image_of(lang: str) -> bytes:
    """Read the menu's picture in this language, a PNG."""
    return files(__package__).joinpath(f"rich_menu.{lang}.png").read_bytes()


def build_menu(lang: str, image: bytes = b"") -> dict[str, Any]:
    """Make the rich menu object:
    https://developers.line.biz/en/reference/messaging-api/#rich-menu-object.

    Its name holds a fingerprint of everything, the image too, so that a change is noticed.
    """
    menu: dict[str, Any] = {
        "size": {"width": WIDTH, "height": HEIGHT},
        "selected": True,
        "chatBarText": gettext("menu.bar", lang),
        "areas": [
            {
                "bounds": dict(zip(("x", "y", "width", "height"), bounds, strict=True)),
                "action": action,
            }
            for bounds, action in zip(cells(), _actions(lang), strict=True)
        ],
    }
    content = json.dumps(menu, sort_keys=True).encode() + image
    return {"name": MENU_NAME_PREFIX + hashlib.sha256(content).hexdigest()[:12], **menu}


def cells() -> Iterator[tuple[int, int, int, int]]:
    """Yield (x, y, width, height) of each area in pixels, row by row, without a gap."""
    for row in range(ROWS):
        for column in range(COLUMNS):
            left, right = (WIDTH * edge // COLUMNS for edge in (column, column + 1))
            top, bottom = (HEIGHT * edge // ROWS for edge in (row, row + 1))
            yield left, top, right - left, bottom - top


def _actions(lang: str) -> Iterator[dict[str, str]]:
    for area in AREAS:
        label = gettext(f"menu.{area}", lang)  # also read aloud to who cannot see the image
        yield {"type": "message", "label": label, "text": label}


def publish_all(line: RichMenuClient, language: str) -> PublishResult:
    """Show everybody the menu in this language, and keep one in each other language.

    Couriers link those to the users who read that language. Returns the menu of everybody, and
    whether any menu changed. Raises LineError.
    """
    image = image_of(language)
    default = publish(line, build_menu(language, image), image)
    changed = default.changed
    for other in LANGUAGES:
        if other != language:
            image = image_of(other)
            result = publish(line, build_menu(other, image), image, for_language=other)
            changed |= result.changed
    if line.get_alias(alias_for(language)) is not None:  # it was not everybody's before
        line.delete_alias(alias_for(language))
        _delete_unused(line)
        changed = True
    return PublishResult(default.menu_id, changed)


def publish(
    line: RichMenuClient,
    menu: dict[str, Any],
    image: bytes,
    *,
    for_language: str | None = None,
) -> PublishResult:
    """Show this menu to everybody; does nothing if LINE shows it already.

    for_language: keep it for those who read that language, instead of showing it to everybody.

    The new one is complete before the alias and the default move to it, and the old one is deleted
    last: whenever this is interrupted, people have one of the two, and a second run cleans up.
    Raises LineError.
    """
    alias = alias_for(for_language) if for_language else DEFAULT_ALIAS
    old_id = line.get_alias(alias)
    old_menu = line.get(old_id) if old_id else None
    if old_id and old_menu and old_menu.get("name") == menu["name"]:
        is_shown = for_language is not None or line.get_default() == old_id
        if not is_shown:
            line.set_default(old_id)
        _delete_unused(line)
        return PublishResult(old_id, changed=not is_shown)
    new_id = line.create(menu)
    try:
        line.upload(new_id, image, "image/png")
        line.set_alias(alias, new_id, exists=old_id is not None)
        if for_language is None:
            line.set_default(new_id)
    except LineError:
        if line.get_alias(alias) != new_id:
            line.delete(new_id)
        raise
    _delete_unused(line)
    return PublishResult(new_id, changed=True)


def remove_all(line: RichMenuClient) -> PublishResult:
    """Remove the bot's menus; a default that somebody else set stays. Raises LineError."""
    own_ids = {menu["richMenuId"] for menu in _own_menus(line)}
    if line.get_default() in own_ids:
        line.clear_default()
    aliases = [alias for alias in _ALIASES if line.get_alias(alias) is not None]
    for alias in aliases:
        line.delete_alias(alias)
    _delete_unused(line)
    return PublishResult(None, changed=bool(aliases or own_ids))


def _own_menus(line: RichMenuClient) -> list[dict[str, Any]]:
    return [
        menu for menu in line.list_menus() if str(menu.get("name", "")).startswith(MENU_NAME_PREFIX)
    ]


def _delete_unused(line: RichMenuClient) -> None:
    """Delete the bot's menus that no alias names."""
    used_ids = {line.get_alias(alias) for alias in _ALIASES}
    for menu in _own_menus(line):
        if menu["richMenuId"] not in used_ids:
            line.delete(menu["richMenuId"])

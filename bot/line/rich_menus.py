"""The calls about rich menus: the operator's command makes them, a courier links them to people.

https://developers.line.biz/en/reference/messaging-api/#rich-menu
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.line.client import ABSENT_STATUSES, LineClient
from bot.line.transport import Request

# The alias of the menu that everybody sees; "efude-menu-en" is that of one language.
DEFAULT_ALIAS = "efude-menu"


def alias_for(language: str) -> str:
    """Return the alias of the menu for people who read this language."""
    return f"{DEFAULT_ALIAS}-{language}"


class RichMenuClient(LineClient):
    """LineClient with the calls about rich menus. Raises LineError."""

    def create(self, menu: Mapping[str, Any]) -> str:
        """Create a rich menu and return its id. It has no image yet and is shown to nobody."""
        return str(self._call(Request("POST", "/v2/bot/richmenu", body=menu)).body["richMenuId"])

    def upload(self, menu_id: str, image: bytes, content_type: str) -> None:
        """Give a rich menu its image, once: JPEG or PNG, at most 1 MB."""
        self._call(
            Request(
                "POST",
                "/v2/bot/richmenu/{menu}/content",
                ids={"menu": menu_id},
                headers={"Content-Type": content_type},
                data=image,
            )
        )

    def get(self, menu_id: str) -> dict[str, Any] | None:
        """Return a rich menu; None if there is none with this id."""
        return self._get_if_present("/v2/bot/richmenu/{menu}", {"menu": menu_id})

    def list_menus(self) -> list[dict[str, Any]]:
        """Return all rich menus of the channel that were made through the API."""
        menus = self._call(Request("GET", "/v2/bot/richmenu/list")).body.get("richmenus")
        return [menu for menu in menus if isinstance(menu, dict)] if isinstance(menus, list) else []

    def delete(self, menu_id: str) -> None:
        """Delete a rich menu; one that is gone is fine."""
        self._delete("/v2/bot/richmenu/{menu}", {"menu": menu_id})

    def get_default(self) -> str | None:
        """Return the id of the menu for everybody who has none of their own; None if unset."""
        menu = self._get_if_present("/v2/bot/user/all/richmenu", {})
        return str(menu["richMenuId"]) if menu and "richMenuId" in menu else None

    def set_default(self, menu_id: str) -> None:
        """Show this menu to everybody who has none of their own."""
        self._call(Request("POST", "/v2/bot/user/all/richmenu/{menu}", ids={"menu": menu_id}))

    def clear_default(self) -> None:
        """Stop showing a default menu."""
        self._delete("/v2/bot/user/all/richmenu", {})

    def set_user_menu(self, user_id: str, language: str) -> None:
        """Show a person the menu of their language, or the default if that language has none.

        Raises LineError bad_request or not_found if they block the bot or are not its friend.
        """
        if menu_id := self.get_alias(alias_for(language)):
            path = "/v2/bot/user/{user}/richmenu/{menu}"
            self._call(Request("POST", path, ids={"user": user_id, "menu": menu_id}))
        else:
            self._delete("/v2/bot/user/{user}/richmenu", {"user": user_id})

    def get_alias(self, name: str) -> str | None:
        """Return the id of the menu that an alias names; None if there is no such alias."""
        alias = self._get_if_present("/v2/bot/richmenu/alias/{alias}", {"alias": name})
        return str(alias["richMenuId"]) if alias and "richMenuId" in alias else None

    def set_alias(self, name: str, menu_id: str, *, exists: bool) -> None:
        """Make an alias name a menu. exists: whether there is such an alias already."""
        if exists:
            path, body = "/v2/bot/richmenu/alias/{alias}", {"richMenuId": menu_id}
            self._call(Request("POST", path, ids={"alias": name}, body=body))
            return
        alias = {"richMenuAliasId": name, "richMenuId": menu_id}
        self._call(Request("POST", "/v2/bot/richmenu/alias", body=alias))

    def delete_alias(self, name: str) -> None:
        """Delete an alias; one that is gone is fine."""
        self._delete("/v2/bot/richmenu/alias/{alias}", {"alias": name})

    def _get_if_present(self, path: str, ids: Mapping[str, str]) -> dict[str, Any] | None:
        response = self._call(Request("GET", path, ids=ids, accept=ABSENT_STATUSES))
        return response.body if response.ok else None

    def _delete(self, path: str, ids: Mapping[str, str]) -> None:
        self._call(Request("DELETE", path, ids=ids, accept=ABSENT_STATUSES))

"""The calls about rich menus: the operator's command makes them, the courier shows whom which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.line.client import GONE, LineClient
from bot.line.errors import from_answer

ALIAS = "efude-menu"  # stands for the menu that everybody sees; "efude-menu-en" for one's own


def alias_of(language: str) -> str:
    """The alias of the menu for those who read this language."""
    return f"{ALIAS}-{language}"


class RichMenuClient(LineClient):
    """LineClient with the calls of Messaging API reference, "Rich menu". Raises LineError."""

    def create(self, menu: Mapping[str, Any]) -> str:
        """Makes a rich menu, which has no image yet and is shown to nobody; returns its id."""
        made = self._call("POST", "/v2/bot/richmenu", body=menu)
        return str(made.body["richMenuId"])

    def upload(self, menu_id: str, image: bytes, content_type: str) -> None:
        """Gives a rich menu its image: JPEG or PNG, at most 1 MB; only once."""
        path = "/v2/bot/richmenu/{menu}/content"
        answer = self._transport.upload(
            path, image, content_type, ids={"menu": menu_id}, timeout=self._timeout
        )
        if not answer.ok:
            raise from_answer(
                f"POST {path}", answer.status, answer.body, request_id=answer.request_id
            )

    def get(self, menu_id: str) -> dict[str, Any] | None:
        """A rich menu; None: there is none of this id."""
        return self._or_none("/v2/bot/richmenu/{menu}", {"menu": menu_id})

    def listed(self) -> list[dict[str, Any]]:
        """All rich menus of the channel that were made through the API."""
        found = self._call("GET", "/v2/bot/richmenu/list").body.get("richmenus")
        return [it for it in found if isinstance(it, dict)] if isinstance(found, list) else []

    def delete(self, menu_id: str) -> None:
        """Deletes a rich menu; one that is gone is fine."""
        self._delete("/v2/bot/richmenu/{menu}", {"menu": menu_id})

    def default(self) -> str | None:
        """The id of the menu that everybody sees who has none of their own."""
        found = self._or_none("/v2/bot/user/all/richmenu", {})
        return str(found["richMenuId"]) if found and "richMenuId" in found else None

    def set_default(self, menu_id: str) -> None:
        """Shows this menu to everybody who has none of their own."""
        self._call("POST", "/v2/bot/user/all/richmenu/{menu}", ids={"menu": menu_id})

    def clear_default(self) -> None:
        """Shows nobody a menu any more."""
        self._delete("/v2/bot/user/all/richmenu", {})

    def show_own(self, user_id: str, language: str) -> None:
        """Shows a person the menu of their language, or everybody's where it has none of its own.

        LineError bad_request or not_found: they block the bot, or are none of its friends.
        """
        if menu_id := self.alias(alias_of(language)):
            path = "/v2/bot/user/{user}/richmenu/{menu}"
            self._call("POST", path, ids={"user": user_id, "menu": menu_id})
        else:
            self._delete("/v2/bot/user/{user}/richmenu", {"user": user_id})

    def alias(self, name: str) -> str | None:
        """The id of the menu that an alias stands for; None: there is no such alias."""
        found = self._or_none("/v2/bot/richmenu/alias/{alias}", {"alias": name})
        return str(found["richMenuId"]) if found and "richMenuId" in found else None

    def set_alias(self, name: str, menu_id: str, *, known: bool) -> None:
        """Lets an alias stand for a menu. known: the alias is there already."""
        if known:
            path, body = "/v2/bot/richmenu/alias/{alias}", {"richMenuId": menu_id}
            self._call("POST", path, ids={"alias": name}, body=body)
            return
        made = {"richMenuAliasId": name, "richMenuId": menu_id}
        self._call("POST", "/v2/bot/richmenu/alias", body=made)

    def delete_alias(self, name: str) -> None:
        """Deletes an alias; one that is gone is fine."""
        self._delete("/v2/bot/richmenu/alias/{alias}", {"alias": name})

    def _or_none(self, path: str, ids: Mapping[str, str]) -> dict[str, Any] | None:
        answer = self._call("GET", path, ids=ids, accept=GONE)
        return answer.body if answer.ok else None

    def _delete(self, path: str, ids: Mapping[str, str]) -> None:
        self._call("DELETE", path, ids=ids, accept=GONE)

"""Whether a channel's two secrets are right, and belong together, as LINE sees it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from bot.line import LineClient, LineError
from bot.line.channel import ChannelClient
from bot.operations.setup.problem import SetupProblem
from bot.settings import Settings

_SECRET_FORM = re.compile(r"[0-9a-f]{32}\Z")


@dataclass(frozen=True)
class Channel:
    """An official account. channel_id: None if LINE did not tell, so the secret is unchecked."""

    basic_id: str
    name: str
    channel_id: str | None

    @property
    def friend_url(self) -> str:
        """The address that opens the account in LINE, to add it as a friend.

        https://developers.line.biz/en/docs/messaging-api/using-line-url-scheme/
        """
        return f"https://line.me/R/ti/p/{quote(self.basic_id, safe='')}"


def identify(api_url: str, secret: str, token: str) -> Channel:
    """Return the account that a token is of. Raises SetupProblem for a wrong token or secret."""
    if not (secret.isascii() and secret.isprintable() and token.isascii() and token.isprintable()):
        raise SetupProblem("not_ascii")
    settings = Settings(
        line_channel_secret=secret, line_channel_access_token=token, line_api_url=api_url
    )
    try:
        info = LineClient(settings).bot_info()
        channels = ChannelClient(api_url)
        channel_id = channels.channel_of(token)
        right = channel_id is None or channels.is_secret_of(channel_id, secret)
    except LineError as error:
        raise _problem(error, api_url, token) from None
    if info.chat_mode == "chat":
        raise SetupProblem("chat_mode", account=info.basic_id)
    if not right:
        raise SetupProblem("wrong_secret", channel=channel_id, account=info.basic_id)
    return Channel(info.basic_id, info.display_name, channel_id)


def _problem(error: LineError, api_url: str, token: str) -> SetupProblem:
    if error.code == "unauthorized":
        swapped = _SECRET_FORM.match(token) is not None
        return SetupProblem("token_is_secret" if swapped else "wrong_token")
    if error.code in ("connection", "timeout", "dropped"):
        return SetupProblem("line_away", host=api_url)
    return SetupProblem("line_refused", status=error.status or "-", host=api_url)

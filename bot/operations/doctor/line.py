"""Checks of what lies between LINE and the bot: token, webhook, public URL, channel secret."""

from __future__ import annotations

import json
import time
from urllib.parse import urlsplit

import urllib3

from bot.line import LineClient, LineError
from bot.line.rich_menus import RichMenuClient
from bot.line.signature import sign
from bot.operations.doctor.finding import TIMEOUT, CheckFailed, http_get, is_local
from bot.settings import Settings


def check_token(line: LineClient) -> str:
    """Check whether LINE takes the channel access token. Raises CheckFailed."""
    try:
        info = line.bot_info()
    except LineError as error:
        raise CheckFailed(str(error), _remedy(error)) from None
    if info.chat_mode == "chat":
        raise CheckFailed(
            f"{info.basic_id} is in chat mode, in which LINE's own chat answers",
            "Official Account Manager, Settings, Response settings: turn chat off, webhooks on.",
        )
    return f"it is {info.display_name} ({info.basic_id})"


def _remedy(error: LineError) -> str:
    if error.code == "unauthorized":
        return "Issue a token (console, Messaging API) and set LINE_CHANNEL_ACCESS_TOKEN."
    return "Check LINE_API_URL, the network and DNS; LINE's own state is on its status page."


_SEE_ABOVE = "See the line of the LINE token."


def check_webhook(settings: Settings, line: LineClient) -> str:
    """Check whether LINE sends webhooks to where web is. Raises CheckFailed."""
    wanted = f"{settings.public_url}/callback"
    where = "LINE Developers console, Messaging API"
    try:
        endpoint = line.webhook_endpoint()
    except LineError as error:
        raise CheckFailed(f"LINE does not tell ({error.code})", _SEE_ABOVE) from None
    if endpoint is None:
        raise CheckFailed("no webhook URL is set at LINE", f"{where}: set {wanted}")
    if endpoint.url.rstrip("/") != wanted:
        raise CheckFailed(
            f"LINE sends webhooks to {endpoint.url}, and PUBLIC_URL says {wanted}",
            f"{where}: set {wanted}; or correct PUBLIC_URL.",
        )
    if not endpoint.active:
        raise CheckFailed(
            "LINE sends no webhooks: they are switched off", f'{where}: turn "Use webhook" on.'
        )
    return endpoint.url


def check_public_url(settings: Settings) -> str:
    """Check whether web answers at PUBLIC_URL, by https. Raises CheckFailed."""
    url = settings.public_url
    if urlsplit(url).scheme != "https" and not is_local(settings.line_api_url):
        raise CheckFailed(
            f"{url} is not https", "LINE takes https alone: put a certificate before it."
        )
    started = time.monotonic()
    answer = http_get(
        f"{url}/readyz", "Start web, and check PUBLIC_URL, DNS, proxy and certificate."
    )
    try:
        status = json.loads(answer.data)["status"]
    except (ValueError, KeyError, TypeError):
        raise CheckFailed(
            f"{url} answers {answer.status}, but not as Efude does",
            "Something else is at this address: check PUBLIC_URL and the proxy.",
        ) from None
    if answer.status != 200:
        raise CheckFailed(f"web answers {answer.status}: {status}", "See the line of the database.")
    return f"{url} answers in {(time.monotonic() - started) * 1000:.0f} ms"


def check_menu(line: RichMenuClient) -> str:
    """Say whether people see a rich menu; none is no fault, since everything can be typed."""
    try:
        menu_id = line.get_default()
    except LineError as error:
        raise CheckFailed(f"LINE does not tell ({error.code})", _SEE_ABOVE) from None
    if menu_id is None:
        return "warning: people see no menu under the chat; make it: python -m bot richmenu"
    return f"people see {menu_id}"


def check_secret(settings: Settings, line: LineClient) -> str:
    """Check whether web and LINE both have our channel secret. Raises CheckFailed."""
    body = b'{"destination":"U00000000000000000000000000000000","events":[]}'
    signature = sign(settings.line_channel_secret, body)
    headers = {"x-line-signature": signature, "content-type": "application/json"}
    url = f"{settings.public_url}/callback"
    try:
        with urllib3.PoolManager(retries=False) as pool:
            ours = pool.request("POST", url, body=body, headers=headers, timeout=TIMEOUT)
    except urllib3.exceptions.HTTPError as error:
        remedy = "See the line of the public URL."
        raise CheckFailed(f"web cannot be asked ({type(error).__name__})", remedy) from None
    if ours.status != 200:
        raise CheckFailed(
            f"web answers {ours.status} to what is signed with our LINE_CHANNEL_SECRET",
            "web has another one: give all processes the same settings, and restart web.",
        )
    try:
        test = line.test_webhook()
    except LineError as error:
        raise CheckFailed(f"LINE cannot be asked for a test ({error.code})", _SEE_ABOVE) from None
    if not test.success:
        raise CheckFailed(
            f"a webhook that LINE sent as a test ended with {test.status} {test.reason}",
            "400 means another secret: set LINE_CHANNEL_SECRET from the console, Basic settings. "
            "Else see the lines of the webhook endpoint and the public URL.",
        )
    return "web takes what LINE signs"

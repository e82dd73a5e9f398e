"""Between LINE and us: token, webhook, public URL, signature secret."""

from __future__ import annotations

import json
import time
from urllib.parse import urlsplit

import urllib3

from bot.doctor.finding import PATIENCE, Ill, at_home, get
from bot.line import LineClient, LineError
from bot.settings import Settings
from bot.signature import sign


def token(line: LineClient) -> str:
    """Whether LINE takes the channel access token. Raises Ill."""
    try:
        info = line.bot_info()
    except LineError as error:
        raise Ill(str(error), _of_line(error)) from None
    if info.chat_mode == "chat":
        raise Ill(
            f"{info.basic_id} is in chat mode, in which LINE's own chat answers",
            "Official Account Manager, Settings, Response settings: turn chat off, webhooks on.",
        )
    return f"it is {info.display_name} ({info.basic_id})"


def _of_line(error: LineError) -> str:
    if error.code == "unauthorized":
        return "Issue a token (console, Messaging API) and set LINE_CHANNEL_ACCESS_TOKEN."
    return "Check LINE_API_URL, the network and DNS; LINE's own state is on its status page."


_SAID_ABOVE = "See the line of the LINE token."


def webhook(settings: Settings, line: LineClient) -> str:
    """Whether LINE sends webhooks to where web is. Raises Ill."""
    wanted = f"{settings.public_url}/callback"
    where = "LINE Developers console, Messaging API"
    try:
        endpoint = line.webhook_endpoint()
    except LineError as error:
        raise Ill(f"LINE does not tell ({error.code})", _SAID_ABOVE) from None
    if endpoint is None:
        raise Ill("no webhook URL is set at LINE", f"{where}: set {wanted}")
    if endpoint.url.rstrip("/") != wanted:
        raise Ill(
            f"LINE sends webhooks to {endpoint.url}, and PUBLIC_URL says {wanted}",
            f"{where}: set {wanted}; or correct PUBLIC_URL.",
        )
    if not endpoint.active:
        raise Ill(
            "LINE sends no webhooks: they are switched off", f'{where}: turn "Use webhook" on.'
        )
    return endpoint.url


def public_url(settings: Settings) -> str:
    """Whether web answers at PUBLIC_URL, by https. Raises Ill."""
    url = settings.public_url
    if urlsplit(url).scheme != "https" and not at_home(settings.line_api_url):
        raise Ill(f"{url} is not https", "LINE takes https alone: put a certificate before it.")
    started = time.monotonic()
    answer = get(f"{url}/readyz", "Start web, and check PUBLIC_URL, DNS, proxy and certificate.")
    try:
        status = json.loads(answer.data)["status"]
    except (ValueError, KeyError, TypeError):
        raise Ill(
            f"{url} answers {answer.status}, but not as Efude does",
            "Something else is at this address: check PUBLIC_URL and the proxy.",
        ) from None
    if answer.status != 200:
        raise Ill(f"web answers {answer.status}: {status}", "See the line of the database.")
    return f"{url} answers in {(time.monotonic() - started) * 1000:.0f} ms"


def secret(settings: Settings, line: LineClient) -> str:
    """First whether web has our secret, then whether LINE has it."""
    body = b'{"destination":"U00000000000000000000000000000000","events":[]}'
    signature = sign(settings.line_channel_secret, body)
    headers = {"x-line-signature": signature, "content-type": "application/json"}
    url = f"{settings.public_url}/callback"
    try:
        with urllib3.PoolManager(retries=False) as pool:
            ours = pool.request("POST", url, body=body, headers=headers, timeout=PATIENCE)
    except urllib3.exceptions.HTTPError as error:
        remedy = "See the line of the public URL."
        raise Ill(f"web cannot be asked ({type(error).__name__})", remedy) from None
    if ours.status != 200:
        raise Ill(
            f"web answers {ours.status} to what is signed with our LINE_CHANNEL_SECRET",
            "web has another one: give all processes the same settings, and restart web.",
        )
    try:
        test = line.test_webhook()
    except LineError as error:
        raise Ill(f"LINE cannot be asked for a test ({error.code})", _SAID_ABOVE) from None
    if not test.success:
        raise Ill(
            f"a webhook that LINE sent as a test ended with {test.status} {test.reason}",
            "400 means another secret: set LINE_CHANNEL_SECRET from the console, Basic settings. "
            "Else see the lines of the webhook endpoint and the public URL.",
        )
    return "web takes what LINE signs"

"""Checks of what lies between LINE and the bot: token, webhook, public URL, channel secret."""

from __future__ import annotations

import json
import time
from urllib.parse import urlsplit

import urllib3

from bot.line import LineClient, LineError
from bot.line.rich_menus import RichMenuClient
from bot.line.signature import sign
from bot.operations import line_errors
from bot.operations.doctor.finding import TIMEOUT, CheckFailed, http_get, is_local
from bot.settings import Settings
from bot.texts.sentence import Sentence, Verbatim


def check_token(line: LineClient) -> Sentence:
    """Check whether LINE takes the channel access token. Raises CheckFailed."""
    try:
        info = line.bot_info()
    except LineError as error:
        raise CheckFailed(line_errors.describe(error), line_errors.remedy(error)) from None
    if info.chat_mode == "chat":
        raise CheckFailed(
            Sentence("doctor.chat_mode", account=info.basic_id),
            Sentence("doctor.chat_mode_remedy"),
        )
    return Sentence("doctor.account", name=info.display_name, account=info.basic_id)


_SEE_TOKEN = Sentence("doctor.see_token")


def check_webhook(settings: Settings, line: LineClient) -> Sentence:
    """Check whether LINE sends webhooks to where web is. Raises CheckFailed."""
    wanted = f"{settings.public_url}/callback"
    try:
        endpoint = line.webhook_endpoint()
    except LineError as error:
        raise CheckFailed(Sentence("doctor.line_silent", code=error.code), _SEE_TOKEN) from None
    if endpoint is None:
        raise CheckFailed(
            Sentence("doctor.no_webhook"), Sentence("doctor.no_webhook_remedy", wanted=wanted)
        )
    if endpoint.url.rstrip("/") != wanted:
        raise CheckFailed(
            Sentence("doctor.other_webhook", url=endpoint.url, wanted=wanted),
            Sentence("doctor.other_webhook_remedy", wanted=wanted),
        )
    if not endpoint.active:
        raise CheckFailed(Sentence("doctor.webhooks_off"), Sentence("doctor.webhooks_off_remedy"))
    return Verbatim(endpoint.url)


def check_public_url(settings: Settings) -> Sentence:
    """Check whether web answers at PUBLIC_URL, by https. Raises CheckFailed."""
    url = settings.public_url
    if urlsplit(url).scheme != "https" and not is_local(settings.line_api_url):
        raise CheckFailed(Sentence("doctor.no_https", url=url), Sentence("doctor.no_https_remedy"))
    started = time.monotonic()
    answer = http_get(f"{url}/readyz", Sentence("doctor.start_web"))
    try:
        status = json.loads(answer.data)["status"]
    except (ValueError, KeyError, TypeError):
        raise CheckFailed(
            Sentence("doctor.not_ours", url=url, status=answer.status),
            Sentence("doctor.not_ours_remedy"),
        ) from None
    if answer.status != 200:
        raise CheckFailed(
            Sentence("doctor.web_not_ready", status=answer.status, says=status),
            Sentence("doctor.see_database"),
        )
    ms = (time.monotonic() - started) * 1000
    return Sentence("doctor.web_answers", url=url, ms=f"{ms:.0f}")


def check_menu(line: RichMenuClient) -> Sentence:
    """Say whether people see a rich menu; none is no fault, since everything can be typed."""
    try:
        menu_id = line.get_default()
    except LineError as error:
        raise CheckFailed(Sentence("doctor.line_silent", code=error.code), _SEE_TOKEN) from None
    if menu_id is None:
        return Sentence("doctor.no_menu")
    return Sentence("doctor.menu", menu=menu_id)


def check_secret(settings: Settings, line: LineClient) -> Sentence:
    """Check whether web and LINE both have our channel secret. Raises CheckFailed."""
    body = b'{"destination":"U00000000000000000000000000000000","events":[]}'
    signature = sign(settings.line_channel_secret, body)
    headers = {"x-line-signature": signature, "content-type": "application/json"}
    url = f"{settings.public_url}/callback"
    try:
        with urllib3.PoolManager(retries=False) as pool:
            ours = pool.request("POST", url, body=body, headers=headers, timeout=TIMEOUT)
    except urllib3.exceptions.HTTPError as error:
        silent = Sentence("doctor.web_silent", error=type(error).__name__)
        raise CheckFailed(silent, Sentence("doctor.see_public_url")) from None
    if ours.status != 200:
        raise CheckFailed(
            Sentence("doctor.web_other_secret", status=ours.status),
            Sentence("doctor.web_other_secret_remedy"),
        )
    try:
        test = line.test_webhook()
    except LineError as error:
        raise CheckFailed(Sentence("doctor.no_test", code=error.code), _SEE_TOKEN) from None
    if not test.success:
        raise CheckFailed(
            Sentence("doctor.test_failed", status=test.status, reason=test.reason),
            Sentence("doctor.test_failed_remedy"),
        )
    return Sentence("doctor.secret_fine")

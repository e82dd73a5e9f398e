"""Where LINE finds the bot: the public address, set and tried by LINE's own endpoints."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import urllib3

from bot.line import LineClient, LineError, WebhookTest
from bot.operations.setup.problem import SetupProblem
from bot.settings import LOOPBACK_HOSTS

PAUSES_SECONDS = (2.0, 5.0, 10.0, 20.0)  # a new tunnel's name takes a while; LINE: 60 an hour
MAX_URL_LENGTH = 500  # of a webhook URL, LINE's
_TIMEOUT = urllib3.Timeout(connect=3.0, read=5.0)


def public_address(text: str, api_url: str) -> str:
    """Return a public address as PUBLIC_URL wants it, from what somebody typed or pasted.

    Plain http is for a simulator on this machine alone. Raises SetupProblem.
    """
    text = text.strip().rstrip("/").removesuffix("/callback").rstrip("/")
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port  # the port raises if it is none
    except ValueError:
        host = ""
    else:
        if parts.scheme == "http" and urlsplit(api_url).hostname not in LOOPBACK_HOSTS:
            raise SetupProblem("address_http", url=text)
    plain = text.isascii() and text.isprintable() and " " not in text
    if not host or not plain or parts.scheme not in ("http", "https"):
        raise SetupProblem("address_wrong")
    if parts.scheme == "https" and host in LOOPBACK_HOSTS:
        raise SetupProblem("address_local", url=text)
    if parts.query or parts.fragment or parts.username or len(text) + 9 > MAX_URL_LENGTH:
        raise SetupProblem("address_wrong")
    return text


def connect(
    line: LineClient, public_url: str, port: int, pause: Callable[[float], None] = time.sleep
) -> bool:
    """Set the webhook at LINE and have LINE try it. Returns whether "Use webhook" is on.

    port: of the web process here, for the sentences. Raises SetupProblem when LINE did not reach
    the bot in several tries; what is set at LINE stays set.
    """
    url = f"{public_url}/callback"
    try:
        line.set_webhook_endpoint(url)
        problem = _try_once(line, url, port)
        for seconds in PAUSES_SECONDS:
            if problem is None:
                break
            pause(seconds)
            problem = _try_once(line, url, port)
        if problem is not None:
            raise problem
        # Another program may answer 200. What cannot be reached from here is no proof.
        if answers_as_ours(public_url) is False:
            raise SetupProblem("not_ours", url=public_url)
        endpoint = line.webhook_endpoint()
    except LineError as error:
        if error.code == "bad_request":
            raise SetupProblem("address_refused", url=url) from None
        raise SetupProblem("line_refused", status=error.status or "-", host="LINE") from None
    return endpoint is not None and endpoint.active


def _try_once(line: LineClient, url: str, port: int) -> SetupProblem | None:
    try:
        test = line.test_webhook(url)
    except LineError as error:
        if error.code != "bad_request":
            raise
        return SetupProblem("no_such_host", host=urlsplit(url).hostname)
    return None if test.success else _reason(test, url, port)


def _reason(test: WebhookTest, url: str, port: int) -> SetupProblem:
    match test.reason, test.status:
        case "COULD_NOT_CONNECT", _:
            return SetupProblem("not_reached", url=url, port=port)
        case "REQUEST_TIMEOUT", _:
            return SetupProblem("too_slow", url=url, port=port)
        case "ERROR_STATUS_CODE", 400:
            return SetupProblem("answers_400", url=url)
        case "ERROR_STATUS_CODE", status:
            return SetupProblem("answers_other", url=url, status=status, port=port)
    return SetupProblem("broke_off", url=url, port=port)


def answers_as_ours(url: str) -> bool | None:
    """Return whether a web process of Efude answers at this base URL; None if nothing does."""
    try:
        with urllib3.PoolManager(retries=False) as pool:
            answer = pool.request("GET", f"{url}/healthz", timeout=_TIMEOUT, redirect=False)
            return bool(json.loads(answer.data) == {"status": "alive"})
    except urllib3.exceptions.HTTPError:
        return None
    except ValueError:
        return False

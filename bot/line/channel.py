"""Which channel a token and a secret belong to. LINE tells it without sending or revoking anything.

https://developers.line.biz/en/reference/messaging-api/#verify-channel-access-token
https://developers.line.biz/en/reference/messaging-api/#issue-stateless-channel-access-token
"""

from __future__ import annotations

import time
from urllib.parse import urlencode

import urllib3

from bot.line.errors import error_from_exception, error_from_response
from bot.line.transport import TIMEOUT_SECONDS, Response, json_object, log_call


class ChannelClient:
    """Asks LINE about the two secrets of a channel; they go into forms, never into logs.

    url: the base URL of the Messaging API. Each method raises LineError if LINE cannot tell.
    """

    def __init__(self, url: str, *, timeout: tuple[float, float] = TIMEOUT_SECONDS) -> None:
        self._url = url.rstrip("/")
        self._timeout = urllib3.Timeout(connect=timeout[0], read=timeout[1])

    def channel_of(self, token: str) -> str | None:
        """Return the ID of the channel that a token was issued for; None if LINE does not know it.

        Long-lived and short-lived tokens are asked for in one way, those of v2.1 in another. A
        stateless token cannot be asked for.
        """
        known = self._ask("POST", "/v2/oauth/verify", {"access_token": token})
        if known.status == 400:
            known = self._ask("GET", "/oauth2/v2.1/verify", {"access_token": token})
        channel = known.body.get("client_id")
        return str(channel) if known.ok and channel else None

    def is_secret_of(self, channel: str, secret: str) -> bool:
        """Return whether this is the secret of the channel with this ID.

        LINE is asked for a stateless token, which only the right secret buys: it ends by itself
        after 15 minutes, any number may exist, and no other token is revoked by it.
        """
        form = {
            "grant_type": "client_credentials",
            "client_id": channel,
            "client_secret": secret,
        }
        return self._ask("POST", "/oauth2/v3/token", form).ok

    def _ask(self, method: str, path: str, form: dict[str, str]) -> Response:
        """Return LINE's answer: 2xx, or the 400 by which it refuses what was asked about."""
        endpoint, started = f"{method} {path}", time.monotonic()
        url, body = f"{self._url}{path}", urlencode(form)
        headers = {"content-type": "application/x-www-form-urlencoded"}
        try:
            with urllib3.PoolManager(retries=False) as pool:
                answer = pool.request(
                    method,
                    f"{url}?{body}" if method == "GET" else url,
                    body=None if method == "GET" else body,
                    headers=headers,
                    timeout=self._timeout,
                    redirect=False,
                )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            failure = error_from_exception(endpoint, error)
            log_call(endpoint, None, started, None, error_code=failure.code)
            raise failure from None  # the original's text may contain the form
        request_id = answer.headers.get("x-line-request-id")
        refused = answer.status == 400
        log_call(endpoint, answer.status, started, request_id, accepted=refused)
        response = Response(answer.status, request_id, body=json_object(answer.data))
        if response.ok or refused:
            return response
        raise error_from_response(endpoint, answer.status, response.body, request_id=request_id)

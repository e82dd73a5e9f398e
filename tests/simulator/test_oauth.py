"""Channel access tokens are verified and issued as LINE does it."""

from __future__ import annotations

from typing import Any

import pytest
import urllib3

from simulator.client import SimulatorClient
from simulator.config import Config
from tests.simulator.conftest import SECRET, TOKEN, Answer, Bot, Line

CHANNEL = Config().channel


@pytest.fixture
def oauth(line: Line) -> Any:
    http = urllib3.PoolManager()

    def call(method: str, path: str, **fields: str) -> Answer:
        encode = {"encode_multipart": False} if method == "POST" else {}
        return Answer(http.request(method, line.base + path, fields=fields, **encode))  # type: ignore[arg-type]

    return call


def test_a_token_tells_its_channel(oauth: Any) -> None:
    result = oauth("POST", "/v2/oauth/verify", access_token=TOKEN).json
    assert result["client_id"] == CHANNEL
    assert result["expires_in"] > 30 * 24 * 3600
    for wrong, why in (
        ("other", "invalid"),
        ("", "in invalid format"),
        ("あ", "in invalid format"),
    ):
        refused = oauth("POST", "/v2/oauth/verify", access_token=wrong)
        assert refused.status == 400
        assert refused.json == {
            "error": "invalid_request",
            "error_description": f"access_token {why}",
        }
    refused = oauth("GET", "/oauth2/v2.1/verify", access_token=TOKEN)
    assert (refused.status, refused.json["error_description"]) == (400, "The access token not JWS")


def test_the_secret_buys_a_token_that_works(oauth: Any, line: Line) -> None:
    wish = {"grant_type": "client_credentials", "client_id": CHANNEL, "client_secret": SECRET}
    bought = oauth("POST", "/oauth2/v3/token", **wish).json
    assert (bought["token_type"], bought["expires_in"]) == ("Bearer", 900)
    assert Line(line.base, bought["access_token"]).get("info").status == 200
    # It is neither a long-lived one nor of v2.1.
    assert oauth("POST", "/v2/oauth/verify", access_token=bought["access_token"]).status == 400
    for name in wish:
        refused = oauth("POST", "/oauth2/v3/token", **(wish | {name: "wrong"}))
        assert refused.status == 400
        assert refused.json["error_description"] == "Invalid 'client_credentials'."


def test_neither_secret_nor_token_is_in_the_log(
    oauth: Any, sim: SimulatorClient, line: Line
) -> None:
    oauth("POST", "/oauth2/v3/token", client_secret=SECRET)
    oauth("POST", "/v2/oauth/verify", access_token=TOKEN)
    assert [entry["body"] for entry in sim.log("oauth")] == ["(a form)"] * 2


def test_a_bare_token_authorizes_nothing(line: Line) -> None:
    for value in (TOKEN, f"bearer {TOKEN}", f"Basic {TOKEN}", ""):
        assert line.call("GET", "info", headers={"authorization": value}).status == 401


def test_an_hour_has_sixty_tests_of_a_webhook(line: Line, bot: Bot) -> None:
    answers = [line.post("channel/webhook/test", {}).status for _ in range(62)]
    assert answers == [200] * 60 + [429] * 2


def test_a_host_without_an_address_is_refused(line: Line) -> None:
    wish = {"endpoint": "https://nobody.invalid/callback"}
    assert line.call("PUT", "channel/webhook/endpoint", wish).status == 200
    tested = line.post("channel/webhook/test", wish)
    assert (tested.status, tested.json["message"]) == (400, "Invalid webhook endpoint URL")


def test_the_console_may_be_in_chat_mode(sim: SimulatorClient, line: Line) -> None:
    sim.settings(chatMode="chat")
    assert line.get("info").json["chatMode"] == "chat"

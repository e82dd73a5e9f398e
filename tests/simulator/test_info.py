"""Loading, reading, content, profiles, groups, the bot's own data, rich menus."""

from __future__ import annotations

import io
import json
from urllib.request import urlopen

import pytest
from PIL import Image

from simulator.client import AOI, BOT, GROUP, HARUTO, SimulatorClient
from simulator.config import Config
from simulator.state import State
from tests.simulator.conftest import Bot, Line, picture, text

USER_ONLY = (
    "Only user id is acceptable, please confirm if there are any group/room ids or illegal ids."
)


def start(line: Line, chat: str, seconds: object = None) -> tuple[int, list[str]]:
    body = {"chatId": chat} | ({} if seconds is None else {"loadingSeconds": seconds})
    answer = line.post("chat/loading/start", body)
    return answer.status, [each["message"] for each in answer.json.get("details", [])]


def test_loading_shows_until_a_message_comes(sim: SimulatorClient, line: Line) -> None:
    assert start(line, AOI) == (202, [])
    assert sim.typing(AOI)
    line.push(AOI, text())
    assert not sim.typing(AOI)


def test_loading_ends_by_itself_and_the_page_is_told() -> None:
    state = State(Config())
    room = state.room(AOI)
    with state.changed:
        state.start_typing(room, 5)
        state.start_typing(room, 0.1)  # a second call restarts the clock
        assert state.typing(room)
        shown = room.seq
    assert state.wait(lambda: room.seq > shown, 5)
    assert not state.typing(room)


@pytest.mark.parametrize(
    ("seconds", "problems"),
    [
        (0, ["Must be between 5 and 60"]),
        (7, ["must be a multiple of five"]),
        (61, ["Must be between 5 and 60", "must be a multiple of five"]),
        (65, ["Must be between 5 and 60"]),
        ("20", ["must be a number"]),
        (5.0, ["must be a number"]),
    ],
)
def test_loading_takes_steps_of_five(rules: Line, seconds: object, problems: list[str]) -> None:
    assert start(rules, AOI, seconds) == (400, problems)
    assert start(rules, AOI, 60) == (202, [])


def test_loading_is_for_users(sim: SimulatorClient, line: Line) -> None:
    assert start(line, GROUP, 20) == (400, [USER_ONLY])
    assert start(line, "あおい", 20) == (400, [USER_ONLY])
    sim.unfollow(AOI)
    assert start(line, AOI) == (202, [])
    assert not sim.typing(AOI)


def test_marking_as_read(sim: SimulatorClient, bot: Bot, line: Line) -> None:
    sim.send(AOI, "はい", wait=True)
    token = bot.events()[0]["message"]["markAsReadToken"]
    assert line.post("chat/markAsRead", {"markAsReadToken": token}).json == {}
    assert line.post("chat/markAsRead", {"markAsReadToken": "x"}).status == 400


def test_content_of_a_picture(sim: SimulatorClient, bot: Bot, line: Line) -> None:
    data = picture("JPEG", (600, 300))
    sim.send(AOI, image=data, wait=True)
    event = bot.events()[0]
    assert event["message"]["contentProvider"] == {"type": "line"}
    message = event["message"]["id"]
    answer = line.get(f"message/{message}/content")
    assert (answer.status, answer.data) == (200, data)
    assert answer.headers["content-type"] == "image/jpeg"
    preview = line.get(f"message/{message}/content/preview")
    with Image.open(io.BytesIO(preview.data)) as small:
        assert max(small.size) == 240
    assert line.get("message/1/content").status == 404
    text = sim.send(AOI, "文字")
    assert line.get(f"message/{text.id}/content").status == 404
    sim.unsend(AOI, message)
    assert line.get(f"message/{message}/content").status == 410


def test_content_may_take_its_time(sim: SimulatorClient, line: Line) -> None:
    sim.settings(contentDelayMs=60_000)
    message = sim.send(AOI, image=picture())
    assert line.get(f"message/{message.id}/content").status == 202
    sim.settings(contentDelayMs=0)
    assert line.get(f"message/{message.id}/content").status == 200


def test_profiles(sim: SimulatorClient, line: Line) -> None:
    aoi = line.get(f"profile/{AOI}").json
    assert (aoi["displayName"], aoi["userId"], aoi["language"]) == ("あおい", AOI, "ja")
    portrait = line.http.request("GET", aoi["pictureUrl"])
    assert portrait.headers["content-type"].startswith("image/svg")
    for stranger in (HARUTO, BOT, "U" + "9" * 32):
        answer = line.get(f"profile/{stranger}")
        assert (answer.status, answer.json) == (404, {"message": "Not found"})
    assert line.get("profile/aoi").status == 400
    sim.unfollow(AOI)
    assert line.get(f"profile/{AOI}").status == 404


def test_groups(sim: SimulatorClient, bot: Bot, line: Line) -> None:
    assert line.get(f"group/{GROUP}/summary").json == {
        "groupId": GROUP,
        "groupName": "お絵描き部",
    }
    assert line.get(f"group/{GROUP}/members/count").json == {"count": 3}
    assert line.get(f"group/{GROUP}/member/{HARUTO}").json["displayName"] == "はると"
    assert line.get(f"group/{GROUP}/member/{'U' + '9' * 32}").status == 404
    assert line.get(f"group/{GROUP}/members/ids").status == 403
    assert line.get("group/X/summary").json == {
        "message": "The value for the 'groupId' parameter is invalid"
    }
    assert line.post(f"group/{GROUP}/leave", {}).json == {}
    assert bot.wait(1)[0]["type"] == "leave"
    for path in ("summary", "members/count", f"member/{HARUTO}"):
        assert line.get(f"group/{GROUP}/{path}").status == 404


def test_the_bot_itself(rules: Line) -> None:
    info = rules.get("info").json
    assert (info["userId"], info["displayName"], info["chatMode"]) == (BOT, "絵筆", "bot")


def test_the_webhook_endpoint(sim: SimulatorClient, bot: Bot, line: Line) -> None:
    endpoint = "channel/webhook/endpoint"
    assert line.get(endpoint).json == {"endpoint": bot.url, "active": True}
    tested = line.post("channel/webhook/test", {}).json
    assert (tested["success"], tested["statusCode"], tested["reason"]) == (True, 200, "OK")
    assert bot.received[-1][1].endswith(b'"events":[]}')
    bot.status = 500
    tested = line.post("channel/webhook/test", {"endpoint": bot.url}).json
    assert (tested["success"], tested["reason"]) == (False, "ERROR_STATUS_CODE")
    nobody = {"endpoint": "http://127.0.0.1:9/callback"}
    assert line.call("PUT", endpoint, nobody).json == {}
    tested = line.post("channel/webhook/test", {}).json
    assert (tested["statusCode"], tested["reason"]) == (0, "COULD_NOT_CONNECT")
    for bad in ("http://example.com/", "ftp://a", "https://" + "a" * 500, ""):
        assert line.call("PUT", endpoint, {"endpoint": bad}).status == 400
    sim.settings(webhook="")
    assert line.get(endpoint).status == 404
    assert line.post("channel/webhook/test", {}).status == 404


MENU = {
    "size": {"width": 2500, "height": 843},
    "selected": False,
    "name": "絵筆",
    "chatBarText": "メニュー",
    "areas": [
        {
            "bounds": {"x": 0, "y": 0, "width": 2500, "height": 843},
            "action": {"type": "message", "label": "使い方", "text": "使い方"},
        }
    ],
}


def test_a_default_rich_menu(line: Line) -> None:
    assert line.get("user/all/richmenu").json == {"message": "no default richmenu"}
    assert line.post("richmenu/validate", MENU).status == 200
    menu = line.post("richmenu", MENU).json["richMenuId"]
    assert line.post(f"user/all/richmenu/{menu}", {}).status == 400  # no picture yet
    small = {"content-type": "image/png"}
    assert line.post(f"richmenu/{menu}/content", picture(), headers=small).status == 400
    wrong = {"content-type": "image/gif"}
    assert line.post(f"richmenu/{menu}/content", picture(), headers=wrong).status == 415
    data = picture("JPEG", (2500, 843))
    kind = {"content-type": "image/jpeg"}
    assert line.post(f"richmenu/{menu}/content", data, headers=kind).status == 200
    assert line.post(f"richmenu/{menu}/content", data, headers=kind).status == 400
    assert line.get(f"richmenu/{menu}/content").data == data
    assert line.post(f"user/all/richmenu/{menu}", {}).status == 200
    assert line.get("user/all/richmenu").json == {"richMenuId": menu}
    assert line.get("richmenu/list").json == {"richmenus": [{"richMenuId": menu, **MENU}]}
    assert line.call("DELETE", f"richmenu/{menu}").status == 200
    assert line.call("DELETE", f"richmenu/{menu}").status == 404
    assert line.get("user/all/richmenu").status == 404


def test_the_page_shows_somebody_their_own_menu_before_the_default_one(
    sim: SimulatorClient, line: Line
) -> None:
    kind = {"content-type": "image/jpeg"}
    menus, images = [], [picture("JPEG", (2500, 843)), picture("JPEG", (2500, 1686))]
    for data in images:
        size = {"width": 2500, "height": 843 if data is images[0] else 1686}
        menu = line.post("richmenu", MENU | {"size": size}).json["richMenuId"]
        assert line.post(f"richmenu/{menu}/content", data, headers=kind).status == 200
        menus.append(menu)
    assert line.post(f"user/all/richmenu/{menus[0]}", {}).status == 200
    assert line.post(f"user/{AOI}/richmenu/{menus[1]}", {}).status == 200

    def shown(path: str) -> bytes:
        with urlopen(f"{sim.base_url}/api/richmenu{path}", timeout=10) as answer:
            return bytes(answer.read())

    for query, number in (("", 0), (f"?user={HARUTO}", 0), (f"?user={AOI}", 1)):
        assert json.loads(shown(query))["richMenuId"] == menus[number]
        assert shown(f"/image{query}") == images[number]
    assert line.call("DELETE", f"user/{AOI}/richmenu").status == 200
    assert json.loads(shown(f"?user={AOI}"))["richMenuId"] == menus[0]


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"name": None}, "name"),
        ({"chatBarText": "あ" * 15}, "chatBarText"),
        ({"size": {"width": 700, "height": 300}}, "size"),
        ({"size": {"width": 1000, "height": 900}}, "size"),
        ({"selected": None}, "selected"),
        ({"areas": MENU["areas"] * 21}, "areas"),  # type: ignore[operator]
    ],
)
def test_a_bad_rich_menu(rules: Line, change: dict[str, object], at: str) -> None:
    answer = rules.post("richmenu", MENU | change)
    assert (answer.status, answer.properties()) == (400, [at])

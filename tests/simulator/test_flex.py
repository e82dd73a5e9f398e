"""Flex Messages (Messaging API reference, "Flex Message")."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.client import AOI, SimulatorClient
from tests.simulator.conftest import Line

Json = dict[str, Any]
URL = "https://example.com/a.png"
PICK = {"type": "postback", "label": "受け取る", "data": "pick:1", "displayText": "受け取る"}
WORDS = {"type": "text", "text": "できました"}
BUTTON = {"type": "button", "action": PICK}
IMAGE = {"type": "image", "url": URL}
VIDEO = {"type": "video", "url": URL, "previewUrl": URL, "altContent": IMAGE}


def box(*contents: Any, layout: str = "vertical", **fields: Any) -> Json:
    return {"type": "box", "layout": layout, "contents": list(contents)} | fields


def bubble(*contents: Any, **fields: Any) -> Json:
    return {"type": "bubble", "body": box(*contents)} | fields


def carousel(*bubbles: Json) -> Json:
    return {"type": "carousel", "contents": list(bubbles)}


def flex(contents: Any) -> Json:
    return {"type": "flex", "altText": "絵ができました", "contents": contents}


GOOD = {
    "ticket": bubble(
        WORDS | {"weight": "bold", "size": "xl", "wrap": True, "color": "#1DB446"},
        {"type": "separator", "margin": "md", "color": "#cccccc"},
        header=box(WORDS),
        hero=IMAGE | {"size": "full", "aspectRatio": "20:13", "aspectMode": "cover"},
        footer=box(BUTTON | {"style": "primary", "height": "sm", "color": "#00ff00aa"}),
        styles={"footer": {"separator": True, "separatorColor": "#000000"}},
        size="kilo",
        direction="ltr",
        action=PICK,
    ),
    "spans": bubble(
        {"type": "text", "contents": [{"type": "span", "text": "夜", "weight": "bold"}]}
    ),
    "baseline": bubble(
        box({"type": "icon", "url": URL, "size": "16px"}, WORDS, {"type": "filler"},
            layout="baseline")
    ),
    "gradient": bubble(
        box(
            width="50%",
            height="30px",
            paddingAll="10px",
            cornerRadius="md",
            background={
                "type": "linearGradient",
                "angle": "90deg",
                "startColor": "#FFFF00",
                "endColor": "#0080ff",
            },
        )
    ),
    "offsets": bubble(box(WORDS, position="absolute", offsetTop="-10px", offsetStart="5%")),
    "video": bubble(hero=VIDEO, size="mega"),
    "carousel": carousel(*[bubble(WORDS, size="micro")] * 12),
    "http on loopback": bubble(IMAGE | {"url": "http://127.0.0.1:9/a.png"}),
    "button label of 40": bubble(BUTTON | {"action": PICK | {"label": "あ" * 40}}),
    "box action without label": bubble(
        box(WORDS, action={"type": "uri", "uri": "https://example.com/"})
    ),
    "29 KB": bubble({"type": "text", "text": "a" * 29_000}),
}  # fmt: skip

# name -> (contents, the place that is at fault)
BAD = {
    "unknown container": ({"type": "blimp"}, "/type"),
    "no blocks": ({"type": "bubble"}, "/"),
    "unknown field of a bubble": (bubble(WORDS, colour="#000000"), "/colour"),
    "unknown bubble size": (bubble(WORDS, size="tera"), "/size"),
    "body not a box": ({"type": "bubble", "body": WORDS}, "/body/type"),
    "hero a button": (bubble(hero=BUTTON), "/hero/type"),
    "unknown component": (bubble({"type": "slider"}), "/body/contents/0/type"),
    "unknown component, deep": (
        bubble(box(box({"type": "slider"}))),
        "/body/contents/0/contents/0/contents/0/type",
    ),
    "icon outside a baseline": (bubble({"type": "icon", "url": URL}), "/body/contents/0/type"),
    "button in a baseline": (
        bubble(box(BUTTON, layout="baseline")),
        "/body/contents/0/contents/0/type",
    ),
    "span outside a text": (bubble({"type": "span", "text": "a"}), "/body/contents/0/type"),
    "layout missing": ({"type": "bubble", "body": {"type": "box", "contents": []}}, "/body/layout"),
    "contents missing": (
        {"type": "bubble", "body": {"type": "box", "layout": "vertical"}},
        "/body/contents",
    ),
    "text empty": (bubble({"type": "text", "text": ""}), "/body/contents/0/text"),
    "text missing": (bubble({"type": "text"}), "/body/contents/0/text"),
    "unknown field of a text": (bubble(WORDS | {"bold": True}), "/body/contents/0/bold"),
    "button without action": (bubble({"type": "button"}), "/body/contents/0/action"),
    "button with contents": (bubble(BUTTON | {"contents": []}), "/body/contents/0/contents"),
    "button label missing": (
        bubble({"type": "button", "action": {"type": "postback", "data": "a"}}),
        "/body/contents/0/action/label",
    ),
    "button label of 41": (
        bubble({"type": "button", "action": PICK | {"label": "あ" * 41}}),
        "/body/contents/0/action/label",
    ),
    "separator with action": (
        bubble({"type": "separator", "action": PICK}),
        "/body/contents/0/action",
    ),
    "uri of 1001": (
        bubble(box(action={"type": "uri", "uri": "https://e.jp/" + "a" * 988})),
        "/body/contents/0/action/uri",
    ),
    "image by http": (
        bubble(IMAGE | {"url": "http://example.com/a.png"}),
        "/body/contents/0/url",
    ),
    "image url of 2001": (
        bubble(IMAGE | {"url": URL + "?" + "a" * 2000}),
        "/body/contents/0/url",
    ),
    "image too tall": (bubble(IMAGE | {"aspectRatio": "1:4"}), "/body/contents/0/aspectRatio"),
    "color by name": (bubble(WORDS | {"color": "red"}), "/body/contents/0/color"),
    "size without unit": (bubble(WORDS | {"size": "12"}), "/body/contents/0/size"),
    "flex negative": (bubble(WORDS | {"flex": -1}), "/body/contents/0/flex"),
    "wrap a word": (bubble(WORDS | {"wrap": "yes"}), "/body/contents/0/wrap"),
    "gradient without end": (
        bubble(
            box(background={"type": "linearGradient", "angle": "9deg", "startColor": "#000000"})
        ),
        "/body/contents/0/background/endColor",
    ),
    "video in the body": (bubble(VIDEO), "/body/contents/0/type"),
    "video in a small bubble": (bubble(hero=VIDEO, size="micro"), "/size"),
    "video in a carousel": (carousel(bubble(hero=VIDEO)), "/contents/0/hero"),
    "13 bubbles": (carousel(*[bubble(WORDS)] * 13), "/contents"),
    "no bubbles": (carousel(), "/contents"),
    "carousel in a carousel": (carousel(carousel(bubble(WORDS))), "/contents/0/type"),
    "bubbles of two sizes": (
        carousel(bubble(WORDS), bubble(WORDS, size="micro")),
        "/contents",
    ),
    "bubble over 30 KB": (bubble({"type": "text", "text": "a" * 30_000}), "/"),
    "bubble over 30 KB in Japanese": (bubble({"type": "text", "text": "あ" * 10_000}), "/"),
    "carousel over 50 KB": (
        carousel(*[bubble({"type": "text", "text": "a" * 26_000})] * 2),
        "/",
    ),
    "11 animated": (bubble(*[IMAGE | {"animated": True}] * 11), "/"),
    "contents of a box no list": (
        {"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": {}}},
        "/body/contents",
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_good(rules: Line, name: str) -> None:
    answer = rules.validate(flex(GOOD[name]))
    assert (answer.status, answer.json) == (200, {})


@pytest.mark.parametrize("name", BAD)
def test_bad(rules: Line, name: str) -> None:
    contents, at = BAD[name]
    answer = rules.validate(flex(contents))
    assert answer.status == 400
    assert answer.properties() == [at]
    assert answer.json["message"] == "A message (messages[0]) in the request body is invalid"


def test_a_flex_message_reaches_the_chat_as_it_is(sim: SimulatorClient, line: Line) -> None:
    contents = bubble(WORDS, footer=box(BUTTON))
    assert line.push(AOI, flex(contents)).status == 200
    (shown,) = sim.bot_messages(AOI)
    assert (shown.type, shown.flex, shown.alt_text) == ("flex", contents, "絵ができました")
    assert shown.actions() == [PICK]

"""What a message object may look like (Messaging API reference, "Message objects")."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.conftest import Line, text

Json = dict[str, Any]
URL = "https://example.com/a.png"
POSTBACK = {"type": "postback", "label": "受け取る", "data": "pick:1"}


def image(**fields: Any) -> Json:
    return {"type": "image", "originalContentUrl": URL, "previewImageUrl": URL} | fields


def quick(*actions: Json, **item: Any) -> Json:
    items = [{"type": "action", "action": action} | item for action in actions]
    return text(quickReply={"items": items})


def postback(**fields: Any) -> Json:
    return quick(POSTBACK | fields)


def template(**content: Any) -> Json:
    return {"type": "template", "altText": "えらんで", "template": content}


def buttons(**fields: Any) -> Json:
    return template(**({"type": "buttons", "text": "どれ？", "actions": [POSTBACK]} | fields))


def column(**fields: Any) -> Json:
    return {"text": "一枚", "actions": [POSTBACK]} | fields


def v2(words: str, **substitution: Any) -> Json:
    return {"type": "textV2", "text": words, "substitution": substitution}


EMOJI = {"type": "emoji", "productId": "5ac1bfd5040ab15980c9b435", "emojiId": "001"}
ALL = {"type": "mention", "mentionee": {"type": "all"}}
MOMENT = {"type": "datetimepicker", "label": "いつ", "data": "when", "mode": "date"}

GOOD = {
    "text of 5000": text("あ" * 5000),
    "text of 2500 surrogate pairs": text("🍎" * 2500),
    "line emoji": text("$!", emojis=[{"index": 0, "productId": "a", "emojiId": "1"}]),
    "line emoji after a surrogate pair": text(
        "🍎$", emojis=[{"index": 2, "productId": "a", "emojiId": "1"}]
    ),
    "v2 plain": {"type": "textV2", "text": "はい"},
    "v2 doubled braces": v2("{{夜}} }} {{"),
    "v2 substitutions": v2("{a} {b_1} {a}", a=ALL, b_1=EMOJI),
    "sticker": {"type": "sticker", "packageId": "446", "stickerId": "1988"},
    "image": image(),
    "image by loopback http": image(originalContentUrl="http://127.0.0.1:9/a.png"),
    "image url of 2000": image(previewImageUrl=URL + "?" + "a" * (1999 - len(URL))),
    "13 quick replies": quick(*[POSTBACK] * 13),
    "quick reply of every kind": quick(
        POSTBACK,
        {"type": "message", "label": "もう一度", "text": "もう一度"},
        {"type": "uri", "label": "見る", "uri": "https://example.com/"},
        {"type": "uri", "label": "電話", "uri": "tel:0900000000"},
        MOMENT | {"initial": "2026-11-22", "min": "2026-01-01", "max": "2026-12-31"},
        MOMENT | {"mode": "datetime", "initial": "2026-11-22t10:00"},
        {"type": "clipboard", "label": "写す", "clipboardText": "夜の富士山"},
        {"type": "camera", "label": "カメラ"},
        {"type": "cameraRoll", "label": "写真"},
        {"type": "location", "label": "場所"},
        imageUrl=URL,
    ),
    "label of 20 families": postback(label="👨‍👩‍👧" * 20),
    "data of 300": postback(data="d" * 300),
    "keyboard": postback(inputOption="openKeyboard", fillInText="夜の", displayText="はい"),
    "sender": text(sender={"name": "富士", "iconUrl": URL}),
    "buttons": buttons(title="題", thumbnailImageUrl=URL, imageSize="contain"),
    "buttons, long text": buttons(text="あ" * 160),
    "confirm": template(type="confirm", text="よい？", actions=[POSTBACK] * 2),
    "carousel": template(type="carousel", columns=[column(title="題")] * 10),
    "image carousel": template(
        type="image_carousel",
        columns=[{"imageUrl": URL, "action": POSTBACK | {"label": "一" * 12}}],
    ),
    "audio": {"type": "audio", "originalContentUrl": URL, "duration": 1000},
    "video": {"type": "video", "originalContentUrl": URL, "previewImageUrl": URL},
    "location": {
        "type": "location",
        "title": "山",
        "address": "富士",
        "latitude": 35.36,
        "longitude": 138.7,
    },
    "imagemap": {
        "type": "imagemap",
        "baseUrl": URL,
        "altText": "地図",
        "baseSize": {"width": 1040, "height": 500},
        "actions": [{"type": "message"}],
    },
}

# name -> (message, the property that is at fault)
M = "messages[0]"
ACTION = f"{M}.quickReply.items[0].action"
BAD = {
    "no type": ({"text": "a"}, f"{M}.type"),
    "unknown type": ({"type": "nope"}, f"{M}.type"),
    "no object": ("はい", M),
    "text missing": ({"type": "text"}, f"{M}.text"),
    "text empty": (text(""), f"{M}.text"),
    "text a number": (text(5), f"{M}.text"),  # type: ignore[arg-type]
    "text of 5001": (text("あ" * 5001), f"{M}.text"),
    "text of 5002 units": (text("🍎" * 2501), f"{M}.text"),
    "emoji not at a $": (
        text("🍎$", emojis=[{"index": 1, "productId": "a", "emojiId": "1"}]),
        f"{M}.emojis[0].index",
    ),
    "21 emojis": (
        text("$", emojis=[{"index": 0, "productId": "a", "emojiId": "1"}] * 21),
        f"{M}.emojis",
    ),
    "v2 open brace": (v2("夜{の"), f"{M}.text"),
    "v2 closed brace": (v2("夜}の"), f"{M}.text"),
    "v2 nested braces": (v2("{a{b}", a=ALL), f"{M}.text"),
    "v2 no substitution": (v2("{a}"), f"{M}.text"),
    "v2 bad key": (v2("はい", **{"夜": EMOJI}), f"{M}.substitution.夜"),
    "v2 long key": (v2("はい", **{"a" * 21: EMOJI}), f"{M}.substitution.{'a' * 21}"),
    "v2 unknown substitution": (v2("{a}", a={"type": "x"}), f"{M}.substitution.a.type"),
    "v2 21 mentions": (v2("{a}" * 21, a=ALL), f"{M}.text"),
    "v2 101 substitutions": (
        v2("はい", **{f"k{number}": EMOJI for number in range(101)}),
        f"{M}.substitution",
    ),
    "sticker without id": ({"type": "sticker", "packageId": "446"}, f"{M}.stickerId"),
    "image without preview": (
        {"type": "image", "originalContentUrl": URL},
        f"{M}.previewImageUrl",
    ),
    "image by http": (
        image(originalContentUrl="http://example.com/a.png"),
        f"{M}.originalContentUrl",
    ),
    "image by ftp": (image(previewImageUrl="ftp://example.com/a"), f"{M}.previewImageUrl"),
    "image with a space": (image(previewImageUrl=URL + "?a b"), f"{M}.previewImageUrl"),
    "image not encoded": (image(previewImageUrl=URL + "?夜"), f"{M}.previewImageUrl"),
    "image url of 2001": (
        image(previewImageUrl=URL + "?" + "a" * (2000 - len(URL))),
        f"{M}.previewImageUrl",
    ),
    "image with a quote": (image(quoteToken="x"), f"{M}.quoteToken"),
    "14 quick replies": (quick(*[POSTBACK] * 14), f"{M}.quickReply.items"),
    "no quick replies": (quick(), f"{M}.quickReply.items"),
    "label missing": (quick({"type": "postback", "data": "a"}), f"{ACTION}.label"),
    "label of 21": (postback(label="あ" * 21), f"{ACTION}.label"),
    "data of 301": (postback(data="d" * 301), f"{ACTION}.data"),
    "data missing": (quick({"type": "postback", "label": "a"}), f"{ACTION}.data"),
    "displayText of 301": (postback(displayText="あ" * 301), f"{ACTION}.displayText"),
    "displayText and text": (postback(displayText="a", text="a"), f"{ACTION}.displayText"),
    "fillInText without keyboard": (postback(fillInText="a"), f"{ACTION}.fillInText"),
    "unknown input option": (postback(inputOption="openDoor"), f"{ACTION}.inputOption"),
    "rich menu switch": (
        quick({"type": "richmenuswitch", "richMenuAliasId": "a", "data": "a"}),
        f"{ACTION}.type",
    ),
    "uri of 1001": (
        quick({"type": "uri", "label": "a", "uri": "https://e.jp/" + "a" * 988}),
        f"{ACTION}.uri",
    ),
    "uri by javascript": (
        quick({"type": "uri", "label": "a", "uri": "javascript:alert(1)"}),
        f"{ACTION}.uri",
    ),
    "message text of 301": (
        quick({"type": "message", "label": "a", "text": "あ" * 301}),
        f"{ACTION}.text",
    ),
    "clipboard of 1001": (
        quick({"type": "clipboard", "label": "a", "clipboardText": "a" * 1001}),
        f"{ACTION}.clipboardText",
    ),
    "moment of another mode": (quick(MOMENT | {"initial": "10:00"}), f"{ACTION}.initial"),
    "moments turned around": (
        quick(MOMENT | {"min": "2026-12-31", "max": "2026-01-01"}),
        f"{ACTION}.max",
    ),
    "item of another type": (quick(POSTBACK, type="button"), f"{M}.quickReply.items[0].type"),
    "icon by http": (
        quick(POSTBACK, imageUrl="http://example.com/i.png"),
        f"{M}.quickReply.items[0].imageUrl",
    ),
    "sender of 21": (text(sender={"name": "あ" * 21}), f"{M}.sender.name"),
    "sender LINE": (text(sender={"name": "LINE"}), f"{M}.sender.name"),
    "altText missing": (buttons() | {"altText": None}, f"{M}.altText"),
    "altText of 1501": (
        buttons() | {"altText": "あ" * 1501},
        f"{M}.altText",
    ),
    "template unknown": (template(type="nope"), f"{M}.template.type"),
    "buttons, 5 actions": (buttons(actions=[POSTBACK] * 5), f"{M}.template.actions"),
    "buttons, text of 161": (buttons(text="あ" * 161), f"{M}.template.text"),
    "buttons with title, text of 61": (
        buttons(title="題", text="あ" * 61),
        f"{M}.template.text",
    ),
    "buttons, title of 41": (buttons(title="あ" * 41), f"{M}.template.title"),
    "buttons, camera": (
        buttons(actions=[{"type": "camera", "label": "a"}]),
        f"{M}.template.actions[0].type",
    ),
    "confirm, 1 action": (
        template(type="confirm", text="よい？", actions=[POSTBACK]),
        f"{M}.template.actions",
    ),
    "carousel, 11 columns": (
        template(type="carousel", columns=[column()] * 11),
        f"{M}.template.columns",
    ),
    "carousel, 4 actions": (
        template(type="carousel", columns=[column(actions=[POSTBACK] * 4)]),
        f"{M}.template.columns[0].actions",
    ),
    "carousel, uneven actions": (
        template(type="carousel", columns=[column(), column(actions=[POSTBACK] * 2)]),
        f"{M}.template.columns",
    ),
    "carousel, uneven titles": (
        template(type="carousel", columns=[column(), column(title="題")]),
        f"{M}.template.columns",
    ),
    "image carousel, label of 13": (
        template(
            type="image_carousel",
            columns=[{"imageUrl": URL, "action": POSTBACK | {"label": "一" * 13}}],
        ),
        f"{M}.template.columns[0].action.label",
    ),
    "flex without altText": ({"type": "flex", "contents": {}}, f"{M}.altText"),
    "flex without contents": ({"type": "flex", "altText": "a"}, f"{M}.contents"),
    "audio without duration": ({"type": "audio", "originalContentUrl": URL}, f"{M}.duration"),
    "location off the earth": (
        {"type": "location", "title": "a", "address": "a", "latitude": 91, "longitude": 0},
        f"{M}.latitude",
    ),
    "imagemap of another width": (
        {
            "type": "imagemap",
            "baseUrl": URL,
            "altText": "a",
            "baseSize": {"width": 500, "height": 500},
            "actions": [{}],
        },
        f"{M}.baseSize.width",
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_good(rules: Line, name: str) -> None:
    answer = rules.validate(GOOD[name], endpoint="push")
    assert (answer.status, answer.json) == (200, {})


@pytest.mark.parametrize("name", BAD)
def test_bad(rules: Line, name: str) -> None:
    message, at = BAD[name]
    answer = rules.validate(message)
    assert answer.status == 400
    assert answer.properties() == [at]
    assert answer.json["message"] == "The request body has 1 error(s)"


def test_every_error_is_told(rules: Line) -> None:
    answer = rules.validate(text(""), {"type": "nope"}, text())
    assert answer.json["message"] == "The request body has 2 error(s)"
    assert answer.json["details"][0] == {
        "message": "May not be empty",
        "property": "messages[0].text",
    }
    assert answer.properties() == ["messages[0].text", "messages[1].type"]


def test_a_long_text_is_told_as_line_tells_it(rules: Line) -> None:
    assert rules.validate(text("a" * 5001)).json["details"] == [
        {"message": "Length must be between 0 and 5000", "property": "messages[0].text"}
    ]

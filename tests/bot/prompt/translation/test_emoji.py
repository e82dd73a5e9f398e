"""Emoji as a wish: what they show, in Japanese."""

from __future__ import annotations

from importlib.resources import files

from bot.conversation.event_text import EventText
from bot.prompt import MAX_PROMPT, clean, read
from bot.prompt.translation.emoji import emoji_wish
from tests.bot.harness import body_of, event, parse_events

WISHES = {
    "🍎": "りんご",
    "🐱🌸": "猫と桜",
    "🐱 🌸！": "猫と桜",
    "🐶😊": "犬",
    "⛄️": "雪だるま",
    "🍎🍎🍎🍎": "りんご",
    "🐱🐶🐰🦊🐻": "猫と犬とうさぎときつね",
    **dict.fromkeys(("😀", "👍🏻", "❤️", "🎉", "👨‍👩‍👧", "🎨🎨", "", "！", "🍎りんご", "👨‍🍳")),
}


def test_what_emoji_show_is_a_wish_and_faces_are_not() -> None:
    wrong = {
        text: result for text, wish in WISHES.items() if (result := emoji_wish(clean(text))) != wish
    }
    assert wrong == {}


def test_each_name_is_a_wish_that_is_read_as_it_stands() -> None:
    text = files("bot.prompt.translation").joinpath("emoji_names.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    assert len(rows) > 500
    assert len({emoji for emoji, _ in rows}) == len(rows)
    assert [name for _, name in rows if not name or clean(name) != name] == []
    unread = [name for _, name in rows if read(name).problem not in {None, "only_controls"}]
    assert unread == []


def test_many_emoji_take_no_time() -> None:
    assert emoji_wish("🍎" * MAX_PROMPT) is None


def test_in_answer_to_a_picture_an_emoji_is_no_wish() -> None:
    for quoted, wish in ((None, "桜"), ("123", "🌸")):
        incoming = event("🌸")
        if quoted:
            incoming["message"]["quotedMessageId"] = quoted
        (parsed,) = parse_events(body_of(incoming))
        assert EventText(parsed).with_emoji_named().cleaned == wish

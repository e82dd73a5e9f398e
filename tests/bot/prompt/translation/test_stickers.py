"""Stickers as a wish: what LINE's English keywords show, in Japanese."""

from __future__ import annotations

import tomllib
from importlib.resources import files

from bot.moderation import get_moderation
from bot.prompt import clean, read
from bot.prompt.translation.stickers import StickerWish, sticker_talk, sticker_wish
from bot.texts import has_text

WISHES = {
    ("Happy",): "にっこり笑う太陽",
    ("Happy", "cat"): "うれしそうな猫",
    ("cat", "Thank you", "HAPPY"): "うれしそうな猫",
    ("Hello", "cony"): "うさぎ",
    ("sally", "Cherry  Blossoms", "Happy"): "桜",
    ("rabbit", "bear"): "うさぎ",
    **dict.fromkeys(((), ("Hello",), ("Happy", "Thanks"), ("xyzzy",), ("",), ("猫" * 60,))),
}
TALK = {("Hello", "Happy"): "greeting", ("x", "Good  Night"): "night", ("cat",): None, (): None}


def test_what_a_sticker_shows_is_a_wish_and_what_it_says_is_not() -> None:
    wrong = {
        keywords: result
        for keywords, wish in WISHES.items()
        if ((result := sticker_wish(keywords)) and result.prompt) != wish
    }
    assert wrong == {}
    assert {keywords: sticker_talk(keywords) for keywords in TALK} == TALK


def test_every_word_is_read_as_it_stands_painted_and_answered() -> None:
    text = files("bot.prompt.translation").joinpath("sticker_words.toml").read_text("utf-8")
    words = tomllib.loads(text)
    shown = [word for kind in ("living", "things", "scenes") for word in words[kind]]
    pairs = [(word,) for word in shown] + [(mood, "cat") for mood in words["moods"]]
    wishes = [wish for pair in pairs if isinstance(wish := sticker_wish(pair), StickerWish)]
    assert len(wishes) == len(pairs)
    judge = get_moderation(None).judge
    wrong = [
        wish
        for wish in wishes
        if clean(wish.prompt) != wish.prompt
        or read(wish.prompt).problem
        or judge(wish.prompt, "", words=wish.prompt).action != "paint"
    ]
    assert wrong == []
    assert all(word == word.casefold() for kind in words.values() for word in kind)
    topics = sorted(set(words["talk"].values()))
    assert [topic for topic in topics if not has_text(f"talk.{topic}")] == []

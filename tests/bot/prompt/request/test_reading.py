from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given

from bot.line.events import Mention, Span
from bot.prompt import LANDSCAPE, MAX_PROMPT, Reading, parse_command, read
from inference.request import DrawRequest
from tests.bot.prompt.examples import (
    BLANKS,
    MENTIONS,
    SPANS,
    STEERING,
    SUBJECTS,
    TEXTS,
    wrong_rows,
)

ONE_REQUEST = [
    "夜の富士山 横長 4枚 人物なし",
    "夜の富士山を横長で4枚、人物なしで描いてください。",
    "夜の富士山、４まい、横長で、人物なしでお願いします！",
    "横長で夜の富士山を四枚描いて 人物無し",
    "4枚横長で 夜の富士山 人物は入れないでください",
    "夜の富士山人物なし横長で4枚",
    "夜の富士山\n横長\n4枚\n人物なし",
]
PROMPTS = [
    ("赤いりんご", "赤いりんご"),
    ("赤いりんごを描いて", "赤いりんご"),
    ("赤いりんごをお願いします。", "赤いりんご"),
    ("赤いりんごの絵を描いてくれませんか？", "赤いりんご"),
    ("赤いりんご、浮世絵風", "赤いりんご、浮世絵風"),
    ("赤いりんご、横長、浮世絵風", "赤いりんご、浮世絵風"),
    ("赤いりんご 横長 浮世絵風", "赤いりんご 浮世絵風"),
    ("Mt. Fuji at night, 2枚", "Mt. Fuji at night"),
    ("{braces} と %s と \\n", "{braces} と %s と \\n"),
    ("少女が絵を描いている", "少女が絵を描いている"),
    ("手紙を書いている人", "手紙を書いている人"),
]
PROBLEMS = [
    (None, "empty"),
    ("", "empty"),
    (" \u3000\n\t", "empty"),
    ("\u200b\u2060\ufeff\u3164", "empty"),
    ("\x00\x01", "empty"),
    ("？！。、…", "empty"),
    ("(^_^)", "empty"),
    ("🍎", "only_emoji"),
    ("🍎🍏 ❤️", "only_emoji"),
    ("👨‍👩‍👧‍👦", "only_emoji"),
    ("1️⃣2️⃣", "only_emoji"),
    ("🇯🇵", "only_emoji"),
    ("🍎 4枚", "only_emoji"),
    ("4枚", "only_controls"),
    ("何か描いて", "anything"),
    ("適当に何か描いて！", "anything"),
    ("なんでもいいから描いて", "anything"),
    ("絵をください", "anything"),
    ("イラストお願いします", "anything"),
    ("横長で4枚、人物なし", "only_controls"),
    ("描いてください", "only_controls"),
    ("シード42", "only_controls"),
    ("あ" * (MAX_PROMPT + 1), "too_long"),
    ("長い" * 5_000, "too_long"),
]


def test_more_of_the_picture_before_is_no_subject() -> None:
    texts = ["あと2枚", "アト2枚", "もういっちょ2枚", "また2枚", "再度2枚", "残り2枚", "次の2枚"]
    texts += ["別パターンで2枚", "別バージョン2枚", "ほか2枚", "他2枚"]
    texts += ["別案2枚", "合計2枚", "全部で2枚", "枚数を2枚に", "これをあと2枚", "それを2枚"]
    texts += ["今のをもう2枚", "さっきの絵をあと2枚", "同じ感じで2枚", "もう2枚同じ感じで"]
    texts += ["もう2枚別のを", "前のと同じの2枚"]
    wrong = {
        text: reading.prompt
        for text in texts
        if ((reading := read(text)).problem, reading.count) != ("only_controls", 2)
    }
    assert wrong == {}
    for text in ("全部の星座2枚", "前の道2枚", "残り物のシチュー2枚", "また旅2枚", "次元の狭間2枚"):
        assert read(text).prompt == text.removesuffix("2枚")


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def test_one_request_said_in_many_ways() -> None:
    expected = Reading("夜の富士山", "人物", 4, *LANDSCAPE)
    assert not wrong_rows((text, read(text), expected) for text in ONE_REQUEST)


def test_the_prompt_is_what_remains() -> None:
    assert not wrong_rows((text, read(text).prompt, prompt) for text, prompt in PROMPTS)


def test_nothing_asked_for_nothing_set() -> None:
    assert read("猫") == Reading("猫", "", 1, None, None, None, None, False)


def test_problems() -> None:
    readings = [(text, read(text), problem) for text, problem in PROBLEMS]
    assert not wrong_rows(
        (text, (reading.problem, reading.prompt), (problem, ""))
        for text, reading, problem in readings
    )


def test_a_thousand_characters_are_not_too_many() -> None:
    assert read("あ" * MAX_PROMPT).prompt == "あ" * MAX_PROMPT
    assert read(" " * 3_000 + "猫" + "\u200b" * 3_000).prompt == "猫"


def test_mentions_and_line_emojis_are_no_part_of_the_prompt() -> None:
    text = "𩸽@絵筆 夜の海(love)と月"
    mention = Mention(2, 3, is_self=True, user_id="U0")
    reading = read(text, [mention], [Span(utf16("𩸽@絵筆 夜の海"), 6)])
    assert reading.prompt == "𩸽 夜の海 と月"
    assert reading.mentioned_self


def test_somebody_else_is_mentioned() -> None:
    assert not read("@ゆい 猫", [Mention(0, 3, is_self=False)]).mentioned_self


def test_only_a_mention_or_only_line_emojis() -> None:
    assert read("@絵筆 ", [Mention(0, 3, is_self=True)]) == Reading(
        "", problem="empty", mentioned_self=True
    )
    assert read("(love)", [], [Span(0, 6)]).problem == "only_emoji"


@given(TEXTS, MENTIONS, SPANS)
def test_read_never_raises_and_gives_what_can_be_painted(
    text: str, mentions: list[Mention], spans: list[Span]
) -> None:
    reading = read(text, mentions, spans)
    assert (reading.problem is None) == bool(reading.prompt)
    assert reading.mentioned_self == any(mention.is_self for mention in mentions)
    assert len(reading.prompt) <= MAX_PROMPT
    assert "\n" not in reading.prompt + reading.negative
    for character in reading.prompt.replace("\u200d", ""):
        assert unicodedata.category(character) not in ("Cc", "Cf", "Cs")
    if reading.prompt:
        request = DrawRequest(
            reading.prompt, reading.negative, reading.count, reading.seed, None, None,
            reading.width, reading.height,
        )  # fmt: skip
        request.check()


@given(SUBJECTS, STEERING, STEERING, BLANKS)
def test_the_subject_is_never_lost(
    subject: str, before: list[str], after: list[str], blank: str
) -> None:
    assert subject in read(blank.join([*before, subject, *after])).prompt


@pytest.mark.parametrize(
    "piece",
    ["枚", "4枚", "なし", "人物と", "を描いて", "横長で", "シード1", "描いて、", "1 枚",
     "2、", "\ufdfa", "\u200b"],
)  # fmt: skip
def test_a_hostile_text_costs_little(piece: str) -> None:
    text = (piece * MAX_PROMPT)[: MAX_PROMPT - 1] + "猫"
    began = time.process_time()
    read(text)
    parse_command(text)
    assert time.process_time() - began < 1  # measured: under 0.1

from __future__ import annotations

import time

import pytest

from bot.prompt import MAX_PROMPT, clean
from bot.prompt.changes.parser import may_be_change, parse_as_change, parse_change
from bot.prompt.changes.steps import ChangeStep
from tests.bot.prompt.change_examples import CHANGE_EXAMPLES
from tests.bot.prompt.examples import wrong_rows

REQUESTS = [
    *("赤いりんご", "夜の街", "海に沈む夕日", "この世の終わり", "今の東京", "前の席の犬"),
    *("犬の絵にして", "これからの街", "それぞれの道", "夜の富士山、浮世絵風 4枚", "もっと"),
    *("赤い車で2枚", "青い目で白い猫", "空が暗い", "ちょっと寂しいな", "別の感じで", "かもめ"),
]


def test_every_change_passes_the_quick_look() -> None:
    assert not wrong_rows(
        (text, may_be_change(clean(text)), True) for _, text, _ in CHANGE_EXAMPLES
    )


def test_requests_of_their_own_are_no_changes() -> None:
    assert not wrong_rows((text, parse_change(clean(text)), None) for text in REQUESTS)


def test_a_change_of_something_applies_only_to_a_prompt_with_it() -> None:
    change = parse_change("富士山を浮世絵風に")
    assert change is not None
    assert not change.applies_to("猫")
    assert change.applies_to("夜の富士山")


def test_a_shape_may_be_said_as_that_of_something() -> None:
    change = parse_change("正方形じゃなくて名刺くらいの横長")
    assert change is not None
    assert (change.steps, change.controls.width, change.controls.negative) == ((), 768, "")


def test_any_text_can_be_taken_for_a_change() -> None:
    change = parse_as_change("さっきの猫を犬に、赤い帽子")
    assert change.refers_to_picture
    assert change.steps == (ChangeStep("swap", "猫", "犬"),)
    assert change.additions == ("赤い帽子",)


@pytest.mark.parametrize(
    "piece", ["してで", "、を", "もっと", "じゃなくて", "てくれ", "同じ絵を", "やっぱり"]
)
def test_a_hostile_text_costs_little(piece: str) -> None:
    text = (piece * MAX_PROMPT)[:MAX_PROMPT]
    started = time.process_time()
    parse_change(text)
    assert time.process_time() - started < 1  # measured: under 0.1

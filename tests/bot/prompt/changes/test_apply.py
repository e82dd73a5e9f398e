from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.prompt import MAX_PROMPT, clean, read
from bot.prompt.changes.apply import apply_change
from bot.prompt.changes.parser import parse_as_change, parse_change
from tests.bot.prompt.change_examples import CHANGE_EXAMPLES, REPLACEMENTS
from tests.bot.prompt.examples import wrong_rows


def _changed(before: str, text: str) -> str | None:
    """Return the prompt after the change; None if the text is no change of this picture."""
    change = parse_change(clean(text))
    if change is None or not (change.refers_to_picture or change.applies_to(before)):
        return None
    return apply_change(change, read(before)).prompt


def test_changed_prompts() -> None:
    assert not wrong_rows(
        ((before, text), _changed(before, text), after) for before, text, after in CHANGE_EXAMPLES
    )


def test_steering_words_go_with_the_change() -> None:
    change = parse_change("横長で、4枚、人物なし、シード5、丁寧に")
    assert change is not None
    new = apply_change(change, read("猫と犬なし、人物"))
    assert (new.width, new.count, new.seed, new.effort) == (768, 4, 5, "careful")
    assert "人物" in new.negative
    unchanged = apply_change(parse_as_change("夜"), read("猫、縦長、3枚、シード9、文字なし"))
    assert (unchanged.height, unchanged.count, unchanged.seed, unchanged.negative) == (
        768,
        3,
        9,
        "文字",
    )


def test_shape_and_style_are_read_with_a_look_or_another_picture() -> None:
    said = {
        "昼の雰囲気で横長": (768, 1, ()),
        "赤い空で2枚": (None, 2, ()),
        "横長の水彩画で": (768, 1, ("水彩風",)),
        "油絵の縦長で2枚": (512, 2, ("油絵風",)),
        "水墨画のタッチで2枚": (None, 2, ("水墨画風",)),
        "縦でもう一枚": (512, 1, ()),
        "これの正方形版ちょうだい": (512, 1, ()),
    }
    read_as = {}
    for text in said:
        new = apply_change(parse_as_change(text), read("夜の富士山"))
        read_as[text] = (new.width, new.count, new.styles)
    assert read_as == said


def test_displeasure_beside_a_change_is_no_part_of_it() -> None:
    for text in ("ちょっと怖いかも、もっと優しい感じで", "うーん、なんか違うかな、もっと優しく"):
        assert apply_change(parse_as_change(text), read("熊")).prompt == "熊、優しい"
    assert apply_change(parse_as_change("怖い"), read("熊")).prompt == "熊、怖い"


def test_a_thing_that_the_prompt_does_not_name_is_described_not_left_out() -> None:
    wanted = {
        ("部屋", "カーテンを緑に"): ("部屋、緑のカーテン", ""),
        ("庭園", "池の鯉をもっと大きくして"): ("庭園、大きい池の鯉", ""),
        ("ケーキ", "いちごをぶどうに"): ("ケーキ、ぶどう", "いちご"),
    }
    found = {}
    for before, text in wanted:
        change = parse_as_change(text)
        assert change.swaps_things, text
        new = apply_change(change, read(before))
        found[before, text] = (new.prompt, new.negative)
    assert found == wanted


def test_what_is_removed_may_be_added_again() -> None:
    removed = apply_change(parse_as_change("月を消して"), read("猫"))
    assert removed.negative == "月"
    added = apply_change(parse_as_change("月を追加して"), removed)
    assert (added.prompt, added.negative) == ("猫、月", "")


def test_a_prompt_that_grows_too_long_is_a_problem() -> None:
    before = read("猫" * (MAX_PROMPT - 2))
    assert apply_change(parse_as_change("赤い帽子"), before).problem == "too_long"


@given(st.text(max_size=40), st.sampled_from([before for before, _, _ in CHANGE_EXAMPLES]))
def test_no_text_raises_or_loses_the_prompt(text: str, before: str) -> None:
    new = apply_change(parse_as_change(clean(text)), read(before))
    assert new.prompt


SUBJECTS = ("富士山", "白い犬", "女の子", "りんご", "3匹の猫", "赤い車")
CHANGES_OF_ANY_SUBJECT = tuple(
    text
    for _, text, _ in REPLACEMENTS
    if not re.search("犬|猫|車|家|鳥|部屋|髪|服|目|着物|屋根|海辺|左右", text)
)


@given(
    st.sampled_from(SUBJECTS),
    st.sampled_from(("", "夜の", "青い背景の", "海辺を歩く", "雨の降る街の", "左に")),
    st.lists(st.sampled_from(CHANGES_OF_ANY_SUBJECT), max_size=5),
)
def test_the_subject_stays_whatever_is_changed_about_it(
    subject: str, where: str, texts: list[str]
) -> None:
    reading = read(f"{where}{subject}")
    for text in texts:
        reading = apply_change(parse_as_change(clean(text)), reading)
    thing = re.split("[のい匹]", subject)[-1] if subject != "女の子" else subject
    assert thing in reading.prompt
    assert "のの" not in reading.prompt
    assert "、、" not in reading.prompt


@given(st.lists(st.sampled_from([text for _, text, _ in CHANGE_EXAMPLES]), max_size=6))
def test_many_changes_leave_a_prompt(texts: list[str]) -> None:
    reading = read("猫と月")
    for text in texts:
        reading = apply_change(parse_as_change(clean(text)), reading)
        assert reading.prompt
        assert reading.problem is None
        assert "、、" not in reading.prompt

"""Where the entries of a vocabulary occur in a text."""

from __future__ import annotations

import time

from bot.moderation import get_moderation
from bot.moderation.matcher import TextMatches
from bot.moderation.phrases import parse_phrase
from bot.moderation.vocabulary import Vocabulary
from tests.bot.prompt.examples import wrong_rows

PHRASES = [phrase for phrase in [parse_phrase("社長を胴上げする", {})] if phrase]
VOCABULARY = Vocabulary(
    [
        "nude",
        "ヌード",
        "おっぱい",
        *(word for phrase in PHRASES for part in phrase.parts for word in part),
    ],
    PHRASES,
    ["ヌードル", "社長を胴上げした像"],
    ["防止"],
)


def entries(text: str) -> set[str]:
    return set(TextMatches(text, VOCABULARY).matches)


def test_a_word_is_found_whole_or_taken_apart_but_not_within_another() -> None:
    assert not wrong_rows(
        (text, entries(text), expected)
        for text, expected in [
            ("nude", {"nude"}),
            ("a nude woman", {"nude"}),
            ("denude", set()),
            ("nudes", set()),
            ("n.u.d.e", {"nude"}),  # a mark between all letters
            ("nu-de", {"nude"}),
            ("n.ud.e", set()),  # not between all of them
            ("nu.de", set()),
            ("nu★de", {"nude"}),  # a mark that never stands between two words
            ("ヌードの絵", {"ヌード"}),
            ("ヌードル", set()),
            ("ヌ・ー・ド", {"ヌード"}),
            ("ヌ・ード", {"ヌード"}),
            ("ぬーど", {"ヌード"}),
            ("赤いぬーどの絵", set()),  # no word of its own there
            ("ヌー ド", {"ヌード"}),
            ("カヌー ドア", set()),  # two words that meet
            ("おっ ぱい", {"おっぱい"}),  # no word ends with っ
            ("犬おっ ぱい", {"おっぱい"}),
        ]
    )


def test_a_word_is_found_however_long_it_is_drawn() -> None:
    assert not wrong_rows(
        (text, entries(text), expected)
        for text, expected in [
            ("nuuude", {"nude"}),
            ("nuude", set()),  # two are one too few
            ("nudeee", {"nude"}),
            ("nudees", set()),
            ("ヌーーーード", {"ヌード"}),
            ("ヌヌード", {"ヌード"}),  # of katakana two are enough
            ("おっぱーい", {"おっぱい"}),
            ("おっぱいーー", {"おっぱい"}),
        ]
    )


def test_a_phrase_is_found_unless_it_is_part_of_what_is_allowed() -> None:
    assert not wrong_rows(
        (text, "社長を胴上げする" in entries(text), expected)
        for text, expected in [
            ("社長を胴上げした", True),
            ("みんなで社長を胴上げしたら雨", True),
            ("社長を部下が胴上げする", True),  # who does it may stand between
            ("社長を見て部下を胴上げする", False),  # but not another to whom it is done
            ("社長を胴上げした像", False),  # the list of what is allowed has it
            ("赤い社長を胴上げした像の絵", False),
        ]
    )


def test_what_is_prevented_is_neutralized() -> None:
    assert TextMatches("ヌードの防止", VOCABULARY).neutralized == {"ヌード"}
    assert TextMatches("ヌードの絵で防止", VOCABULARY).neutralized == set()
    assert TextMatches("nude防止とnuuude", VOCABULARY).neutralized == set()  # one of them is not


def test_one_verb_a_thousand_times_is_judged_at_once() -> None:
    judge = get_moderation()
    judge.classify("猫")
    since = time.thread_time()
    assert [judge.classify(verb * 500) for verb in ("して", "使い方", "裸じゃない")]
    assert time.thread_time() - since < 2.0  # some 0.05 s; more than 3 s if it grows as a square

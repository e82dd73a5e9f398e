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


def test_the_words_of_a_phrase_stand_to_each_other_as_in_its_entry() -> None:
    groups = {"boss": ("社長",)}
    hit, dance, water, dead = "社長を殴る", "社長が踊る", "社長に水をかける", "死んだ方がいい"
    thief, taken_apart, home = "{boss}は泥棒", "{boss}を解体", "踊って帰る"
    phrases = [parse_phrase(entry, groups) for entry in (hit, dance, water, dead, home)]
    phrases += [parse_phrase(entry, groups) for entry in (thief, taken_apart)]
    known = [phrase for phrase in phrases if phrase]
    words = [word for phrase in known for part in phrase.parts for word in part]
    vocabulary = Vocabulary(words, known, [], [])
    rows = [
        ("社長を殴る", {hit}),
        ("社長が殴られる", {hit}),  # as is done to him
        ("社長が殴る", set()),
        ("社長の殴る", set()),
        ("殴られた社長", {hit}),
        ("殴った社長", set()),
        ("社長を、すぐ 殴る", {hit}),  # a mark, an adverb, a blank
        ("社長を全員殴る", {hit}),
        ("社長を三人殴る", {hit}),
        ("社長を部下殴る", set()),
        ("社長を部下を殴る", set()),
        ("社長を見ながら殴る", {hit}),
        ("社長を見て殴る", {hit}),
        ("社長を見た人が殴る", set()),
        ("社長の長い長い長い長い長い長い長い長い長い長い長い一日を殴る", set()),
        ("社長も踊った", {dance}),
        ("社長が部下と踊る", {dance}),
        ("社長が部下が踊る", set()),
        ("社長が歌い、部下が踊る", set()),
        ("踊った社長", {dance}),
        ("踊らない社長", set()),
        ("社長って泥棒", {thief}),
        ("社長は泥棒だ", {thief}),
        ("社長は泥棒か", {thief}),
        ("社長は泥棒という看板", {thief}),
        ("社長は泥棒と書かれた看板", {thief}),
        ("社長は泥棒と踊る", {dance}),
        ("社長は泥棒を追う", set()),
        ("社長は泥棒と", set()),
        ("社長は部下が泥棒", set()),
        ("社長を解体", {taken_apart}),
        ("社長の解体", {taken_apart}),
        ("解体された社長", {taken_apart}),
        ("解体社長", set()),
        ("社長に冷たい水をかける", {water}),
        ("社長の頭に水をかける", set()),
        ("水を社長にかける", set()),
        ("死んだほうがいい", {dead}),
        ("踊りながら帰る", {home}),
    ]
    assert not wrong_rows(
        (text, set(TextMatches(text, vocabulary).matches) - {*words}, expected)
        for text, expected in rows
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

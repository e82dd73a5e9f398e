"""Phrases of the lists: how they are written, read and found.

A phrase is words that belong together, as a verb and its object do: 「{body}を切る」 is 「手首を
切った」, 「切られた腕」 and 「首をナイフで切る」, and not 「腕を組んで野菜を切る」.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from bot.moderation.inflection import INFLECTED, inflection_end, is_passive
from bot.prompt.japanese import morphology
from bot.prompt.japanese.morphology import Word

_GROUP = re.compile(r"\{([^{}]+)\}")
_STAND_IN = "猫"  # for a group: a noun, so that the words around it are read as they will be

_HIRAGANA = re.compile("[ぁ-ん]")
_FREE = {"助詞", "助動詞", "空白"}

# What may stand where an entry has 「を」, and so on; "" is nothing at all.
_CASES = {
    "を": {"を", "も", "は", "だけ", "ばかり", "ごと", "なんか", "なんて", ""},
    "が": {"が", "は", "も", "の", "だけ", "って", "なんか", "なんて", "など", ""},
    "は": {"は", "も", "って", "なんか", "なんて", "など", "とか", "こそ", "どもは", ""},
    "に": {"に", "へ", "にも", ""},
    "の": {"の", ""},
    "": {"", "の", "を"},
}
_AFTER_PREDICATE = {"か", "よ", "ね", "って", "という", "め", "ども", "ばかり", "だらけ", "扱い"}
_QUOTING_VERBS = {"言う", "書く", "呼ぶ", "叫ぶ", "罵る", "思う", "主張", "決め付ける"}
_ADVERBIAL = {"全部", "全て", "すべて", "一枚", "何度", "思い切り", "大量", "一気", "今", "一緒"}
_ADVERBIAL |= {"全員", "みんな", "皆", "全部", "大体"}
_REACH = 10  # tokens between a verb and what belongs to it


class Phrase(NamedTuple):
    """parts: words that any of may stand there, in order; cases: what stands between them."""

    entry: str
    parts: tuple[frozenset[str], ...]
    cases: tuple[str, ...]


class TokenSpan(NamedTuple):
    """Tokens start to end, without the end."""

    start: int
    end: int


def group_names(entry: str) -> list[str]:
    """Return the names of the groups in an entry."""
    return _GROUP.findall(entry)


@lru_cache(maxsize=16384)
def _shape(entry: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return the parts of an entry and the cases between, or None for one word."""
    names = _GROUP.findall(entry)
    if not names and not _HIRAGANA.search(entry):
        return None  # no verb is written without
    text, places = "", {}
    for piece in re.split(r"(\{[^{}]+\})", entry):
        is_group = _GROUP.fullmatch(piece) is not None
        if is_group:
            places[len(text)] = piece
        text += _STAND_IN if is_group else piece
    tokens = morphology.tokenize(text)
    parts: list[str] = []
    cases: list[str] = []
    at, case = 0, ""
    while at < len(tokens):
        token = tokens[at]
        if token.start in places:
            parts, cases, case = [*parts, places[token.start]], [*cases, case], ""
            at += 1
        elif token.part_of_speech in _FREE and parts:
            case += token.text.strip()
            at += 1
        elif token.part_of_speech in _FREE:
            return None  # 「は気持ち悪い」: what it is said of stands in another list
        else:
            end = inflection_end(tokens, at) if token.part_of_speech in INFLECTED else at + 1
            if end < len(tokens) and not names and token.part_of_speech not in INFLECTED:
                while end < len(tokens) and tokens[end].part_of_speech in {"接尾辞"}:
                    end += 1
            parts.append(text[token.start : tokens[end - 1].end])
            cases, case, at = [*cases, case], "", end
    if len(parts) < 2:
        return None
    if not names and not any(token.part_of_speech in INFLECTED for token in tokens):
        return None  # nouns only: as they stand
    return tuple(parts), tuple(cases[1:])


def parse_phrase(entry: str, groups: Mapping[str, tuple[str, ...]]) -> Phrase | None:
    """Return the phrase of an entry, or None for one word or several that stand as they are."""
    shape = _shape(entry)
    if shape is None:
        return None
    parts = tuple(
        frozenset(groups.get(part[1:-1], ())) if part.startswith("{") else frozenset((part,))
        for part in shape[0]
    )
    return Phrase(entry, parts, shape[1]) if all(parts) else None


def find_phrase(
    phrase: Phrase, tokens: list[Word], matches: Mapping[str, list[TokenSpan]]
) -> TokenSpan | None:
    """Return where a phrase stands, given the words that matched, or None."""
    *befores, heads = (_places(part, matches) for part in phrase.parts)
    if not all(befores):
        return None
    ends = [{span.end: span for span in spans} for spans in befores]
    starts = {span.start: span for span in reversed(befores[0])}
    for head in heads:
        if (at := _match_leftwards(phrase, len(befores), head, tokens, ends)) is not None:
            return TokenSpan(at.start, head.end)
        if (
            len(befores) == 1
            and (at := _find_modified_noun(phrase, head, tokens, starts)) is not None
        ):
            return TokenSpan(head.start, at.end)
    return None


def _places(words: frozenset[str], matches: Mapping[str, list[TokenSpan]]) -> list[TokenSpan]:
    if len(words) > len(matches):
        return [span for word in matches if word in words for span in matches[word]]
    return [span for word in words if word in matches for span in matches[word]]


def _match_leftwards(
    phrase: Phrase,
    part: int,
    head: TokenSpan,
    tokens: list[Word],
    ends_of_parts: list[dict[int, TokenSpan]],
) -> TokenSpan | None:
    """Return the first part of the phrase, if all parts before this one stand where they must.

    ends_of_parts: where each part but the last stands, by the token after it.
    """
    if part == 0:
        return head
    case, ends = phrase.cases[part - 1], ends_of_parts[part - 1]
    if not any(place in ends for place in range(head.start, max(0, head.start - _REACH), -1)):
        return None
    if case == "は" and not _is_predicate(tokens, head):
        return None
    allowed = _particles_for(case, tokens, head)
    between: list[str] = []
    for place in range(head.start - 1, max(-1, head.start - 1 - _REACH), -1):
        token = tokens[place]
        if place + 1 in ends:
            inflected = tokens[ends[place + 1].start].part_of_speech in INFLECTED
            particles = "".join(reversed(between))
            if particles in allowed or (inflected and _inflects(particles, case)):
                return _match_leftwards(phrase, part - 1, ends[place + 1], tokens, ends_of_parts)
        if token.part_of_speech in {"助詞", "助動詞"}:
            between.append(token.text)
        elif token.part_of_speech in {"副詞", "空白"} or token.text == "、":
            continue
        elif _belongs_closer(
            token, "".join(reversed(between)), case, is_beside_head=place + 1 == head.start
        ):
            return None
        else:
            between = []
    return None


def _particles_for(case: str, tokens: list[Word], head: TokenSpan) -> set[str]:
    """Return what may stand before the head where the entry has this case."""
    allowed = _CASES.get(case, {case})
    if case == "を" and is_passive(tokens, head.end - 1):
        return allowed | _CASES["が"]
    if case == "を" and tokens[head.end - 1].part_of_speech == "名詞":
        return allowed | {"の"}
    return allowed


def _belongs_closer(token: Word, particles: str, case: str, *, is_beside_head: bool) -> bool:
    """Return whether the head speaks of this word instead: 「腕に|野菜|切る」.

    particles: what stands between the word and the next one.
    """
    if token.part_of_speech in {"動詞", "形容詞"}:
        return particles not in {"て", "で", "ながら", "たり", "だり", ""}
    counted = token.part_of_speech == "接尾辞" or token.text.isdigit() or token.text in _ADVERBIAL
    if particles == "" and not counted and is_beside_head:
        return True
    if particles in {"を", "のを"}:
        return case != "は"
    return particles == "が" and case in {"が", "は"}


def _is_predicate(tokens: list[Word], head: TokenSpan) -> bool:
    """Return whether it is a predicate: 「泥棒だ」, but not 「泥棒と踊る」."""
    after = tokens[head.end : head.end + 1]
    if tokens[head.end - 1].part_of_speech in INFLECTED or not after:
        return True
    if after[0].text == "と":  # 「泥棒と書かれた」
        return (
            tokens[head.end + 1 : head.end + 2] != []
            and tokens[head.end + 1].lemma in _QUOTING_VERBS
        )
    return (
        after[0].part_of_speech in {"補助記号", "助動詞", "空白"}
        or after[0].text in _AFTER_PREDICATE
    )


def _inflects(particles: str, case: str) -> bool:
    """Return whether the particles inflect a verb, with the case: 「死ん|だ|ほう」."""
    return particles.endswith(case) or particles in {"て", "た", "だ", "ている", "ていた"}


def _find_modified_noun(
    phrase: Phrase, head: TokenSpan, tokens: list[Word], starts: Mapping[int, TokenSpan]
) -> TokenSpan | None:
    """Return the noun that a verb modifies: 「切られた|腕」, 「飛び出す|内臓」."""
    case = phrase.cases[0]
    noun = starts.get(inflection_end(tokens, head.end - 1))
    if noun is None or case not in {"を", "が", "は", ""}:
        return None
    last = tokens[head.end - 1]
    if case in {"を", ""} and not is_passive(tokens, head.end - 1):
        return None
    if (
        last.part_of_speech == "名詞"
        and inflection_end(tokens, head.end - 1) == head.end
        and case != ""
    ):
        return None
    return noun

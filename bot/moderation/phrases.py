"""What an entry of the lists means: a word, a word in any inflection, or a phrase.

A phrase is words that belong together, as a verb and its object do: 「{body}を切る」 is 「手首を
切った」, 「切られた腕」 and 「首をナイフで切る」, and not 「腕を組んで野菜を切る」.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from bot import japanese
from bot.japanese import Word

_GROUP = re.compile(r"\{([^{}]+)\}")
_STAND_IN = "猫"  # for a group: a noun, so that the words around it are read as they will be

_HIRAGANA = re.compile("[ぁ-ん]")
_MAY_VARY = re.compile(r"[ぁ-ん]\Z|\A[一-龠々]{1,4}\Z")  # others are written in one way
_FREE = {"助詞", "助動詞", "空白"}
_INFLECTED = {"動詞", "形容詞", "形状詞"}
_HELPING = {"居る", "為る", "仕舞う", "有る", "置く", "遣る", "貰う", "呉れる", "下さる"}
_NOT = {"ない", "無い", "ぬ", "ず", "まい"}
_WANT = {"たい", "たがる"}
_PASSIVE = {"れる", "られる"}
_PLAIN = {"た", "て", "てる", "で", "居る", "為る", *_NOT, *_WANT, *_PASSIVE}

# What may stand where an entry has 「を」, and so on; "" is nothing at all.
_CASES = {
    "を": {"を", "も", "は", "だけ", "ばかり", "ごと", "なんか", "なんて", ""},
    "が": {"が", "は", "も", "の", "だけ", "って", "なんか", "なんて", "など", ""},
    "は": {"は", "も", "って", "なんか", "なんて", "など", "とか", "こそ", "どもは", ""},
    "に": {"に", "へ", "にも", ""},
    "の": {"の", ""},
    "": {"", "の", "を"},
}
_SAID = {"か", "よ", "ね", "って", "という", "め", "ども", "ばかり", "だらけ", "扱い"}
_TELLING = {"言う", "書く", "呼ぶ", "叫ぶ", "罵る", "思う", "主張", "決め付ける"}
_ADVERBIAL = {"全部", "全て", "すべて", "一枚", "何度", "思い切り", "大量", "一気", "今", "一緒"}
_ADVERBIAL |= {"全員", "みんな", "皆", "全部", "大体"}
_REACH = 10  # tokens between a verb and what belongs to it


class Form(NamedTuple):
    """An inflected word, whatever its inflection. lemma: its normal form."""

    lemma: str
    negative: bool = False
    wanted: bool = False


class Phrase(NamedTuple):
    """parts: words that any of may stand there, in order; cases: what stands between them."""

    entry: str
    parts: tuple[frozenset[str], ...]
    cases: tuple[str, ...]


class Span(NamedTuple):
    """Tokens start to end, without the end."""

    start: int
    end: int


def groups_in(entry: str) -> list[str]:
    """The names of the groups that an entry has in it."""
    return _GROUP.findall(entry)


@lru_cache(maxsize=16384)
def form(entry: str) -> Form | None:
    """The form of an entry that is one word and what inflects it; None: it is none."""
    if entry.isascii() or "{" in entry or not _MAY_VARY.search(entry):
        return None
    tokens = japanese.words(entry)
    if tokens[0].kind not in _INFLECTED:
        return Form(entry) if len(tokens) == 1 and tokens[0].lemma == entry else None
    # 「死のう」 and 「殺してくれ」 say more than 「死ぬ」 and 「殺す」: they stand as written.
    plain = ending(tokens, 0) == len(tokens) and all(it.lemma in _PLAIN for it in tokens[1:])
    return inflection(tokens, 0) if plain else None


def inflection(tokens: list[Word], at: int) -> Form:
    """The form in which the word at that place stands in the text."""
    after = tokens[at + 1 : ending(tokens, at)]
    if tokens[at].kind not in _INFLECTED:  # 「虐待しない」 speaks of it all the same
        return Form(tokens[at].lemma)
    lemmas = {it.lemma for it in after}
    forbidden = bool(after) and after[-1].text == "な" and after[-1].kind == "助詞"
    return Form(tokens[at].lemma, not lemmas.isdisjoint(_NOT) or forbidden, bool(lemmas & _WANT))


def is_passive(tokens: list[Word], at: int) -> bool:
    """Whether what that word says is done to somebody: 「刺された」."""
    return any(it.lemma in _PASSIVE for it in tokens[at + 1 : ending(tokens, at)])


def ending(tokens: list[Word], at: int) -> int:
    """Where the word at that place ends with all that inflects it: 「切られて|いた」."""
    place = at + 1
    while place < len(tokens):
        it, last = tokens[place], tokens[place - 1]
        linked = last.text in {"て", "で", "は", "も"} or last.kind == "助動詞"
        inflects = (
            it.kind == "助動詞"
            or (it.kind == "助詞" and it.text in {"て", "で", "ちゃ", "じゃ"})
            or (
                it.lemma == "為る" and tokens[at].kind not in {"動詞", "形容詞"} and place == at + 1
            )
            or (it.lemma in _HELPING and linked)
            or (it.lemma == "無い" and it.kind == "形容詞" and linked)
            or (
                it.kind == "助詞"
                and it.text == "な"
                and tokens[at].kind == "動詞"
                and place == at + 1
            )
        )
        if not inflects:
            break
        place += 1
    return place


@lru_cache(maxsize=16384)
def _shape(entry: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The parts of an entry, as they are written, and the cases between; None: it is one word."""
    names = _GROUP.findall(entry)
    if not names and not _HIRAGANA.search(entry):
        return None  # no verb is written without
    text, places = "", {}
    for piece in re.split(r"(\{[^{}]+\})", entry):
        is_group = _GROUP.fullmatch(piece) is not None
        if is_group:
            places[len(text)] = piece
        text += _STAND_IN if is_group else piece
    tokens = japanese.words(text)
    parts: list[str] = []
    cases: list[str] = []
    at, case = 0, ""
    while at < len(tokens):
        it = tokens[at]
        if it.start in places:
            parts, cases, case = [*parts, places[it.start]], [*cases, case], ""
            at += 1
        elif it.kind in _FREE and parts:
            case += it.text.strip()
            at += 1
        elif it.kind in _FREE:
            return None  # 「は気持ち悪い」: what it is said of stands in another list
        else:
            end = ending(tokens, at) if it.kind in _INFLECTED else at + 1
            if end < len(tokens) and not names and it.kind not in _INFLECTED:
                while end < len(tokens) and tokens[end].kind in {"接尾辞"}:
                    end += 1
            parts.append(text[it.start : tokens[end - 1].end])
            cases, case, at = [*cases, case], "", end
    if len(parts) < 2:
        return None
    if not names and not any(it.kind in _INFLECTED for it in tokens):
        return None  # nouns only: as they stand
    return tuple(parts), tuple(cases[1:])


def phrase(entry: str, groups: Mapping[str, tuple[str, ...]]) -> Phrase | None:
    """The phrase that an entry is; None: it is one word, or several that stand as they are."""
    shape = _shape(entry)
    if shape is None:
        return None
    parts = tuple(
        frozenset(groups.get(it[1:-1], ())) if it.startswith("{") else frozenset((it,))
        for it in shape[0]
    )
    return Phrase(entry, parts, shape[1]) if all(parts) else None


def stands(it: Phrase, tokens: list[Word], found: Mapping[str, list[Span]]) -> Span | None:
    """Where a phrase is in a text, given where the words are that were found; None: nowhere."""
    for head in _places(it.parts[-1], found):
        if (at := _left_of(it, len(it.parts) - 1, head, tokens, found)) is not None:
            return Span(at.start, head.end)
        if len(it.parts) == 2 and (at := _described(it, head, tokens, found)) is not None:
            return Span(head.start, at.end)
    return None


def _places(words: frozenset[str], found: Mapping[str, list[Span]]) -> list[Span]:
    if len(words) > len(found):
        return [span for word in found if word in words for span in found[word]]
    return [span for word in words if word in found for span in found[word]]


def _left_of(
    it: Phrase, part: int, head: Span, tokens: list[Word], found: Mapping[str, list[Span]]
) -> Span | None:
    """The first part of the phrase, when all parts before this one stand where they must."""
    if part == 0:
        return head
    case = it.cases[part - 1]
    if case == "は" and not _is_said(tokens, head):
        return None
    ends = {span.end: span for span in _places(it.parts[part - 1], found)}
    if not ends:
        return None
    passive = case == "を" and is_passive(tokens, head.end - 1)
    allowed = _CASES.get(case, {case})
    if passive:
        allowed = allowed | _CASES["が"]
    elif case == "を" and tokens[head.end - 1].kind == "名詞":
        allowed = allowed | {"の"}
    between: list[str] = []
    for place in range(head.start - 1, max(-1, head.start - 1 - _REACH), -1):
        token = tokens[place]
        if place + 1 in ends:
            inflected = tokens[ends[place + 1].start].kind in _INFLECTED
            said = "".join(reversed(between))
            if said in allowed or (inflected and _inflects(said, case)):
                return _left_of(it, part - 1, ends[place + 1], tokens, found)
        if token.kind in {"助詞", "助動詞"}:
            between.append(token.text)
        elif token.kind in {"副詞", "空白"} or token.text == "、":
            continue
        elif token.kind in {"動詞", "形容詞"}:
            if "".join(reversed(between)) not in {"て", "で", "ながら", "たり", "だり", ""}:
                return None
            between = []
        else:
            said = "".join(reversed(between))
            counted = token.kind == "接尾辞" or token.text.isdigit() or token.text in _ADVERBIAL
            if said == "" and not counted and place + 1 == head.start:
                return None  # another thing that belongs closer: 「腕に|野菜|切る」
            if said in {"を", "のを"} and case != "は":
                return None
            if said == "が" and case in {"が", "は"}:
                return None
            between = []
    return None


def _is_said(tokens: list[Word], head: Span) -> bool:
    """Whether it is what is said of something: 「泥棒だ」, but not 「泥棒と踊る」."""
    after = tokens[head.end : head.end + 1]
    if tokens[head.end - 1].kind in _INFLECTED or not after:
        return True
    if after[0].text == "と":  # 「泥棒と書かれた」
        return tokens[head.end + 1 : head.end + 2] != [] and tokens[head.end + 1].lemma in _TELLING
    return after[0].kind in {"補助記号", "助動詞", "空白"} or after[0].text in _SAID


def _inflects(said: str, case: str) -> bool:
    """Whether what stands between is what inflects a verb, and the case: 「死ん|だ|ほう」."""
    return said.endswith(case) or said in {"て", "た", "だ", "ている", "ていた"}


def _described(
    it: Phrase, head: Span, tokens: list[Word], found: Mapping[str, list[Span]]
) -> Span | None:
    """The noun that a verb stands before: 「切られた|腕」, 「飛び出す|内臓」."""
    case = it.cases[0]
    if case not in {"を", "が", "は", ""}:
        return None
    last = tokens[head.end - 1]
    if case in {"を", ""} and not is_passive(tokens, head.end - 1):
        return None
    if last.kind == "名詞" and ending(tokens, head.end - 1) == head.end and case != "":
        return None
    start = ending(tokens, head.end - 1)
    return next((span for span in _places(it.parts[0], found) if span.start == start), None)

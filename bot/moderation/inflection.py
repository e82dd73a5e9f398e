"""Words in any inflection: 「切った」 is 「切る」, and 「切らない」 and 「切りたい」 are others."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from bot.prompt.japanese import morphology
from bot.prompt.japanese.morphology import Word

_MAY_VARY = re.compile(r"[ぁ-ん]\Z|\A[一-龠々]{1,4}\Z")  # others are written in one way
INFLECTED = {"動詞", "形容詞", "形状詞"}  # parts of speech
_HELPING = {"居る", "為る", "仕舞う", "有る", "置く", "遣る", "貰う", "呉れる", "下さる"}
_NOT = {"ない", "無い", "ぬ", "ず", "まい"}
_WANT = {"たい", "たがる"}
_PASSIVE = {"れる", "られる"}
_PLAIN = {"た", "て", "てる", "で", "居る", "為る", *_NOT, *_WANT, *_PASSIVE}
_GOING = {"行く", "帰る", "去る", "消える", "失せる", "黙る", "治す"}  # harmless unless demanded
_DEMAND = re.compile(
    "(?:[いゆ行]け|[え帰さ去ま黙]れ|[お治直]せ|[えせ]ろ)よ?$"
)  # 「帰れ」, 「消えろ」
_MAX_INFLECTION = 12  # tokens: 「見せ|て|もらい|たく|なかっ|た|ん|です」; others are no words


class Form(NamedTuple):
    """An inflected word, whatever its inflection. lemma: its normal form. demanded: whether only
    the imperative counts: 「帰れ」 is told to people, 「帰る」 is not."""

    lemma: str
    negative: bool = False
    desiderative: bool = False
    demanded: bool = False


@lru_cache(maxsize=16384)
def parse_form(entry: str) -> Form | None:
    """Return the form of an entry that is one word with its inflection, or None."""
    if entry.isascii() or "{" in entry or not _MAY_VARY.search(entry):
        return None
    tokens = morphology.tokenize(entry)
    if tokens[0].part_of_speech not in INFLECTED:
        return Form(entry) if len(tokens) == 1 and tokens[0].lemma == entry else None
    if len(tokens) == 1 and tokens[0].lemma in _GOING and _DEMAND.search(entry):
        return Form(tokens[0].lemma, demanded=True)
    # 「死のう」 and 「殺してくれ」 say more than 「死ぬ」 and 「殺す」: they stand as written.
    plain = inflection_end(tokens, 0) == len(tokens) and all(
        token.lemma in _PLAIN for token in tokens[1:]
    )
    return form_at(tokens, 0) if plain else None


def form_at(tokens: list[Word], at: int) -> Form:
    """Return the form in which the word at that place stands in the text."""
    after = tokens[at + 1 : inflection_end(tokens, at)]
    if tokens[at].part_of_speech not in INFLECTED:  # 「虐待しない」 speaks of it all the same
        return Form(tokens[at].lemma)
    lemmas = {token.lemma for token in after}
    forbidden = bool(after) and after[-1].text == "な" and after[-1].part_of_speech == "助詞"
    return Form(tokens[at].lemma, not lemmas.isdisjoint(_NOT) or forbidden, bool(lemmas & _WANT))


def demand_at(tokens: list[Word], at: int) -> Form | None:
    """Return the form of a word that is demanded there, 「帰れ」, but not 「帰れば」; else None."""
    token = tokens[at]
    if token.lemma not in _GOING or not _DEMAND.search(token.text):
        return None
    follows = tokens[at + 1 : at + 2]
    if follows and follows[0].part_of_speech == "助動詞":
        return None
    if follows and follows[0].text in {"ば", "て", "ど"}:
        return None
    return Form(token.lemma, demanded=True)


def is_passive(tokens: list[Word], at: int) -> bool:
    """Return whether a verb is passive: 「刺された」."""
    return any(token.lemma in _PASSIVE for token in tokens[at + 1 : inflection_end(tokens, at)])


def inflection_end(tokens: list[Word], at: int) -> int:
    """Return where a word ends with all that inflects it: 「切られて|いた」."""
    place, limit = at + 1, min(len(tokens), at + 1 + _MAX_INFLECTION)
    while place < limit:
        token, last = tokens[place], tokens[place - 1]
        linked = last.text in {"て", "で", "は", "も"} or last.part_of_speech == "助動詞"
        inflects = (
            token.part_of_speech == "助動詞"
            or (token.part_of_speech == "助詞" and token.text in {"て", "で", "ちゃ", "じゃ"})
            or (
                token.lemma == "為る"
                and tokens[at].part_of_speech not in {"動詞", "形容詞"}
                and place == at + 1
            )
            or (token.lemma in _HELPING and linked)
            or (token.lemma == "無い" and token.part_of_speech == "形容詞" and linked)
            or (
                token.part_of_speech == "助詞"
                and token.text == "な"
                and tokens[at].part_of_speech == "動詞"
                and place == at + 1
            )
        )
        if not inflects:
            break
        place += 1
    return place

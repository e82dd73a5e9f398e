"""The features of a text that may do harm: n-grams, lemmas, and how its concepts follow another.

A concept is a class of words, 「clothes」, 「to take off」: frames/fillers.txt lists them. Two of
them in a row tell more than the words themselves, and of words that no sentence was trained with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from bot.intent.features import Word, character_grams, fold_text, number_of, words_of
from bot.moderation.dialects import standardize
from bot.moderation.lookalikes import as_it_looks
from bot.moderation.normalize import fold, fold_phrase
from bot.prompt import clean
from bot.prompt.japanese.kana import to_hiragana
from bot.prompt.japanese.morphology import reading_of

CONCEPTS = tuple(
    """
    person this group vermin base expel expelling peaceful bath peep under camera wearing strip
    restyle undress_state sexy bodypart enlarge humiliate stab victim gore child kid family abuse
    tired cry_start fake_gore fake_nude benign_change talk weary sad_bit calm
    someone mishap mishap_to mock cheer zeal fuel monster worn
    me own_end will lastly soon gone selfharm mob attack raid creature
    contraband howto papers trick press dignitary disgrace
    """.split()  # noqa: SIM905 one to a line would be a page
)
_LIGHT = {"為る", "居る", "有る", "下さる", "成る", "事", "様", "感じ", "風", "物", "人", "見る"}
_CONTENT = {"名詞", "動詞", "形容詞", "形状詞", "副詞", "接頭辞", "代名詞"}
_MAX_WORDS = 4  # of a phrase that stands for a concept
_MIN_SPOKEN = 4  # letters of a phrase in kana, shorter ones are other words too
_MAX_PAIRED = 8  # concepts of a text that are paired


@lru_cache(maxsize=8)
def prepare(text: str) -> str:
    """Return a text as a person wrote it in the form that is judged, as it looks."""
    return fold_text(standardize(as_it_looks(clean(text))))


def feature_numbers(text: str, concepts: Mapping[int, int]) -> list[int]:
    """Return the numbers of the features of a prepared text, each once, in a steady order.

    concepts: bits of CONCEPTS by the number of a word or phrase. Never raises.
    """
    words = words_of(text)
    names = [*_names(text, words), *_concept_names(words, concepts)]
    return list(dict.fromkeys(map(number_of, names)))


def _names(text: str, words: Sequence[Word]) -> Iterator[str]:
    plain = fold(text).text
    yield f"length {min(len(plain) // 4, 8)}"
    yield from character_grams(f"^{plain}$")
    lemmas = [word.lemma for word in words]
    for lemma in lemmas:
        yield f"lemma {lemma}"
    content = [word.lemma for word in words if word.coarse in _CONTENT]
    for first, second in zip(["^", *content], [*content, "$"], strict=True):
        yield f"lemmas {first} {second}"
    yield f"last {' '.join(word.fine for word in words[-2:])}"
    if words:
        yield f"last {words[-1].coarse}"


def _concept_names(words: Sequence[Word], concepts: Mapping[int, int]) -> Iterator[str]:
    placed: list[tuple[int, int]] = []  # (place, concept)
    for place, bits in enumerate(_bits_at(words, concepts)):
        placed += [(place, concept) for concept in range(len(CONCEPTS)) if bits >> concept & 1]
    for place, concept in placed:
        after = words[place + 1] if place + 1 < len(words) else None
        yield f"concept {concept}"
        yield f"concept again {concept}"
        yield f"concept {concept} then {after.text if after else '$'}"
    places = sorted({place for place, _ in placed})[:_MAX_PAIRED]
    near = [(place, concept) for place, concept in placed if place in places]
    for place, first in near:
        for other, second in near:
            if other > place:
                yield f"concepts {first} {second}"
    if not placed:
        yield "no concept"


def _bits_at(words: Sequence[Word], concepts: Mapping[int, int]) -> list[int]:
    """Return, for each word, the concepts that it or a phrase beginning with it stands for."""
    bits = []
    following = _lemmas_following(words)
    for start, word in enumerate(words):
        here = concepts.get(number_of(f"lemma {word.lemma}"), 0)
        if pair := following.get(start):
            here |= concepts.get(number_of(f"lemmas {pair}"), 0)
        phrase = ""
        for part in words[start : start + _MAX_WORDS]:
            phrase += part.text
            here |= concepts.get(number_of(f"phrase {fold_phrase(phrase)}"), 0)
        bits.append(here)
    return bits


def _lemmas_following(words: Sequence[Word]) -> dict[int, str]:
    """Return, by the place of a word, its lemma and that of the next one of weight."""
    heavy = [(place, word.lemma) for place, word in enumerate(words) if _is_heavy(word)]
    return {place: f"{lemma} {after}" for (place, lemma), (_, after) in pairwise(heavy)}


def _is_heavy(word: Word) -> bool:
    return word.coarse in _CONTENT and word.lemma not in _LIGHT


def concepts_of(fillers: Mapping[str, list[str]]) -> dict[int, int]:
    """Return the bits of concepts by the number of a word or phrase, from the lists of words."""
    concepts: dict[int, int] = {}
    for index, name in enumerate(CONCEPTS):
        for phrase in fillers[name]:
            words = words_of(prepare(phrase))
            keys = [f"phrase {fold(phrase).text}"] if len(words) <= _MAX_WORDS else []
            content = [word.lemma for word in words if _is_heavy(word)]
            if len(content) in {1, 2}:
                keys.append(f"{'lemma' if len(content) == 1 else 'lemmas'} {' '.join(content)}")
            spoken = to_hiragana(reading_of(phrase))
            if len(spoken) >= _MIN_SPOKEN and len(words_of(spoken)) <= _MAX_WORDS:
                keys.append(f"phrase {fold(spoken).text}")
            for key in keys:
                number = number_of(key)
                concepts[number] = concepts.get(number, 0) | 1 << index
    return concepts

"""Whether a text asks for something that is not painted, and for which category of reason.

A word of the lists counts only where it is a word: 「裸の女性」, but not 「裸足」. What a text
contains is determined once (bot.moderation.matcher); the rules then say which entries are refused,
alone or together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

from bot.moderation import harm
from bot.moderation.dialects import standardize, without_katakana
from bot.moderation.forgery import forges
from bot.moderation.harm import Judgement
from bot.moderation.harmless_uses import find_harmless_uses
from bot.moderation.lists import WordLists
from bot.moderation.lookalikes import as_it_looks
from bot.moderation.matcher import TextMatches
from bot.moderation.normalize import fold, fold_word
from bot.moderation.photos import classify_photo_wish
from bot.moderation.phrases import parse_phrase
from bot.moderation.romaji import as_kana
from bot.moderation.undressing import BARES, STRIPS, TAKES_OFF, in_other_words
from bot.moderation.vocabulary import Vocabulary
from bot.prompt import clean

_LATIN = re.compile("[a-z]", re.IGNORECASE)
_REJECTED = re.compile("^[^、。!?]{1,20}?(?:じゃ|では)(?:なくて、?|なく、)")  # 「泥棒じゃなくて」
_PEOPLE = ("person", "people", "adult", "child", "young_women", "pupil", "schoolchild")
_YOUNGER = re.compile("娘|息子|孫|姪|甥|妹|弟|教え子|むすめ|むすこ")


class _IndexedRule(NamedTuple):
    """A rule for quick lookup: any of words, together with one of each of others, none of unless.

    words is a dict for its order, which is that of the list.
    """

    category: str
    words: dict[str, None]
    others: list[frozenset[str]]
    unless: frozenset[str]


class Moderation:
    """Judges texts by the lists. Safe to share between threads."""

    def __init__(self, lists: WordLists) -> None:
        self._lists = lists
        self._rules = [
            _IndexedRule(
                rule.category,
                dict.fromkeys(rule.words),
                [frozenset(group) for group in rule.others],
                frozenset(rule.unless),
            )
            for rule in lists.rules
        ]
        self._rules_by_word: dict[str, list[int]] = {}
        for index, rule in enumerate(self._rules):
            for word in rule.words:
                self._rules_by_word.setdefault(word, []).append(index)
        # A message is judged as it is typed, and what is read of it is often the same.
        self._explain_once = lru_cache(maxsize=4)(self._explain_typed)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        """Build it on first use: it needs the tokenizer, whose dictionary is opened late."""
        entries = {
            entry
            for rule in self._rules
            for words in (rule.words, *rule.others, rule.unless)
            for entry in words
        }
        written = sorted(entries - self._lists.readings.keys())  # in kana no word can be told
        parsed = (parse_phrase(entry, self._lists.groups) for entry in written)
        phrases = [phrase for phrase in parsed if phrase is not None]
        part_words = {word for phrase in phrases for part in phrase.parts for word in part}
        words = sorted(entry for entry in entries | part_words if "{" not in entry)
        return Vocabulary(words, phrases, self._lists.allowed, self._lists.neutralizing)

    def classify(self, text: str) -> str | None:
        """Return the category, of CATEGORIES, for which a text is refused.

        text: a prompt as a person wrote it, of any length. Returns None if it may be painted.
        Never raises.
        """
        refusal = self._explain(text)
        return refusal[0] if refusal else None

    def refusal_category(self, prompt: str, negative: str = "") -> str | None:
        """As `classify`, for a request: what is to be left out may be what clothes somebody.

        negative: things joined by 「、」. One that would itself be refused may be left out.
        """
        refusal = self.explain_refusal(prompt, negative)
        return refusal[0] if refusal else None

    def photo_refusal_category(
        self, prompt: str, negative: str = "", words: str = ""
    ) -> str | None:
        """As `refusal_category`, for pictures from a photo: it may show somebody.

        words: what the person wrote, of which prompt and negative were read.
        """
        refused = self.refusal_category(prompt, negative) or self.classify(words)
        if refused == "minors":
            return refused
        texts = (words, prompt, *_said_to_be_missing(negative.split("、")))
        texts = tuple(map(in_other_words, texts))
        category = next(filter(None, map(classify_photo_wish, texts)), None)
        if "sexual" in {refused, category}:
            return "minors" if any(map(self._mentions_child, texts)) else "sexual"
        return refused or category

    def judge(self, prompt: str, negative: str = "", *, words: str = "") -> Judgement:
        """Judge a request by the lists and, where they know nothing, by the classifier of harm.

        words: what the person wrote, of which prompt and negative were read, if they did.
        """
        if category := self.refusal_category(prompt, negative):
            return Judgement("refuse", category)
        meant = _REJECTED.sub("", words) if words else prompt
        judgement = harm.judge(self._without_allowed(meant), "words")
        if judgement.action == "paint" and self._strips_somebody(words or prompt):
            judgement = Judgement("ask", "sexual")
        if judgement.action == "paint" and self._mocks_somebody(meant):
            judgement = Judgement("ask", "deception")
        judgement = self._protect_children(judgement, words or prompt)
        if judgement.action == "paint" and self._leaves_out_what_covers(negative):
            return Judgement("ask", "sexual")
        return judgement

    def judge_change(self, prompt: str, negative: str, words: str) -> Judgement:
        """As `judge`, for an earlier picture with a change: words undress whom the prompt names.

        「脱がせて」 of 「女の子」 has no word of the lists, and neither has what comes of it.
        """
        words = in_other_words(words)
        judgement = self.judge(prompt, negative)
        if judgement.action == "refuse" or not BARES.search(words) or not self._has_person(prompt):
            return judgement
        undresses = classify_photo_wish(words) == "sexual"
        if not undresses and harm.judge(words, "photo").category != "sexual":
            return judgement
        return self._protect_children(Judgement("refuse", "sexual"), prompt)

    def _strips_somebody(self, text: str) -> bool:
        """Return whether a garment of somebody goes, as it would be refused about a photo.

        Of a child it need not be said which: 「靴を脱ぐ」 is nothing sexual, 「脱ぐところ」 is.
        """
        if not (STRIPS.search(text) or TAKES_OFF.search(text)):
            return False
        if classify_photo_wish(text) != "sexual":
            return False
        is_child = self._mentions_child(text)
        return is_child or (STRIPS.search(text) is not None and self._has_person(text))

    def _mocks_somebody(self, text: str) -> bool:
        """Return whether somebody known, or around who writes, is humbled as it would be refused
        about a photo, and the classifier does not find it harmless: 「社長を檻に入れる」."""
        if not harm.is_doubtful(text, "words") or classify_photo_wish(text) != "deception":
            return False
        known = self._lists.groups.get("someone", ())
        return not TextMatches(clean(text), self._vocabulary).matches.keys().isdisjoint(known)

    def _has_person(self, text: str) -> bool:
        """Return whether a text names somebody."""
        people = {word for name in _PEOPLE for word in self._lists.groups.get(name, ())}
        return not TextMatches(clean(text), self._vocabulary).matches.keys().isdisjoint(people)

    def judge_photo(self, prompt: str, negative: str = "", *, words: str = "") -> Judgement:
        """As `judge`, for pictures from a photo: it may show somebody."""
        if category := self.photo_refusal_category(prompt, negative, words):
            return Judgement("refuse", category)
        if forges(words or prompt):
            return Judgement("refuse", "deception")
        text = words or "、".join([prompt, *_said_to_be_missing(negative.split("、"))])
        text = in_other_words(text)
        return self._protect_children(harm.judge(self._without_allowed(text), "photo"), text)

    def _leaves_out_what_covers(self, negative: str) -> bool:
        """Return whether a garment is left out, which may undress somebody."""
        return not self._wear.isdisjoint(map(fold_word, negative.split("、")))

    @cached_property
    def _wear(self) -> frozenset[str]:
        groups = (self._lists.groups.get(name, ()) for name in ("clothes", "close_wear"))
        return frozenset(fold_word(word) for group in groups for word in group)

    def _protect_children(self, judgement: Judgement, text: str) -> Judgement:
        """Refuse what is sexual, or may be, if a child is spoken of."""
        if judgement.category == "sexual" and self._mentions_child(text):
            return Judgement("refuse", "minors")
        return judgement

    def _without_allowed(self, text: str) -> str:
        """Leave out the phrases that are allowed, and words that operators took from the lists."""
        folded = fold(text)
        spans = self._vocabulary.find_allowed(folded.text)
        for word in map(fold_word, self._lists.removed):
            if word and (start := folded.text.find(word)) >= 0:
                spans.append((start, start + len(word)))
        left_out = {folded.positions[at] for start, end in spans for at in range(start, end)}
        for start, end in find_harmless_uses(folded.original):
            left_out.update(range(start, end))
        if not left_out:
            return text
        return "".join(letter for at, letter in enumerate(folded.original) if at not in left_out)

    def _mentions_child(self, text: str) -> bool:
        if _YOUNGER.search(text):
            return True
        children = self._lists.groups.get("child", ())
        return not TextMatches(clean(text), self._vocabulary).matches.keys().isdisjoint(children)

    def explain_refusal(self, prompt: str, negative: str = "") -> tuple[str, list[str]] | None:
        """As `refusal_category`, with the entries that are refused, as the lists write them."""
        left_out = [thing for thing in negative.split("、") if thing and not self.classify(thing)]
        return self._explain("、".join([prompt, *_said_to_be_missing(left_out)]))

    def _explain(self, text: str) -> tuple[str, list[str]] | None:
        """Judge a text as it is typed, as it looks if letters in it look like others, and as it is
        said in the standard language and written in hiragana, if it is in katakana alone.

        A cry for help is understood in Latin letters too: "shinitai", "sinitai".
        """
        typed = clean(text)
        looks = as_it_looks(typed)
        views = dict.fromkeys((typed, looks, standardize(without_katakana(looks))))
        refusal = next(filter(None, map(self._explain_once, views)), None)
        if refusal is None and (kana := as_kana(typed)):
            spoken = self._explain_once(kana)
            return spoken if spoken and spoken[0] == "self_harm" else None  # but "shine", しね
        return refusal

    def _explain_typed(self, text: str) -> tuple[str, list[str]] | None:
        matches = TextMatches(text, self._vocabulary)
        entries = matches.matches
        candidates = {index for entry in entries for index in self._rules_by_word.get(entry, ())}
        for index in sorted(candidates):
            category, words, others, unless = self._rules[index]
            refused = entries.keys() & words.keys()
            if category != "minors":  # what protects children is never neutralized
                refused -= matches.neutralized
            if not refused or any(entry in unless for entry in entries):
                continue
            if all(any(entry in group for entry in entries) for group in others):
                return category, [word for word in words if word in refused]
        return None


def _said_to_be_missing(things: Iterable[str]) -> Iterator[str]:
    """Yield what is left out as people would say so, in English too: 「服なし」, "no clothes"."""
    for thing in filter(None, things):
        yield f"{thing}なし"
        if _LATIN.search(thing):
            yield f"no {thing}"

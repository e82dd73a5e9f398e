"""The classifier: the corpus, the weights, what they decide, and that they are the corpus's own."""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict

import numpy as np
import pytest

from bot.intent import KINDS, PAINTED_KINDS, Situation, classify, corpus, decide, evaluate
from bot.intent.decide import Decision
from bot.intent.expand_frames import expand, load_fillers
from bot.intent.kinds import GROUPS, group_of
from bot.intent.model import WEIGHTS_FILE, Intent, load_weights
from bot.intent.situation import CODES
from tests.bot.intent.noise import noise

MAX_WEIGHTS_BYTES = 3_000_000
MIN_ACCEPTABLE = dict.fromkeys(GROUPS, 0.9) | {"cry": 0.8}
MAX_HARMFUL_SHARE = 0.01


def intent_of(**shares: float) -> Intent:
    """An intent with these probabilities, 「_」 for the dot in a kind, the rest on "none"."""
    named = {name.replace("_", "."): share for name, share in shares.items()}
    rest = 1 - sum(named.values())
    values = [named.get(kind, rest if kind == "none" else 0.0) for kind in KINDS]
    return Intent(np.array(values, dtype=np.float32))


# --- the corpus


def test_the_corpus_is_large_and_has_every_kind() -> None:
    sentences = corpus.sentences()
    texts = {sentence.text for sentence in sentences}
    by_hand = {sentence.text for sentence in sentences if sentence.source != "frames.tsv"}
    assert len(texts) >= 6_000
    assert len(by_hand) >= 1_500
    kinds = Counter(sentence.kind for sentence in sentences)
    assert {kind for kind in KINDS if kinds[kind] < 10} == set()
    held_out = sum(sentence.is_held_out for sentence in sentences)
    assert 0.15 < held_out / len(sentences) < 0.25


def test_no_sentence_means_two_things_in_one_situation() -> None:
    meant: dict[tuple[str, str], set[str]] = defaultdict(set)
    for sentence in corpus.sentences():
        for code in sentence.codes:
            meant[sentence.text, code].add(group_of(sentence.kind))
    assert [key for key, groups in meant.items() if len(groups) > 1] == []


def test_a_frame_makes_the_same_sentences_each_time() -> None:
    fillers = load_fillers()
    made = expand("{adj}{animal}を描いて", 5, fillers)
    assert len(set(made)) == 5
    assert made == expand("{adj}{animal}を描いて", 5, fillers)


# --- the weights


def test_the_weights_are_small_and_of_this_corpus() -> None:
    assert WEIGHTS_FILE.stat().st_size < MAX_WEIGHTS_BYTES
    weights = load_weights()
    assert weights.corpus == corpus.fingerprint(), "run `make train-intent`"
    assert weights.table.values.nbytes < 10_000_000


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_training_makes_the_weights_bit_for_bit() -> None:
    from bot.intent import train

    made = train.train(temperature=load_weights().table.temperature)
    with np.load(WEIGHTS_FILE, allow_pickle=False) as stored:
        assert sorted(made) == sorted(stored.files)
        different = [name for name in stored.files if not np.array_equal(stored[name], made[name])]
    assert different == []


def test_probabilities_are_probabilities() -> None:
    for text in ("", "あ", "夜の富士山", "🍎", "a" * 10_000, "\u202e", "助けて"):
        for situation in CODES.values():
            shares = classify(text, situation).probabilities
            assert abs(float(shares.sum()) - 1) < 1e-3
            assert float(shares.min()) >= 0


def test_it_takes_no_time() -> None:
    texts = [sentence.text for sentence in corpus.sentences()[::50]]
    classify("あ", Situation())
    begun = time.process_time()
    for text in texts:
        classify(text, Situation())
    assert (time.process_time() - begun) / len(texts) < 0.005, "usually 0.3 ms"


# --- what is decided


def test_what_must_not_be_painted_needs_little_suspicion() -> None:
    assert decide(intent_of(wish=0.999)).action == "paint"
    for kind in ("erase_all", "cry_life", "question_price"):
        assert decide(intent_of(wish=0.6, **{kind: 0.4})).action != "paint"
    assert decide(intent_of(question_price=0.95)) == Decision("answer", "question.price")
    assert decide(intent_of(cry_life=0.6, wish=0.4)) == Decision("answer", "cry.life")


def test_the_held_out_fifth() -> None:
    """What `make eval-talk` prints, with some room below it."""
    result = defaultdict(list)
    for outcome in evaluate.outcomes():
        result[group_of(outcome.kind)].append(outcome)
    everything = [outcome for outcomes in result.values() for outcome in outcomes]
    acceptable = {name: np.mean([each.is_acceptable for each in result[name]]) for name in GROUPS}
    assert np.mean([each.is_acceptable for each in everything]) >= 0.95
    assert {name: share for name, share in acceptable.items() if share < MIN_ACCEPTABLE[name]} == {}
    harmful = [each for each in everything if each.is_harmful]
    assert len(harmful) <= MAX_HARMFUL_SHARE * len(everything), harmful


# --- bad input


def test_noise_never_raises() -> None:
    chance = random.Random(14)
    situations = list(CODES.values())
    for _ in range(400):
        decision = decide(classify(noise(chance), chance.choice(situations)))
        assert decision.action in {"paint", "ask", "answer"}
        assert decision.action != "paint" or decision.kind in PAINTED_KINDS

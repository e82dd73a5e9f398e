"""The corpus of harm, of the project's own. Read for training and for its tests only.

corpus/*.tsv has a line a sentence: family, place, class, text. What chats are about
(bot.intent.corpus) and near-twins (twins.tsv) are read beside it: most of that is harmless.
fresh.tsv is for evaluation only and never trained on.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from bot.intent import corpus as talk
from bot.intent.expand_frames import expand, load_fillers
from bot.intent.kinds import group_of
from bot.moderation.harm.classes import CATEGORY_OF_CLASS, CLASSES
from bot.moderation.photos import classify_photo_wish
from bot.prompt.japanese.kana import to_hiragana
from bot.prompt.japanese.morphology import reading_of

FOLDER = Path(__file__).parent / "corpus"
FRAMES = Path(__file__).with_name("frames")
FRESH_FILE = Path(__file__).with_name("fresh.tsv")
FOLDS = 3
_TWIN_CLASSES = {
    category: name for name, category in CATEGORY_OF_CLASS.items() if name in CLASSES["words"]
} | {"sexual": "sexual"}
_OF_PHOTO = {"photo", "change"}
_TALKS_PER_FAMILY = 4


class Sentence(NamedTuple):
    """A sentence. family: of sentences that are alike, which cross-validation keeps together.
    place: a key of CLASSES. name: one of its classes."""

    family: str
    place: str
    name: str
    text: str

    @property
    def fold(self) -> int:
        """Which of FOLDS parts its family belongs to."""
        return hashlib.sha256(self.family.encode()).digest()[1] % FOLDS


@cache
def sentences(place: str) -> tuple[Sentence, ...]:
    """Return the sentences of a place, each text once. Raises ValueError for a faulty line."""
    sentences: dict[str, Sentence] = {}
    for sentence in (*_own(), *_twins(), *_talk()):
        if sentence.place == place:
            sentences.setdefault(sentence.text, sentence)
    return tuple(sentences.values())


def fresh() -> list[Sentence]:
    """Return the sentences that are never trained on; the family is "first" or "late".

    "harmless" stands there for the class "none".
    """
    lines = FRESH_FILE.read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [
        Sentence(when, place, "none" if name == "harmless" else name, text)
        for place, name, text, when in rows
    ]


def fingerprint() -> str:
    """Return a hash of the corpus, which the weights keep."""
    digest = hashlib.sha256()
    for place in CLASSES:
        for sentence in sentences(place):
            digest.update("\t".join(sentence).encode())
    return digest.hexdigest()[:16]


def write_frames() -> None:
    """Write corpus/frames.tsv from the frames and what fills them."""
    fillers, lines = load_fillers(FRAMES), []
    name = place = ""
    for line in (FRAMES / "frames.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            name, place = line.strip("[]").split()
        elif line:
            frame, _, count = line.rpartition(" @")
            made = expand(frame, int(count), fillers)
            if frame.startswith("{") and frame.find("}") == len(frame) - 1:
                random.Random(frame).shuffle(made)  # noqa: S311 no secret
                groups = [f"{frame} {index // 8}" for index in range(len(made))]
            else:
                groups = [frame] * len(made)
            lines += [
                f"frame {name} {group}\t{place}\t{name}\t{text}"
                for group, text in zip(groups, made, strict=True)
            ]
    (FOLDER / "frames.tsv").write_text("\n".join(lines) + "\n", "utf-8")


def _own() -> Iterator[Sentence]:
    for path in sorted(FOLDER.glob("*.tsv"), key=lambda path: path.name == "frames.tsv"):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            fields = line.split("\t")
            if len(fields) != 4 or fields[2] not in CLASSES.get(fields[1], ()):
                raise ValueError(f"{path.name}:{number} is no family, place, class and text.")
            sentence = Sentence(*fields)
            yield sentence
            if fields[1] == "words" and path.name != "frames.tsv":
                yield sentence._replace(text=_in_kana(sentence.text))


@cache
def _in_kana(text: str) -> str:
    """Return a sentence as those write it who write in hiragana alone."""
    spoken = to_hiragana(reading_of(text))
    return spoken.replace("わたくし", "わたし").replace("えがいて", "かいて")


def _twins() -> Iterator[Sentence]:
    lines = files("bot.moderation").joinpath("twins.tsv").read_text("utf-8").splitlines()
    for line in lines:
        if line and not line.startswith("#"):
            refused, category, painted = line.split("\t")
            yield Sentence(f"twin {painted}", "words", "none", painted)
            if name := _TWIN_CLASSES.get(category):
                yield Sentence(f"twin {refused}", "words", name, refused)


def _talk() -> Iterator[Sentence]:
    """Yield what chats are about: cries, and what is harmless unless it is about a photo."""
    counts: dict[str, int] = {}
    for sentence in talk.sentences():
        group = group_of(sentence.kind)
        is_by_frame = sentence.source == "frames.tsv"
        counts[sentence.family] = counts.get(sentence.family, 0) + 1
        if is_by_frame and counts[sentence.family] > _TALKS_PER_FAMILY:
            continue
        family = f"talk {sentence.family}"
        if group == "cry":
            yield Sentence(family, "words", "cry", sentence.text)
        elif sentence.kind not in {"insult", "photo"}:
            yield Sentence(family, "words", "none", sentence.text)
        if sentence.kind in _OF_PHOTO and not classify_photo_wish(sentence.text):
            yield Sentence(family, "photo", "none", sentence.text)

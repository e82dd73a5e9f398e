"""Whatever is said after a picture is read without an error."""

from __future__ import annotations

from bot.intent.corpus import FOLDER
from bot.prompt.changes.apply import apply_change
from bot.prompt.changes.follow_ups import parse_follow_up, parse_scene
from bot.prompt.request.reading import Reading

DEGREES = [
    "もっと",
    "もう少し",
    "もうちょっと",
    "ちょっと",
    "少し",
    "さらに",
    "かなり",
    "だいぶ",
    "やっぱり",
    "で",
    "の",
    "と",
]
PICTURES = [("黒猫、首輪", "黒猫"), ("水彩風", ""), ("夜", "朝")]


def test_no_text_of_the_corpus_is_an_error() -> None:
    lines = [
        line
        for path in sorted(FOLDER.glob("*.tsv"))
        for line in path.read_text("utf-8").splitlines()[::29]
    ]
    for text in [*DEGREES, *(line.split("\t")[-1] for line in lines)]:
        for prompt, before in PICTURES:
            for change in (parse_follow_up(text, prompt, before), parse_scene(text, prompt)):
                if change is not None:
                    assert apply_change(change, Reading(prompt)) is not None

"""docs/what-you-can-say.md and docs/ja/what-you-can-say.md, from the code that reads sentences.

What they say between the examples stands in phrases_en.toml and phrases_ja.toml.
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import cast

from bot.conversation import (
    defaults,
    groups,
    keep,
    picture_actions,
    picture_details,
    style_taps,
)
from bot.conversation import language as language_choice
from bot.messages.prompt_summary import summary_items
from bot.prompt import StoredRequest, clean, read, styles
from bot.prompt.changes.apply import apply_change
from bot.prompt.changes.follow_ups import parse_follow_up
from bot.prompt.changes.parser import parse_change
from bot.prompt.changes.photo_phrases import (
    parse_photo_change,
    parse_quoted_photo_change,
    photo_reading,
)
from bot.prompt.commands.parser import COMMAND_PHRASES
from bot.prompt.request.default_wishes import is_kept, parse_default
from bot.prompt.request.stored import GUIDANCE_FACTORS, STEP_FACTORS
from inference.models.catalog import ModelInfo
from inference.request import MAX_COUNT
from scripts import generated_pages, phrases_examples

DOCS = Path(__file__).parent.parent / "docs"
PAGES = {"en": "what-you-can-say.md", "ja": "ja/what-you-can-say.md"}
Texts = dict[str, dict[str, str]]
_MODEL = ModelInfo("", "cpu", "float32", 512, 50, 7.5, "", safety_checker=False)


def load_texts(language: str) -> Texts:
    """Return what the page says in "en" or "ja", by table and entry, its numbers filled in."""
    file = Path(__file__).with_name(f"phrases_{language}.toml")
    texts = cast(Texts, tomllib.loads(file.read_text(encoding="utf-8")))
    numbers = {
        "max_count": f"{MAX_COUNT}",
        "quick": f"{STEP_FACTORS['quick']:g}",
        "careful": f"{STEP_FACTORS['careful']:g}",
        "faithful": f"{GUIDANCE_FACTORS['faithful']:g}",
        "free": f"{GUIDANCE_FACTORS['free']:g}",
        "min_chars": f"{groups.MIN_PREFIX_CHARS}",
        "max_chars": f"{groups.MAX_PREFIX_CHARS}",
    }
    texts["notes"] = {
        name: note.strip().format_map(numbers) for name, note in texts["notes"].items()
    }
    return texts


def page(language: str) -> str:
    """Return the whole page in "en" or "ja"."""
    texts = load_texts(language)
    parts: tuple[Iterable[str], ...] = (
        [texts["page"]["intro"]],
        _examples(texts),
        _changes(texts),
        _defaults(texts),
        _photos(texts),
        _styles(texts),
    )
    parts += (_commands(texts), _groups(texts), _languages(texts))
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"


def _section(texts: Texts, name: str) -> Iterable[str]:
    """Yield a section as far as the head of its table."""
    yield f"## {texts['titles'][name]}"
    yield ""
    yield texts["notes"][name]
    yield ""
    yield from _head(texts, name)


def _head(texts: Texts, name: str) -> Iterable[str]:
    head = texts["heads"][name]
    yield head
    yield "|" + "---|" * (head.count("|") - 1)


def _said(phrases: str) -> str:
    """Join phrases that are stored with blanks between them and underscores within."""
    return "、".join(phrase.replace("_", " ") for phrase in phrases.split())


def _examples(texts: Texts) -> Iterable[str]:
    for name, sentences in phrases_examples.EXAMPLES.items():
        yield f"## {texts['titles'][name]}"
        yield ""
        yield from _head(texts, "examples")
        for sentence in sentences:
            reading = read(sentence)
            parts = "、".join(summary_items(StoredRequest.from_reading(reading), "ja")) or "–"
            yield f"| {sentence} | {reading.prompt} | {parts} |"
        yield ""
        if note := texts["notes"].get(name):
            yield note
            yield ""


def _changes(texts: Texts) -> Iterable[str]:
    yield from _section(texts, "changes")
    for before, sentence in phrases_examples.CHANGES:
        old = read(before)
        wanted = parse_follow_up(sentence, old.prompt, "") or parse_change(sentence)
        if wanted is None or not (wanted.refers_to_picture or wanted.applies_to(old.prompt)):
            yield f"| {before} | {sentence} | {texts['page']['own_wish']} | – |"
            continue
        new = apply_change(wanted, StoredRequest.from_reading(old).reading())
        parts = (
            "、".join(
                summary_items(replace(StoredRequest.from_reading(new), origin="change"), "ja")
            )
            or "–"
        )
        yield f"| {before} | {sentence} | {new.prompt} | {parts} |"
    yield ""
    yield texts["notes"]["buttons"]
    yield ""
    yield from _head(texts, "buttons")
    for action, words in picture_actions.ACTION_PHRASES.items():
        yield f"| {_said(words)} | {texts['buttons'][action]} |"
    for keeping, words in keep.KEEP_PHRASES.items():
        yield f"| {_said(words)} | {texts['keeping'][keeping]} |"
    yield f"| {_said(picture_details.DETAIL_PHRASES)} | {texts['buttons']['details']} |"
    yield ""
    yield texts["notes"]["choose"]
    yield ""


def _defaults(texts: Texts) -> Iterable[str]:
    yield from _section(texts, "defaults")
    for sentence in phrases_examples.DEFAULTS:
        held = texts["page"]["own_wish"]
        if (wanted := parse_default(sentence)) and not is_kept(wanted):
            held = texts["defaults"]["not_kept"]
        elif wanted:
            parts = "、".join(summary_items(StoredRequest.from_reading(wanted), "ja"))
            held = texts["defaults"]["held"].format(parts=parts)
        yield f"| {sentence} | {held} |"
    for phrases, what in (
        (defaults.SHOW_PHRASES, "show"),
        (defaults.RESET_PHRASES, "reset"),
        (style_taps.STYLE_PHRASES, "styles"),
    ):
        yield f"| {_said(phrases)} | {texts['defaults'][what]} |"
    yield ""


def _photos(texts: Texts) -> Iterable[str]:
    yield from _section(texts, "photos")
    words = texts["page"]
    for sentence in phrases_examples.PHOTOS:
        text, reading = clean(sentence), read(sentence)
        wanted = parse_photo_change(text, reading)
        bare = wanted is None and parse_photo_change(text, reading, implicit=True) is not None
        quoted = words["same"] if wanted else photo_reading(parse_quoted_photo_change(text)).prompt
        if wanted is None and not bare:
            yield f"| {sentence} | {words['own_wish']} | – | {quoted} |"
            continue
        painted = photo_reading(wanted or parse_quoted_photo_change(text))
        parts = "、".join(summary_items(StoredRequest.from_reading(painted), "ja")) or "–"
        where = words["in_private"] if bare else "{painted}"
        yield f"| {sentence} | {where.format(painted=painted.prompt)} | {parts} | {quoted} |"
    yield ""


def _styles(texts: Texts) -> Iterable[str]:
    yield from _section(texts, "styles")
    for style in styles().values():
        bare = StoredRequest("猫").draw_request(_MODEL)
        dressed = StoredRequest.from_reading(read(f"猫、{style.label}")).draw_request(_MODEL)
        added = dressed.prompt.removeprefix(f"{bare.prompt}、{style.label}、")
        words = "、".join(style.words)
        yield f"| {style.label} | {words} | {added} | {dressed.negative_prompt or '–'} |"
    yield ""


def _commands(texts: Texts) -> Iterable[str]:
    yield from _section(texts, "commands")
    for kind, phrases in COMMAND_PHRASES.items():
        # Without brackets the halves of 「はい、消して」 would read as two phrases.
        said = "、".join(f"「{each}」" if {"、", ","} & {*each} else each for each in phrases)
        yield f"| {said} | {texts['commands'][kind]} |"
    yield f"| {texts['commands']['number_said']} | {texts['commands']['number']} |"
    yield ""


def _groups(texts: Texts) -> Iterable[str]:
    yield from _section(texts, "groups")
    for sentence in phrases_examples.GROUP:
        what = texts["page"]["own_wish"]
        if wanted := groups.parse_prefix_request(sentence):
            what = texts["groups"][wanted.kind].format(word=wanted.word)
        yield f"| {sentence} | {what} |"
    yield ""
    yield texts["notes"]["word"]
    yield ""


def _languages(texts: Texts) -> Iterable[str]:
    yield from _section(texts, "languages")
    for language, words in language_choice.LANGUAGE_PHRASES.items():
        yield f"| {_said(words)} | {texts['languages'][language]} |"


def main(arguments: list[str] | None = None, folder: Path = DOCS) -> int:
    """Write the pages, or with --check only compare them. Returns 1 if one is stale."""
    parser = argparse.ArgumentParser(prog="python -m scripts.phrases_table", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if one is stale")
    check = parser.parse_args(arguments).check
    return max(
        generated_pages.write_or_check(
            folder / name, page(language), "scripts.phrases_table", check=check
        )
        for language, name in PAGES.items()
    )


if __name__ == "__main__":
    raise SystemExit(main())

"""/admin/words: the lists of what is not painted, words added and removed, and a test of a prompt.

What is typed into the test is posted, checked and forgotten: it stands in no address and no log.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import measures, switches
from bot.admin.desk import desk, who
from bot.moderation import CATEGORIES, lists_of, moderation
from bot.moderation.changing import ALLOWED, KEPT, LONGEST, WordError, words_of
from bot.prompt import read
from bot.texts import say

MAX_TEXT = 5000  # characters of a message of LINE's
MEANING = {
    "minors": "children, sexually",
    "self_harm": "suicide and self-harm; the answer names who helps",
    "sexual": "nakedness and sex",
    "gore": "blood, corpses, cruelty",
    "hate": "contempt for groups of people",
    "illegal": "crimes, and help for them",
    "deception": "harm to real people, false news",
    ALLOWED: "phrases in which a word of the lists is harmless",
}


class Listed(NamedTuple):
    """One list. words: in force; own: of them those added here; fixed: those that stay; removed:
    those of the files that are not in force."""

    name: str
    words: list[str]
    own: set[str]
    fixed: set[str]
    removed: list[str]


def register(blueprint: Blueprint) -> None:
    """Register the page and what can be done on it."""
    blueprint.add_url_rule("/words", "words", words)
    blueprint.add_url_rule("/words/test", "words_test", test, methods=["GET", "POST"])
    blueprint.add_url_rule("/words/add", "words_add", add, methods=["POST"])
    blueprint.add_url_rule("/words/remove", "words_remove", remove, methods=["POST"])


def words() -> ResponseReturnValue:
    """The lists."""
    return _page()


def test() -> ResponseReturnValue:
    """Whether a prompt would be refused, as a wish is."""
    if request.method == "GET":  # somebody loads the page again
        return redirect(url_for("admin.words"))
    typed = request.form.get("prompt", "")[:MAX_TEXT]
    reading = read(typed)
    with desk().database.read() as db:
        changes = switches.words(db)
    judge = moderation(desk().settings.moderation_lists, changes)
    found = judge.because(reading.prompt, reading.negative)
    category, met = found if found else (None, [])
    answer = say(f"refused.{category}") if category else None
    return _page(typed=typed, tested=True, category=category, met=met, answer=answer)


def add() -> ResponseReturnValue:
    """Add a word to a list."""
    category, word = request.form.get("category", ""), request.form.get("word", "")
    try:
        with desk().database.write() as db:
            measures.add_word(db, _lists(), category, word, who=who())
    except WordError as error:
        flash(str(error), "bad")
    else:
        flash("It holds from the next wish on.", "good")
    return redirect(url_for("admin.words"), 303)


def remove() -> ResponseReturnValue:
    """Take words from a list."""
    category = request.form.get("category", "")
    chosen = request.form.getlist("word")
    try:
        with desk().database.write() as db:
            for word in chosen:
                measures.remove_word(db, _lists(), category, word, who=who())
    except WordError as error:
        flash(f"Nothing is removed: {error}", "bad")
    else:
        flash(f"{len(chosen)} removed, from the next wish on." if chosen else "No word was ticked.")
    return redirect(url_for("admin.words"), 303)


def _page(**test: Any) -> ResponseReturnValue:
    settings = desk().settings
    with desk().database.read() as db:
        changes = switches.words(db)
    lists, added = _lists(), set(changes.added)
    found = []
    for category in (*CATEGORIES, ALLOWED):
        own = {word for kind, word in added if kind == category}
        own |= set(changes.allowed) if category == ALLOWED else set()
        everything = words_of(lists, changes, category)
        fixed = set(everything) - own if category in {KEPT, ALLOWED} else set()
        removed = [word for kind, word in changes.removed if kind == category]
        found.append(Listed(category, everything, own, fixed, removed))
    return render_template(
        "admin/words.html",
        section="admin.words",
        lists=found,
        meaning=MEANING,
        off=not settings.moderation,
        longest=LONGEST,
        **test,
    )


def _lists() -> Any:
    return lists_of(desk().settings.moderation_lists)

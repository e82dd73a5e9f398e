"""/admin/words: the lists of what is not painted, words added and removed, and a test of a prompt.

What is typed into the test is posted, checked and forgotten: it stands in no address and no log.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot.moderation import CATEGORIES, get_lists, get_moderation, overrides
from bot.moderation.edit_lists import (
    ALLOWED,
    MAX_WORD_CHARS,
    PROTECTED_CATEGORY,
    WordError,
    list_words,
)
from bot.operations import actions
from bot.prompt import read
from bot.texts import gettext
from bot.web.admin.context import admin_context, operator_name
from bot.web.admin.language import page_language, say

MAX_TEXT_CHARS = 5000  # of a LINE text message


class WordListView(NamedTuple):
    """One list.

    words: in force. added: those of them added here. fixed: those that cannot be removed. removed:
    words of the files that are not in force.
    """

    name: str
    words: list[str]
    added: set[str]
    fixed: set[str]
    removed: list[str]


def register(blueprint: Blueprint) -> None:
    """Register the page and its actions."""
    blueprint.add_url_rule("/words", "words", show_word_lists)
    blueprint.add_url_rule("/words/test", "words_test", check_prompt, methods=["GET", "POST"])
    blueprint.add_url_rule("/words/add", "words_add", add_word, methods=["POST"])
    blueprint.add_url_rule("/words/remove", "words_remove", remove_words, methods=["POST"])


def show_word_lists() -> ResponseReturnValue:
    """Show the lists."""
    return _page()


def check_prompt() -> ResponseReturnValue:
    """Show whether a prompt would be refused."""
    if request.method == "GET":  # somebody loads the page again
        return redirect(url_for("admin.words"))
    typed = request.form.get("prompt", "")[:MAX_TEXT_CHARS]
    reading = read(typed)
    with admin_context().database.read() as db:
        changes = overrides.load(db)
    judge = get_moderation(admin_context().settings.moderation_lists_path, changes)
    refusal = judge.explain_refusal(reading.prompt, reading.negative)
    category, matches = refusal or (None, [])
    answer = gettext(f"refused.{category}", "ja") if category else None
    return _page(typed=typed, tested=True, category=category, matches=matches, answer=answer)


def add_word() -> ResponseReturnValue:
    """Add a word to a list."""
    category, word = request.form.get("category", ""), request.form.get("word", "")
    try:
        with admin_context().database.write() as db:
            actions.add_word(db, _lists(), category, word, who=operator_name())
    except WordError as error:
        flash(error.sentence.in_language(page_language()), "bad")
    else:
        flash(say("words.said_added"), "good")
    return redirect(url_for("admin.words"), 303)


def remove_words() -> ResponseReturnValue:
    """Remove words from a list."""
    category = request.form.get("category", "")
    chosen = request.form.getlist("word")
    try:
        with admin_context().database.write() as db:
            for word in chosen:
                actions.remove_word(db, _lists(), category, word, who=operator_name())
    except WordError as error:
        why = error.sentence.in_language(page_language())
        flash(say("words.said_not_removed", why=why), "bad")
    else:
        flash(say("words.said_removed", n=len(chosen)) if chosen else say("words.said_none"))
    return redirect(url_for("admin.words"), 303)


def _page(**check: Any) -> ResponseReturnValue:
    settings = admin_context().settings
    with admin_context().database.read() as db:
        changes = overrides.load(db)
    lists, views = _lists(), []
    for category in (*CATEGORIES, ALLOWED):
        added = {word for name, word in changes.added if name == category}
        added |= set(changes.allowed) if category == ALLOWED else set()
        words = list_words(lists, changes, category)
        fixed = set(words) - added if category in {PROTECTED_CATEGORY, ALLOWED} else set()
        removed = [word for name, word in changes.removed if name == category]
        views.append(WordListView(category, words, added, fixed, removed))
    return render_template(
        "admin/wordlists.html",
        section="admin.words",
        lists=views,
        off=not settings.moderation,
        max_chars=MAX_WORD_CHARS,
        **check,
    )


def _lists() -> Any:
    return get_lists(admin_context().settings.moderation_lists_path)

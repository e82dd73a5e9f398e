"""The documentation says what the code does: settings, commands, links, both languages alike."""

from __future__ import annotations

import os
import re
import shlex
import unicodedata
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pytest

from bot.commands import cli
from bot.settings import Settings
from scripts import made, phrases_table, settings_table

ROOT = Path(__file__).parent.parent
SKIPPED = {"shared", "var", "out", "node_modules"}

FENCE = re.compile(r"^(?P<fence>`{3,}|~{3,}).*?^(?P=fence)[ \t]*$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`[^`\n]+`")
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
ATTRIBUTE = re.compile(r"\b(?:src|href|srcset)=\"([^\"\s]+)\"")
HEADING = re.compile(r"^(#{1,6}) +(.+?) *#*$", re.MULTILINE)
MAKE = re.compile(r"\bmake +([a-z][a-z-]*)\b")
NAME = re.compile(r"(?<![A-Za-z0-9_$])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![A-Za-z0-9_])")

# What is read from the environment beside bot.settings, and by whom.
OTHER_NAMES = {
    *("WEB_CONCURRENCY",),  # bot.gunicorn_conf
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"),  # boto3
    *("BROKER_PORT", "SIMULATOR_PORT", "SIMULATOR_WEBHOOK", "SIMULATOR_QUOTA"),  # the demo
    *("HF_HOME", "PIP_EXTRA_INDEX_URL"),  # huggingface_hub, pip
    *("OMP_NUM_THREADS",),  # torch
    "NAME_FILE",  # stands for any setting's
}


def pages() -> Iterator[Path]:
    """Every Markdown file of the repository."""
    for folder, inner, names in os.walk(ROOT):
        inner[:] = [it for it in inner if it not in SKIPPED and not it.startswith(".")]
        yield from (Path(folder, name) for name in names if name.endswith(".md"))


def code(text: str) -> str:
    """Only what is written as code."""
    fenced = [match[0] for match in FENCE.finditer(text)]
    return "\n".join(fenced + INLINE.findall(FENCE.sub("", text)))


def prose(text: str) -> str:
    """All but what is written as code: a link there is an example."""
    return INLINE.sub("", FENCE.sub("", text))


def headings(text: str) -> list[tuple[int, str]]:
    """(level, words) of each heading."""
    return [(len(marks), words) for marks, words in HEADING.findall(FENCE.sub("", text))]


def anchor(words: str) -> str:
    """The anchor that a heading gets on the pages of Git hosts."""
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", words).replace("`", "").lower()
    kept = (c for c in words if c in " -_" or unicodedata.category(c)[0] in "LNM")
    return "".join(kept).replace(" ", "-")


def broken_links(page: Path) -> list[str]:
    """The relative links and pictures of a page that lead nowhere."""
    text = prose(page.read_text(encoding="utf-8"))
    broken = []
    for link in [*LINK.findall(text), *ATTRIBUTE.findall(text)]:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        if not target.exists() or (parts.fragment and not _has_anchor(target, parts.fragment)):
            broken.append(link)
    return broken


def _has_anchor(page: Path, fragment: str) -> bool:
    if page.suffix != ".md":
        return False
    text = page.read_text(encoding="utf-8")
    return unquote(fragment) in {anchor(words) for _, words in headings(text)}


def unknown_targets(text: str) -> set[str]:
    """The targets that a page tells people to make, and that the Makefile does not have."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    return set(MAKE.findall(code(text))) - known


def unknown_names(text: str) -> set[str]:
    """Names in code that look like settings, but that nothing reads."""
    settings = {item.name.upper() for item in fields(Settings)}
    known = settings | OTHER_NAMES | {f"{name}_FILE" for name in settings}
    return set(NAME.findall(code(text))) - known


PAGES = [pytest.param(page, id=str(page.relative_to(ROOT))) for page in sorted(pages())]
DRAWINGS = [pytest.param(it, id=it.name) for it in sorted((ROOT / "docs/pictures").glob("*.svg"))]


def test_there_are_pages() -> None:
    names = {str(page.relative_to(ROOT)) for page in pages()}
    assert {"README.md", "README.ja.md", "CHANGELOG.md", "docs/deploy.md"} <= names


@pytest.mark.parametrize("page", PAGES)
def test_no_link_is_broken(page: Path) -> None:
    assert broken_links(page) == []


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_exists(page: Path) -> None:
    assert unknown_targets(page.read_text(encoding="utf-8")) == set()


COMMAND = re.compile(r"(?<![\w/])python -m bot ((?:[^`\n#|>]|#(?! ))+)")


@pytest.mark.parametrize("page", PAGES)
def test_every_command_takes_what_the_page_gives_it(page: Path) -> None:
    for text in COMMAND.findall(code(page.read_text(encoding="utf-8"))):
        name, *words = shlex.split(text)
        command = cli.commands.get(name)
        if name.islower() and name.isalpha():
            assert command, f"there is no `python -m bot {text}`"
            if words:
                # The context refuses options that are not there, and values that cannot be.
                with command.make_context(name, list(words), obj=None):
                    pass


@pytest.mark.parametrize("page", PAGES)
def test_every_setting_exists(page: Path) -> None:
    assert unknown_names(page.read_text(encoding="utf-8")) == set()


def test_both_readmes_have_the_same_headings() -> None:
    english, japanese = (
        [level for level, _ in headings((ROOT / name).read_text(encoding="utf-8"))]
        for name in ("README.md", "README.ja.md")
    )
    assert english == japanese


def test_both_readmes_give_the_same_commands() -> None:
    english, japanese = (
        MAKE.findall(code((ROOT / name).read_text(encoding="utf-8")))
        for name in ("README.md", "README.ja.md")
    )
    assert set(english) == set(japanese)


def test_the_settings_table_is_up_to_date() -> None:
    assert settings_table.main(["--check"]) == 0, "run: python -m scripts.settings_table"


def test_what_you_can_say_is_up_to_date(tmp_path: Path) -> None:
    assert phrases_table.main(["--check"]) == 0, "run: python -m scripts.phrases_table"
    page = tmp_path / "page.md"
    assert phrases_table.main(["--check"], page) == 1
    assert phrases_table.main([], page) == phrases_table.main(["--check"], page) == 0


def test_every_setting_is_in_the_table() -> None:
    rows = settings_table.table()
    for item in fields(Settings):
        assert rows.count(f"| `{item.name.upper()}`") == 1


def test_a_stale_settings_table_is_noticed_and_mended(tmp_path: Path) -> None:
    page = tmp_path / "configure.md"
    whole = settings_table.PAGE.read_text(encoding="utf-8")
    page.write_text(whole.replace("| `PORT` | `8000` |", "| `PORT` | `80` |"), encoding="utf-8")
    assert settings_table.main(["--check"], page) == 1
    assert settings_table.main([], page) == 0
    assert page.read_text(encoding="utf-8") == whole


def test_a_page_without_the_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="marks"):
        made.between("# Configure\n", settings_table.BEGIN, settings_table.END, "")


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("[a](missing.md)", ["missing.md"]),
        ("![a](here.svg) and [b](#the-way-of-one-prompt)", []),
        ("[b](#nowhere)", ["#nowhere"]),
        ('<img src="gone.png">', ["gone.png"]),
        ("`[a](example.md)` [b](https://example.org/x)", []),
        ("```\n[a](example.md)\n```\n[c](here.svg#x)", ["here.svg#x"]),
    ],
)
def test_broken_links_are_found(tmp_path: Path, text: str, broken: list[str]) -> None:
    (tmp_path / "here.svg").write_text("<svg/>", encoding="utf-8")
    page = tmp_path / "page.md"
    page.write_text(f"# The way of one *prompt*\n\n{text}\n", encoding="utf-8")
    assert broken_links(page) == broken


def test_unknown_targets_and_settings_are_found() -> None:
    text = "Run `make demo`, `make cake`; we make sure.\n```sh\nPORT=1 S3_BUKET=x make tea\n```\n"
    assert unknown_targets(text) == {"cake", "tea"}
    assert unknown_names(text) == {"S3_BUKET"}


@pytest.mark.parametrize("picture", DRAWINGS)
def test_drawings_are_sound_and_know_the_dark(picture: Path) -> None:
    text = picture.read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    assert root.get("viewBox")
    assert root.find("{http://www.w3.org/2000/svg}title") is not None  # for those who cannot see
    assert "prefers-color-scheme: dark" in text

"""Pages in both languages do not drift apart: headings, commands, settings, tables and links."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.texts import setting_meaning
from scripts import settings_table
from tests import ROOT
from tests.test_docs import FENCE, INLINE, headings

ENGLISH, JAPANESE = ROOT / "docs", ROOT / "docs" / "ja"
INDEX = "README.md"
# As paths below either folder: operate.md, operate/alarms.md.
PAGES = sorted(
    path.relative_to(JAPANESE).as_posix()
    for path in JAPANESE.rglob("*.md")
    if path != JAPANESE / INDEX
)
LINK = re.compile(r"\]\(([^)#\s]+)")
# What is said rather than typed may differ between the languages.
ASCII = re.compile(r"[\x20-\x7e]+\Z")


def read(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8")


def fences(text: str) -> list[str]:
    """What stands in fences, without comments."""
    without = (re.sub(r"(?m)\s+# .*$", "", match[0]) for match in FENCE.finditer(text))
    return [re.sub(r"(?m)^# .*\n", "", fence) for fence in without]


def identifiers(text: str) -> list[str]:
    """The headings that are names in the code, in their order: links elsewhere lead to them."""
    return [words for _, words in headings(text) if re.fullmatch(r"[a-z_]+", words)]


def inline(text: str) -> list[str]:
    """The code within sentences, in no order: a translation may turn a sentence round."""
    spans = (match[1:-1] for match in INLINE.findall(FENCE.sub("", text)))
    return sorted({span for span in spans if ASCII.match(span)})


def rows(text: str) -> list[int]:
    """The number of cells of each row of each table."""
    lines = FENCE.sub("", text).splitlines()
    return [line.replace("\\|", "").count("|") for line in lines if line.startswith("|")]


def row_code(text: str) -> list[list[str]]:
    """The code within each row of each table: a default cannot stray to another setting's row."""
    lines = FENCE.sub("", text).splitlines()
    return [inline(line) for line in lines if line.startswith("|")]


def setting_heads(text: str) -> list[list[str]]:
    """Name and default of each row that begins with a setting's name."""
    return [line.split(" | ")[:2] for line in text.splitlines() if line.startswith("| `")]


def items(text: str) -> list[str]:
    """The marks of the lists' items."""
    return re.findall(r"(?m)^(-|\d+\.) ", FENCE.sub("", text))


def targets(text: str, page: Path) -> list[str]:
    """Where a page's relative links lead, in whichever of the languages."""
    inside = (link for link in LINK.findall(FENCE.sub("", text)) if "://" not in link)
    paths = ((page.parent / link).resolve() for link in inside)
    return sorted({str(path).replace("/docs/ja/", "/docs/") for path in paths})


@pytest.mark.parametrize("name", PAGES)
def test_both_languages_have_the_same_shape(name: str) -> None:
    english, japanese = read(ENGLISH, name), read(JAPANESE, name)
    assert [level for level, _ in headings(japanese)] == [level for level, _ in headings(english)]
    assert identifiers(japanese) == identifiers(english)
    assert rows(japanese) == rows(english)
    assert items(japanese) == items(english)


@pytest.mark.parametrize("name", PAGES)
def test_both_languages_give_the_same_commands_and_settings(name: str) -> None:
    english, japanese = read(ENGLISH, name), read(JAPANESE, name)
    assert fences(japanese) == fences(english)
    assert inline(japanese) == inline(english)


@pytest.mark.parametrize("name", PAGES)
def test_both_languages_have_the_same_code_in_each_row(name: str) -> None:
    assert row_code(read(JAPANESE, name)) == row_code(read(ENGLISH, name))


def test_both_languages_have_the_same_settings_marked_alike() -> None:
    japanese = read(JAPANESE, "configure.md").replace("（", " (").replace("）", ")")
    for english, word in {"required": "必須", "secret": "秘密", ", ": "、"}.items():
        japanese = japanese.replace(word, english)
    wanted = setting_heads(settings_table.table())
    assert setting_heads(japanese)[: len(wanted)] == wanted


def test_the_operators_page_says_of_a_setting_what_the_table_says() -> None:
    rows = re.findall(r"(?m)^\| `(\w+)`[^|]*\| [^|]*\| (.*) \|$", read(JAPANESE, "configure.md"))
    table = {name: meaning.replace("\\|", "|") for name, meaning in rows}
    names = [item.name.upper() for item in fields(Settings)]
    meanings = {name: setting_meaning(name, "ja") for name in names}
    assert meanings == {name: table[name] for name in names}


@pytest.mark.parametrize("name", PAGES)
def test_both_languages_link_to_the_same_pages(name: str) -> None:
    japanese = targets(read(JAPANESE, name), JAPANESE / name)
    assert japanese == targets(read(ENGLISH, name), ENGLISH / name)


def test_what_is_not_translated_yet_is_named() -> None:
    index = read(JAPANESE, INDEX)
    missing = index[index.index("まだ日本語にしていない") :]
    named = set(re.findall(r"\]\(\.\./([a-z-]+\.md)\)", missing))
    assert named == {path.name for path in ENGLISH.glob("*.md")} - set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_every_japanese_page_can_be_found_from_the_one_above(name: str) -> None:
    folder, _, _ = name.rpartition("/")
    above = f"{folder}.md" if folder else INDEX
    assert f"]({name})" in read(JAPANESE, above)


def test_a_drift_is_noticed() -> None:
    english = "# A\n\n```sh\nmake live  # everything\n```\n\n`PORT` and `HOST`\n\n| a | b |\n"
    japanese = "# あ\n\n```sh\nmake live  # すべて\n```\n\n`HOST` と `PORT`\n\n| あ | い |\n"
    for look in (fences, inline, rows, items):
        assert look(english) == look(japanese)
    assert fences(english) != fences(japanese.replace("live", "demo"))
    assert inline(english) != inline(japanese.replace("`HOST`", "ホスト"))
    assert rows(english) != rows(japanese.replace("| い", ""))
    swapped = "| `PORT` | `80` |\n| `HOST` | `::` |\n"
    assert row_code(swapped) != row_code("| `PORT` | `::` |\n| `HOST` | `80` |\n")
    assert identifiers("# Alarms\n\n## no_clock\n") == identifiers("# 警報\n\n## no_clock\n")
    assert identifiers("## no_clock\n") != identifiers("## no_worker\n")


@pytest.mark.parametrize(
    ("link", "is_same"),
    [
        ("runbooks.md#鍵を替える", True),
        ("../../operate/runbooks.md", True),
        ("../operate/runbooks.md", True),
        ("../runbooks.md", False),
        ("../../runbooks.md", False),
        ("../../operate/capacity.md", False),
    ],
)
def test_links_are_compared_in_a_folder_too(link: str, is_same: bool) -> None:
    english = targets("[a](runbooks.md#rotate-secrets)", ENGLISH / "operate/alarms.md")
    japanese = targets(f"[あ]({link})", JAPANESE / "operate/alarms.md")
    assert (japanese == english) is is_same

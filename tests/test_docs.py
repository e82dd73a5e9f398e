"""The documentation says what the code does: settings, commands, links, both languages alike."""

from __future__ import annotations

import json
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

from bot.cli import cli
from bot.settings import RENAMED, Settings
from bot.texts import placeholders
from scripts import capacity, generated_pages, phrases_table, settings_table
from tests import ROOT

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
    *("OMP_NUM_THREADS", "XDG_CACHE_HOME"),  # torch, and where its compiled parts are kept
    *("LC_ALL", "LC_MESSAGES"),  # the locale
    "STORE_PASSWORD",  # compose.yaml
    "NAME_FILE",  # stands for any setting's
}


def pages() -> Iterator[Path]:
    """Every Markdown file of the repository."""
    for folder, inner, names in os.walk(ROOT):
        inner[:] = [item for item in inner if item not in SKIPPED and not item.startswith(".")]
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
DRAWINGS = [
    pytest.param(file, id=file.name) for file in sorted((ROOT / "docs/pictures").glob("*.svg"))
]


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
    is_history = page.name == "CHANGELOG.md" or page.parent.name == "decisions"
    old_names = set(RENAMED) | {f"{name}_FILE" for name in RENAMED} if is_history else set()
    assert unknown_names(page.read_text(encoding="utf-8")) - old_names == set()


SENTENCE_END = re.compile(r"(?<=[.!?])\**\s+(?=[A-Z「`\[*豆送])")


def sentences(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each line of running text with its sentences; tables, lists and code are left out."""
    for line in FENCE.sub("", text).splitlines():
        if line and line[0] not in "#|<-[0123456789":
            yield line, SENTENCE_END.split(line)


def test_the_readme_has_one_short_sentence_a_line() -> None:
    for line, result in sentences((ROOT / "README.md").read_text(encoding="utf-8")):
        assert len(result) == 1, line
        assert len(line.split()) <= 25, line


def test_the_readmes_can_be_read_in_one_go() -> None:
    for name in ("README.md", "README.ja.md"):
        assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) < 120, name


def test_both_readmes_have_the_same_headings() -> None:
    english, japanese = (
        [level for level, _ in headings((ROOT / name).read_text(encoding="utf-8"))]
        for name in ("README.md", "README.ja.md")
    )
    assert english == japanese


def test_both_readmes_have_the_same_tables_settings_and_pictures() -> None:
    english, japanese = (
        (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ja.md")
    )
    rows = [
        [line.count("|") for line in text.splitlines() if line.startswith("|")]
        for text in (english, japanese)
    ]
    assert rows[0] == rows[1]
    assert set(NAME.findall(code(english))) == set(NAME.findall(code(japanese)))
    figures = re.compile(r"src=\"docs/pictures/(\w+)")
    assert figures.findall(english) == figures.findall(japanese)


def test_both_readmes_list_every_room() -> None:
    rooms = {path.parent.name for path in (ROOT / "bot").glob("*/__init__.py")}
    for name in ("README.md", "README.ja.md"):
        listed = set(re.findall(r"`(\w+)/`", (ROOT / name).read_text(encoding="utf-8")))
        assert rooms - listed == set(), name


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
    (tmp_path / "ja").mkdir()
    for name in phrases_table.PAGES.values():
        assert phrases_table.main(["--check"], tmp_path) == 1
        assert phrases_table.main([], tmp_path) == phrases_table.main(["--check"], tmp_path) == 0
        (tmp_path / name).write_text("# Stale\n", encoding="utf-8")
    assert phrases_table.main(["--check"], tmp_path) == 1


def test_what_you_can_say_has_the_same_entries_in_both_languages() -> None:
    english, japanese = (
        {
            (table, name): placeholders(text)
            for table, entries in phrases_table.load_texts(language).items()
            for name, text in entries.items()
        }
        for language in ("en", "ja")
    )
    assert english == japanese


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
        generated_pages.replace_section(
            "# Configure\n", settings_table.BEGIN, settings_table.END, ""
        )


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


def test_every_finding_is_indexed_and_pins_what_it_installs() -> None:
    folder = ROOT / "findings"
    scripts = {path.name for path in folder.glob("*.sh")}
    index = (folder / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\]\((\S+\.sh)\)", index)) == scripts
    for name in sorted(scripts):
        installs = re.findall(r"install --quiet (.+)", (folder / name).read_text("utf-8"))
        packages = [word for line in installs for word in line.split() if word != "--no-deps"]
        assert packages, name
        assert all("==" in package for package in packages), name


MEASURED = re.compile(
    r"\| ([\d,.]+) (\S+) \| \[(\w+\.json)\]\(\S+\): `([^`]+)` \| (\d{4}-\d\d-\d\d) \|"
)


def test_measured_costs_are_those_of_the_stored_results() -> None:
    page = (ROOT / "docs/cost.md").read_text(encoding="utf-8")
    rows = MEASURED.findall(page)
    assert len(rows) == page.count(".json](")
    for figure, unit, file, name, date in rows:
        result = json.loads((ROOT / "benchmarks/results" / file).read_text(encoding="utf-8"))
        [match] = [
            item
            for benchmark in result["benchmarks"]
            for item in benchmark["figures"]
            if item["name"] == name
        ]
        assert (f"{match['value']:.0f}", match["unit"], result["date"][:10]) == (figure, unit, date)


def test_simulated_costs_are_what_the_simulation_says(capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs/cost.md").read_text(encoding="utf-8")
    rows = {line.split(" | ")[0]: line for line in page.splitlines() if line.startswith("| ")}
    commands = re.findall(r"python -m scripts\.capacity (--people .+)", page)
    assert len(commands) == 3
    for column, command in enumerate(commands, start=1):
        assert capacity.main(shlex.split(command)) == 0
        printed = capsys.readouterr().out
        cells = {name: line.strip(" |").split(" | ")[column] for name, line in rows.items()}
        [pushes] = re.findall(r"pushes +([\d,]+)", printed)
        [disk] = re.findall(r"a month, ([\d,.]+) GB once", printed)
        [seconds] = re.findall(r"95 of 100 wishes within +([\d.]+) s", printed)
        assert cells["| Pushes a month"] == f"{int(pushes.replace(',', '')):,}"
        gigabytes = cells["| Disk for pictures after 90 days"].split(" GB")[0]
        assert float(gigabytes.replace(",", "")) == pytest.approx(
            float(disk.replace(",", "")), rel=0.01
        )
        waiting = cells["| Waiting in the busiest hour, 95 of 100"].split(" s")[0]
        assert float(waiting) == pytest.approx(float(seconds), abs=0.5)

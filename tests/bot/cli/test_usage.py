"""Help, and what is wrong with a command line, in both languages."""

from __future__ import annotations

import click
import pytest

from bot.cli import cli, output
from bot.texts import command_help, option_help
from tests.bot.cli.japanese import JAPANESE, english_words
from tests.bot.cli.shell import Shell

COMMANDS = sorted(cli.commands)
ALL_OPTIONS = [
    (command, option)
    for command in COMMANDS
    for option in cli.commands[command].params
    if isinstance(option, click.Option)
]
CHOICES = {
    str(choice)
    for command in COMMANDS
    for param in cli.commands[command].params
    if isinstance(param.type, click.Choice)
    for choice in param.type.choices
}


NAMES = ("eval", "completion", "io", "gpu")  # and those of japanese.py


@pytest.fixture
def japanese(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    monkeypatch.setenv("COLUMNS", "80")
    return shell


@pytest.mark.parametrize("words", [[], *([name] for name in COMMANDS)], ids=" ".join)
def test_help_is_japanese_and_fits(japanese: Shell, words: list[str]) -> None:
    printed = japanese(*words, "--help")
    assert printed.startswith("書きかた：python -m bot")
    assert list(english_words(printed, *CHOICES, *NAMES)) == []
    long = [line for line in printed.splitlines() if output.display_width(line) > 80]
    assert [line for line in long if "|" not in line] == []
    assert not any(line != line.rstrip() for line in printed.splitlines())
    assert not any(line.lstrip().startswith(("、", "。", "）")) for line in printed.splitlines())


def test_every_command_and_option_is_explained_in_both() -> None:
    for name in COMMANDS:
        assert JAPANESE.search(command_help(name, "ja") or "")
        assert command_help(name, "en") is None
    wordless = {
        (command, option.name)
        for command, option in ALL_OPTIONS
        if not option_help(command, str(option.name), "ja")
    }
    assert wordless == {
        *(("audit", "limit"), ("jobs", "limit"), ("logs", "lines"), ("setup", "path")),
    }


def test_english_is_as_the_commands_have_it(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also after Japanese in the same process."""
    before = shell("job", "--help")
    assert before.startswith("Usage: python -m bot job [OPTIONS] NUMBER")
    assert "Show prompt, ids and keys; that is written down." in before
    whole = shell("--help")
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    assert JAPANESE.search(shell("job", "--help"))
    monkeypatch.delenv("LANG")
    assert shell("job", "--help") == before
    assert shell("--help") == whole
    shell("job", status=2)
    assert "Error: Missing argument 'NUMBER'." in shell.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("paint",), "paint というコマンドはありません。"),
        (("job",), "NUMBER がありません。"),
        (("job", "--x"), "--x というオプションはありません。"),
        (("job", "a", "b"), "ことばが足りないか、多すぎます。"),
        (("jobs", "--state"), "ことばが足りないか、多すぎます。"),
        (("jobs", "--state", "x"), "--state に使えるのは queued、drawing、"),
        (("jobs", "-n", "0"), "--limit は 1 から 10000 までの数です。"),
        (("inbox", "--retry", "x"), "--retry は 0 から 9223372036854775807 までの数です。"),
        (("health", "x"), "PROCESS に使えるのは worker、courier、clock です。"),
    ],
)
def test_a_wrong_command_line_is_told_in_japanese(
    japanese: Shell, words: tuple[str, ...], said: str
) -> None:
    japanese(*words, status=2)
    assert f"エラー：{said}" in japanese.err
    assert list(english_words(japanese.err, *CHOICES, "paint")) == []

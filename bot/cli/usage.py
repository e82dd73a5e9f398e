"""Help, and what is wrong with a command line, in the language of the commands.

click writes both in English, and the commands bring their English along; the Japanese is in
bot.texts. `localize` puts one or the other into the commands before one of them is run.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator

import click

from bot.cli.language import command_language, say
from bot.cli.output import display_width
from bot.texts import command_help, option_help
from bot.texts.written import COMMAS

_HEADINGS = {"Options": "options", "Commands": "commands", "Positional arguments": "arguments"}
_HELP_OPTION = "Show this message and exit."
_DEFAULT = "default: "
# What stays on one line: a word, or a full-width letter with the marks that no line begins with.
_PIECE = re.compile("(?:[!-~]+| +|[^ -~])[、。」）：]?")


class _Context(click.Context):
    def make_formatter(self) -> click.HelpFormatter:
        """Return the formatter of this shell's language."""
        if command_language() != "ja":
            return super().make_formatter()
        return _Formatter(width=self.terminal_width, max_width=self.max_content_width)


class _Formatter(click.HelpFormatter):
    """Writes click's own words in Japanese, and wraps lines that have no blanks."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how a command is called."""
        super().write_usage(prog, args, say("help.usage"))

    def write_heading(self, heading: str) -> None:
        """Write the heading of a section."""
        self.write(f"{'':>{self.current_indent}}{say(f'help.{_HEADINGS[heading]}')}\n")

    def write_text(self, text: str) -> None:
        """Write paragraphs, an empty line between them."""
        indent = " " * self.current_indent
        blocks = [
            "\n".join(indent + line for line in _wrap(paragraph, self.width - len(indent)))
            for paragraph in text.split("\n\n")
        ]
        self.write("\n\n".join(blocks) + "\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write names, each with its meaning beside it, or below where the name is long."""
        rows = list(rows)
        widest = min(col_max, max(len(name) for name, _ in rows))
        start = self.current_indent + widest + col_spacing
        for name, meaning in rows:
            text = say("help.help_option") if meaning == _HELP_OPTION else meaning
            lines = list(_wrap(text.replace(_DEFAULT, say("help.default")), self.width - start))
            line = f"{'':>{self.current_indent}}{name}"
            if len(name) <= widest and lines:
                line = line.ljust(start) + lines.pop(0)
            self.write("\n".join([line, *(" " * start + more for more in lines)]) + "\n")


def _wrap(text: str, width: int) -> Iterator[str]:
    """Yield lines of at most `width` columns; they break at full-width letters and at blanks."""
    line = ""
    for piece in _PIECE.findall(text):
        if line and display_width(line + piece.rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += piece if line else piece.lstrip()
    if line:
        yield line.rstrip()


def localize(group: click.Group) -> None:
    """Give the commands of a group and their options the help of this shell's language."""
    lang = command_language()
    for name, command in {"efude": group, **group.commands}.items():
        command.context_class = _Context
        english = _ENGLISH.setdefault(name, (command.help, {}))
        command.help = command_help(name, lang) or english[0]
        command.short_help = (command.help or "").partition("。")[0] if lang == "ja" else None
        for option in command.params:
            if isinstance(option, click.Option) and option.name:
                text = english[1].setdefault(option.name, option.help)
                option.help = option_help(name, option.name, lang) or text


_ENGLISH: dict[str, tuple[str | None, dict[str, str | None]]] = {}


def tell_wrong(error: click.UsageError) -> None:
    """Print on stderr what is wrong with a command line, and where its help is."""
    if command_language() != "ja":
        error.show()
        return
    if error.ctx is not None:
        print(error.ctx.get_usage(), file=sys.stderr)
        print(say("help.try", command=error.ctx.command_path), file=sys.stderr)
    print(say("error.error", what=_problem(error)), file=sys.stderr)


def _problem(error: click.UsageError) -> str:
    match error:
        case click.NoSuchOption():
            return say("usage.no_option", name=error.option_name)
        case click.MissingParameter(param=click.Parameter() as param):
            return say("usage.missing", name=_name(param))
        case click.BadParameter(param=click.Parameter(type=click.Choice() as choice) as param):
            choices = COMMAS["ja"].join(str(each) for each in choice.choices)
            return say("usage.no_choice", name=_name(param), choices=choices)
        case click.BadParameter(param=click.Parameter(type=click.IntRange() as number) as param):
            return say("usage.range", name=_name(param), low=number.min, high=number.max)
        case click.BadParameter(param=click.Parameter() as param):
            return say("usage.bad_value", name=_name(param))
    command = getattr(error, "command_name", None)  # click.NoSuchCommand, which is new in 8.4
    return say("usage.no_command", name=command) if command else say("usage.other")


def _name(param: click.Parameter) -> str:
    return param.opts[0] if isinstance(param, click.Option) else str(param.name).upper()

"""logs: the newest log lines of all processes, and what comes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from bot.cli import output
from bot.cli.context import CliContext
from bot.cli.language import say_of_pages
from bot.operations.log_filter import LEVELS, LogFilter
from bot.telemetry import log_stream, terminal

_SHOWN_APART = ("timestamp", "level", "process", "host", "pid", "event", "exception")
_COLORS = {"warning": "yellow", "error": "red", "critical": "red"}


@click.command()
@click.option("--follow", "-f", is_flag=True, help="Go on with what comes, until Ctrl-C.")
@click.option("--lines", "-n", default=100, show_default=True, type=click.IntRange(0, 1_000_000))
@click.option("--level", "-l", type=click.Choice(LEVELS), help="Only this level and worse.")
@click.option("--worker", "-w", help="Only from a process (worker), a host, or a host:pid.")
@click.option("--job", "-j", help="Only about this job: its 受付番号 or its id.")
@click.option("--text", "-t", help="Only lines in which this stands.")
@output.json_option
@click.pass_obj
def logs(
    ctx: CliContext, /, follow: bool, lines: int, as_json: bool, **filters: str | None
) -> None:
    """Show the log lines of all processes; of the newest LINES, those that pass the filters."""
    settings = ctx.settings
    try:
        client = log_stream.connect(settings, read_timeout=5.0)
    except ValueError:
        raise click.ClickException(say_of_pages("log.rabbitmq")) from None
    if not settings.log_stream_max_lines:
        raise click.ClickException(say_of_pages("log.off"))
    from redis import RedisError

    log_filter = LogFilter(**{name: value or "" for name, value in filters.items()})
    try:
        for line in log_stream.tail(client, lines, follow=follow):
            if log_filter.matches(line):
                click.echo(output.to_json(line) if as_json else _format(line))
    except RedisError as error:
        raise click.ClickException(
            say_of_pages("log.unreachable", error=type(error).__name__)
        ) from None
    except KeyboardInterrupt:
        return


def _format(line: Mapping[str, Any]) -> str:
    """Write a line for people: time, level, process, event and the other fields."""
    level = str(line.get("level", "info"))
    time = str(line.get("timestamp", ""))[:23].replace("T", " ")
    process = f"{line.get('process', '?')}@{line.get('host', '?')}:{line.get('pid', '?')}"
    fields = {name: value for name, value in line.items() if name not in _SHOWN_APART}
    rest = "".join(f" {name}={value}" for name, value in fields.items())
    text = terminal.escape(f"{time} {level:<8} {process}  {line.get('event', '')}")
    text = click.style(text, _COLORS.get(level))
    exception = (
        f"\n{terminal.escape_lines(str(line['exception']))}" if line.get("exception") else ""
    )
    return f"{text}{' ' + terminal.escape(rest) if rest else ''}{exception}"


COMMANDS = (logs,)

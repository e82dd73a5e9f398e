"""logs: the newest log lines of all processes, and what comes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import click

from bot import logstream
from bot.commands import show
from bot.commands.desk import Desk, normal

LEVELS = ("debug", "info", "warning", "error", "critical")
_FIRST = ("timestamp", "level", "process", "host", "pid", "event")
_COLORS = {"warning": "yellow", "error": "red", "critical": "red"}
Line = Mapping[str, Any]


class Filter(NamedTuple):
    """What a line must have; "" for each is: whatever.

    level: this or worse. worker: a process ("worker"), a host, or host:pid. job: a 受付番号, as
    people type it, or a job's id. text: what must stand somewhere in the line, in any case.
    """

    level: str = ""
    worker: str = ""
    job: str = ""
    text: str = ""

    def wants(self, line: Line) -> bool:
        """Whether a line of the stream passes."""
        if _rank(line.get("level")) < _rank(self.level or LEVELS[0]):
            return False
        jobs = {self.job, normal(self.job) or self.job}
        if self.job and not jobs & {line.get("number"), line.get("job")}:
            return False
        host = line.get("host")
        names = {line.get("process"), host, f"{host}:{line.get('pid')}"}
        if self.worker and self.worker not in names:
            return False
        # As it stands in the stream, and as it is shown.
        written = json.dumps(line, ensure_ascii=False, default=str)
        shown = " ".join(f"{name}={it}" for name, it in line.items())
        return self.text.casefold() in f"{written} {shown}".casefold()


def _rank(level: object) -> int:
    return LEVELS.index(level) if isinstance(level, str) and level in LEVELS else 1


@click.command()
@click.option("--follow", "-f", is_flag=True, help="Go on with what comes, until Ctrl-C.")
@click.option("--lines", "-n", default=100, show_default=True, type=click.IntRange(0, 1_000_000))
@click.option("--level", "-l", type=click.Choice(LEVELS), help="Only this level and worse.")
@click.option("--worker", "-w", help="Only from a process (worker), a host, or a host:pid.")
@click.option("--job", "-j", help="Only about this job: its 受付番号 or its id.")
@click.option("--text", "-t", help="Only lines in which this stands.")
@show.json_option
@click.pass_obj
def logs(desk: Desk, /, follow: bool, lines: int, as_json: bool, **filters: str | None) -> None:
    """Show the log lines of all processes; of the newest LINES, those that pass the filters."""
    settings = desk.settings
    try:
        client = logstream.connect(settings, patience=5.0)
    except ValueError:
        raise click.ClickException(
            "Log lines are kept in Redis or Valkey, and BROKER_URL is RabbitMQ: read the stdout of "
            "each process instead (with systemd: journalctl -u efude-worker)."
        ) from None
    if not settings.log_stream:
        raise click.ClickException("LOG_STREAM is 0: lines stand on each process's stdout only.")
    from redis import RedisError

    wanted = Filter(**{name: it or "" for name, it in filters.items()})
    try:
        for line in logstream.tail(client, lines, follow=follow):
            if wanted.wants(line):
                click.echo(json.dumps(line, ensure_ascii=False) if as_json else _pretty(line))
    except RedisError as error:
        raise click.ClickException(
            f"The broker's Redis cannot be reached ({type(error).__name__}). Lines stand on each "
            "process's stdout all the same. Look with: python -m bot doctor"
        ) from None
    except KeyboardInterrupt:
        return


def _pretty(line: Line) -> str:
    level = str(line.get("level", "info"))
    moment = str(line.get("timestamp", ""))[:23].replace("T", " ")
    who = f"{line.get('process', '?')}@{line.get('host', '?')}:{line.get('pid', '?')}"
    rest = {name: it for name, it in line.items() if name not in _FIRST and name != "exception"}
    more = " ".join(f"{name}={it}" for name, it in rest.items())
    head = f"{moment} {level:<8} {who}  {line.get('event', '')}"
    said = click.style(head, fg=_COLORS.get(level)) + (f"  {more}" if more else "")
    return said + (f"\n{line['exception']}" if line.get("exception") else "")


COMMANDS = (logs,)

"""The operator's commands and the processes of the Procfile: `python -m bot ...`.

May import everything in bot but web and app.

    migrate, worker, courier, clock         the Procfile's processes
    doctor, workers, inbox, quota, logs     is all well? (health: for a container's check)
    jobs, job                               what became of that picture?
    ban, unban, bans, erase, limits, audit  people, chats, and what operators did
    pause, drain, resume                    take no new wishes; paint nothing new; go on
    setup, richmenu                         connect a LINE account; the menu under every 1:1 chat
    completion                              for the shell

Every command that tells something takes --json.
"""

from __future__ import annotations

import io
import os
import sys

import click
from sqlalchemy.exc import SQLAlchemyError

from bot.cli import (
    adminchat,
    alarms,
    completion,
    doctor,
    health,
    inbox,
    jobs,
    logs,
    people,
    processes,
    quota,
    richmenu,
    setup,
    switches,
    usage,
    workers,
)
from bot.cli.context import CliContext
from bot.cli.language import command_language, say
from bot.operations.setting_errors import SettingProblems
from bot.settings import SettingError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def cli(context: click.Context) -> None:
    """Efude 絵筆: the processes, and what an operator asks and does."""
    context.obj = CliContext()
    context.call_on_close(context.obj.close)


_GROUPS = (
    processes, doctor, jobs, workers, health, inbox, logs, quota, people, adminchat, alarms,
    switches, setup, richmenu, completion,
)  # fmt: skip
for _group in _GROUPS:
    for _command in _group.COMMANDS:
        cli.add_command(_command)


def _print_what_can_be_printed() -> None:
    """Have a terminal of an older encoding show ? for a mark that it lacks, and go on."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit status (2: the settings or the words are wrong)."""
    usage.localize(cli)
    _print_what_can_be_printed()
    try:
        status = cli.main(
            argv, prog_name="python -m bot", complete_var=completion.VARIABLE, standalone_mode=False
        )
    except SettingError as error:
        print(SettingProblems(error).in_language(command_language()), file=sys.stderr)
        return 2
    except click.UsageError as error:
        usage.tell_wrong(error)
        return error.exit_code
    except click.ClickException as error:
        print(say("error.error", what=error.format_message()), file=sys.stderr)
        return error.exit_code
    except click.Abort:
        print(say("nothing_done"), file=sys.stderr)
        return 1
    except SQLAlchemyError as error:
        print(say("error.database", error=type(error).__name__), file=sys.stderr)
        return 1
    except BrokenPipeError:  # `| head` has read enough; Python would complain at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status if isinstance(status, int) else 0

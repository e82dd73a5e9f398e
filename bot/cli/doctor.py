"""doctor: a green or a red line for each thing that must be right."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import chain

import click

from bot.cli import output
from bot.cli.language import command_language
from bot.operations.doctor import Finding, run_checks
from bot.operations.setting_errors import SettingProblems
from bot.settings import SettingError, Settings
from bot.telemetry import logs
from bot.texts import sentences
from bot.texts.sentence import Sentence

_IN_JSON = ("name", "ok", "says", "remedy")


@click.command()
@output.json_option
def doctor(as_json: bool) -> int:
    """Try everything that Efude stands on. Exit status 1: something is red.

    It stores, fetches and deletes one small picture, and has LINE send one test webhook.
    """
    try:
        settings = Settings.from_env()
    except SettingError as error:
        remedy = Sentence("doctor.settings_remedy")
        finding = Finding("settings", False, SettingProblems(error), remedy)
        return _report([finding], as_json=as_json)
    # The findings are clearer than the warnings that the clients log.
    logs.configure("operator", settings.log_format, out=sys.stderr, disabled=True)
    finding = Finding("settings", True, Sentence("doctor.settings_fine"))
    return _report(chain([finding], run_checks(settings)), as_json=as_json)


def _report(findings: Iterable[Finding], *, as_json: bool) -> int:
    """Print findings, each as soon as it is there. Returns the exit status."""
    all_ok, documents = True, []
    for finding in findings:
        all_ok &= finding.ok
        if as_json:
            documents.append({name: getattr(finding, name) for name in _IN_JSON})
        else:
            _print(finding)
    if as_json:
        output.print_json(documents)
    return 0 if all_ok else 1


def _print(finding: Finding) -> None:
    lang = command_language()
    names = [text for key, text in sentences(lang).items() if key.startswith("check_name.")]
    width = max(map(output.display_width, names)) + 1
    mark = click.style("✔", fg="green") if finding.ok else click.style("✘", fg="red")
    name = output.pad(finding.name_in(lang), width)
    click.echo(f"{mark} {name} {finding.result.in_language(lang)}")
    if finding.advice:
        click.echo(f"  {'':<{width}} → {finding.advice.in_language(lang)}")


COMMANDS = (doctor,)

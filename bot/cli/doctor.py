"""doctor: a green or a red line for each thing that must be right."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import asdict
from itertools import chain

import click

from bot.cli import output
from bot.operations.doctor import Finding, run_checks
from bot.settings import SettingError, Settings
from bot.telemetry import logs


@click.command()
@output.json_option
def doctor(as_json: bool) -> int:
    """Try everything that Efude stands on. Exit status 1: something is red.

    It stores, fetches and deletes one small picture, and has LINE send one test webhook.
    """
    try:
        settings = Settings.from_env()
    except SettingError as error:
        finding = Finding("settings", False, str(error), "Set them; docs/configure.md lists all.")
        return _report([finding], as_json=as_json)
    # The findings are clearer than the warnings that the clients log.
    logs.configure("operator", settings.log_format, out=sys.stderr, disabled=True)
    finding = Finding("settings", True, "all there, none out of its range")
    return _report(chain([finding], run_checks(settings)), as_json=as_json)


def _report(findings: Iterable[Finding], *, as_json: bool) -> int:
    """Print findings, each as soon as it is there. Returns the exit status."""
    all_ok, documents = True, []
    for finding in findings:
        all_ok &= finding.ok
        if as_json:
            documents.append(asdict(finding))
        else:
            _print(finding)
    if as_json:
        output.print_json(documents)
    return 0 if all_ok else 1


def _print(finding: Finding) -> None:
    mark = click.style("✔", fg="green") if finding.ok else click.style("✘", fg="red")
    click.echo(f"{mark} {finding.name:<17} {finding.says}")
    if not finding.ok:
        click.echo(f"  {'':<17} → {finding.remedy}")


COMMANDS = (doctor,)

"""doctor: a green or a red line for each thing that must be right."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from bot import logs
from bot.commands import show
from bot.doctor import Finding, examine
from bot.settings import SettingError, Settings


@click.command()
@show.json_option
def doctor(as_json: bool) -> int:
    """Try everything that Efude stands on. Exit status 1: something is red.

    It stores, fetches and deletes one small picture, and has LINE send one test webhook.
    """
    try:
        settings = Settings.from_env()
    except SettingError as error:
        said = Finding("settings", False, str(error), "Set them; docs/configure.md lists all.")
        return _tell([said], as_json=as_json)
    # Its own lines say it better than the client's warnings.
    logs.set_up("operator", settings.log_format, out=sys.stderr, silent=True)
    said = Finding("settings", True, "all there, none out of its range")
    if as_json:
        return _tell([said, *examine(settings)], as_json=True)
    status = _line(said)
    for finding in examine(settings):
        status |= _line(finding)
    return status


def _tell(findings: list[Finding], *, as_json: bool) -> int:
    if as_json:
        show.as_json_text([asdict(it) for it in findings])
    else:
        for finding in findings:
            _line(finding)
    return 0 if all(it.ok for it in findings) else 1


def _line(it: Finding) -> int:
    mark = click.style("✔", fg="green") if it.ok else click.style("✘", fg="red")
    click.echo(f"{mark} {it.name:<17} {it.says}")
    if not it.ok:
        click.echo(f"  {'':<17} → {it.remedy}")
    return 0 if it.ok else 1


COMMANDS = (doctor,)

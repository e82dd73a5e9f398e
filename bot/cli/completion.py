"""completion: what a shell needs to complete commands, options and states."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

VARIABLE = "_EFUDE_COMPLETE"  # what the shell sets when it asks for words


@click.command()
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion for SHELL: eval "$(efude completion bash)".

    It is for scripts/efude, which is `python -m bot` from any folder; link it into your PATH.
    """
    shell_class = get_completion_class(shell)
    assert shell_class is not None
    root = context.find_root().command
    click.echo(shell_class(root, {}, "efude", VARIABLE).source())


COMMANDS = (completion,)

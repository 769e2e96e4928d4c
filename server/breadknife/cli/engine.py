"""`breadknife engine`: the engine for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from breadknife.cli.output import errors_told

app = typer.Typer(no_args_is_help=True, help="Use the engine from other programs.", rich_markup_mode=None)


@app.callback()
def engine() -> None:
    pass  # without it, typer would make the one command the whole of `breadknife engine`


@app.command("serve-openai")
def serve_openai(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Listen there on 127.0.0.1; 0 is any free one.")] = 8642,
    token_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep the token here, for you alone, instead of printing it.")
    ] = None,
) -> None:
    """Answer OpenAI's HTTP API with the models on this machine, for programs on this machine.

    It prints the address and a token, as the environment variables that OpenAI's own clients read. Editors go first.

    Examples:

      breadknife engine serve-openai

      breadknife engine serve-openai --port 0 --token-file ~/.config/breadknife/openai-token
    """
    from breadknife.cli.serve_openai import run

    with errors_told():
        run(port, token_file)

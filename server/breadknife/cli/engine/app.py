"""`breadknife engine`: the engine for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from breadknife.cli.commands import App

app = App("Use the engine from other programs.")


@app.callback()
def engine() -> None:
    pass  # without it, typer would make the one command the whole of `breadknife engine`


@app.command("serve-openai")
def serve_openai(
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="PORT", help="The port on 127.0.0.1; 0 means any free port.")
    ] = 8642,
    token_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep the token in this file, readable by you only, instead of printing it."),
    ] = None,
    raw_prompts: Annotated[
        bool,
        typer.Option("--raw-prompts", help="Let prompts have the model's control tokens in them, as Zed's have."),
    ] = False,
) -> None:
    """Offer the models to other programs, over OpenAI's HTTP API.

    Listens on this machine only. Prints the address and a token as the environment variables that OpenAI's clients
    read. Requests of editors go first.

    Examples:

      breadknife engine serve-openai

      breadknife engine serve-openai --raw-prompts

      breadknife engine serve-openai --port 0 --token-file ~/.config/breadknife/openai-token
    """
    from breadknife.cli.engine.serve_openai import run

    run(port, token_file, raw_prompts=raw_prompts)

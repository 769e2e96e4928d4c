"""`breadknife setup`: optional parts, fetched when asked for."""

from __future__ import annotations

import typer

from breadknife.errors import SettingsError


def run(part: str) -> None:
    if part != "languagetool":
        raise SettingsError(f"there is nothing called {part!r} to set up; there is `languagetool`")
    from breadknife.plugins.prose.languagetool_setup import install

    typer.echo(f"LanguageTool is at {install(typer.echo)}")

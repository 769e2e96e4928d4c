"""`breadknife learned`."""

from __future__ import annotations

import json
from dataclasses import asdict

import typer

from breadknife.errors import SettingsError
from breadknife.plugins.completion.learning import learned_file, read_learned


def run(*, as_json: bool, forget: bool) -> None:
    """Raises SettingsError when the file can't be deleted."""
    path = learned_file()
    if forget:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise SettingsError(f"{path}: can't be deleted: {error.strerror or error}") from error
        typer.echo("forgotten")
        return
    learned = read_learned(path)
    if as_json:
        typer.echo(json.dumps({"path": str(path), **asdict(learned)}))
        return
    typer.echo(str(path))
    for language, buckets in sorted(learned.languages.items()):
        typer.echo(f"{language}:")
        for edge, outcomes in sorted(buckets.items()):
            typer.echo(f"  confidence {edge}: {outcomes.accepted} accepted, {outcomes.rejected} rejected")
    if not learned.languages:
        typer.echo("nothing is learned yet")

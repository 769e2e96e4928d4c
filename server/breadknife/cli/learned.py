"""`breadknife learned`."""

from __future__ import annotations

import json
from dataclasses import asdict

import typer

from breadknife.errors import SettingsError
from breadknife.plugins.completion.learning import learned_file, read_learned
from breadknife.plugins.nullcheck.choices import choices_file, read_choices


def run(*, as_json: bool, forget: bool) -> None:
    """Raises SettingsError when a file can't be deleted."""
    suggestions, fixes = learned_file(), choices_file()
    if forget:
        for path in (suggestions, fixes):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise SettingsError(f"{path}: can't be deleted: {error.strerror or error}") from error
        typer.echo("forgotten")
        return
    learned, chosen = read_learned(suggestions), read_choices(fixes)
    if as_json:
        of_fixes = {"path": str(fixes), "projects": chosen}
        typer.echo(json.dumps({"path": str(suggestions), **asdict(learned), "null_fixes": of_fixes}))
        return
    typer.echo(f"suggestions: {suggestions}")
    for language, buckets in sorted(learned.languages.items()):
        typer.echo(f"  {language}:")
        for edge, outcomes in sorted(buckets.items()):
            typer.echo(f"    confidence {edge}: {outcomes.accepted} accepted, {outcomes.rejected} rejected")
    if not learned.languages:
        typer.echo("  nothing is learned yet")
    typer.echo(f"fixes of null: {fixes}")
    for project, names in chosen.items():
        typer.echo(f"  {project}:")
        for name, strategy in names.items():
            typer.echo(f"    {name}: {strategy}")
    if not chosen:
        typer.echo("  nothing is learned yet")

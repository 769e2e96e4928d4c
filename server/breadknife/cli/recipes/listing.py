"""Prints what `breadknife recipes list` and `steps` show."""

from __future__ import annotations

from breadknife.cli.output import print_json, say
from breadknife.cli.recipes.finding import find
from breadknife.steps.registry import discover_steps


def print_recipes(*, as_json: bool) -> int:
    entries = find([])
    if as_json:
        print_json(
            [
                {
                    "name": entry.name,
                    "owner": entry.owner,
                    "path": str(entry.path),
                    "title": entry.plan.recipe.title if entry.plan else "",
                    "enabled": entry.plan.recipe.enabled if entry.plan else False,
                    "roles": list(entry.plan.roles) if entry.plan else [],
                    "problems": list(map(str, entry.problems)),
                }
                for entry in entries
            ]
        )
        return 0
    width = max((len(entry.name) for entry in entries), default=0)
    for entry in entries:
        if entry.plan is None:
            say(f"✗ {entry.name:<{width}}  {entry.owner}: {entry.problems[0].message}")
            continue
        recipe = entry.plan.recipe
        state = "" if recipe.enabled else f'; off: [recipes] on = ["{recipe.name}"] offers it'
        if recipe.named_models and entry.plan.writing_roles:
            state += f"; needs a model that you name: [models] {entry.plan.writing_roles[0]} = …"
        models = f"; asks {', '.join(entry.plan.roles)}" if entry.plan.roles else ""
        say(f"  {entry.name:<{width}}  {recipe.title} ({entry.owner}{models}{state})")
    return 0


def print_steps(*, as_json: bool) -> int:
    registry = discover_steps()
    if as_json:
        print_json(
            [
                {
                    "name": name,
                    "version": installed.type.version,
                    "package": installed.package,
                    "summary": installed.type.summary,
                    "takes": {
                        key: "literal" if port.is_literal else str(port.type)
                        for key, port in installed.type.inputs.items()
                    },
                    "gives": {key: str(port.type) for key, port in installed.type.outputs.items()},
                }
                for name, installed in sorted(registry.steps.items())
            ]
        )
        return 0
    for name, installed in sorted(registry.steps.items()):
        say(f"{name}  {installed.type.summary}")
        for key, port in installed.type.inputs.items():
            kind = "written in the recipe" if port.is_literal else str(port.type)
            say(f"    takes {key}: {kind}{'' if port.is_required else f' (default {port.default!r})'}")
        for key, port in installed.type.outputs.items():
            say(f"    gives {key}: {port.type}")
    for problem in registry.problems:
        say(f"✗ {problem}")
    return 0

"""`breadknife recipes new` and `graph`: write a new recipe, and a diagram of one."""

from __future__ import annotations

import re
from pathlib import Path

from breadknife.cli.output import say
from breadknife.cli.recipes.finding import current_workspace, find, plan_of
from breadknife.errors import RecipeError
from breadknife.paths import write_for_user
from breadknife.recipes.diagrams import mermaid, svg
from breadknife.recipes.folders import IN_WORKSPACE, user_folder

_TEMPLATE = Path(__file__).with_name("template.toml")


def write_new(name: str, like: str, *, here: bool) -> int:
    """Write a new recipe: into the user's recipes, or with `here` into those of the current workspace folder.

    It is a copy of the recipe `like`, or of the template if that is empty. Raises RecipeError.
    """
    if not re.fullmatch("[a-z][a-z0-9-]{0,49}", name):
        raise RecipeError(f"`{name}` can't name a recipe; take small letters, digits and `-`, as in `plain-words`")
    root, trusted = current_workspace()
    folder = root / IN_WORKSPACE if here else user_folder()
    path = folder / f"{name}.toml"
    if path.exists():
        raise RecipeError(f"{path} is there already; choose another name")
    source = plan_of(find([like])[0]).recipe.source if like else _TEMPLATE.read_text("utf-8")
    source = re.sub(r'^name = ".*"$', f'name = "{name}"', source, count=1, flags=re.MULTILINE)
    try:
        write_for_user(path, source.encode())
    except OSError as error:
        raise RecipeError(f"{path} can't be written: {error.strerror or error}") from error
    say(str(path))
    if here and not trusted:
        say("This folder isn't trusted, so editors don't offer its recipes. `breadknife trust` trusts it.")
    say(f"Next: breadknife recipes test {name if trusted or not here else path}")
    return 0


def draw(name: str, file: Path | None) -> int:
    """Draw a recipe's steps: as SVG into a file, or without one as Mermaid on stdout. Raises RecipeError."""
    plan = plan_of(find([name])[0])
    if file is None:
        say_text(mermaid(plan))
        return 0
    try:
        write_for_user(file.absolute(), svg(plan).encode())
    except OSError as error:
        raise RecipeError(f"{file} can't be written: {error.strerror or error}") from error
    say(str(file))
    return 0


def say_text(text: str) -> None:
    for line in text.splitlines():
        say(line)

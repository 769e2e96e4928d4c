"""`breadknife recipes`: list, steps, new, check, run, test, diff, graph, lock."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from breadknife.cli.commands import App, EngineScript, Json, Offline

app = App("Write, check, run and test chains of small steps.")

Recipe = Annotated[str, typer.Argument(metavar="RECIPE", help="A recipe's name, or a file.")]
Recipes = Annotated[list[str] | None, typer.Argument(metavar="RECIPE", help="Names or files. Default: all.")]


@app.command("list")
def list_command(as_json: Json = False) -> int | None:
    """List the recipes that can be offered here.

    Those of breadknife, yours, and those of this folder if you trust it.

    Example:

      breadknife recipes list
    """
    from breadknife.cli.recipes.listing import print_recipes

    return print_recipes(as_json=as_json)


@app.command()
def steps(as_json: Json = False) -> int | None:
    """List the types of steps, with their ports.

    Example:

      breadknife recipes steps
    """
    from breadknife.cli.recipes.listing import print_steps

    return print_steps(as_json=as_json)


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Small letters, digits and `-`.")],
    like: Annotated[str, typer.Option("--like", metavar="RECIPE", help="Start from this recipe.")] = "",
    here: Annotated[bool, typer.Option("--here", help="Write it into this folder's .breadknife/recipes.")] = False,
) -> int | None:
    """Write a recipe that works, as a start for your own.

    Examples:

      breadknife recipes new shorten

      breadknife recipes new our-words --like plain-words --here
    """
    from breadknife.cli.recipes.writing import write_new

    return write_new(name, like, here=here)


@app.command()
def check(recipes: Recipes = None, as_json: Json = False) -> int | None:
    """Check recipes before they run.

    Checks steps, ports, types and the lock. Prints FILE:LINE:COLUMN and the nearest right word.

    Exit code: 0 if nothing is wrong, 1 if something is, 2 if there is no such recipe.

    Examples:

      breadknife recipes check

      breadknife recipes check ./draft.toml
    """
    from breadknife.cli.recipes.checking import run

    return run(recipes or [], as_json=as_json)


@app.command("run")
def run_command(
    recipe: Recipe,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="The document. Default: stdin.")] = None,
    at: Annotated[str, typer.Option("--at", metavar="LINE[:COLUMN]", help="Where the cursor is, from 1.")] = "1",
    until: Annotated[str, typer.Option("--until", metavar="LINE[:COLUMN]", help="Where a selection ends.")] = "",
    language: Annotated[str, typer.Option(metavar="ID", help="The document's language id. Default: by its name.")] = "",
    message: Annotated[str, typer.Option(metavar="TEXT", help="A diagnostic at that place.")] = "",
    offline: Offline = False,
    engine_script: EngineScript = None,
) -> int | None:
    """Run a recipe, and show what each step gave.

    Steps go to stderr, the result to stdout. Changes no file.

    Exit code: 0 if there is a result, 1 if there is none, 2 after an error.

    Examples:

      breadknife recipes run plain-words notes.md --at 12

      breadknife recipes run shorten-text < notes.txt
    """
    from breadknife.cli.recipes.running import RecipeTarget, run

    target = RecipeTarget(file, at, until, language, message)
    return run(recipe, target, offline=offline, engine_script=engine_script)


@app.command("test")
def run_tests(
    recipes: Recipes = None,
    model: Annotated[
        list[str] | None,
        typer.Option("--model", metavar="[ROLE=]MODEL", help="Test with this model; may be given several times."),
    ] = None,
    as_json: Json = False,
    offline: Offline = False,
    engine_script: EngineScript = None,
) -> int | None:
    """Run recipes' tests; print a score for each model.

    Exit code: 0 if all pass, 1 if some don't, 2 after an error.

    Examples:

      breadknife recipes test docstring

      breadknife recipes test docstring --model qwen2.5-coder-0.5b --model qwen2.5-coder-1.5b
    """
    from breadknife.cli.recipes.testing import run

    return run(recipes or [], model or [], as_json=as_json, offline=offline, engine_script=engine_script)


@app.command()
def diff(old: Recipe, new: Recipe, offline: Offline = False, engine_script: EngineScript = None) -> int | None:
    """Show what two recipes answer differently.

    Asks both the tests of both.

    Exit code: 0 if all answers are the same, 1 if some differ, 2 after an error.

    Example:

      breadknife recipes diff docstring ./docstring-2.toml
    """
    from breadknife.cli.recipes.testing import run_diff

    return run_diff(old, new, offline=offline, engine_script=engine_script)


@app.command()
def graph(
    recipe: Recipe,
    svg: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw an SVG file instead of Mermaid.")] = None,
) -> int | None:
    """Draw a recipe's steps: Mermaid or SVG.

    Examples:

      breadknife recipes graph docstring

      breadknife recipes graph docstring --svg docstring.svg
    """
    from breadknife.cli.recipes.writing import draw

    return draw(recipe, svg)


@app.command()
def lock(recipes: Recipes = None) -> int | None:
    """Write recipe.lock: steps, models and engine.

    It has their versions as they are now. `check` then says what has changed.

    Example:

      breadknife recipes lock
    """
    from breadknife.cli.recipes.locking import run

    return run(recipes or [])

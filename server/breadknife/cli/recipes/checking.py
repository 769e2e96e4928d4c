"""`breadknife recipes check`: what is wrong with recipes, and what has changed since they were locked."""

from __future__ import annotations

from dataclasses import asdict

from breadknife.cli.output import print_json, say
from breadknife.cli.recipes.finding import find, tell_untrusted
from breadknife.cli.recipes.locking import locked_now
from breadknife.recipes.lock import LOCK, differences, read_lock
from breadknife.recipes.registry import RecipeEntry
from breadknife.recipes.values import RecipeProblem
from breadknife.text.printable import counted


def run(names: list[str], *, as_json: bool) -> int:
    """Print what is wrong with recipes, or with all. Return the exit code: 1 if something is, else 0."""
    entries = find(names)
    if not names:
        tell_untrusted()
    problems = [problem for entry in entries for problem in (*entry.problems, *_changes(entry))]
    if as_json:
        print_json([{**asdict(problem), "path": str(problem.path)} for problem in problems])
        return 1 if problems else 0
    for problem in problems:
        say(str(problem))
    for entry in entries:
        if entry.plan is not None and not any(problem.path == entry.path for problem in problems):
            asks = f", asks {', '.join(entry.plan.roles)}" if entry.plan.roles else ""
            say(f"✓ {entry.name}: {counted(len(entry.plan.order), 'step')}{asks}")
    return 1 if problems else 0


def _changes(entry: RecipeEntry) -> list[RecipeProblem]:
    """Return a problem for each dependency that isn't as `recipe.lock` has it; none if the recipe isn't locked."""
    lock, _ = read_lock(entry.path.parent / LOCK)
    if entry.plan is None or lock is None or entry.path.stem not in lock.recipes:
        return []
    changed = differences(lock.recipes[entry.path.stem], locked_now(entry.plan))
    return [RecipeProblem(entry.path, 1, 1, why) for why in changed]

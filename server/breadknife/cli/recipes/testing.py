"""`breadknife recipes test` and `diff`: recipes on the tests that stand beside them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from breadknife import children
from breadknife.cli.assemble import make_host, settings_for
from breadknife.cli.output import print_json, say, shown
from breadknife.cli.recipes.asking import ask_recipe
from breadknife.cli.recipes.finding import find, here, plan_of
from breadknife.cli.recipes.own_shelf import own_shelf
from breadknife.errors import RecipeError
from breadknife.host.host import Host
from breadknife.host.trust import is_trusted
from breadknife.recipes.checking import Plan
from breadknife.recipes.folders import recipe_folders
from breadknife.recipes.registry import RecipeEntry
from breadknife.recipes.requests import RecipeRequest
from breadknife.recipes.scores import Score, Scores
from breadknife.recipes.values import Example
from breadknife.task.values import Silence
from breadknife.text.document import Document
from breadknife.text.languages import LANGUAGES

_GIT_SECONDS = 60.0


@dataclass(frozen=True)
class Outcome:
    """One test with one model."""

    recipe: str
    test: str
    model: str
    faults: tuple[str, ...]
    answer: str
    reason: str
    """The code of the reason, if there was no answer."""


def run(names: list[str], models: list[str], *, as_json: bool, offline: bool, engine_script: Path | None) -> int:
    entries = [entry for entry in find(names) if names or entry.plan is not None]
    for entry in entries:
        plan_of(entry)
    outcomes: list[Outcome] = []
    with _host(offline, engine_script) as host:
        for model in models or [""]:
            for entry in entries:
                outcomes += _outcomes(host, entry, model)
    if as_json:
        print_json([asdict(outcome) for outcome in outcomes])
        return 1 if any(outcome.faults for outcome in outcomes) else 0
    for outcome in outcomes:
        for fault in outcome.faults:
            model = f" ({outcome.model})" if outcome.model else ""
            say(f"✗ {outcome.recipe}: {outcome.test}{model}: {fault}")
    for model in models or [""]:
        for entry in entries:
            ran = [outcome for outcome in outcomes if (outcome.recipe, outcome.model) == (entry.name, model)]
            passed = sum(not outcome.faults for outcome in ran)
            say(f"{entry.name}{f' with {model}' if model else ''}: {passed} of {len(ran)} pass")
    return 1 if any(outcome.faults for outcome in outcomes) else 0


def run_diff(old: str, new: str, *, offline: bool, engine_script: Path | None) -> int:
    entries = find([old, new])
    examples: list[Example] = []
    for entry in entries:
        examples += [example for example in plan_of(entry).recipe.examples if example not in examples]
    differ = 0
    with _host(offline, engine_script) as host:
        for number, example in enumerate(shown(examples, lambda example: example.name or "a test"), 1):
            answers = [_answer(host, entry, example) for entry in entries]
            if answers[0] == answers[1]:
                continue
            differ += 1
            say(f"{_name(example, number)}:")
            for sign, (text, reason) in zip("-+", answers, strict=True):
                say(f"  {sign} {text if text is not None else f'nothing: {reason}'}")
    say(f"{differ} of {len(examples)} answers differ")
    return 1 if differ else 0


def _outcomes(host: Host, entry: RecipeEntry, model: str) -> Iterator[Outcome]:
    plan = plan_of(entry)
    usual = host.settings
    host.settings = replace(usual, models={**usual.models, **_roles(plan, model)})
    passed = 0
    try:
        for number, example in enumerate(
            shown(plan.recipe.examples, lambda shown_example: f"{entry.name}: {shown_example.name}"), 1
        ):
            text, reason = _answer(host, entry, example)
            wrong = tuple(example.expect.faults(text, reason))
            passed += not wrong
            yield Outcome(entry.name, _name(example, number), model, wrong, text or "", "" if text else reason)
        _remember(host, plan, Score(passed, len(plan.recipe.examples)))
    finally:
        host.settings = usual


def _remember(host: Host, plan: Plan, score: Score) -> None:
    """Keep the score, to tell it when the recipe is first used with that model."""
    if plan.recipe.named_models:
        for name in map(host.model_name, plan.writing_roles):
            Scores().keep(plan.recipe, host.model_digest(name) or name, score)


def _roles(plan: Plan, model: str) -> Mapping[str, str]:
    """Read `ROLE=MODEL`, or a model for all roles that write. Raises RecipeError."""
    role, equals, name = model.partition("=")
    if equals:
        if role not in plan.roles:
            raise RecipeError(
                f"{plan.recipe.name} asks no model for `{role}`; it asks {', '.join(plan.roles) or 'none'}"
            )
        return {role: name}
    return dict.fromkeys(plan.writing_roles, model) if model else {}


def _answer(host: Host, entry: RecipeEntry, example: Example) -> tuple[str | None, str]:
    """Return the text, or None and the code of the reason."""
    host.settings = replace(host.settings, trusted=_is_trusted(entry))
    with _workspace(example) as root:
        path = root / (example.file or f"example{_suffix(example.language)}")
        document = Document(path.as_uri(), example.language, example.text, 1)
        with own_shelf(example.shelf, entry.path) if example.shelf else nullcontext():
            request = RecipeRequest(entry.name, document, example.span_in(document), example.message, entry.path)
            answer = ask_recipe(host, request, root)
    if isinstance(answer, Silence):
        return None, answer.reason
    return answer.text, ""


def _is_trusted(entry: RecipeEntry) -> bool:
    """Tell whether a recipe may run programs in its tests' folders, which are ours: it came with a package, is the
    user's own, or lies in a folder that the user trusts. Raises SettingsError."""
    known = {recipes.folder for recipes in recipe_folders(None, trusted=False)}
    return entry.path.parent in known or is_trusted(entry.path)


@contextmanager
def _workspace(example: Example) -> Generator[Path, None, None]:
    """Make a folder with the test's files: committed ones, then staged ones. Raises RecipeError without git."""
    with tempfile.TemporaryDirectory(prefix="breadknife-", ignore_cleanup_errors=True) as folder:
        root = Path(os.path.realpath(folder))
        if example.file or example.text:
            _write(root, {example.file or f"example{_suffix(example.language)}": example.text})
        if example.files or example.staged:
            _git(root, "init", "--quiet")
            _write(root, example.files)
            _git(root, "add", "--all")
            _git(root, "commit", "--quiet", "--allow-empty", "--message", "Before")
            _write(root, example.staged)
            _git(root, "add", "--all")
        yield root


def _write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = Path(os.path.normpath(root / name))
        if not path.is_relative_to(root):
            raise RecipeError(f"a test's file {name} lies outside of its folder; write a plain name")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="")


def _git(root: Path, *words: str) -> None:
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    try:
        git = children.find_program("git")
        if git is None:
            raise RecipeError("this test needs git, and there is none; install it")
        ran = children.run(
            [git, *words], folder=root, environ=children.environment(**who, **alone), seconds=_GIT_SECONDS
        )
    except OSError as error:
        raise RecipeError(f"this test needs git, and `git {words[0]}` fails: {error}") from error
    if ran.returncode:
        error = ran.stderr.decode("utf-8", "replace").strip()
        raise RecipeError(f"this test needs git, and `git {words[0]}` fails: {error}")


def _suffix(language: str) -> str:
    return LANGUAGES[language].suffixes[0] if language in LANGUAGES and LANGUAGES[language].suffixes else ".txt"


def _name(example: Example, number: int) -> str:
    return example.name or f"test {number}"


@contextmanager
def _host(offline: bool, engine_script: Path | None) -> Generator[Host, None, None]:
    root, _ = here()
    with closing(make_host(engine_script)) as host:
        host.settings = settings_for(host, offline, root)
        yield host

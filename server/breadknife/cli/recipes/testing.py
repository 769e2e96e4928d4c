"""`breadknife recipes test` and `diff`: run recipes on the tests in their files."""

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
from breadknife.cli.recipes.finding import current_workspace, find, plan_of
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
    """The result of one test with one model."""

    recipe: str
    test: str
    model: str
    """The model as `--model` names it; empty for those of the settings."""
    faults: tuple[str, ...]
    """A sentence for each way in which the answer isn't what the test expects; none if the test passes."""
    answer: str
    reason: str
    """The code of the reason why there is no answer; empty if there is one."""


def run(names: list[str], models: list[str], *, as_json: bool, offline: bool, engine_script: Path | None) -> int:
    """Run the tests of the named recipes (or of all that can run) with each model, and print what fails and a score.

    Return the exit code: 0 if all pass, else 1. Raises RecipeError.
    """
    entries = [entry for entry in find(names) if names or entry.plan is not None]
    for entry in entries:
        plan_of(entry)  # raises an error if a named one can't run
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
    """Run two recipes on the tests of both, and print where their answers differ. Return the exit code: 1 if some do,
    else 0."""
    entries = find([old, new])
    examples: list[Example] = []
    for entry in entries:
        examples += [example for example in plan_of(entry).recipe.examples if example not in examples]
    differing = 0
    with _host(offline, engine_script) as host:
        for number, example in enumerate(shown(examples, lambda example: example.name or "a test"), 1):
            answers = [_answer(host, entry, example) for entry in entries]
            if answers[0] == answers[1]:
                continue
            differing += 1
            say(f"{_name(example, number)}:")
            for sign, (text, reason) in zip("-+", answers, strict=True):
                say(f"  {sign} {text if text is not None else f'nothing: {reason}'}")
    say(f"{differing} of {len(examples)} answers differ")
    return 1 if differing else 0


def _outcomes(host: Host, entry: RecipeEntry, model: str) -> Iterator[Outcome]:
    """Run a recipe's tests with a model (see `Outcome.model`), and keep the score."""
    plan = plan_of(entry)
    original_settings = host.settings
    host.settings = replace(original_settings, models={**original_settings.models, **_models_by_role(plan, model)})
    passed = 0
    examples = shown(plan.recipe.examples, lambda example: f"{entry.name}: {example.name}")
    try:
        for number, example in enumerate(examples, 1):
            text, reason = _answer(host, entry, example)
            faults = tuple(example.expect.faults(text, reason))
            passed += not faults
            yield Outcome(entry.name, _name(example, number), model, faults, text or "", "" if text else reason)
        _remember(host, plan, Score(passed, len(plan.recipe.examples)))
    finally:
        host.settings = original_settings


def _remember(host: Host, plan: Plan, score: Score) -> None:
    """Keep a score on disk, so that users see it when they first use the recipe with that model."""
    if plan.recipe.named_models:
        for name in map(host.model_name, plan.writing_roles):
            Scores().keep(plan.recipe, host.model_digest(name) or name, score)


def _models_by_role(plan: Plan, model: str) -> Mapping[str, str]:
    """Return what `--model` says: `ROLE=MODEL` is a model for one role, and `MODEL` one for all roles that write text.
    Empty for an empty string. Raises RecipeError for a role that the recipe doesn't use."""
    role, equals, name = model.partition("=")
    if equals:
        if role not in plan.roles:
            raise RecipeError(
                f"{plan.recipe.name} asks no model for `{role}`; it asks {', '.join(plan.roles) or 'none'}"
            )
        return {role: name}
    return dict.fromkeys(plan.writing_roles, model) if model else {}


def _answer(host: Host, entry: RecipeEntry, example: Example) -> tuple[str | None, str]:
    """Return the text that a recipe gives for an example and an empty reason, or None and the reason's code."""
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
    """Tell whether a recipe may run programs in the temporary folders of its tests: if it came with a package, is the
    user's own, or lies in a folder that the user trusts. Raises SettingsError."""
    outside_workspaces = {recipes.folder for recipes in recipe_folders(None, trusted=False)}
    return entry.path.parent in outside_workspaces or is_trusted(entry.path)


@contextmanager
def _workspace(example: Example) -> Generator[Path, None, None]:
    """Make a temporary folder with the test's document and files: `files` are committed to a git repository in it, and
    `staged` are changes that aren't committed yet. Raises RecipeError if git is needed and fails."""
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
    """Write texts by the names of their files. Raises RecipeError for a name that leads out of `root`."""
    for name, text in files.items():
        path = Path(os.path.normpath(root / name))
        if not path.is_relative_to(root):
            raise RecipeError(f"a test's file {name} lies outside of its folder; write a plain name")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="")


def _git(root: Path, *words: str) -> None:
    """Run git with an identity of its own and without the user's configuration. Raises RecipeError."""
    identity = {
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@b",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@b",
    }
    no_configuration = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    try:
        git = children.find_program("git")
        if git is None:
            raise RecipeError("this test needs git, and there is none; install it")
        environ = children.environment(**identity, **no_configuration)
        ran = children.run([git, *words], folder=root, environ=environ, seconds=_GIT_SECONDS)
    except OSError as error:
        raise RecipeError(f"this test needs git, and `git {words[0]}` fails: {error}") from error
    if ran.returncode:
        error = ran.stderr.decode("utf-8", "replace").strip()
        raise RecipeError(f"this test needs git, and `git {words[0]}` fails: {error}")


def _suffix(language: str) -> str:
    """Return the ending of a file in this language, such as `.py`."""
    return LANGUAGES[language].suffixes[0] if language in LANGUAGES and LANGUAGES[language].suffixes else ".txt"


def _name(example: Example, number: int) -> str:
    return example.name or f"test {number}"


@contextmanager
def _host(offline: bool, engine_script: Path | None) -> Generator[Host, None, None]:
    """Give a host with the settings of the current folder."""
    root, _ = current_workspace()
    with closing(make_host(engine_script)) as host:
        host.settings = settings_for(host, offline, root)
        yield host

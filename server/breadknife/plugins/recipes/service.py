"""Answers requests with recipes. Imported at the first of them: steps and templates take 0.15 s to import."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from breadknife.errors import EngineError, ModelError
from breadknife.lru import LruCache
from breadknife.plugins.recipes.results import Results
from breadknife.plugins.recipes.settings import RecipesSettings
from breadknife.recipes.checking import Plan
from breadknife.recipes.folders import RecipeFolder, workspace_files
from breadknife.recipes.inputs import INPUT, RULES_ONLY, RecipeInput
from breadknife.recipes.parsing import MAX_TITLE
from breadknife.recipes.registry import RecipeRegistry, read_entry
from breadknife.recipes.requests import RecipeRequest, RecipeResult
from breadknife.recipes.running import RecipeOutput, RecipeRunner, RecipeState
from breadknife.recipes.scores import Scores
from breadknife.recipes.values import Presentation
from breadknife.steps.isolated import Isolation
from breadknife.steps.registry import discover_steps
from breadknife.task.plugin import ANY_LANGUAGE, Context
from breadknife.task.reasons import silence
from breadknife.task.values import (
    Action,
    ActionRequest,
    Actions,
    Answer,
    CheckRequest,
    Command,
    CommandRequest,
    CompletionItem,
    CompletionRequest,
    Completions,
    Done,
    Finding,
    Findings,
    Hover,
    HoverRequest,
    NewDocument,
    Origin,
    Request,
    ResolveRequest,
    Severity,
    Silence,
    WhyRequest,
)
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.printable import counted, shortened

RUN, GO_ON = "recipes.run", "recipes.goOn"
_KINDS: Mapping[Presentation, type[Any]] = {
    "completion": CompletionRequest,
    "hover": HoverRequest,
    "finding": CheckRequest,
}
"""A recipe's presentation -> the request that it answers. The other presentations begin in the menu."""
_MENU: tuple[Presentation, ...] = ("edit", "document", "command")
_OFFERED = 50
"""The most inputs of menu entries that are remembered, so that an entry can still be chosen."""
_LONGEST_MESSAGE = 20_000
"""The most characters of a result that are shown. The client also gets the whole result."""
_NO_RECIPE = Silence("no-recipe", "There is no such recipe that can run.", "see `breadknife recipes check`")


class RecipeService:
    """Answers the recipes plugin's requests. Safe to use from several threads."""

    def __init__(self, results: Results) -> None:
        self.results = results
        steps = discover_steps()
        self._recipes = RecipeRegistry(steps.types)
        self._isolation = Isolation(dict(steps.steps))
        self._runner = RecipeRunner(self._isolation)
        self._offered = LruCache[str, RecipeInput](_OFFERED)
        """Token -> what a menu entry was offered for, see `_remember`."""
        self._numbers = itertools.count(1)

    def languages(self, roots: Iterable[Path]) -> Mapping[type[Any], frozenset[str]]:
        """Return the types of requests that recipes answer, without the menu's, each with the languages of these
        recipes. `roots` are the trusted workspace folders whose recipes count."""
        by_kind: dict[type[Any], frozenset[str]] = {}
        for root in (None, *roots):
            for entry in self._recipes.entries(root, trusted=root is not None):
                if entry.plan and (kind := _KINDS.get(entry.plan.recipe.show.presentation)):
                    by_kind[kind] = by_kind.get(kind, frozenset()) | set(entry.plan.recipe.languages)
        return by_kind

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        """Answer a request of any type that the plugin serves. None means "no opinion"."""
        match request:
            case ActionRequest(document=document, span=span, findings=findings):
                message = findings[0].message if findings else ""
                return Actions(tuple(self._actions(RecipeInput(document, span, message), context)))
            case ResolveRequest(document=document, action=action):
                return self._resolve(document, action, context)
            case CommandRequest(command=Command(name=name, arguments=(recipe, token))) if name == RUN:
                return self._command(recipe, token, context)
            case CommandRequest(command=Command(name=name, arguments=(recipe, token))) if name == GO_ON:
                return self._go_on(recipe, token, request.document, context)
            case CompletionRequest(document=document, offset=offset):
                return self._complete(RecipeInput(document, Span(offset, offset)), context)
            case HoverRequest(document=document, offset=offset):
                return self._hover(RecipeInput(document, Span(offset, offset)), context)
            case CheckRequest(document=document):
                return self._check(RecipeInput(document, Span(0, len(document.text))), context)
            case WhyRequest(document=document, span=span):
                return self._why(RecipeInput(document, span), context)
            case RecipeRequest():
                return self._serve(request, context)
            case _:
                return None

    def close(self) -> None:
        self._isolation.close()

    def _plans(self, document: Document, context: Context, *presentations: Presentation) -> Iterator[Plan]:
        """Yield the recipes for a document that are on, are without faults, have one of these presentations, and whose
        writing models the user has named, if they need that."""
        settings: RecipesSettings = context.settings(RecipesSettings)
        for entry in self._recipes.entries(context.root, trusted=context.trusted):
            if (plan := entry.plan) is None or plan.recipe.show.presentation not in presentations:
                continue
            recipe = plan.recipe
            is_on = recipe.name not in settings.off and (recipe.enabled or recipe.name in settings.on)
            if recipe.named_models and not all(map(context.names_model, plan.writing_roles)):
                continue
            if is_on and {ANY_LANGUAGE, document.language} & set(recipe.languages):
                yield plan

    def _actions(self, given: RecipeInput, context: Context) -> Iterator[Action]:
        """Yield the entries of the menu for an input."""
        for plan in self._plans(given.document, context, *_MENU):
            state = self._menu_state(plan, given, context)
            if state is None:
                continue
            show, recipe = plan.recipe.show, plan.recipe
            title = _title(plan, state)
            if show.presentation == "edit":
                data = {"recipe": recipe.name, "start": given.span.start, "end": given.span.end, "about": given.message}
                document_span = Span(0, len(given.document.text))
                yield Action(title, show.action_kind, data=data, within=document_span, preview=show.preview)
            else:
                command = Command(RUN, title, (recipe.name, self._remember(given)))
                yield Action(title, show.action_kind, command=command)
        yield from self.results.actions(given.document, given.span)

    def _why(self, given: RecipeInput, context: Context) -> Silence:
        """Return why the menu has nothing for the input: the reason that most recipes give. If it has something, say
        so."""
        if context.root is not None and not context.trusted and workspace_files(context.root):
            return silence("untrusted-recipes")
        first = next(self._actions(given, context), None)
        if first is not None:
            return silence("in-menu", title=first.title)
        steps = [(plan, self._runner.steps(plan, plan.menu)) for plan in self._plans(given.document, context, *_MENU)]
        ends = (context.run(end, RecipeState({INPUT: given.values()})) for _, end in steps)
        reasons = [(end.sentence, end.remedy) for end in ends if isinstance(end, Silence) and end.remedy]
        [((sentence, remedy), _)] = Counter(reasons).most_common(1) or [(("there is none for it", ""), 0)]
        why = silence("no-action", why=f"{sentence[:1].lower()}{sentence[1:]}".rstrip("."))
        return replace(why, remedy=remedy) if remedy.startswith("select") else why

    def _menu_state(self, plan: Plan, given: RecipeInput, context: Context) -> RecipeState | None:
        """Run the steps of the recipe that come before any model or program, and return the values so far; None if one
        of them refuses the input, so that the recipe isn't offered."""
        steps = self._runner.steps(plan, plan.menu)
        end = context.run(steps, RecipeState({INPUT: given.values()}))
        return None if isinstance(end, Silence) else end

    def _resolve(self, document: Document, action: Action, context: Context) -> Answer:
        """Run the recipe of a menu entry that edits, and return the entry with its edits. If the recipe's rules have
        found some without its models, those are the edits, and a command that follows them asks the models."""
        data = action.data
        name, start, end = str(data.get("recipe", "")), int(data.get("start", 0)), int(data.get("end", 0))
        given = RecipeInput(document, Span(start, end), str(data.get("about", "")))
        plan = self._plan(name, context)
        if plan is None:
            return _NO_RECIPE
        if plan.recipe.named_models:
            _tell_scores(plan, context)
        by_rules = self._run_rules(plan, given, context)
        output = by_rules or self._runner.run(plan, given, context)
        if isinstance(output, Silence):
            return output
        self.results.keep(document, output)
        if output.refused_places:
            context.refresh()
        edits = tuple(TextEdit(span, text) for span, text in output.parts)
        refused = (*(why for _, why in output.refused_places), *(silence.sentence for silence in output.refused))
        resolved = replace(action, edits=edits, origin=output.origin, within=output.span, refused=refused)
        if by_rules is None:
            return Actions((resolved,))
        go_on = Command(GO_ON, plan.recipe.title, (plan.recipe.name, self._remember(given.after(edits))))
        explanation = f"{counted(len(edits), 'edit')} by rules; what the model finds comes as it reads: see the menu"
        return Actions((replace(resolved, command=go_on, incomplete=True, explanation=explanation),))

    def _run_rules(self, plan: Plan, given: RecipeInput, context: Context) -> RecipeOutput | None:
        """Run the recipe without its models and return its output; None if there is none, or the recipe can't do
        without them: no step of it takes the input `RULES_ONLY`."""
        if all(value != f"${INPUT}.{RULES_ONLY}" for step in plan.order for value in step.given.values()):
            return None
        output = self._runner.run(plan, replace(given, rules_only=True), context)
        return None if isinstance(output, Silence) else replace(output, origin=Origin(output.origin.rule))

    def _go_on(self, recipe: str, token: str, document: Document | None, context: Context) -> Answer:
        """Run a recipe with its models after the edits of its rules were made. What it finds is for the next menus."""
        given = self._offered.get(token)
        plan = self._plan(recipe, context)
        if given is None or document is None or given.document.text != document.text:
            return Silence("text-changed", "The text has changed since its edits were made.")
        if plan is None:
            return _NO_RECIPE
        try:
            output = self._runner.run(plan, replace(given, document=document), context)
        except (ModelError, EngineError):
            return Silence("rules-only", "No model could read the text: the edits are by rules alone.")
        context.cancel.raise_if_cancelled()
        if isinstance(output, Silence):
            return output
        self.results.keep(document, output, is_late=True)
        context.refresh()
        return Done(f"{counted(len(output.parts), 'edit')} more: see the menu at the hints")

    def _command(self, recipe: str, token: str, context: Context) -> Answer:
        """Run the recipe of a menu entry that shows a document or a message."""
        given = self._offered.get(token)
        if given is None:
            return Silence("menu-gone", "That menu is too old.", "open it again")
        plan = self._plan(recipe, context)
        if plan is None:
            return _NO_RECIPE
        output = self._runner.run(plan, given, context)
        if isinstance(output, Silence):
            return output
        show = plan.recipe.show
        if show.presentation == "document":
            document = NewDocument(output.text, show.language or "plaintext", plan.recipe.title, output.origin)
            return Done(documents=(document,))
        return Done(shortened(output.text, _LONGEST_MESSAGE), {"text": output.text})

    def _complete(self, given: RecipeInput, context: Context) -> Answer | None:
        output = self._first_output("completion", given, context)
        if isinstance(output, RecipeOutput):
            return Completions((CompletionItem(output.span, output.text, output.origin),))
        return output

    def _hover(self, given: RecipeInput, context: Context) -> Answer | None:
        output = self._first_output("hover", given, context)
        return Hover(output.text, output.span, output.origin) if isinstance(output, RecipeOutput) else output

    def _first_output(
        self, presentation: Presentation, given: RecipeInput, context: Context
    ) -> RecipeOutput | Silence | None:
        """Run the first recipe with this presentation whose first steps don't refuse the input, and return its output;
        None if there is no such recipe."""
        for plan in self._plans(given.document, context, presentation):
            if self._menu_state(plan, given, context) is not None:
                return self._runner.run(plan, given, context)
        return None

    def _check(self, given: RecipeInput, context: Context) -> Answer | None:
        findings: list[Finding] = [*self.results.hints(given.document)]
        for plan in self._plans(given.document, context, "finding"):
            output = self._runner.run(plan, given, context)
            if isinstance(output, RecipeOutput):
                severity = Severity(plan.recipe.show.severity)
                findings += (Finding(span, "recipes", plan.recipe.name, text, severity) for span, text in output.parts)
        return Findings(tuple(findings)) if findings else None

    def _serve(self, request: RecipeRequest, context: Context) -> Answer:
        """Run the recipe that the command line or an HTTP client has named, by its name or its file."""
        given = RecipeInput(request.document, request.span, request.message)
        plan = self._plan(request.recipe, context) if request.file is None else self._plan_of(request.file)
        output = _NO_RECIPE if plan is None else self._runner.run(plan, given, context, request.watcher)
        if isinstance(output, Silence):
            return output
        return RecipeResult(
            output.text, output.span, output.origin, tuple(silence.sentence for silence in output.refused)
        )

    def _plan(self, name: str, context: Context) -> Plan | None:
        return self._recipes.find(name, context.root, trusted=context.trusted)

    def _plan_of(self, file: Path) -> Plan | None:
        return read_entry(file, RecipeFolder(file.parent, "you"), self._recipes.types).plan

    def _remember(self, given: RecipeInput) -> str:
        """Keep an input for a command of a later request, and return the token that the command names it by."""
        token = str(next(self._numbers))
        self._offered[token] = given
        return token


def _title(plan: Plan, state: RecipeState) -> str:
    """Return the title of a menu entry: with the effect that `state` tells, if the recipe has a template for that and
    the result isn't too long."""
    title, recipe = plan.recipe.show.title, plan.recipe
    compiled = plan.templates.get(("", "title"))
    if compiled is not None:
        title = compiled.render(state.values)
    return title if 0 < len(title) <= MAX_TITLE else recipe.title


def _tell_scores(plan: Plan, context: Context) -> None:
    """Tell the user how many of the recipe's tests each model passes that writes in it. The client is shown a sentence
    once a session."""
    for model in map(context.model, plan.writing_roles):
        score = Scores().of(plan.recipe, model.digest or model.name)
        if score is not None:
            sentence = f"{model.name} passed {score.passed} of {score.total} of our cases for “{plan.recipe.title}”."
        else:
            sentence = f"`breadknife recipes test {plan.recipe.name}` says how well {model.name} does this."
        context.notify(sentence, optional=True)

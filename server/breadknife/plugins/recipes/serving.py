"""Answers requests with recipes. Imported at the first of them: steps and templates take 0.15 s to import."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from breadknife.errors import EngineError, ModelError
from breadknife.plugins.recipes.results import Results
from breadknife.plugins.recipes.settings import RecipesSettings
from breadknife.recipes.book import Book, read_entry
from breadknife.recipes.checking import Plan
from breadknife.recipes.inputs import INPUT, RULES_ONLY, Input
from breadknife.recipes.places import RecipeFolder, files_in, recipe_folders
from breadknife.recipes.reading import MAX_TITLE
from breadknife.recipes.requests import RecipeRequest, RecipeResult
from breadknife.recipes.running import Kitchen, Served, State
from breadknife.recipes.scores import Scores
from breadknife.recipes.values import Way
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
from breadknife.text.printable import shortened

RUN, GO_ON = "recipes.run", "recipes.goOn"
_KINDS: Mapping[Way, type[Any]] = {"completion": CompletionRequest, "hover": HoverRequest, "finding": CheckRequest}
"""How a result shows -> the request that asks for it. All other ways begin in the menu."""
_MENU: tuple[Way, ...] = ("edit", "document", "command")
_OFFERED = 50
"""Menus whose entries can still be chosen."""
_LONGEST_MESSAGE = 20_000
"""Characters of a result that is shown; the client gets all of it."""
_NO_RECIPE = Silence("no-recipe", "There is no such recipe that can run.", "see `breadknife recipes check`")


class Serving:
    """Safe to use from several threads."""

    def __init__(self, results: Results) -> None:
        self.results = results
        steps = discover_steps()
        self._book = Book(steps.types)
        self._isolation = Isolation(dict(steps.steps))
        self._kitchen = Kitchen(self._isolation)
        self._offered: dict[str, Input] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def languages(self, roots: Iterable[Path]) -> Mapping[type[Any], frozenset[str]]:
        """Return the requests that recipes answer at a place, with their languages; those of the menu aren't among
        them."""
        found: dict[type[Any], frozenset[str]] = {}
        for root in (None, *roots):
            for entry in self._book.entries(root, trusted=root is not None):
                if entry.plan and (kind := _KINDS.get(entry.plan.recipe.show.way)):
                    found[kind] = found.get(kind, frozenset()) | set(entry.plan.recipe.languages)
        return found

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        match request:
            case ActionRequest(document=document, span=span, findings=findings):
                message = findings[0].message if findings else ""
                return Actions(tuple(self._actions(Input(document, span, message), context)))
            case ResolveRequest(document=document, action=action):
                return self._resolve(document, action, context)
            case CommandRequest(command=Command(name=name, arguments=(recipe, token))) if name == RUN:
                return self._command(recipe, token, context)
            case CommandRequest(command=Command(name=name, arguments=(recipe, token))) if name == GO_ON:
                return self._go_on(recipe, token, request.document, context)
            case CompletionRequest(document=document, offset=offset):
                return self._complete(Input(document, Span(offset, offset)), context)
            case HoverRequest(document=document, offset=offset):
                return self._hover(Input(document, Span(offset, offset)), context)
            case CheckRequest(document=document):
                return self._check(Input(document, Span(0, len(document.text))), context)
            case WhyRequest(document=document, span=span):
                return self._why(Input(document, span), context)
            case RecipeRequest():
                return self._serve(request, context)
            case _:
                return None

    def close(self) -> None:
        self._isolation.close()

    def _plans(self, document: Document, context: Context, *ways: Way) -> Iterator[Plan]:
        settings: RecipesSettings = context.settings(RecipesSettings)
        for entry in self._book.entries(context.root, trusted=context.trusted):
            if (plan := entry.plan) is None or plan.recipe.show.way not in ways:
                continue
            recipe = plan.recipe
            is_on = recipe.name not in settings.off and (recipe.enabled or recipe.name in settings.on)
            if recipe.named_models and not all(map(context.names_model, plan.roles)):
                continue
            if is_on and {ANY_LANGUAGE, document.language} & set(recipe.languages):
                yield plan

    def _actions(self, asked: Input, context: Context) -> Iterator[Action]:
        for plan in self._plans(asked.document, context, *_MENU):
            begun = self._begun(plan, asked, context)
            if begun is None:
                continue
            show, recipe = plan.recipe.show, plan.recipe
            title = _title(plan, begun)
            if show.way == "edit":
                data = {"recipe": recipe.name, "start": asked.span.start, "end": asked.span.end, "about": asked.message}
                whole = Span(0, len(asked.document.text))
                yield Action(title, show.kind, data=data, within=whole, preview=show.preview)
            else:
                command = Command(RUN, title, (recipe.name, self._keep(asked)))
                yield Action(title, show.kind, command=command)
        yield from self.results.actions(asked.document, asked.span)

    def _why(self, asked: Input, context: Context) -> Silence:
        """Why the menu has nothing for what is selected: what most of the actions say."""
        if context.root is not None and not context.trusted and _has_own(context.root):
            return silence("untrusted-recipes")
        first = next(self._actions(asked, context), None)
        if first is not None:
            return silence("in-menu", title=first.title)
        steps = [(plan, self._kitchen.steps(plan, plan.menu)) for plan in self._plans(asked.document, context, *_MENU)]
        ends = (context.run(each, State({INPUT: asked.values()})) for _, each in steps)
        told = [(each.sentence, each.remedy) for each in ends if isinstance(each, Silence) and each.remedy]
        [((sentence, remedy), _)] = Counter(told).most_common(1) or [(("there is none for it", ""), 0)]
        why = silence("no-action", why=f"{sentence[:1].lower()}{sentence[1:]}".rstrip("."))
        return replace(why, remedy=remedy) if remedy.startswith("select") else why

    def _begun(self, plan: Plan, asked: Input, context: Context) -> State | None:
        """What the recipe's first rules gave; None if they have something against the place. No model is asked, and no
        program run, for a menu."""
        steps = self._kitchen.steps(plan, plan.menu)
        end = context.run(steps, State({INPUT: asked.values()}))
        return None if isinstance(end, Silence) else end

    def _resolve(self, document: Document, action: Action, context: Context) -> Answer:
        data = action.data
        name, start, end = str(data.get("recipe", "")), int(data.get("start", 0)), int(data.get("end", 0))
        asked = Input(document, Span(start, end), str(data.get("about", "")))
        plan = self._plan(name, context)
        if plan is None:
            return _NO_RECIPE
        if plan.recipe.named_models:
            _tell_scores(plan, context)
        first = self._by_rules(plan, asked, context)
        served = first or self._kitchen.run(plan, asked, context)
        if isinstance(served, Silence):
            return served
        self.results.keep(document, served)
        if served.refused_places:
            context.refresh()
        edits = tuple(TextEdit(span, text) for span, text in served.parts)
        # The recipe's own rules say where the edits go, before a model is asked.
        refused = (*(why for _, why in served.refused_places), *(each.sentence for each in served.refused))
        made = replace(action, edits=edits, origin=served.origin, within=served.span, refused=refused)
        if first is None:
            return Actions((made,))
        rest = Command(GO_ON, plan.recipe.title, (plan.recipe.name, self._keep(asked.after(edits))))
        told = f"{_counted(edits)} by rules; what the model finds comes as it reads: see the menu"
        return Actions((replace(made, command=rest, incomplete=True, explanation=told),))

    def _by_rules(self, plan: Plan, asked: Input, context: Context) -> Served | None:
        """What the recipe gives without its models; None if that is nothing, or it needs them."""
        if all(given != f"${INPUT}.{RULES_ONLY}" for use in plan.order for given in use.given.values()):
            return None
        served = self._kitchen.run(plan, replace(asked, rules_only=True), context)
        return None if isinstance(served, Silence) else replace(served, origin=Origin(served.origin.rule))

    def _go_on(self, recipe: str, token: str, document: Document | None, context: Context) -> Answer:
        """Find what models add to the edits that were made by rules. They are for the next menus."""
        with self._lock:
            asked = self._offered.get(token)
        plan = self._plan(recipe, context)
        if asked is None or document is None or asked.document.text != document.text:
            return Silence("text-changed", "The text has changed since its edits were made.")
        if plan is None:
            return _NO_RECIPE
        try:
            served = self._kitchen.run(plan, replace(asked, document=document), context)
        except (ModelError, EngineError):
            return Silence("rules-only", "No model could read the text: the edits are by rules alone.")
        context.cancel.raise_if_cancelled()
        if isinstance(served, Silence):
            return served
        self.results.keep(document, served, is_late=True)
        context.refresh()
        return Done(f"{_counted(served.parts)} more: see the menu at the hints")

    def _command(self, recipe: str, token: str, context: Context) -> Answer:
        with self._lock:
            asked = self._offered.get(token)
        if asked is None:
            return Silence("menu-gone", "That menu is too old.", "open it again")
        plan = self._plan(recipe, context)
        if plan is None:
            return _NO_RECIPE
        served = self._kitchen.run(plan, asked, context)
        if isinstance(served, Silence):
            return served
        show = plan.recipe.show
        if show.way == "document":
            document = NewDocument(served.text, show.language or "plaintext", plan.recipe.title, served.origin)
            return Done(documents=(document,))
        return Done(shortened(served.text, _LONGEST_MESSAGE), {"text": served.text})

    def _complete(self, asked: Input, context: Context) -> Answer | None:
        for plan in self._plans(asked.document, context, "completion"):
            if self._begun(plan, asked, context) is None:
                continue
            served = self._kitchen.run(plan, asked, context)
            if isinstance(served, Silence):
                return served
            return Completions((CompletionItem(served.span, served.text, served.origin),))
        return None

    def _hover(self, asked: Input, context: Context) -> Answer | None:
        for plan in self._plans(asked.document, context, "hover"):
            if self._begun(plan, asked, context) is None:
                continue
            served = self._kitchen.run(plan, asked, context)
            return served if isinstance(served, Silence) else Hover(served.text, served.span, served.origin)
        return None

    def _check(self, asked: Input, context: Context) -> Answer | None:
        found: list[Finding] = [*self.results.hints(asked.document)]
        for plan in self._plans(asked.document, context, "finding"):
            served = self._kitchen.run(plan, asked, context)
            if isinstance(served, Served):
                severity = Severity(plan.recipe.show.severity)
                found += (Finding(span, "recipes", plan.recipe.name, text, severity) for span, text in served.parts)
        return Findings(tuple(found)) if found else None

    def _serve(self, request: RecipeRequest, context: Context) -> Answer:
        asked = Input(request.document, request.span, request.message)
        plan = self._plan(request.recipe, context) if request.file is None else self._plan_of(request.file)
        served = _NO_RECIPE if plan is None else self._kitchen.run(plan, asked, context, request.watcher)
        if isinstance(served, Silence):
            return served
        return RecipeResult(served.text, served.span, served.origin, tuple(each.sentence for each in served.refused))

    def _plan(self, name: str, context: Context) -> Plan | None:
        for entry in self._book.entries(context.root, trusted=context.trusted):
            if entry.plan is not None and entry.name == name:
                return entry.plan
        return None

    def _plan_of(self, file: Path) -> Plan | None:
        return read_entry(file, RecipeFolder(file.parent, "you"), self._book.types).plan

    def _keep(self, asked: Input) -> str:
        with self._lock:
            token = str(next(self._numbers))
            self._offered[token] = asked
            if len(self._offered) > _OFFERED:
                del self._offered[next(iter(self._offered))]
        return token


def _counted(edits: Sequence[object]) -> str:
    return f"{len(edits)} edit{'s' * (len(edits) != 1)}"


def _has_own(root: Path) -> bool:
    """Tell whether a workspace folder has recipes."""
    return any(files_in(each) for each in recipe_folders(root, trusted=True) if each.owner == "workspace")


def _title(plan: Plan, begun: State) -> str:
    """What the menu shows; without the effect if that is too long."""
    title, recipe = plan.recipe.show.title, plan.recipe
    compiled = plan.templates.get(("", "title"))
    if compiled is not None:
        title = compiled.render(begun.values)
    return title if 0 < len(title) <= MAX_TITLE else recipe.title


def _tell_scores(plan: Plan, context: Context) -> None:
    """How many of the recipe's own cases the models pass that the user has named; each is told once a session."""
    for model in map(context.model, plan.writing_roles):
        score = Scores().of(plan.recipe, model.digest or model.name)
        if score is not None:
            told = f"{model.name} passed {score.passed} of {score.total} of our cases for “{plan.recipe.title}”."
        else:
            told = f"`breadknife recipes test {plan.recipe.name}` says how well {model.name} does this."
        context.notify(told)

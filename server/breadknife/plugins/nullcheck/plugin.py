"""The null check: finds uses of what may be null, and repairs them in ways that it has verified."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from breadknife.errors import PluginError
from breadknife.plugins.nullcheck.languages import LANGUAGE_IDS
from breadknife.plugins.nullcheck.languages.file import NullFile
from breadknife.plugins.nullcheck.menu.choices import ChoiceStore
from breadknife.plugins.nullcheck.menu.menu import TELL, Menu, ranked
from breadknife.plugins.nullcheck.menu.repair import CONTENT, CheckerStep, ChosenRepair, rule
from breadknife.plugins.nullcheck.open_files import OpenFiles
from breadknife.plugins.nullcheck.settings import NullCheckSettings
from breadknife.plugins.nullcheck.shown.grouping import by_cause, reported
from breadknife.plugins.nullcheck.shown.why import why
from breadknife.plugins.nullcheck.values import HIDING, RULES, SOURCE, Dereference, Strategy, Use
from breadknife.plugins.nullcheck.verify.ladder import Ladder, LadderResult, ProposedEdit, others
from breadknife.task.plugin import API, Context
from breadknife.task.reasons import silence
from breadknife.task.values import (
    Action,
    ActionRequest,
    Actions,
    Answer,
    CheckRequest,
    Command,
    CommandRequest,
    Done,
    Finding,
    Findings,
    Fix,
    Origin,
    Request,
    ResolveRequest,
    Silence,
    WhyRequest,
)
from breadknife.text.document import Document, Span
from breadknife.text.syntax import SyntaxTree

_CHOSEN, _UNDONE = "chosen", "undone"
"""The commands that come once the edits of an action are made, and undone: the name of the value, and the strategy."""
_FIX_BUDGET = 200
"""Findings of one check whose fixes come with it, where they are read. One past that has fixes only in its menu."""


class NullCheckPlugin:
    api = API
    name = SOURCE
    settings: type[Any] = NullCheckSettings
    serves: Mapping[type[Any], frozenset[str]] = dict.fromkeys((CheckRequest, ActionRequest, WhyRequest), LANGUAGE_IDS)
    roles: tuple[str, ...] = (SOURCE,)

    def __init__(self, choices: ChoiceStore | None = None) -> None:
        self._choices = choices or ChoiceStore()
        self._files = OpenFiles()
        self.ladder = Ladder()

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        if isinstance(request, CommandRequest):
            return self._chose(request.command, request.root)
        if not isinstance(request, CheckRequest | ActionRequest | ResolveRequest | WhyRequest):
            return None
        if isinstance(request, ActionRequest) and not request.invoked and not request.findings:
            return None  # the editor asks after each key, and nobody sees the menu
        tree = context.tree(request.document)
        if tree is None:
            return silence("no-tree")
        is_whole = isinstance(request, CheckRequest) and request.whole
        with self._files.open(request.document, tree, context.project, reads_all=is_whole) as file:
            context.cancel.raise_if_cancelled()  # while it waited for its turn, another key may have come
            match request:
                case CheckRequest():
                    return self._check(file, request, context)
                case WhyRequest(document=document, span=span):
                    return why(document, tree, file.findings(), span, context.settings(NullCheckSettings))
                case ActionRequest():
                    menu = Menu(file, request, self.ladder, self._choices, context)
                    return Actions(tuple(menu.actions()))
                case ResolveRequest(document=document, action=action):
                    checking = _checking(self.ladder, document, action, context)
                    made = _made(file, document, action, checking, context)
        # Others may use the analysis while a checker is asked.
        if isinstance(made, Silence):
            return made
        return _resolved(made, action, checking, tree, document, context)

    def _check(self, file: NullFile, request: CheckRequest, context: Context) -> Findings:
        """Answer a check. None of the fixes is a preferred one: "fix all" makes none of them."""
        found = list[Finding]()
        settings: NullCheckSettings = context.settings(NullCheckSettings)
        shown = reported(file.findings(), settings)
        fixed = _FIX_BUDGET if request.all_fixes else 0
        for at, finding in enumerate(shown if request.each_place else by_cause(shown)):
            context.cancel.raise_if_cancelled()
            place = file.place(finding) if at < fixed else None
            fixes = tuple(_fixes(file, place, request.document.uri)) if place else ()
            found.append(replace(finding, fixes=fixes))
        if found and not (request.all_fixes or request.whole):  # an editor, where somebody may open a menu
            self.ladder.warm(request.document, settings.oracle, settings.oracle_seconds, context)
        read = None if request.all_fixes else file.read()  # a fix may look at any file
        return Findings(tuple(found), incomplete=request.whole and not file.is_complete(), read=read)

    def rules(self) -> Mapping[str, str]:
        return RULES

    def kept_with(self, settings: NullCheckSettings, root: Path, language: str, /) -> str:
        return ""

    def may_be_spread(self, settings: NullCheckSettings, /) -> bool:
        return True

    def _chose(self, command: Command, root: Path | None) -> Done | None:
        match command:
            case Command(name=name, arguments=(value, strategy)) if name in (_CHOSEN, _UNDONE) and strategy in set(
                Strategy
            ):
                if root is not None:
                    keep = self._choices.chose if name == _CHOSEN else self._choices.forget
                    keep(root, value, Strategy(strategy))
                return Done()
            case Command(name=name, arguments=(str(message),)) if name == TELL:
                return Done(message)
            case _:
                return None

    def close(self) -> None:
        self.ladder.close()


def _fixes(file: NullFile, place: Dereference, uri: str) -> Iterator[Fix]:
    for offer in ranked(file, place, (), uri):
        yield Fix(offer.titled, offer.edits, elsewhere=offer.elsewhere, origin=Origin(rule(offer.strategy)))


def _checking(ladder: Ladder, document: Document, action: Action, context: Context) -> CheckerStep | None:
    settings: NullCheckSettings = context.settings(NullCheckSettings)
    checker = ladder.checker(document, settings.oracle, context)
    return CheckerStep(ladder, checker, settings.oracle_seconds, action.findings) if checker is not None else None


def _made(
    file: NullFile, document: Document, action: Action, checking: CheckerStep | None, context: Context
) -> ChosenRepair | Silence:
    """Return the edits that the language's own checks have verified, with a model's words if there are any to write."""
    place, strategy = _chosen(action)
    offers = file.offers(place, action.findings) if place.span.end <= len(document.text) else iter(())
    offer = next((offer for offer in offers if offer.strategy is strategy), None)
    if offer is None:
        return silence("would-not-verify")
    if offer.content is not None and checking:
        checking.begin(ProposedEdit.by(document, offer), context)  # while the model writes
    return context.run(CONTENT, ChosenRepair(file, place, offer, offer.edits))


def _resolved(
    made: ChosenRepair,
    action: Action,
    checking: CheckerStep | None,
    tree: SyntaxTree,
    document: Document,
    context: Context,
) -> Answer:
    """Return the action with its edits, if they climb the ladder. A checker is asked of the template: the words of a
    message are the same to it."""
    edited = ProposedEdit.by(document, made.offer)
    climb = (
        context.run(checking.steps, edited) if checking is not None else LadderResult(others=others(action.findings))
    )
    if isinstance(climb, Silence):
        return climb
    climb = replace(climb, is_torn=tree.root.has_error)
    done = replace(
        action, edits=made.edits, elsewhere=made.offer.elsewhere, origin=made.origin, checked=climb.badge,
        unchecked=climb.unasked,
        command=_told(_CHOSEN, action, context), undone=_told(_UNDONE, action, context),
    )  # fmt: skip
    return Actions((done,))


def _told(command: str, action: Action, context: Context) -> Command | None:
    """Return what comes back once the edits are made, or undone."""
    settings: NullCheckSettings = context.settings(NullCheckSettings)
    name, strategy = str(action.data.get("name", "")), Strategy(action.data["strategy"])
    if not settings.learn or not name or strategy in HIDING:
        return None
    return Command(command, action.title, (name, strategy.value))


def _chosen(action: Action) -> tuple[Dereference, Strategy]:
    try:
        start, end = int(action.data["start"]), int(action.data["end"])
        strategy, use = Strategy(action.data["strategy"]), Use(action.data["use"])
    except (KeyError, ValueError) as error:
        raise PluginError(f"the action isn't one that the null check offered ({error}); open the menu again") from error
    return Dereference(Span(start, end), use), strategy

"""The null check: finds uses of what may be null, and repairs them in ways that it has verified."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from breadknife.errors import EngineError, ModelError, PluginError
from breadknife.plugins.nullcheck.content import written
from breadknife.plugins.nullcheck.files import Files
from breadknife.plugins.nullcheck.languages import LANGUAGE_IDS, language
from breadknife.plugins.nullcheck.values import SOURCE, NullFile, NullLanguage, Offer, Place, Strategy, Use
from breadknife.task.cascade import Kind, PassedOn, Settled, Step, Verdict
from breadknife.task.plugin import API, Context, Model
from breadknife.task.reasons import silence
from breadknife.task.values import (
    Action,
    ActionRequest,
    Actions,
    Answer,
    CheckRequest,
    Finding,
    Findings,
    Fix,
    Origin,
    Request,
    ResolveRequest,
    Silence,
)
from breadknife.text.document import Document, Span, TextEdit

_FIX_BUDGET = 200
"""Findings of one check whose fixes come with it. One past that has fixes only in its menu."""


@dataclass(frozen=True)
class NullCheckSettings:
    disabled_rules: tuple[str, ...] = ()
    """Codes that are not reported, such as `none-argument`."""


class NullCheckPlugin:
    api = API
    name = SOURCE
    settings: type[Any] = NullCheckSettings
    serves: Mapping[type[Any], frozenset[str]] = {CheckRequest: LANGUAGE_IDS, ActionRequest: LANGUAGE_IDS}
    roles: tuple[str, ...] = (SOURCE,)

    def __init__(self) -> None:
        self._files = Files()

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        if not isinstance(request, CheckRequest | ActionRequest | ResolveRequest):
            return None
        tree = context.tree(request.document)
        if tree is None:
            return silence("no-tree")
        with self._files.open(request.document, tree, context.project) as file:
            match request:
                case CheckRequest():
                    return _check(file, context)
                case ActionRequest():
                    return _actions(file, request, context)
                case ResolveRequest(document=document, action=action):
                    return _resolve(file, document, action, context)

    def close(self) -> None:
        pass


def _reported(file: NullFile, context: Context) -> list[Finding]:
    disabled: tuple[str, ...] = context.settings(NullCheckSettings).disabled_rules
    return [finding for finding in file.findings() if finding.code not in disabled]


def _check(file: NullFile, context: Context) -> Findings:
    found = list[Finding]()
    for at, finding in enumerate(_reported(file, context)):
        context.cancel.raise_if_cancelled()
        place = file.place(finding) if at < _FIX_BUDGET else None
        fixes = tuple(_fixes(file, place)) if place else ()
        found.append(replace(finding, fixes=fixes))
    return Findings(tuple(found))


def _fixes(file: NullFile, place: Place) -> Iterator[Fix]:
    for offer in file.offers(place):
        if not offer.elsewhere:
            yield Fix(offer.title, offer.edits, origin=Origin(_rule(offer.strategy)))


def _actions(file: NullFile, request: ActionRequest, context: Context) -> Actions:
    own = [finding for finding in request.findings if finding.source == SOURCE] or _reported(file, context)
    others = [finding for finding in request.findings if finding.source != SOURCE]
    places: dict[Place, list[Finding]] = {}
    for finding in (*own, *others):
        if finding.span.touches(request.span) and (place := file.place(finding)) is not None:
            places.setdefault(place, []).append(finding)
    return Actions(tuple(action for place, about in places.items() for action in _menu(file, place, tuple(about))))


def _menu(file: NullFile, place: Place, about: tuple[Finding, ...]) -> Iterator[Action]:
    for at, offer in enumerate(file.offers(place, about)):
        data = {
            "strategy": offer.strategy.value,
            "start": place.span.start,
            "end": place.span.end,
            "use": place.use.value,
        }
        yield Action(offer.title, data=data, findings=about, preferred=at == 0, within=offer.within)


def _resolve(file: NullFile, document: Document, action: Action, context: Context) -> Answer:
    place, strategy = _chosen(action)
    offer = next((offer for offer in file.offers(place, action.findings) if offer.strategy is strategy), None)
    if offer is None:
        return silence("would-not-verify", strategy=strategy)
    repaired = context.run(_STEPS, Repair(file, language(document.language), place, offer, offer.edits))
    if isinstance(repaired, Silence):
        return repaired
    return Actions((replace(action, edits=repaired.edits, elsewhere=repaired.offer.elsewhere, origin=repaired.origin),))


@dataclass(frozen=True, eq=False)
class Repair:
    """A place, the way that was chosen to repair it, and the best verified edits so far."""

    file: NullFile
    language: NullLanguage
    place: Place
    offer: Offer
    edits: tuple[TextEdit, ...]
    origin: Origin = field(default_factory=Origin)


def _template(repair: Repair, context: Context) -> Verdict:
    made = replace(repair, origin=Origin(_rule(repair.offer.strategy)))
    return PassedOn(made) if repair.offer.content else Settled(made)


def _written(repair: Repair, context: Context, model_of: Callable[[Context], Model | None]) -> Verdict:
    """The template is as correct as a model's content, only less well put: so it stands wherever a model fails."""
    offer = repair.offer
    try:
        model = model_of(context)
        said = written(repair.file, repair.language, repair.place, offer, model) if model else None
    except (ModelError, EngineError):
        said = None
    made = repair.file.repair(repair.place, offer.strategy, said[0]) if said else None
    if said is None or made is None:
        return PassedOn(repair)
    return Settled(replace(repair, edits=made, origin=replace(said[1], rule=_rule(offer.strategy))))


_STEPS = (
    Step("template", Kind.RULE, Repair, Repair, _template),
    Step("model", Kind.SMALL, Repair, Repair, partial(_written, model_of=lambda c: c.model(SOURCE)), role=SOURCE),
    Step(
        "bigger model",
        Kind.SMALL,
        Repair,
        Repair,
        partial(_written, model_of=lambda c: c.escalate(SOURCE)),
        role=SOURCE,
        escalates=True,
    ),
)


def _rule(strategy: Strategy) -> str:
    return f"{SOURCE}/{strategy}"


def _chosen(action: Action) -> tuple[Place, Strategy]:
    try:
        start, end = int(action.data["start"]), int(action.data["end"])
        strategy, use = Strategy(action.data["strategy"]), Use(action.data["use"])
    except (KeyError, ValueError) as error:
        raise PluginError(
            f"the action isn't one that the null check offered ({error}); ask for the menu again"
        ) from error
    return Place(Span(start, end), use), strategy

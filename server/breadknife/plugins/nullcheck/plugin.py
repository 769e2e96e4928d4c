"""The null check for Python: finds uses of what may be None, and repairs them in ways that it has verified."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from breadknife.errors import EngineError, ModelError, PluginError
from breadknife.plugins.nullcheck.content import has_content, written
from breadknife.plugins.nullcheck.detector import SOURCE, FileAnalysis
from breadknife.plugins.nullcheck.facts import Use
from breadknife.plugins.nullcheck.foreign import foreign_site
from breadknife.plugins.nullcheck.site import Site, site_at
from breadknife.plugins.nullcheck.strategies import Content, Option, Strategy, edits, options
from breadknife.plugins.nullcheck.verify import lines_of, verified
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
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import SyntaxTree

_FIX_BUDGET = 2_000_000
"""Code points that one check reads again to verify fixes. A finding past that has fixes only in its menu."""


@dataclass(frozen=True)
class NullCheckSettings:
    disabled_rules: tuple[str, ...] = ()
    """Codes that are not reported, such as `none-argument`."""


class NullCheckPlugin:
    api = API
    name = SOURCE
    settings: type[Any] = NullCheckSettings
    serves: Mapping[type[Any], frozenset[str]] = {
        CheckRequest: frozenset({"python"}),
        ActionRequest: frozenset({"python"}),
    }
    roles: tuple[str, ...] = (SOURCE,)

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        if not isinstance(request, CheckRequest | ActionRequest | ResolveRequest):
            return None
        tree = context.tree(request.document)
        if tree is None:
            return silence("no-tree")
        match request:
            case CheckRequest():
                return self._check(tree, context)
            case ActionRequest():
                return self._actions(tree, request, context)
            case ResolveRequest():
                return self._resolve(tree, request, context)

    def close(self) -> None:
        pass

    def _check(self, tree: SyntaxTree, context: Context) -> Findings:
        disabled: tuple[str, ...] = context.settings(NullCheckSettings).disabled_rules
        file = FileAnalysis(tree)
        budget, found = _FIX_BUDGET, list[Finding]()
        for finding in file.findings():
            context.cancel.raise_if_cancelled()
            if finding.code in disabled:
                continue
            site = site_at(file.tree, finding.span, Use(finding.code))
            function = site.function
            size = len(file.tree.text) if function is None else function.end_byte - function.start_byte
            budget -= 4 * size
            fixes = tuple(_fixes(file, site)) if budget > 0 else ()
            found.append(replace(finding, fixes=fixes))
        return Findings(tuple(found))

    def _actions(self, tree: SyntaxTree, request: ActionRequest, context: Context) -> Actions:
        file = FileAnalysis(tree)
        own = [finding for finding in request.findings if finding.source == SOURCE]
        if not own:
            disabled: tuple[str, ...] = context.settings(NullCheckSettings).disabled_rules
            own = [finding for finding in file.findings() if finding.code not in disabled]
        others = [finding for finding in request.findings if finding.source != SOURCE]
        sites: dict[tuple[Span, Use], tuple[Site, list[Finding]]] = {}
        for finding in (*own, *others):
            if finding.span.touches(request.span) and (site := _site(file.tree, finding)) is not None:
                sites.setdefault((site.span, site.use), (site, []))[1].append(finding)
        actions = [action for site, about in sites.values() for action in _offers(file, site, tuple(about))]
        return Actions(tuple(actions))

    def _resolve(self, tree: SyntaxTree, request: ResolveRequest, context: Context) -> Answer:
        site, strategy = _chosen(tree, request.action)
        option = next((option for option in options(site) if option.strategy is strategy), None)
        if option is None:
            return silence("would-not-verify", strategy=strategy)
        repaired = context.run(_STEPS, Repair(FileAnalysis(site.tree), site, option))
        if isinstance(repaired, Silence):
            return repaired
        if repaired.edits is None:
            return silence("would-not-verify", strategy=strategy)
        return Actions((replace(request.action, edits=repaired.edits, origin=repaired.origin),))


@dataclass(frozen=True, eq=False)
class Repair:
    """A site, the way that was chosen to repair it, and the best verified edits so far."""

    file: FileAnalysis
    site: Site
    option: Option
    edits: tuple[TextEdit, ...] | None = None
    origin: Origin = field(default_factory=Origin)

    def with_content(self, content: Content, origin: Origin) -> Repair | None:
        """With edits that have this content, if they verify."""
        made = edits(self.site, self.option.strategy, content)
        if made is None or not verified(self.file, self.site, made):
            return None
        return replace(self, edits=made, origin=replace(origin, rule=_rule(self.option.strategy)))


def _template(repair: Repair, context: Context) -> Verdict:
    made = repair.with_content(repair.option.content, Origin()) or repair
    return PassedOn(made) if has_content(repair.option.strategy) else Settled(made)


def _written(repair: Repair, context: Context, model_of: Callable[[Context], Model | None]) -> Verdict:
    """The template is as correct as a model's content, only less well put: so it stands wherever a model fails."""
    try:
        model = model_of(context)
        said = written(repair.site, repair.option.strategy, repair.option.content, model) if model else None
    except (ModelError, EngineError):
        said = None
    made = repair.with_content(*said) if said else None
    return Settled(made) if made else PassedOn(repair)


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


def _site(tree: SyntaxTree, finding: Finding) -> Site | None:
    if finding.source != SOURCE:
        return foreign_site(tree, finding)
    return site_at(tree, finding.span, Use(finding.code)) if finding.code in set(Use) else None


def _sound(file: FileAnalysis, site: Site) -> Iterator[tuple[Option, tuple[TextEdit, ...]]]:
    """The options that verify, best first."""
    for option in options(site):
        made = edits(site, option.strategy, option.content)
        if made is not None and verified(file, site, made):
            yield option, made


def _fixes(file: FileAnalysis, site: Site) -> Iterator[Fix]:
    for option, made in _sound(file, site):
        yield Fix(option.title, made, origin=Origin(_rule(option.strategy)))


def _offers(file: FileAnalysis, site: Site, about: tuple[Finding, ...]) -> Iterator[Action]:
    span = site.span
    for at, (option, _) in enumerate(_sound(file, site)):
        data = {"strategy": option.strategy.value, "start": span.start, "end": span.end, "use": site.use.value}
        yield Action(option.title, data=data, findings=about, preferred=at == 0, within=lines_of(site))


def _chosen(tree: SyntaxTree, action: Action) -> tuple[Site, Strategy]:
    try:
        start, end = int(action.data["start"]), int(action.data["end"])
        strategy, use = Strategy(action.data["strategy"]), Use(action.data["use"])
    except (KeyError, ValueError) as error:
        raise PluginError(
            f"the action isn't one that the null check offered ({error}); ask for the menu again"
        ) from error
    return site_at(tree, Span(start, end), use), strategy

"""The null check: finds uses of what may be null, and repairs them in ways that it has verified."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from breadknife.errors import PluginError
from breadknife.plugins.nullcheck.cause import (
    AT_PLACES,
    MOST,
    is_alike_elsewhere,
    likewise,
    repaired_everywhere,
    with_same_cause,
)
from breadknife.plugins.nullcheck.choices import Choices, by_choice, name_of
from breadknife.plugins.nullcheck.content import only_words_differ
from breadknife.plugins.nullcheck.files import Files
from breadknife.plugins.nullcheck.grouping import by_cause
from breadknife.plugins.nullcheck.ladder import Climb, Edited, Ladder, others
from breadknife.plugins.nullcheck.languages import LANGUAGE_IDS
from breadknife.plugins.nullcheck.oracle.tools import Choice
from breadknife.plugins.nullcheck.repair import CONTENT, Checking, Repair, WrittenAhead, rule
from breadknife.plugins.nullcheck.silenced import silencing
from breadknife.plugins.nullcheck.values import HIDING, SOURCE, NullFile, NullLanguage, Offer, Place, Strategy, Use
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
    Confidence,
    Done,
    Finding,
    Findings,
    Fix,
    Origin,
    Request,
    ResolveRequest,
    Severity,
    Silence,
)
from breadknife.text.directives import rules_named
from breadknife.text.document import Document, Span, TextEdit

_CHOSEN, _UNDONE = "chosen", "undone"
"""The commands that come once the edits of an action are made, and undone: the name of the value, and the strategy."""
_FIX_BUDGET = 200
"""Findings of one check whose fixes come with it, where they are read. One past that has fixes only in its menu."""


Shown = Literal["error", "warning", "information", "hint", "off"]


@dataclass(frozen=True)
class NullCheckSettings:
    disabled_rules: tuple[str, ...] = ()
    """Codes that are not reported, such as `none-argument`."""
    nullable: tuple[str, ...] = ()
    """Calls that may give null: `mypkg.find -> when nothing is found`, `Type.method`, `import/path.Func`."""
    oracle: Choice = "auto"
    """The installed checker that must agree to a fix: `pyright`, `ty`, `pyrefly`, `tsc`, or `off`; `auto` takes the one
    that the project is configured for, else the first that there is."""
    oracle_seconds: float = 5.0
    """How long a chosen fix waits for the checker. Without its answer the fix is made, and says so; once a tenth of it
    is used, no more of the files that import it are asked about."""
    learn: bool = True
    """Which fix you choose for a name is kept, on this machine only, and comes first where it may be null again."""
    severity_high: Shown = "warning"
    """How a null is shown that comes from a call: a lookup, I/O, a parse, a function that may return it; `off`: not."""
    severity_medium: Shown = "warning"
    """The same where only a declaration says that it may be null."""
    severity_low: Shown = "hint"
    """The same for an attribute or a variable that is null until it is set, a parameter's default, and a value that was
    compared with null. In code that was read, none of those could happen."""

    def severity_of(self, confidence: Confidence) -> Shown:
        by_confidence: Mapping[Confidence, Shown] = {
            Confidence.HIGH: self.severity_high, Confidence.MEDIUM: self.severity_medium,
            Confidence.LOW: self.severity_low,
        }  # fmt: skip
        return by_confidence[confidence]

    def __post_init__(self) -> None:
        for code in sorted(rules_named(self.disabled_rules) - set(Use)):
            raise ValueError(f"no code {code!r}; there are {', '.join(Use)}")


class NullCheckPlugin:
    api = API
    name = SOURCE
    settings: type[Any] = NullCheckSettings
    serves: Mapping[type[Any], frozenset[str]] = {CheckRequest: LANGUAGE_IDS, ActionRequest: LANGUAGE_IDS}
    roles: tuple[str, ...] = (SOURCE,)

    def __init__(self, choices: Choices | None = None) -> None:
        self._choices = choices or Choices()
        self._files = Files()
        self.ladder = Ladder()
        self._ahead = WrittenAhead()

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        if isinstance(request, CommandRequest):
            return self._chose(request.command, request.root)
        if not isinstance(request, CheckRequest | ActionRequest | ResolveRequest):
            return None
        tree = context.tree(request.document)
        if tree is None:
            return silence("no-tree")
        nullable: tuple[str, ...] = context.settings(NullCheckSettings).nullable
        spoken = self._files.language(request.document.language, nullable)
        with self._files.open(request.document, tree, context.project, nullable) as file:
            match request:
                case CheckRequest():
                    return _check(file, request, context)
                case ActionRequest():
                    menu = _Menu(file, spoken, request, self.ladder, self._ahead, self._choices, context)
                    return Actions(tuple(menu.actions()))
                case ResolveRequest(document=document, action=action):
                    checking = _checking(self.ladder, document, action, context)
                    made = _made(file, spoken, document, action, checking, self._ahead, context)
        # Others may use the analysis while a checker is asked.
        if isinstance(made, Silence):
            return made
        return _resolved(made, action, checking, context, is_torn=tree.root.has_error)

    def _chose(self, command: Command, root: Path | None) -> Done | None:
        match command:
            case Command(name=name, arguments=(value, strategy)) if name in (_CHOSEN, _UNDONE) and strategy in set(
                Strategy
            ):
                if root is not None:
                    keep = self._choices.chose if name == _CHOSEN else self._choices.forget
                    keep(root, value, Strategy(strategy))
                return Done()
            case _:
                return None

    def close(self) -> None:
        self._ahead.close()
        self.ladder.close()


def _reported(file: NullFile, context: Context) -> list[Finding]:
    """Each place that the settings show."""
    settings: NullCheckSettings = context.settings(NullCheckSettings)
    disabled = rules_named(settings.disabled_rules)
    severities = ((finding, settings.severity_of(finding.confidence)) for finding in file.findings())
    return [
        replace(finding, severity=Severity(shown))
        for finding, shown in severities
        if shown != "off" and finding.code not in disabled
    ]


def _check(file: NullFile, request: CheckRequest, context: Context) -> Findings:
    """None of the fixes is a preferred one."""
    found = list[Finding]()
    reported, fixed = _reported(file, context), _FIX_BUDGET if request.all_fixes else 0
    for at, finding in enumerate(reported if request.each_place else by_cause(reported)):
        context.cancel.raise_if_cancelled()
        place = file.place(finding) if at < fixed else None
        fixes = tuple(_fixes(file, place)) if place else ()
        found.append(replace(finding, fixes=fixes))
    return Findings(tuple(found))


def _fixes(file: NullFile, place: Place) -> Iterator[Fix]:
    for offer in file.offers(place):
        if not offer.elsewhere:
            yield Fix(offer.titled, offer.edits, origin=Origin(rule(offer.strategy)))


@dataclass(frozen=True)
class _Menu:
    file: NullFile
    spoken: NullLanguage
    request: ActionRequest
    ladder: Ladder
    ahead: WrittenAhead
    choices: Choices
    context: Context

    def actions(self) -> Iterator[Action]:
        """Where several places share the position: what repairs one of them, then what only hides."""
        repairs, hiding = list[Action](), list[Action]()
        silenced = list[Finding]()
        for at, (place, about) in enumerate(self._places().items()):
            offers = self._offers(place, about)
            for rank, offer in enumerate(offers):
                hides = offer.strategy in HIDING
                action = self._action(offer, place, about, preferred=rank == 0 and not hides)
                (hiding if hides else repairs).append(action)
            repairs += self._everywhere(offers, place, about)
            if all(offer.strategy is not Strategy.IGNORE for offer in offers):
                silenced += about
            if at == 0 and offers:
                self._look_ahead(place, offers, about)
        yield from (*repairs, *hiding, *self._silencing(silenced))

    def _offers(self, place: Place, about: tuple[Finding, ...]) -> list[Offer]:
        offers = [offer for offer in self.file.offers(place, about) if not self._is_broken(offer, about)]
        settings: NullCheckSettings = self.context.settings(NullCheckSettings)
        if not settings.learn or not offers:
            return offers
        name = name_of(self.file.tree, place.span)
        return by_choice(offers, self.choices.of(self.context.root, name), name)

    def _places(self) -> dict[Place, tuple[Finding, ...]]:
        """Those that the editor shows, and our own that it shows as places of another finding."""
        given = self.request.findings
        own = [finding for finding in given if finding.source == SOURCE]
        shown = {finding.span for finding in own}
        own += [finding for finding in _reported(self.file, self.context) if finding.span not in shown]
        others = [finding for finding in given if finding.source != SOURCE]
        places: dict[Place, tuple[Finding, ...]] = {}
        for finding in (*own, *others):
            if finding.span.touches(self.request.span) and (place := self.file.place(finding)) is not None:
                places[place] = (*places.get(place, ()), finding)
        return places

    def _action(self, offer: Offer, place: Place, about: tuple[Finding, ...], *, preferred: bool) -> Action:
        known = self.ladder.known(self._edited(offer), about, self.context.project) or Climb()
        return Action(
            offer.titled, data=self._data(offer, place), findings=about, preferred=preferred, within=offer.within,
            checked=replace(known, is_torn=self.file.tree.root.has_error).short,
        )  # fmt: skip

    def _everywhere(self, offers: Sequence[Offer], place: Place, about: tuple[Finding, ...]) -> Iterator[Action]:
        """The best way that is written at the place itself, at all with the same cause where it can be written."""
        places = len(with_same_cause(place, self.file.findings()))
        offer = next((offer for offer in offers if offer.strategy in AT_PLACES and not offer.elsewhere), None)
        if offer is not None and 1 < places <= MOST and is_alike_elsewhere(self.file, place, offer):
            title = f"{offer.title}{likewise(self.file, place, offer)}, at up to {places} places with this cause"
            yield Action(title, data={**self._data(offer, place), "everywhere": places}, findings=about)

    def _silencing(self, about: Sequence[Finding]) -> Iterator[Action]:
        """Who reads the code knows better, whatever is offered: there is always a way to say so. The comment is of a
        line: one does for all that it has of a code."""
        ways = dict[tuple[str, tuple[TextEdit, ...]], list[Finding]]()
        for finding in about:
            if finding.source == SOURCE and (edit := silencing(self.request.document, self.file.tree, finding)):
                ways.setdefault((finding.code, (edit,)), []).append(finding)
        for (code, edits), findings in ways.items():
            title = f"Ignore {code} on this line (only a comment)"
            yield Action(title, edits=edits, findings=tuple(findings), origin=Origin(rule(Strategy.IGNORE)))

    def _is_broken(self, offer: Offer, about: tuple[Finding, ...]) -> bool:
        known = self.ladder.known(self._edited(offer), about, self.context.project)
        return known is not None and known.broken is not None

    def _look_ahead(self, place: Place, offers: Sequence[Offer], about: tuple[Finding, ...]) -> None:
        """The likeliest choice is checked and written while the user reads the menu. Editors ask for menus that nobody
        reads, too, wherever the cursor stands: no model writes for those."""
        settings: NullCheckSettings = self.context.settings(NullCheckSettings)
        if checker := self.ladder.checker(self.request.document, settings.oracle, self.context):
            edited = [self._edited(offer) for offer in offers]
            self.ladder.prepare(edited, about, checker, settings.oracle_seconds, self.context)
        if self.request.invoked:
            Repair(self.file, self.spoken, place, offers[0], offers[0].edits, self.ahead).write_ahead(self.context)

    def _data(self, offer: Offer, place: Place) -> Mapping[str, str | int]:
        return {
            "strategy": offer.strategy.value,
            "start": place.span.start,
            "end": place.span.end,
            "use": place.use.value,
            "asked": int(offer.is_asked_for),
            "name": name_of(self.file.tree, place.span),
        }

    def _edited(self, offer: Offer) -> Edited:
        return Edited(self.request.document, offer.edits, offer.elsewhere, offer.is_inner)


@dataclass(frozen=True)
class _Made:
    edited: Edited
    origin: Origin
    asked: Edited | None = None
    """The edits that a checker is asked of instead: they are the same to it."""
    otherwise: Offer | None = None
    """Which other offer of the same strategy it is."""


def _checking(ladder: Ladder, document: Document, action: Action, context: Context) -> Checking | None:
    settings: NullCheckSettings = context.settings(NullCheckSettings)
    checker = ladder.checker(document, settings.oracle, context)
    if checker is None:
        return None
    return Checking(ladder, checker, settings.oracle_seconds, action.findings, _chosen(action)[1])


def _made(
    file: NullFile, spoken: NullLanguage, document: Document, action: Action, checking: Checking | None,
    ahead: WrittenAhead, context: Context,
) -> tuple[_Made, ...] | Silence:  # fmt: skip
    """The edits that the language's own checks have verified, best first: with a model's content, without; and what may
    do where a checker objects to both."""
    place, strategy = _chosen(action)
    by_rule = Origin(rule(strategy))
    if place.span.end > len(document.text):
        return silence("would-not-verify", strategy=strategy)
    if action.data.get("everywhere"):
        edits = repaired_everywhere(file, spoken, document, context.project, place, strategy)
        return (_Made(Edited(document, edits), by_rule),) if edits else silence("would-not-verify", strategy=strategy)
    offer = next((offer for offer in file.offers(place, action.findings) if offer.strategy is strategy), None)
    if offer is None:
        return silence("would-not-verify", strategy=strategy)
    template = _Made(Edited(document, offer.edits, offer.elsewhere, offer.is_inner), by_rule)
    is_message = offer.content is not None and not offer.content.default
    if action.data.get("unasked") and not is_message:  # nobody would see which one a model has chosen
        return (template, *_otherwise(offer, document, by_rule))
    if is_message and checking:
        checking.begin(template.edited, context)  # while the model writes
    made = context.run(CONTENT, Repair(file, spoken, place, offer, offer.edits, ahead))
    others = _otherwise(offer, document, by_rule)
    if made.edits == offer.edits:
        return (template, *others)
    asked = template.edited if is_message and only_words_differ(made.edits, offer.edits) else None
    written = _Made(Edited(document, made.edits, offer.elsewhere, offer.is_inner), made.origin, asked)
    return (written, template, *others)


def _otherwise(offer: Offer, document: Document, origin: Origin) -> Iterator[_Made]:
    other = offer.otherwise
    while other is not None:
        yield _Made(Edited(document, other.edits, other.elsewhere), origin, otherwise=other)
        other = other.otherwise


def _resolved(
    made: Sequence[_Made], action: Action, checking: Checking | None, context: Context, *, is_torn: bool
) -> Answer:
    answer: Answer = Silence("", "")
    for each in made:
        climb, edited = Climb(others=others(action.findings)), each.edited
        if checking is not None:
            climb = context.run(checking.steps, each.asked or edited)
        if isinstance(climb, Silence):
            answer = climb
            continue
        done = replace(
            action, edits=edited.edits, elsewhere=edited.elsewhere, origin=each.origin,
            checked=replace(climb, is_torn=is_torn).badge, unchecked=climb.unasked,
            command=_told(_CHOSEN, action, context), undone=_told(_UNDONE, action, context),
        )  # fmt: skip
        if each.otherwise is not None:
            done = replace(done, title=each.otherwise.titled, within=each.otherwise.within)
        return Actions((done,))
    return answer


def _told(command: str, action: Action, context: Context) -> Command | None:
    """What comes back once the edits are made, or undone."""
    settings: NullCheckSettings = context.settings(NullCheckSettings)
    name, strategy = str(action.data.get("name", "")), Strategy(action.data["strategy"])
    if not settings.learn or not name or strategy in HIDING:
        return None
    return Command(command, action.title, (name, strategy.value))


def _chosen(action: Action) -> tuple[Place, Strategy]:
    try:
        start, end = int(action.data["start"]), int(action.data["end"])
        strategy, use = Strategy(action.data["strategy"]), Use(action.data["use"])
    except (KeyError, ValueError) as error:
        raise PluginError(
            f"the action isn't one that the null check offered ({error}); ask for the menu again"
        ) from error
    return Place(Span(start, end), use), strategy

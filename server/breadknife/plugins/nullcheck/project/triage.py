"""Triage: another checker's findings, grouped by cause and sorted, each group with the one change that ends it.

A finding's null can happen, is a value's life cycle, or is only what a checker doesn't see.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from breadknife.plugins.nullcheck.core.belief import Evidence
from breadknife.plugins.nullcheck.core.confidence import fitted
from breadknife.plugins.nullcheck.core.nullness import GIVEN, OriginKind
from breadknife.plugins.nullcheck.languages.file import NullFile
from breadknife.plugins.nullcheck.project.causes import NullSource, RootCause, causes_of, declaration_of
from breadknife.plugins.nullcheck.project.changes import FileChange
from breadknife.plugins.nullcheck.project.repairing import RepairRun
from breadknife.plugins.nullcheck.project.repairs import FAILS, UNASKED, Repairs, named
from breadknife.plugins.nullcheck.project.reported import GatheredFindings
from breadknife.plugins.nullcheck.project.values import DereferenceFinding, RefusedFinding, RepairedFinding
from breadknife.plugins.nullcheck.repairs.grammar import CauseKind
from breadknife.plugins.nullcheck.values import DECLARATION, Strategy, Use
from breadknife.plugins.nullcheck.wording import capitalised
from breadknife.project.tests import is_test
from breadknife.task.values import Confidence
from breadknife.text.document import Span
from breadknife.text.printable import counted
from breadknife.text.syntax import path_to

_NULLS = frozenset({"None", "null", "nil", "undefined"})
_WORDS = {"python": "None", "go": "nil"}
_ARGUMENTS = frozenset({"argument_list", "arguments"})
_CAME = {
    CauseKind.FUNCTION: OriginKind.CALL,
    CauseKind.LIBRARY: OriginKind.CALL,
    CauseKind.PARAMETER: OriginKind.DEFAULT,
    CauseKind.ATTRIBUTE: OriginKind.INITIAL,
    CauseKind.VARIABLE: OriginKind.INITIAL,
    CauseKind.PLACE: OriginKind.ANNOTATION,
}
_REASONS = {
    CauseKind.FUNCTION: "`{name}` may return {null}",
    CauseKind.LIBRARY: "`{name}` may return {null}",
    CauseKind.PARAMETER: "`{name}` may be null by its default or its annotation",
    CauseKind.ATTRIBUTE: "`{name}` is null until it is set, or by its declaration",
    CauseKind.VARIABLE: "`{name}` is null until it is set",
    CauseKind.PLACE: "Only its type allows null here",
}
"""As the null check's own findings say it."""
_IN_TEST = "In a test: a null only makes it fail"
_TESTED = "A test before it tells that it is there"
_EXCLUDED = "What the code before it does, or a handler around it, excludes a null"
_NOTHING_SAYS = "A call may return null, but nothing around it says that it does here"
_RELIED_ON = "Many others use it without a test"
_SOURCED = GIVEN | {OriginKind.EXIT, OriginKind.COMPARISON, OriginKind.LATER}
"""Nulls of the null check's own findings that aren't only a value's life cycle."""


class FindingClass(StrEnum):
    """What a finding is."""

    CAN_HAPPEN = "can happen"
    UNCLEAR = "unclear"
    """It comes from a call and something speaks for it, but not enough."""
    LIFE_CYCLE = "life cycle"
    """The value is null until it is set, by a default, or by an annotation that allows more than the code."""
    NOISE = "checker noise"
    """The code shows that it isn't null there, or nothing around it speaks for it."""


TO_READ = (FindingClass.CAN_HAPPEN, FindingClass.UNCLEAR)
DEFAULTS = NullSource(CauseKind.PARAMETER, "defaults of null")
_ORDER = tuple(FindingClass)
_STRATEGIES = {
    FindingClass.CAN_HAPPEN: UNASKED - DECLARATION - {Strategy.ASSERT},  # that is for what can't happen
    FindingClass.UNCLEAR: UNASKED - DECLARATION - {Strategy.ASSERT},
    FindingClass.LIFE_CYCLE: DECLARATION | {Strategy.WIDEN},
}


@dataclass(frozen=True)
class Classification:
    sort: FindingClass
    why: str
    """A sentence without its full stop."""
    chance: float = 0.0
    """How likely the null is to get to its use by the fitted model, from 0 to 1; 0 where the code excludes it."""
    general: str = ""
    """The same without what is particular to the place, if anything is."""

    @property
    def reason(self) -> str:
        """Return what findings with the same reason have in common."""
        return self.general or self.why


@dataclass(frozen=True)
class VerifiedPatch:
    """A verified change."""

    title: str
    diff: str
    """As `git apply` takes it in the folder."""
    changes: tuple[FileChange, ...]
    """The same, as texts."""
    ended: int
    """The findings of the group that are gone with it."""


@dataclass(frozen=True)
class TriageGroup:
    """Findings of one cause and one sort."""

    cause: RootCause
    sorted: Classification
    """Of the finding that is likeliest to happen."""
    patch: VerifiedPatch | None = None
    """Of a declaration, for a life cycle; at the use, for what can happen."""
    no_patch: str = ""
    """Why none passes, if one was looked for."""


def groups_of(repairs: Repairs, told: GatheredFindings, folder: Path, top: int) -> list[TriageGroup]:
    """Return the groups, in the order in which they are read.

    Args:
        folder: diffs are told from there.
        top: how many groups of each class get a patch, the first: verifying one takes a while.
    """
    grouped = defaultdict[tuple[NullSource, FindingClass], list[tuple[DereferenceFinding, Classification]]](list)
    for origin, found, its in classified(repairs, told):
        is_default = origin.kind is CauseKind.PARAMETER and found.place.use is Use.ASSIGN
        grouped[DEFAULTS if is_default else _in_file(origin, found), its.sort].append((found, its))
    groups = sorted(
        (
            TriageGroup(
                RootCause(origin, tuple(found for found, _ in same)), max((its for _, its in same), key=_chance)
            )
            for (origin, _), same in grouped.items()
        ),
        key=_rank,
    )
    beside = {
        found
        for group in groups
        if group.sorted.sort is FindingClass.NOISE or group.cause.origin.kind is CauseKind.PLACE
        for found in group.cause.findings
    }
    done, also = Counter[FindingClass](), set[DereferenceFinding]()
    for at, group in enumerate(repairs.workspace.shown(groups, lambda each: each.cause.origin.name)):
        left = tuple(each for each in group.cause.findings if each not in also)
        group = replace(group, cause=replace(group.cause, findings=left))
        done[group.sorted.sort] += 1
        if left and done[group.sorted.sort] <= top:
            patch, more, why = _patch(repairs, group.cause, group.sorted.sort, folder, beside - also)
            if patch is not None and more:
                also |= more
                group = replace(group, cause=replace(group.cause, findings=(*left, *sorted(more, key=_at))))
                patch = replace(patch, ended=patch.ended + len(more))
            group = replace(group, patch=patch, no_patch=why)
        groups[at] = group
    return sorted(_merged([group for group in groups if group.cause.findings]), key=_rank)


def classified(
    repairs: Repairs, told: GatheredFindings
) -> Iterator[tuple[NullSource, DereferenceFinding, Classification]]:
    """Yield each finding with where its null comes from, and what it is."""
    causes = causes_of(repairs, told.found, told.paths)
    for cause in repairs.workspace.shown(causes, lambda each: each.origin.name):
        for found in cause.findings:
            yield cause.origin, found, classify(repairs, found, cause.origin)


def _chance(its: Classification) -> float:
    return its.chance


def _in_file(origin: NullSource, found: DereferenceFinding) -> NullSource:
    """Lookups of one file belong together, of several they don't."""
    return (
        replace(origin, path=found.path, span=None) if origin.kind in (CauseKind.LIBRARY, CauseKind.PLACE) else origin
    )


def _merged(groups: Sequence[TriageGroup]) -> Iterator[TriageGroup]:
    """Yield the groups, those with the same patch as one: several calls hand a null to the same parameter."""
    same = defaultdict[object, list[TriageGroup]](list)
    for at, group in enumerate(groups):
        same[group.patch.diff if group.patch else at].append(group)
    for first, *others in same.values():
        findings = tuple(found for each in (first, *others) for found in each.cause.findings)
        ended = sum(each.patch.ended for each in (first, *others) if each.patch)
        patch = replace(first.patch, ended=ended) if first.patch else None
        yield replace(first, cause=replace(first.cause, findings=findings), patch=patch)


def _rank(group: TriageGroup) -> tuple[int, float, int, str, int]:
    """Return the key to sort by: a life cycle by its findings; the others first by how likely they are to happen."""
    first, its = group.cause.findings[0], group.sorted
    likely = 0.0 if its.sort is FindingClass.LIFE_CYCLE else -its.chance
    return _ORDER.index(its.sort), likely, -len(group.cause.findings), str(first.path), first.place.span.start


def _patch(
    repairs: Repairs, cause: RootCause, sort: FindingClass, folder: Path, beside: Iterable[DereferenceFinding]
) -> tuple[VerifiedPatch | None, set[DereferenceFinding], str]:
    """Return what is done about a group, or None if it ends nothing; what else it ends of the findings that nothing
    near their uses speaks for; and why there is none, if one was looked for. The texts are as before."""
    strategies, findings = _STRATEGIES.get(sort), cause.findings
    if strategies is None:
        return None, set(), ""
    shown = declaration_of(cause) if sort is FindingClass.LIFE_CYCLE else None
    before = repairs.changes.documents()
    tried = [*findings, *([shown] if shown else ())]
    run = RepairRun.of(repairs, [each.path for each in tried], strategies)
    outcomes = list(run.outcomes(repairs.shown(tried)))
    made = [each for each in outcomes if isinstance(each, RepairedFinding)]
    diff, also = repairs.changes.diff(folder), set[DereferenceFinding]()
    if made and sort is FindingClass.LIFE_CYCLE:
        edits = [each.edits for each in made]
        project = repairs.workspace.project(repairs.workspace.root(made[0].found.path))
        changed = {path for each in edits for path in each}
        seeing = changed | {path for each in changed if project for path in project.importers(each)}
        also = repairs.ended((each, now) for each in beside if each.path in seeing and (now := each.moved(edits)))
    changes = tuple(repairs.changes)
    repairs.put(before)
    also -= repairs.ended((each, each) for each in also)  # which the checker doesn't tell even without the patch
    ended = sum(not isinstance(each, RefusedFinding) and each.found in findings for each in outcomes)
    if not made or not ended:
        return None, set(), next((each.why for each in outcomes if isinstance(each, RefusedFinding)), "")
    title = made[0].action.title if len(made) == 1 else f"{len(made)} changes: {made[0].action.title}"
    return VerifiedPatch(title, diff, changes, ended), also, ""


def _at(found: DereferenceFinding) -> tuple[Path, Span]:
    return found.path, found.place.span


def classify(repairs: Repairs, found: DereferenceFinding, origin: NullSource) -> Classification:
    """Classify a finding. `origin`: where its null comes from."""
    its = _classify(repairs, found, origin)
    if its.sort in TO_READ and is_test(named(found.path, repairs.workspace.root(found.path))):
        return replace(its, sort=FindingClass.NOISE, why=_IN_TEST, general="")
    return its


def _classify(repairs: Repairs, found: DereferenceFinding, origin: NullSource) -> Classification:
    file = repairs.file(found.path)
    if file is None:
        return Classification(FindingClass.NOISE, "The null check doesn't know the file's language")
    document, place = repairs.changes.document(found.path), found.place
    is_handed_on = place.use is Use.ARGUMENT and _is_given_to_own(repairs, found)
    if document.slice(place.span) in _NULLS:
        if place.use is Use.ARGUMENT and not is_handed_on:
            return Classification(FindingClass.NOISE, "A library's declaration excludes the null that it is given")
        return Classification(FindingClass.LIFE_CYCLE, "A null is put into what is declared without one")
    own = repairs.own(found.path).get(place)
    reason = own.related[0].message.partition(";")[0] if own else _reason(origin, document.language)
    if not own and (known := _known_there(file, found)):
        return known
    kind, evidence = (file.kind(place) if own else None) or _CAME[origin.kind], file.evidence(place)
    model = fitted(file.home.knowledge.language)
    chance = model.chance(kind, evidence)
    if own and kind in _SOURCED and own.confidence is Confidence.HIGH and not is_handed_on:
        return Classification(FindingClass.CAN_HAPPEN, capitalised(reason), chance)
    if _is_believed(evidence) and not is_handed_on:
        verb = "tests" if evidence.tests == 1 else "test"
        why = f"{counted(evidence.tests, 'other function')} {verb} it, and here it isn't tested"
        return Classification(FindingClass.UNCLEAR, why, chance, "Others test it, and here it isn't tested")
    if chance < model.thresholds.medium:
        return Classification(FindingClass.NOISE, _RELIED_ON, chance)
    match origin.kind:
        case CauseKind.ATTRIBUTE | CauseKind.PARAMETER | CauseKind.VARIABLE | CauseKind.PLACE:
            return Classification(FindingClass.LIFE_CYCLE, _reason(origin, document.language), chance)
        case CauseKind.FUNCTION | CauseKind.LIBRARY if place.use is Use.RETURN or is_handed_on:
            return Classification(FindingClass.LIFE_CYCLE, "What it is handed on to excludes null", chance)
        case CauseKind.FUNCTION | CauseKind.LIBRARY if document.slice(place.span).isidentifier():
            return Classification(FindingClass.UNCLEAR, f"{capitalised(reason)}; read how it is called", chance)
        case CauseKind.FUNCTION | CauseKind.LIBRARY:
            why = f"{capitalised(reason)}, but nothing around it says that it does here"
            return Classification(FindingClass.NOISE, why, chance, _NOTHING_SAYS)


def _is_believed(evidence: Evidence) -> bool:
    """Tell whether at least as many others test a value as use it untested."""
    return 0 < evidence.tests >= evidence.untested + evidence.untested_around


def _known_there(file: NullFile, found: DereferenceFinding) -> Classification | None:
    """Return why the analysis sees that no null gets there, if the value may be one at first; None where it may get
    there."""
    place = found.place
    supposed = file.suppose({place})
    if place in supposed.tested:
        line = file.tree.text.count("\n", 0, supposed.tested[place].start) + 1
        return Classification(FindingClass.NOISE, f"{_TESTED} (line {line})", general=_TESTED)
    is_python = file.tree.language == "python"  # of which the analysis knows best where a null fails
    is_excluded = is_python and place.use in FAILS and place not in supposed.found
    return Classification(FindingClass.NOISE, _EXCLUDED) if is_excluded else None


def _reason(origin: NullSource, language: str) -> str:
    return _REASONS[origin.kind].format(name=origin.name.removesuffix("()"), null=_WORDS.get(language, "null"))


def _is_given_to_own(repairs: Repairs, found: DereferenceFinding) -> bool:
    """Tell whether a value is only an argument of a function of the project, or of the class that a class extends."""
    tree = repairs.tree(found.path)
    around = path_to(tree, tree.node_at(found.place.span)) if tree else ()
    call = next((each.parent for each in reversed(around) if each.type in _ARGUMENTS), None)
    function = call.child_by_field_name("function") if call is not None else None
    if tree is None or function is None:
        return False
    called = tree.source(function)
    return called.startswith("super") or bool(repairs.functions(found.path, called.rpartition(".")[2]))

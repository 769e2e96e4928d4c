"""A use of null in words, with the path by which the null came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from breadknife.plugins.nullcheck.core.analysis import FileAnalysis, FunctionDereference
from breadknife.plugins.nullcheck.core.confidence import fitted
from breadknife.plugins.nullcheck.core.declarations import FileDeclarations
from breadknife.plugins.nullcheck.core.il import ByteRange, covers
from breadknife.plugins.nullcheck.core.nullness import Fact, Nullness, NullOrigin, OriginKind
from breadknife.plugins.nullcheck.values import SOURCE
from breadknife.plugins.nullcheck.wording import capitalised, quote
from breadknife.task.values import Confidence, Finding, Related
from breadknife.text.document import Span

_MOST_CONDITIONS = 2
"""Conditions that an explanation names."""


@dataclass(frozen=True)
class NullFinding:
    """A finding in words, with the kind of its null."""

    finding: Finding
    kind: OriginKind


def explained(analysis: FileAnalysis, edited: ByteRange | None = None) -> Sequence[NullFinding]:
    """Return the findings of a file in words. With `edited`, only those of functions that overlap this range; if none
    does, those outside of all functions.

    `related` of a finding is the path of the null: where it comes from, the call that gives it, the name that it gets,
    the conditions under which it arrives, and the test that doesn't help."""
    dereferences = analysis.findings() if edited is None else analysis.findings_between(*edited)
    return [_explained(analysis, dereference) for dereference in dereferences]


def _explained(home: FileAnalysis, found: FunctionDereference) -> NullFinding:
    file, dereference = home.file, found.dereference
    origin, shown = dereference.fact.origin, quote(file.source(dereference.at))
    kind = origin.kind if origin is not None else OriginKind.COMPARISON
    why = origin.why if origin is not None else "a null gets here"
    path = list(_path(home, dereference.fact, dereference.at))
    if dereference.fact.checked is not None:
        path.append(
            Related(_first_line(file, dereference.fact.checked), f"This checks {shown}, but doesn't cover the use")
        )
    elif path:
        path[-1] = replace(path[-1], message=f"{path[-1].message}; nothing checks it before the use")
    null = home.knowledge.null_name(dereference.fact.nulls)
    # A comparison alone is too weak a reason to say that the value surely is null.
    is_sure = dereference.fact.nullness == Nullness.NULL and kind is not OriginKind.COMPARISON
    message = f"{capitalised(shown)} {'is' if is_sure else 'may be'} {null}{' here' if is_sure else ''}: {why}"
    span, code = file.span(dereference.at), dereference.kind.value
    finding = Finding(span, SOURCE, code, message, confidence=_confidence(home, found, kind), related=tuple(path))
    return NullFinding(finding, kind)


def _confidence(home: FileAnalysis, found: FunctionDereference, kind: OriginKind) -> Confidence:
    """Return how likely the null is to get there. A test that goes on with null, a default, and a declaration of the
    object's own attribute are no sources of null: callers may all give a value, and the order of methods may exclude
    the null. Of 6 such ones in packages that nobody had tuned on, a reader found none that can happen."""
    dereference, evidence = found.dereference, found.dereference.evidence
    if dereference.fact.nullness == Nullness.NULL or kind is OriginKind.LATER:
        return Confidence.HIGH  # one of two lines is wrong, whatever others do
    receiver = found.function.receiver
    is_own = bool(receiver) and dereference.key.startswith(f"{receiver}.")
    is_only_declared = kind is OriginKind.DEFAULT or (kind is OriginKind.ANNOTATION and is_own)
    has_witness = evidence.tests or (kind is OriginKind.DEFAULT and evidence.is_given)
    if kind is OriginKind.COMPARISON or (is_only_declared and not has_witness):
        return Confidence.LOW
    return fitted(home.knowledge.language).confidence(kind, evidence)


def _path(home: FileAnalysis, fact: Fact, used: ByteRange) -> Iterator[Related]:
    """Yield the steps by which a null gets to its use at the range `used`."""
    file, origin = home.file, fact.origin
    if origin is None:
        return
    giver_file = _giver_file(home, origin)
    if giver_file is not None:
        uri = None if giver_file is file else origin.file
        yield Related(_first_line(giver_file, origin.at), capitalised(origin.why), uri)
    is_named = fact.via is not None and fact.via != used and fact.via not in (origin.at, origin.here)
    # The assignment is a step of its own, and shows the call, too.
    is_call_assigned = is_named and fact.via is not None and origin.here is not None and covers(fact.via, origin.here)
    if origin.here is not None and not is_call_assigned:
        yield Related(_first_line(file, origin.here), f"This call gives it: {origin.why}")
    if fact.via is not None and is_named:
        name = file.source(fact.via).partition("=")[0].rstrip(": ")
        yield Related(_first_line(file, fact.via), f"{capitalised(quote(name))} gets it here")
    with_key = (assumption for assumption in fact.unless if assumption[0] not in ("", " is None"))
    # Keys with these signs are ours: slots, and variables of comprehensions and of blocks.
    conditions = sorted(assumption for assumption in with_key if not any(char in assumption[0] for char in "%@"))
    for key, outcome in conditions[:_MOST_CONDITIONS]:
        condition = key.replace(" is None", f" is {home.knowledge.null}")
        yield Related(file.span(used), f"It arrives only where `{condition}` is {'false' if outcome else 'true'}")


def _giver_file(home: FileAnalysis, origin: NullOrigin) -> FileDeclarations | None:
    """Return the file in which the null comes into being, if its text is known."""
    if not origin.file or origin.file == home.uri:
        return home.file
    return home.others.file(origin.file) if home.others is not None else None


def _first_line(file: FileDeclarations, at: ByteRange) -> Span:
    """Return the span of the first line of a range: for a function, the line that names it."""
    line = file.source(at).partition("\n")[0].rstrip()
    return file.span((at[0], at[0] + len(line.encode("utf-8", "surrogatepass"))))

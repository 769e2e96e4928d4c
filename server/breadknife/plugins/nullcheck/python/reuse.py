"""What an analysis takes over from the one before: the results of functions that an edit leaves as they were."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from breadknife.plugins.nullcheck.python.facts import Summary
from breadknife.plugins.nullcheck.python.outline import Outline
from breadknife.plugins.nullcheck.summaries import FileSummary
from breadknife.task.values import Finding, Related
from breadknife.text.document import Span
from breadknife.text.syntax import SyntaxTree, difference


@dataclass(frozen=True)
class FunctionResult:
    end: int
    """Byte."""
    findings: Sequence[Finding]
    summary: Summary | None
    given: frozenset[Hashable]
    """The attributes to which it assigns what may be None."""


@dataclass(frozen=True)
class Results:
    """All that was found in one text."""

    tree: SyntaxTree
    surroundings: Hashable
    """What a function's result depends on besides its own text and what the functions that it calls return."""
    outside: Mapping[Path, FileSummary | None]
    """What was known of other files."""
    functions: Mapping[int, FunctionResult]
    """By start byte."""
    top_level: Sequence[Finding]
    """Outside of all functions."""
    origins: frozenset[bytes]
    """The words that `TextFacts` was made with."""
    texts: Mapping[bytes, TextFacts]


@dataclass(frozen=True, slots=True)
class TextFacts:
    """What a function's text alone says, kept by that text."""

    returns_value: bool
    has_origin: bool
    """It has a word under which something may be None in any file."""


@dataclass(frozen=True)
class Moved:
    """The results of an earlier text, at the places that they have in the new one."""

    functions: Mapping[int, FunctionResult]
    """Of the functions that are the same as before."""
    changed: Sequence[FunctionResult]
    """Those that aren't there any more, in the order of the text."""
    around: tuple[int, int] | None
    """Start and end, in the new text, of a function that the edit lies in, if it lies in one."""
    top_level: Sequence[Finding] | None


def moved(before: Results, tree: SyntaxTree) -> Moved:
    edit = difference(before.tree.text, tree.text)
    start, old_end = before.tree.byte_offset(edit.span.start), before.tree.byte_offset(edit.span.end)
    by_bytes = len(edit.new_text.encode("utf-8", "surrogatepass")) - (old_end - start)
    by = len(edit.new_text) - len(edit.span)
    functions, changed, around = dict[int, FunctionResult](), list[FunctionResult](), None
    for at, result in before.functions.items():
        after = at >= old_end
        findings = _all_shifted(result.findings, edit.span, by)
        if not (after or result.end <= start) or findings is None:
            changed.append(result)
            if around is None and at < start and old_end < result.end:
                around = (at, result.end + by_bytes)
            continue
        shift = by_bytes if after else 0
        functions[at + shift] = replace(result, end=result.end + shift, findings=findings)
    return Moved(functions, changed, around, _all_shifted(before.top_level, edit.span, by))


def _all_shifted(findings: Sequence[Finding], edited: Span, by: int) -> Sequence[Finding] | None:
    shifted = [_shifted(finding, edited, by) for finding in findings]
    kept = [finding for finding in shifted if finding is not None]
    return kept if len(kept) == len(shifted) else None


def _shifted(finding: Finding, edited: Span, by: int) -> Finding | None:
    """None where the edit is in a place that the finding names."""
    span = _moved(finding.span, edited, by)
    related = [one if one.uri else _related(one, edited, by) for one in finding.related]
    if span is None or None in related:
        return None
    return replace(finding, span=span, related=tuple(one for one in related if one is not None))


def _related(related: Related, edited: Span, by: int) -> Related | None:
    span = _moved(related.span, edited, by)
    return replace(related, span=span) if span is not None else None


def _moved(span: Span, edited: Span, by: int) -> Span | None:
    if span.start >= edited.end:
        return span.shifted(by)
    return span if span.end <= edited.start else None


def surroundings(outline: Outline, nullable: frozenset[bytes]) -> Hashable:
    """Without positions: an edit that only moves things leaves it as it was."""
    variables = [("", outline.variables), *((class_.name, class_.variables) for class_ in outline.classes.values())]
    return (
        tuple(sorted(outline.imports.items())),
        tuple(sorted((name, there.module, there.name) for name, there in outline.imported.items())),
        tuple((f.name, f.is_async, f.is_property, f.is_plain, f.receiver) for f in outline.functions),
        tuple((class_.name, class_.bases) for class_ in outline.classes.values()),
        tuple(
            (owner, name, one.optional, one.annotation, one.others, tuple(sorted(one.setters)))
            for owner, table in variables
            for name, one in sorted(table.items())
        ),
        tuple(sorted(outline.kinds.items())),
        outline.shared,
        nullable,
    )

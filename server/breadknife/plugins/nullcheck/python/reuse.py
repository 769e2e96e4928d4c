"""What an analysis takes over from the one before: the results of functions that an edit leaves as they were."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from breadknife.plugins.nullcheck.half_written import shifted
from breadknife.plugins.nullcheck.python.classes import Class, Variable
from breadknife.plugins.nullcheck.python.declared_types import given_annotation
from breadknife.plugins.nullcheck.python.facts import Summary
from breadknife.plugins.nullcheck.python.filled import filled_by
from breadknife.plugins.nullcheck.python.outline import Function, Outline, text
from breadknife.plugins.nullcheck.summaries import FileSummary
from breadknife.task.values import Finding
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree, difference

_WORD = re.compile(rb"\w+")
MOST_NAMES = 40
"""Names that mean something else than before: of more, the functions that use one of them are most of the file's."""


class FunctionResult(NamedTuple):
    name: str
    end: int
    """Byte."""
    findings: Sequence[Finding]
    summary: Summary | None
    given: frozenset[tuple[str, str]]
    """(Class, attribute) of those to which it assigns what may be None."""
    depth: int = 0
    """Functions around it."""

    def at(self, end: int, findings: Sequence[Finding]) -> FunctionResult:
        """The same at another place (an edit moves hundreds, and `_replace` takes twice as long)."""
        return FunctionResult(self.name, end, findings, self.summary, self.given, self.depth)


@dataclass(frozen=True)
class Results:
    """All that was found in one text."""

    tree: SyntaxTree
    surroundings: Surroundings
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
    inert: frozenset[Hashable] = frozenset()
    """See `Outline`."""


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
        functions[at + shift] = result.at(result.end + shift, findings)
    return Moved(functions, changed, around, _all_shifted(before.top_level, edit.span, by))


def _all_shifted(findings: Sequence[Finding], edited: Span, by: int) -> Sequence[Finding] | None:
    if not findings:
        return findings
    kept = [after for finding in findings if (after := shifted(finding, edited, by)) is not None]
    return kept if len(kept) == len(findings) else None


@dataclass(frozen=True)
class Surroundings:
    """What functions may depend on besides their own text, without positions: an edit that only moves things leaves
    it as it was. It is made when it is compared: of a file that is read once, never."""

    outline: Outline
    nullable: frozenset[bytes]
    origins: frozenset[bytes]

    @cached_property
    def whole(self) -> Hashable:
        """What any function may depend on."""
        classes = tuple((class_.name, _head(class_)) for class_ in self.outline.classes.values())
        return classes, self.outline.shared, self.origins

    @cached_property
    def named(self) -> Sequence[tuple[str, Hashable]]:
        """What a function depends on that has the name in its text, besides what is nullable."""
        outline = self.outline
        named: list[tuple[str, Hashable]] = [(name, ("import", there)) for name, there in outline.imports.items()]
        named += [(name, ("imported", there.module, there.name)) for name, there in outline.imported.items()]
        named += [(function.name, _signature(outline, function)) for function in outline.functions]
        decorating = set(_WORD.findall(b" ".join(_decorators(outline, each) for each in outline.functions)))
        named += [
            (each.name, ("fills", filled_by(each.node)))
            for each in outline.functions
            if each.name.encode() in decorating
        ]
        classes = outline.classes.values()
        named += [(name, _variable("", one, one.annotation)) for name, one in outline.variables.items()]
        for owner in classes:
            named += [
                (name, _variable(owner.name, one, one.annotation or given_annotation(outline, owner, one)))
                for name, one in owner.variables.items()
            ]
        attributes = frozenset(name for each in classes for name in each.variables).union(outline.variables)
        named += [(name, ("quoted", one.name)) for one in classes for name in sorted(one.quoted & attributes)]
        named += [(name.rpartition(".")[2], ("kind", name, kind)) for name, kind in outline.kinds.items()]
        return named

    def changed(self, other: Surroundings) -> frozenset[str] | None:
        """The names that don't mean the same in both; None where anything may be different."""
        if self.whole != other.whole:
            return None
        words = (word.decode("utf-8", "replace") for word in self.nullable ^ other.nullable)
        if self.named == other.named:  # at most keys, and far sooner seen than counted
            return frozenset(words)
        one, two = Counter(self.named), Counter(other.named)
        return frozenset(words).union(name for name, _ in ((one - two) + (two - one)))


def _head(class_: Class) -> Hashable:
    """Its bases and options, and what decorators make of it."""
    arguments, around = class_.node.child_by_field_name("superclasses"), class_.node.parent
    is_decorated = around is not None and around.type == "decorated_definition"
    return (
        class_.bases,
        text(arguments) if arguments is not None else "",
        is_decorated,
        class_.is_dataclass,
        class_.sets_by_name,
    )


def _signature(outline: Outline, function: Function) -> Hashable:
    owner = outline.classes[function.owner].name if function.owner is not None else ""
    around = outline.classes[function.receiver_class].name if function.receiver_class is not None else ""
    annotation = function.node.child_by_field_name("return_type")
    returned = outline.source[annotation.start_byte : annotation.end_byte] if annotation is not None else b""
    return (owner, around, function.receiver, function.is_async, _decorators(outline, function), returned)


def _decorators(outline: Outline, function: Function) -> bytes:
    return outline.source[function.decorated_at : function.node.start_byte]


def _variable(owner: str, one: Variable, annotation: str) -> Hashable:
    values = tuple(sorted((value.type, _made_by(value)) for value in one.values))
    return (
        owner,
        one.optional,
        annotation,
        one.places,
        one.others,
        frozenset(one.setters),
        values,
    )


def _made_by(value: Node) -> str:
    """What may say of what kind a value is, besides its type."""
    named = value.child_by_field_name("function") if value.type == "call" else value
    made = text(named) if named is not None and named.type in ("identifier", "attribute") else ""
    return text(value) if made == "re.compile" else made  # what it finds depends on the pattern


def using(outline: Outline, names: Collection[str]) -> set[int]:
    """The start bytes of the functions that have one of the names in their text or decorators."""
    if not names:
        return set()
    words = b"|".join(re.escape(name.encode()) for name in names)
    found, around, rest = set[int](), list[Node](), deque(outline.functions)
    for match in re.finditer(rb"\b(?:" + words + rb")\b", outline.source):
        at = match.start()
        while rest and rest[0].decorated_at <= at:
            while around and around[-1].end_byte <= rest[0].decorated_at:
                around.pop()
            around.append(rest.popleft().node)
        while around and around[-1].end_byte <= at:
            around.pop()
        found.update(function.start_byte for function in around)
    return found


def differing(old: Iterable[FunctionResult], new: Iterable[FunctionResult]) -> frozenset[str]:
    """The names of functions that don't do the same for their callers in both, and of attributes that they set."""
    one, other = (Counter((each.name, each.summary, each.given) for each in results) for results in (old, new))
    different = (one - other) + (other - one)
    given = (attribute for _, _, attributes in different for _, attribute in attributes)
    return frozenset((*(name for name, _, _ in different), *given))

"""Root causes: the declarations that make values null, with the findings that each causes, the worst first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from breadknife.plugins.nullcheck.project.declared import Kind, Shapes, declared, given, set_to
from breadknife.plugins.nullcheck.values import SOURCE, NullFile, Place, Strategy
from breadknife.task.values import Finding, Related
from breadknife.text.document import Document, Span
from breadknife.text.syntax import SyntaxTree

SUGGESTED: Mapping[Kind, tuple[Strategy, ...]] = {
    Kind.ATTRIBUTE: (Strategy.INITIAL, Strategy.FIELD, Strategy.DROP_NONE),
    Kind.FUNCTION: (Strategy.RETURN_TYPE,),
    Kind.PARAMETER: (Strategy.REQUIRED, Strategy.INITIAL),
    Kind.VARIABLE: (Strategy.INITIAL,),
    Kind.LIBRARY: (Strategy.RAISE, Strategy.ASSERT),
    Kind.PLACE: (Strategy.ASSERT,),
}
"""Where no verified offer says better: what usually repairs such a cause."""

_NAME = re.compile(r"[\w$]+")


@dataclass(frozen=True)
class Origin:
    """Where null comes from."""

    kind: Kind
    name: str
    """`Store.path`, `Store.find()`, `load(names)`, `re.match()`."""
    path: Path | None = None
    """None of a library's."""
    span: Span | None = None
    is_place: bool = field(default=False, compare=False)
    """The declaration itself may be asked about, as a `Use.ASSIGN`."""


@dataclass(frozen=True)
class Found:
    """A finding about null, and the value that it is about."""

    path: Path
    finding: Finding
    place: Place


@dataclass(frozen=True)
class Cause:
    origin: Origin
    findings: tuple[Found, ...]
    """By path and place."""


def shapes(language: str) -> Shapes:
    """What declares something in a language, one of `LANGUAGE_IDS`."""
    from breadknife.plugins.nullcheck.repairs.grammar import grammar_of

    return grammar_of(language if language in ("go", "java", "python") else "ecmascript").shapes


def origin_of(
    path: Path,
    document: Document,
    file: NullFile,
    found: Found,
    tree_of: Callable[[Path], SyntaxTree | None] = lambda path: None,
) -> Origin:
    """The declaration behind a finding, by what the null check's own finding there tells. `tree_of`: other files."""
    can_be_asked = document.language == "python"
    own = [found.finding] if found.finding.source == SOURCE else file.findings()
    nothing = tuple[Related, ...]()
    related = next((f.related for f in own if f.related and file.place(f) == found.place), nothing)
    at_place = bool(related) and related[0].uri is None and related[0].span == found.place.span
    where = (Document(related[0].uri, "", "").path if related[0].uri else path) if related else None
    value, known_shapes = document.slice(found.place.span), shapes(document.language)
    tree = file.tree if where == path else tree_of(where) if where is not None else None
    its = declared(tree, related[0].span, known_shapes, value) if tree is not None else None
    if not related or at_place or where is None:
        if not related and (its := set_to(file.tree, found.place.span, known_shapes)):
            return Origin(its.kind, its.name, path, its.span, is_place=can_be_asked)
        return Origin(Kind.PLACE, value, path, found.place.span)
    span = related[0].span
    if its is None and tree is not None and related[0].uri is None:  # a test tells that it may be null
        its = given(tree, span, value, known_shapes)
    if its is not None:
        return Origin(its.kind, its.name, where, its.span, is_place=can_be_asked and its.kind is not Kind.VARIABLE)
    line = document.line_span(document.line_at(span.start)) if related[0].uri is None else None
    if line and not _NAME.fullmatch(value):  # `table.get(key)`: nothing is declared there
        return Origin(Kind.PLACE, value, where, line)
    return Origin(Kind.VARIABLE, value if line else related[0].message, where, line or span)


def ranked(origins: Iterable[tuple[Origin, Found]]) -> list[Cause]:
    """The causes, those of most findings first; of as many those that can be repaired at a declaration."""
    grouped: dict[Origin, list[tuple[Origin, Found]]] = {}
    for origin, found in sorted(origins, key=lambda each: not each[0].is_place):  # which then stands for its equals
        wherever_set = replace(origin, span=None) if origin.kind is Kind.ATTRIBUTE else origin
        grouped.setdefault(wherever_set, []).append((origin, found))
    causes = [
        Cause(same[0][0], tuple(sorted((found for _, found in same), key=lambda each: (each.path, each.place.span))))
        for same in grouped.values()
    ]
    return sorted(causes, key=_rank)


def _rank(cause: Cause) -> tuple[int, bool, str, str]:
    origin = cause.origin
    return -len(cause.findings), origin.path is None, str(origin.path), origin.name


def suggested(origin: Origin) -> Sequence[Strategy]:
    return SUGGESTED[origin.kind]

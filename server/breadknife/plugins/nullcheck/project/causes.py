"""Root causes: the declarations that make values null, with the findings that each causes, the worst first.

The null check's own findings tell where their null comes from. Of another checker's, names tell: what the value was
assigned, the only function of the project that has the name, the only attribute of the name that is set to null.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from breadknife.errors import DocumentError
from breadknife.plugins.nullcheck.languages import LANGUAGE_IDS
from breadknife.plugins.nullcheck.project.declared import (
    DeclaredName,
    declaration_at,
    declaration_with_value,
    owner_of,
    parameter_named,
)
from breadknife.plugins.nullcheck.project.repairs import Repairs
from breadknife.plugins.nullcheck.project.values import DereferenceFinding
from breadknife.plugins.nullcheck.repairs.grammar import CauseKind, DeclarationNodes
from breadknife.plugins.nullcheck.values import SOURCE, Dereference, Use
from breadknife.project.values import LocatedDefinition
from breadknife.task.values import Finding
from breadknife.text.document import Span, language_of, uri_to_path
from breadknife.text.syntax import SyntaxTree, captures

NULLS: Mapping[str, str] = {
    "python": "(none) @null", "go": "(nil) @null", "java": "(null_literal) @null",
    **dict.fromkeys(LANGUAGE_IDS - {"python", "go", "java"}, "(null) @null (undefined) @null"),
}  # fmt: skip
"""How the null is written in a tree of each language."""
_WRITTEN = frozenset({"None", "null", "undefined", "nil"})
_NAME = re.compile(r"[\w$]+")
_MEMBER = re.compile(r"([\w$.()\[\]]+)\.([\w$]+)")
_CALL = re.compile(r"(?:await\s+|yield\s+|new\s+)?([\w$.]+(?:\([^()]*\)\.[\w$.]+|\[[^\[\]]*\]\.[\w$.]+)*)\(")
_ASSIGNED = r"(?<![\w.$]){}\s*(?::[^=\n]*)?:?=(?!=)[^\S\n]*"
_PROPERTY = re.compile(r"(?:@[^\n]*\n\s*)*?@[\w.]*property\b|(?:static\s+)?get\s")
"""How the definition of a property begins, in Python and JavaScript."""
_OWN = frozenset({"self", "this", "cls"})
_LOOKUPS = frozenset({"get", "pop", "find", "match", "search", "first", "next", "load", "read"})
"""So many classes have methods of these names that the only one of the project needn't be meant."""


@dataclass(frozen=True)
class NullSource:
    """Where null comes from."""

    kind: CauseKind
    name: str
    """`Store.path`, `Store.find()`, `load(names)`, `re.match()`."""
    path: Path | None = None
    """None of a library's."""
    span: Span | None = None

    @property
    def is_place(self) -> bool:
        """Tell whether the declaration itself may be asked about, as a `Use.ASSIGN`."""
        is_declared = self.kind not in (CauseKind.LIBRARY, CauseKind.PLACE) and self.span is not None
        return is_declared and self.path is not None and language_of(self.path) == "python"


@dataclass(frozen=True)
class RootCause:
    origin: NullSource
    findings: tuple[DereferenceFinding, ...]
    """By path and place."""


def causes_of(repairs: Repairs, found: Sequence[DereferenceFinding], project: Iterable[Path]) -> list[RootCause]:
    """Return the findings by what causes them. `project`: the files where a declaration may be."""
    tracer = Tracer(repairs, sorted({*project, *(each.path for each in found)}))
    return ranked((tracer.origin(each), each) for each in found)


def ranked(traced: Iterable[tuple[NullSource, DereferenceFinding]]) -> list[RootCause]:
    """Return the causes, those of most findings first; of as many those that can be repaired at a declaration."""
    grouped = defaultdict[tuple[object, ...], list[tuple[NullSource, DereferenceFinding]]](list)
    for origin, found in traced:
        where = (
            None if origin.kind in (CauseKind.ATTRIBUTE, CauseKind.PLACE) else origin.span
        )  # one cause wherever it stands
        grouped[origin.kind, origin.name, origin.path, where].append((origin, found))
    causes = [
        RootCause(
            same[0][0], tuple(sorted((found for _, found in same), key=lambda each: (each.path, each.place.span)))
        )
        for same in grouped.values()
    ]
    return sorted(
        causes,
        key=lambda each: (-len(each.findings), each.origin.path is None, str(each.origin.path), each.origin.name),
    )


def declaration_of(cause: RootCause) -> DereferenceFinding | None:
    """Return the declaration itself, as the place to repair, where that may be asked about."""
    origin, shown = cause.origin, cause.findings[0]
    if origin.path is None or origin.span is None or not origin.is_place:
        return None
    place = Dereference(origin.span, Use.ASSIGN)
    return DereferenceFinding(origin.path, Finding(origin.span, SOURCE, place.use, shown.finding.message), place)


class Tracer:
    def __init__(self, repairs: Repairs, paths: Sequence[Path]) -> None:
        self._repairs, self._paths = repairs, paths

    def origin(self, found: DereferenceFinding) -> NullSource:
        """Return the declaration behind a finding."""
        tree, span = self._repairs.tree(found.path), found.place.span
        if tree is None:
            return NullSource(CauseKind.PLACE, "", found.path, span)
        told = self._told(found, tree.text[span.start : span.end])
        if told is not None and told.kind is not CauseKind.VARIABLE:  # which may be a call's result
            return told
        traced = self._of_value(found.path, tree, span)
        return traced or told or NullSource(CauseKind.PLACE, tree.text[span.start : span.end], found.path, span)

    def _told(self, found: DereferenceFinding, value: str) -> NullSource | None:
        """Return what the null check's own finding says, if it has one."""
        own = found.finding if found.finding.source == SOURCE else self._repairs.own(found.path).get(found.place)
        told = own.related[0] if own and own.related else None
        path = uri_to_path(told.uri) if told and told.uri else found.path
        there = self._repairs.tree(path) if told and path else None
        if told is None or there is None or path is None or (path, told.span) == (found.path, found.place.span):
            return None
        shapes = self._repairs.shapes(path)
        span = told.span.shifted(bool(told.uri) and there.text.startswith("\ufeff"))  # which the project leaves out
        its = declaration_at(there, span, shapes, value)
        if its is None and path == found.path:  # a test tells that it may be null
            its = parameter_named(there, span, value, shapes)
        return _origin(its, path) if its is not None else None

    def _of_value(self, path: Path, tree: SyntaxTree, span: Span) -> NullSource | None:
        value = tree.text[span.start : span.end].strip()
        if value in _WRITTEN:
            its = declaration_with_value(tree, span, self._repairs.shapes(path))
            return _origin(its, path) if its else None
        if call := _CALL.match(value) if value.endswith(")") else None:
            is_made = call[1].rpartition(".")[2][:1].isupper()
            return None if is_made else self._called(path, call[1])
        if member := _MEMBER.fullmatch(value):
            return self._attribute(path, tree, span, member[1], member[2])
        return self._named(path, tree, span, value) if _NAME.fullmatch(value) else None

    def _called(self, path: Path, callee: str) -> NullSource:
        """Return what a call gives: of the only function of that name in the project, else of a library."""
        owner, _, name = callee.rpartition(".")
        its = self._function(path, name, "function", "method") if not owner or name not in _LOOKUPS else None
        return its or NullSource(CauseKind.LIBRARY, f"{callee}()")

    def _function(self, path: Path, name: str, *kinds: str) -> NullSource | None:
        """Return the only one of that name."""
        functions = [each for each in self._repairs.functions(path, name) if each.definition.kind in kinds]
        return _of_function(functions[0]) if len(functions) == 1 else None

    def _attribute(self, path: Path, tree: SyntaxTree, span: Span, owner: str, name: str) -> NullSource | None:
        """Return the attribute of the class around, else the only one of the file or of the project; else a
        property."""
        known = self._nulls.get(name, [])
        class_ = owner_of(tree, span, self._repairs.shapes(path)) if owner in _OWN else ""
        own = [each for each in known if each.name == f"{class_}.{name}" and each.kind is CauseKind.ATTRIBUTE]
        here = [each for each in known if each.path == path and each.kind is CauseKind.ATTRIBUTE]
        anywhere = [each for each in known if each.kind is CauseKind.ATTRIBUTE]
        found = next((some[0] for some in (own, here, anywhere) if len({each.name for each in some}) == 1), None)
        if found is not None:
            return found
        method = self._function(path, name, "method")  # one that isn't called is no source of a null
        return method if method is not None and self._is_property(method) else None

    def _is_property(self, method: NullSource) -> bool:
        tree = self._repairs.tree(method.path) if method.path is not None else None
        return bool(tree and method.span and _PROPERTY.match(tree.text, method.span.start))

    def _named(self, path: Path, tree: SyntaxTree, span: Span, name: str) -> NullSource | None:
        """Return what the name got last, as far as the order of the text tells, else the parameter or the variable of
        that name."""
        shapes = self._repairs.shapes(path)
        start = _function_start(tree, span, shapes)
        end = max(start, tree.text.rfind("\n", 0, span.start))  # `x = f(x)` gives it nothing before
        for each in reversed(list(re.compile(_ASSIGNED.format(re.escape(name))).finditer(tree.text, start, end))):
            value = tree.text[each.end() :].partition("\n")[0].rstrip(" ;\r")
            its = declaration_at(tree, Span(each.start(), each.start() + len(name)), shapes, name)
            traced = self._of_value(path, tree, Span(each.end(), each.end() + len(value)))
            if traced is None and value.endswith(")"):  # what is made there is no null
                continue
            if traced is not None or its is not None:
                return traced or (_origin(its, path) if its else None)
        parameter = parameter_named(tree, span, name, shapes)
        if parameter is not None:
            return _origin(parameter, path)
        return next((each for each in self._nulls.get(name, ()) if each.path == path), None)

    @cached_property
    def _nulls(self) -> Mapping[str, Sequence[NullSource]]:
        """Return the attributes and variables that the files set to null, by their last names."""
        found = defaultdict[str, dict[NullSource, None]](dict)
        for path in self._paths:
            try:
                tree = self._repairs.tree(path)
            except DocumentError as error:
                self._repairs.workspace.tell(str(error))
                continue
            nulls = captures(tree, NULLS[tree.language]).get("null", ()) if tree else ()
            for null in nulls if tree else ():
                its = declaration_with_value(tree, tree.span(null), self._repairs.shapes(path)) if tree else None
                if its is not None and its.kind in (CauseKind.ATTRIBUTE, CauseKind.VARIABLE):
                    found[its.name.rpartition(".")[2]].setdefault(_origin(its, path))
        return {name: list(origins) for name, origins in found.items()}


def _origin(its: DeclaredName, path: Path) -> NullSource:
    return NullSource(its.kind, its.name, path, its.span)


def _of_function(its: LocatedDefinition) -> NullSource:
    container = f"{its.definition.container}." if its.definition.container else ""
    return NullSource(CauseKind.FUNCTION, f"{container}{its.definition.name}()", its.path, its.definition.span)


def _function_start(tree: SyntaxTree, span: Span, shapes: DeclarationNodes) -> int:
    """Return where the innermost function around begins, else the text."""
    node = tree.node_at(span)
    while node.parent is not None and shapes.declarations.get(node.type, (None, ""))[0] is not CauseKind.FUNCTION:
        node = node.parent
    return tree.span(node).start

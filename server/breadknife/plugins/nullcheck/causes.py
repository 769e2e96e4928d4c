"""Root causes: the declarations that make values null, with the findings that each causes, the worst first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from breadknife.plugins.nullcheck.values import SOURCE, NullFile, Place, Strategy
from breadknife.task.values import Finding
from breadknife.text.document import Document, Span
from breadknife.text.syntax import SyntaxTree


class Kind(StrEnum):
    """What makes a value null."""

    ATTRIBUTE = "attribute"
    FUNCTION = "function"
    """What a function of the project gives back."""
    PARAMETER = "parameter"
    VARIABLE = "variable"
    LIBRARY = "library"
    """A function that isn't the project's: there is no declaration to repair."""
    PLACE = "place"
    """Nothing more is known than where it is used."""


SUGGESTED: Mapping[Kind, tuple[Strategy, ...]] = {
    Kind.ATTRIBUTE: (Strategy.INITIAL, Strategy.FIELD, Strategy.DROP_NONE),
    Kind.FUNCTION: (Strategy.RETURN_TYPE,),
    Kind.PARAMETER: (Strategy.REQUIRED, Strategy.INITIAL),
    Kind.VARIABLE: (Strategy.INITIAL,),
    Kind.LIBRARY: (Strategy.RAISE, Strategy.ASSERT),
    Kind.PLACE: (Strategy.ASSERT,),
}
"""Where no verified offer says better: what usually repairs such a cause."""


@dataclass(frozen=True)
class Origin:
    """Where null comes from."""

    kind: Kind
    name: str
    """`Store.path`, `Store.find()`, `load(names)`, `re.match()`."""
    path: Path | None = None
    """None of a library's."""
    span: Span | None = None


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


class Origins(Protocol):
    """What is known of where null comes from in the files of one language."""

    def add(self, path: Path, tree: SyntaxTree, /) -> None:
        """A file of the project, before any is asked about."""
        ...

    def origin(self, path: Path, tree: SyntaxTree, place: Place, /) -> Origin | None: ...


def origins(language: str) -> Origins | None:
    """For languages where the declaration can be found from a place alone."""
    if language == "python":
        from breadknife.plugins.nullcheck.python.origins import PythonOrigins

        return PythonOrigins()
    return None


def origin_of(known: Origins | None, path: Path, document: Document, file: NullFile, found: Found) -> Origin:
    """The declaration behind a finding: by the language, else by what the null check's own finding there tells."""
    if known is not None and (origin := known.origin(path, file.tree, found.place)):
        return origin
    own = [found.finding] if found.finding.source == SOURCE else file.findings()
    related = next((f.related for f in own if f.related and file.place(f) == found.place), ())
    at_place = bool(related) and related[0].uri is None and related[0].span == found.place.span
    if related and not at_place and (where := Document(related[0].uri or document.uri, "", "").path):
        line = document.line_span(document.line_at(related[0].span.start)) if related[0].uri is None else None
        name = document.slice(line).strip() if line else related[0].message
        if function := re.match(r"(?:async )?def (\w+)", name):
            return Origin(Kind.FUNCTION, f"{function[1]}()", where, line)
        if parameter := re.match(r"(\w+)(?:: [^=]+ | ?)= ?None\)?(?:,| ->|:)", name):
            return Origin(Kind.PARAMETER, parameter[1], where, line)
        return Origin(Kind.VARIABLE, name, where, line or related[0].span)
    return Origin(Kind.PLACE, document.slice(found.place.span), path, found.place.span)


def ranked(origins: Iterable[tuple[Origin, Found]]) -> list[Cause]:
    """The causes, those of most findings first; of as many those that can be repaired at a declaration."""
    grouped: dict[Origin, list[Found]] = {}
    for origin, found in origins:
        grouped.setdefault(origin, []).append(found)
    causes = [
        Cause(origin, tuple(sorted(found, key=lambda each: (each.path, each.place.span))))
        for origin, found in grouped.items()
    ]
    return sorted(causes, key=_rank)


def _rank(cause: Cause) -> tuple[int, bool, str, str]:
    origin = cause.origin
    return -len(cause.findings), origin.path is None, str(origin.path), origin.name


def suggested(origin: Origin) -> Sequence[Strategy]:
    return SUGGESTED[origin.kind]

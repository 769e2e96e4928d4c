"""What the analysis says of values of which only another checker says that they may be null."""

from __future__ import annotations

from collections.abc import Collection

from breadknife.plugins.nullcheck.core.analysis import FileAnalysis
from breadknife.plugins.nullcheck.core.il import ANY_NULL
from breadknife.plugins.nullcheck.core.nullness import Fact, Nullness, NullOrigin, OriginKind
from breadknife.plugins.nullcheck.values import Dereference, NullReachability
from breadknife.text.document import Span
from breadknife.text.syntax import SyntaxTree


def reported(nulls: int = ANY_NULL) -> Fact:
    """Return what a value may be of which only another checker says something."""
    origin = NullOrigin(OriginKind.ANNOTATION, (0, 0), "another checker reports it")
    return Fact(Nullness.MAYBE, origin, nulls=nulls or ANY_NULL)


def supposed(home: FileAnalysis, tree: SyntaxTree, places: Collection[Dereference]) -> NullReachability:
    """Return which of the places a null would get to, if the value of each might be one. `tree` is that of `home`."""
    at = {place: (tree.byte_offset(place.span.start), tree.byte_offset(place.span.end)) for place in places}
    trial = home.assuming(dict.fromkeys(at.values(), reported()))
    found = {each.dereference.at for start, end in at.values() for each in trial.findings_between(start, end)}
    tested = {
        place: Span(tree.offset(test[0]), tree.offset(test[1]))
        for place, its in at.items()
        if its not in found and (test := trial.denied.get(its)) is not None
    }
    return NullReachability(frozenset(place for place, its in at.items() if its in found), tested)

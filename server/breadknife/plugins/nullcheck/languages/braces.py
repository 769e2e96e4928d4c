"""What Go's and Java's files have in common: how the ways of a place become verified offers."""

from __future__ import annotations

import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar
from weakref import WeakKeyDictionary

from breadknife.plugins.nullcheck.core.analysis import FileHome, Found
from breadknife.plugins.nullcheck.core.findings import Explained, explained
from breadknife.plugins.nullcheck.core.nullness import OriginKind
from breadknife.plugins.nullcheck.languages.project import ProjectFiles
from breadknife.plugins.nullcheck.repairs.grammar import Grammar
from breadknife.plugins.nullcheck.repairs.offering import Offering
from breadknife.plugins.nullcheck.repairs.pointing import place_of
from breadknife.plugins.nullcheck.repairs.repair import Edits, Order, Repair
from breadknife.plugins.nullcheck.repairs.site import Site
from breadknife.plugins.nullcheck.repairs.verified import Verification
from breadknife.plugins.nullcheck.shown.silenced import unsilenced
from breadknife.plugins.nullcheck.values import SOURCE, Content, Offer, Place, Strategy, Use
from breadknife.project.values import Project
from breadknife.task.values import Finding
from breadknife.text.document import Document
from breadknife.text.syntax import SyntaxTree

_STRING = r"""(?:"[^"\\\n]*"|'[^'\\\n]*')"""
_LITERALS = (r"-?\d+", r"-?\d+L", r"-?\d+\.\d+f", r"-?\d+\.\d+", _STRING, r"true|false", r"\[\]", r"\{\}")


Files = TypeVar("Files", bound=ProjectFiles[Any])
S = TypeVar("S", bound=Site)


class BracesLanguage(Generic[Files]):
    """A language, with the files of each project that it was asked about."""

    def __init__(self, made: Callable[[Project | None], Files]) -> None:
        self._made = made
        self._projects = WeakKeyDictionary[Project, Files]()
        self._lock = threading.Lock()

    def files(self, project: Project | None) -> Files:
        if project is None:
            return self._made(None)
        with self._lock:
            if project not in self._projects:
                self._projects[project] = self._made(project)
            return self._projects[project]

    def literal(self, default: str, like: str, /) -> bool:
        """See `NullLanguage`: no language has all of these kinds."""
        return any(re.fullmatch(kind, default) and re.fullmatch(kind, like) for kind in _LITERALS)


class BracesFile(ABC, Generic[S]):
    """A `NullFile`."""

    _grammar: ClassVar[Grammar]

    def __init__(self, document: Document, tree: SyntaxTree, files: ProjectFiles[Any]) -> None:
        self.document, self.tree, self._files = document, tree, files
        self.home = files.look_at(document, tree)
        self._about = dict[Place, tuple[Finding, ...]]()
        """What other checkers said of the places that were asked about."""

    def is_current(self) -> bool:
        return self._files.is_current(self.home)

    @cached_property
    def _explained(self) -> Sequence[Explained]:
        with self._files.lock:
            found = explained(self.home)
        return unsilenced(self.tree, [each for each in found if self._is_shown(each.finding)])

    def findings(self) -> Sequence[Finding]:
        return tuple(each.finding for each in self._explained)

    def kind(self, place: Place, /) -> OriginKind | None:
        return next((each.kind for each in self._explained if each.finding.span == place.span), None)

    def place(self, finding: Finding, /) -> Place | None:
        if finding.source == SOURCE:
            return Place(finding.span, Use(finding.code)) if finding.code in set(Use) else None
        place = place_of(self.tree, finding, self._grammar)
        if place is not None:
            self._about[place] = (finding,)
        return place

    def offers(self, place: Place, about: Sequence[Finding] = (), /) -> Iterator[Offer]:
        if about:
            self._about[place] = tuple(about)
        with self._files.lock:
            yield from list(self._offering.offers(self._site(place)))

    def repair(self, place: Place, strategy: Strategy, content: Content, /) -> Edits | None:
        with self._files.lock:
            return self._offering.repair(self._site(place), strategy, content)

    @property
    @abstractmethod
    def _repairs(self) -> Sequence[Repair[S]]:
        """Those of its language."""

    @abstractmethod
    def _site(self, place: Place) -> S:
        """The place as repairs see it."""

    def _is_shown(self, finding: Finding) -> bool:
        """Whether a finding is told."""
        return True

    def _found(self, place: Place) -> Found | None:
        at = self.tree.byte_offset(place.span.start), self.tree.byte_offset(place.span.end)
        return next((each for each in self.home.findings() if each.use.at == at), None)

    @cached_property
    def _offering(self) -> Offering[S]:
        def lower(tree: SyntaxTree) -> FileHome:
            return self._files.checked_home_of(tree, self.document.uri)

        return Offering(self._repairs, Order(self._grammar.order), Verification(self.home, self.tree, lower))

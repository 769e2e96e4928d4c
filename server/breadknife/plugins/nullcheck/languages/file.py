"""What the languages have in common as the plugin sees them: a project's files, and what is found in one of them."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar
from weakref import WeakKeyDictionary

from breadknife.plugins.nullcheck.core.analysis import FileAnalysis, FunctionDereference
from breadknife.plugins.nullcheck.core.findings import NullFinding, explained
from breadknife.plugins.nullcheck.core.nullness import OriginKind
from breadknife.plugins.nullcheck.languages.answers import Answer
from breadknife.plugins.nullcheck.languages.asking import Asked
from breadknife.plugins.nullcheck.languages.cards import kept_of
from breadknife.plugins.nullcheck.languages.project import ProjectFiles
from breadknife.plugins.nullcheck.repairs.grammar import Grammar
from breadknife.plugins.nullcheck.repairs.offering import Offering
from breadknife.plugins.nullcheck.repairs.pointing import place_of
from breadknife.plugins.nullcheck.repairs.repair import Edits, Order, Repair
from breadknife.plugins.nullcheck.repairs.site import Site
from breadknife.plugins.nullcheck.repairs.verified import Verification
from breadknife.plugins.nullcheck.shown.silenced import unsilenced
from breadknife.plugins.nullcheck.values import SOURCE, Content, Offer, Place, Strategy, Supposed, Use
from breadknife.plugins.nullcheck.verify.supposing import supposed
from breadknife.project.values import Project
from breadknife.task.values import Finding
from breadknife.text.document import Document, Span
from breadknife.text.syntax import SyntaxTree

S = TypeVar("S", bound=Site)


class CoreFile(ABC, Generic[S]):
    """A `NullFile`."""

    _grammar: ClassVar[Grammar]

    def __init__(self, document: Document, tree: SyntaxTree, files: ProjectFiles[Any], project: Project | None) -> None:
        self.document, self.tree, self.files, self._project = document, tree, files, project
        self._home: FileAnalysis | None = None
        self._asked: Asked | None = None
        """What was asked for the findings, where they were kept."""
        self._about = dict[Place, tuple[Finding, ...]]()
        """What other checkers said of the places that were asked about."""

    @property
    def home(self) -> FileAnalysis:
        """Made when somebody asks: of a half-written text nobody does."""
        with self.files.lock:
            home = self._home = self._home or self.files.look_at(self.document, self.tree)
            return home

    def is_current(self) -> bool:
        known = self._home or self._asked
        return known is None or self.files.is_current(known)

    @cached_property
    def _explained(self) -> Sequence[NullFinding]:
        if not self._is_written():
            return ()
        if self._home is None and (known := self.files.known(self.document)) is not None:
            found, self._asked = known
            return found
        found = unsilenced(self.tree, [each for each in explained(self.home) if self._is_shown(each.finding)])
        self.files.keep(self.document, self.home, found)
        return found

    def findings(self) -> Sequence[Finding]:
        with self.files.lock:
            return tuple(each.finding for each in self._explained)

    def suppose(self, places: Collection[Place], /) -> Supposed:
        with self.files.lock:
            return supposed(self.home, self.tree, places)

    def kind(self, place: Place, /) -> OriginKind | None:
        with self.files.lock:
            return next((each.kind for each in self._explained if each.finding.span == place.span), None)

    def place(self, finding: Finding, /) -> Place | None:
        if finding.source == SOURCE:
            return Place(finding.span, Use(finding.code)) if finding.code in set(Use) else None
        place = self._pointed_at(finding)
        if place is not None:
            self._about[place] = (finding,)
        return place

    def offers(self, place: Place, about: Sequence[Finding] = (), /) -> Iterator[Offer]:
        if about:
            self._about[place] = tuple(about)
        with self.files.lock:
            site = self._site(place)
            offers = list(self._offering(self._repairs(site)).offers(site))
        yield from offers

    def repair(self, place: Place, strategy: Strategy, content: Content, /) -> Edits | None:
        with self.files.lock:
            site = self._site(place)
            return self._offering(self._repairs(site)).repair(site, strategy, content)

    @abstractmethod
    def _repairs(self, site: S) -> Sequence[Repair[S]]:
        """The repairs of its language that are asked at a place."""

    @abstractmethod
    def _site(self, place: Place) -> S:
        """The place as repairs see it."""

    def _seen(self, make: Callable[..., S], place: Place, **more: Any) -> S:
        """The place as a site of its language."""
        node, found, about = self.tree.node_at(place.span), self._found(place.span), self._about.get(place, ())
        uri = self.document.uri
        return make(self.tree, self.home, self._grammar, node, place.use, uri, found, about, **more)

    def _pointed_at(self, finding: Finding) -> Place | None:
        """Where another checker's finding points."""
        return place_of(self.tree, finding, self._grammar)

    def _is_written(self) -> bool:
        """Whether a person has written the file, and it has code."""
        return True

    def _is_shown(self, finding: Finding) -> bool:
        """Whether a finding is told."""
        return True

    def _found(self, span: Span) -> FunctionDereference | None:
        at = self.tree.byte_offset(span.start), self.tree.byte_offset(span.end)
        return next((each for each in self.home.findings() if each.dereference.at == at), None)

    def _offering(self, repairs: Sequence[Repair[S]]) -> Offering[S]:
        return Offering(repairs, Order(self._grammar.order), self._verification)

    @cached_property
    def _verification(self) -> Verification:
        return Verification(self.home, self.tree, self.files)


class CoreLanguage(ABC):
    """A `NullLanguage`, with the files of each project that it was asked about."""

    _grammar: ClassVar[str]
    """The grammar whose version decides whether kept answers still hold."""
    _files: Callable[[Project | None], ProjectFiles[Any]]
    _file: Callable[[Document, SyntaxTree, ProjectFiles[Any], Project | None], CoreFile[Any]]

    def __init__(self) -> None:
        self._answers = kept_of(self._grammar, Answer)
        self._projects = WeakKeyDictionary[Project, ProjectFiles[Any]]()
        self._lock = threading.Lock()

    def open(self, document: Document, tree: SyntaxTree, project: Project | None, /) -> CoreFile[Any]:
        return self._file(document, tree, self.files(project), project)

    def files(self, project: Project | None) -> ProjectFiles[Any]:
        if project is None:
            return self._files(None)
        with self._lock:
            if project not in self._projects:
                files = self._projects[project] = self._files(project)
                files.answers = self._answers
            return self._projects[project]

"""What Go's and Java's files have in common: how the ways of a place become verified offers."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from breadknife.plugins.nullcheck.core.analysis import Found
from breadknife.plugins.nullcheck.core.findings import Explained, explained
from breadknife.plugins.nullcheck.core.nullness import OriginKind
from breadknife.plugins.nullcheck.languages.packages import PackageHome
from breadknife.plugins.nullcheck.languages.project import ProjectFiles
from breadknife.plugins.nullcheck.repairs.option import Edits, Option
from breadknife.plugins.nullcheck.shown.silenced import unsilenced
from breadknife.plugins.nullcheck.values import SOURCE, Content, Offer, Place, Strategy, Supposed, Use
from breadknife.plugins.nullcheck.verify.callers import handed_on
from breadknife.plugins.nullcheck.verify.checking import Verifier, new_findings
from breadknife.plugins.nullcheck.verify.supposing import supposed
from breadknife.project.values import Project
from breadknife.task.values import Finding
from breadknife.text.document import Document, Span
from breadknife.text.syntax import Node, SyntaxTree

_MOST_ADDED = 600
"""Code points that one repair may add."""
_AT_DECLARATION = frozenset({Strategy.RETURN_TYPE, Strategy.DROP_NONE})


Files = TypeVar("Files", bound=ProjectFiles[Any])


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


class BracesFile(ABC):
    """A `NullFile`."""

    def __init__(self, document: Document, tree: SyntaxTree, files: ProjectFiles[PackageHome]) -> None:
        self.document, self.tree, self._files = document, tree, files
        self.home = files.look_at(document, tree)

    def is_current(self) -> bool:
        return self._files.is_current(self.home)

    @cached_property
    def _explained(self) -> Sequence[Explained]:
        with self._files.lock:
            found = explained(self.home)
        return unsilenced(self.tree, [each for each in found if self._is_shown(each.finding)])

    def findings(self) -> Sequence[Finding]:
        return tuple(each.finding for each in self._explained)

    def suppose(self, places: Collection[Place], /) -> Supposed:
        with self._files.lock:
            return supposed(self.home, self.tree, places)

    def kind(self, place: Place, /) -> OriginKind | None:
        return next((each.kind for each in self._explained if each.finding.span == place.span), None)

    def place(self, finding: Finding, /) -> Place | None:
        if finding.source == SOURCE:
            return Place(finding.span, Use(finding.code)) if finding.code in set(Use) else None
        return self._foreign(finding)

    def offers(self, place: Place, about: Sequence[Finding] = (), /) -> Iterator[Offer]:
        ignores = next((said for finding in about if (said := self._ignored_by(finding))), "")
        for option in self._ways(place, ignores):
            made, removes = self._verified(place, option, option.content or Content())
            if made is not None:
                yield Offer(
                    option.strategy,
                    option.title,
                    made,
                    option.weight,
                    option.reason,
                    option.content,
                    self._within(place, made),
                    removes=removes,
                    is_asked_for=self._is_handed_on(place) and option.strategy not in _AT_DECLARATION,
                )

    def repair(self, place: Place, strategy: Strategy, content: Content, /) -> Edits | None:
        option = next((option for option in self._ways(place, "") if option.strategy is strategy), None)
        return self._verified(place, option, content)[0] if option is not None else None

    @abstractmethod
    def _options(self, place: Place, found: Found | None, ignores: str) -> list[Option]:
        """What can be done at a place. `found` is the use that was found there."""

    @abstractmethod
    def _declaration(self, place: Place) -> Node | None:
        """The function, or whatever else of the top level or of a class, that the place is in."""

    def _is_shown(self, finding: Finding) -> bool:
        """Whether a finding is told."""
        return True

    def _is_handed_on(self, place: Place) -> bool:
        """Whether code gets it that may reckon with it, so that a check would end what went well."""
        return False

    @abstractmethod
    def _foreign(self, finding: Finding) -> Place | None:
        """Where another checker's finding points."""

    @abstractmethod
    def _ignored_by(self, finding: Finding) -> str:
        """The checker whose ignore comment would answer a finding, or ""."""

    def _ways(self, place: Place, ignores: str) -> list[Option]:
        at = self.tree.byte_offset(place.span.start), self.tree.byte_offset(place.span.end)
        with self._files.lock:
            found = next((each for each in self.home.findings() if each.use.at == at), None)
            options = self._options(place, found, ignores)
        return sorted(options, key=lambda option: -option.weight)

    def _verified(self, place: Place, option: Option, content: Content) -> tuple[Edits | None, int]:
        """The edits, and how many findings they end; another checker's finding counts as one."""
        edits = option.edits(content)
        if not edits or sum(len(edit.new_text) - len(edit.span) for edit in edits) > _MOST_ADDED:
            return None, 0
        # Whoever calls a method or reads a field is anywhere in the file.
        is_everywhere = option.strategy in _AT_DECLARATION
        around = Span(0, len(self.tree.text)) if is_everywhere else self._touched(place, edits)
        with self._files.lock:
            before, after = self._verifier.before(around), self._verifier.after(around, edits)
            if after is None or new_findings(before, after, edits):
                return None, 0
            if any("return" in edit.new_text for edit in edits) and any(handed_on(before.home, after.home)):
                return None, 0  # a caller in the same file would use the null that it gets
        moved = _moved(place.span, edits)
        if any(finding.span.start < moved.end and moved.start < finding.span.end for finding in after.findings):
            return None, 0
        return edits, max(1, len(before.findings) - len(after.findings))

    @cached_property
    def _verifier(self) -> Verifier:
        return Verifier(self.home, self.tree, lambda tree: self._files.checked_home_of(tree, self.document.uri))

    def _touched(self, place: Place, edits: Edits) -> Span:
        start = min(place.span.start, *(edit.span.start for edit in edits))
        return Span(start, max(place.span.end, *(edit.span.end for edit in edits)))

    def _within(self, place: Place, edits: Edits) -> Span:
        """The whole declaration, and whatever else the template itself edits."""
        declaration = self._declaration(place)
        span = self.tree.span(declaration) if declaration is not None else Span(0, len(self.tree.text))
        return self._touched(Place(span, place.use), edits)


def _moved(place: Span, edits: Edits) -> Span:
    """Where the place lies after the edits; what takes its place where one of them replaces it."""
    by = sum(len(edit.new_text) - len(edit.span) for edit in edits if edit.span.end <= place.start)
    for edit in edits:
        if edit.span.start < place.end and place.start < edit.span.end:
            return Span(edit.span.start + by, edit.span.start + by + len(edit.new_text))
    return place.shifted(by)

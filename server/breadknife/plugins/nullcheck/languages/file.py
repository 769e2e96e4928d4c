"""What the languages have in common as the plugin sees them: a project's files, and what is found in one of them."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from breadknife.plugins.nullcheck.core.analysis import FileHome, Found
from breadknife.plugins.nullcheck.core.findings import Explained, explained
from breadknife.plugins.nullcheck.core.il import Type
from breadknife.plugins.nullcheck.core.nullness import OriginKind
from breadknife.plugins.nullcheck.languages.project import ProjectFiles
from breadknife.plugins.nullcheck.repairs.option import Edits, Option
from breadknife.plugins.nullcheck.repairs.verified import ended
from breadknife.plugins.nullcheck.shown.silenced import unsilenced
from breadknife.plugins.nullcheck.values import SOURCE, Content, Offer, Place, Strategy, Supposed, Use
from breadknife.plugins.nullcheck.verify.checking import Verifier
from breadknife.plugins.nullcheck.verify.supposing import supposed
from breadknife.project.values import Project
from breadknife.task.values import Finding
from breadknife.text.document import Document, Span
from breadknife.text.syntax import Node, SyntaxTree

_AT_DECLARATION = frozenset({Strategy.RETURN_TYPE, Strategy.DROP_NONE})

Files = TypeVar("Files", bound=ProjectFiles[Any])


@dataclass(frozen=True)
class Traits:
    """See `core.names.Language`."""

    builtins: frozenset[str]
    null_attributes: frozenset[str] = frozenset()
    calls_methods_of_null: bool = False

    def refined_result(self, name: str, argument: str, /) -> Type | None:
        return None


class CoreLanguage(Generic[Files]):
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


class CoreFile(ABC):
    """What is found in one file. Its language says what can be done about it."""

    def __init__(self, document: Document, tree: SyntaxTree, files: ProjectFiles[Any]) -> None:
        self.document, self.tree, self.files = document, tree, files
        self.home: FileHome = files.look_at(document, tree)

    def is_current(self) -> bool:
        return self.files.is_current(self.home)

    @cached_property
    def _explained(self) -> Sequence[Explained]:
        if not self._is_written():
            return ()
        with self.files.lock:
            found = explained(self.home)
        return unsilenced(self.tree, [each for each in found if self._is_shown(each.finding)])

    def findings(self) -> Sequence[Finding]:
        return tuple(each.finding for each in self._explained)

    def suppose(self, places: Collection[Place], /) -> Supposed:
        with self.files.lock:
            return supposed(self.home, self.tree, places)

    def kind(self, place: Place, /) -> OriginKind | None:
        return next((each.kind for each in self._explained if each.finding.span == place.span), None)

    def place(self, finding: Finding, /) -> Place | None:
        if finding.source == SOURCE:
            return Place(finding.span, Use(finding.code)) if finding.code in set(Use) else None
        return self._foreign(finding)

    @abstractmethod
    def _foreign(self, finding: Finding) -> Place | None:
        """Where another checker's finding points."""

    def _is_written(self) -> bool:
        """Whether a person has written the file, and it has code."""
        return True

    def _is_shown(self, finding: Finding) -> bool:
        """Whether a finding is told."""
        return True


class OptionFile(CoreFile):
    """A file whose language says at once what each way to repair a place writes."""

    def offers(self, place: Place, about: Sequence[Finding] = (), /) -> Iterator[Offer]:
        ignores = next((said for finding in about if (said := self._ignored_by(finding))), "")
        for option in self._ways(place, ignores):
            edits = option.edits(option.content or Content()) or ()
            if removes := self._verified(place, option, edits):
                is_asked_for = self._is_handed_on(place) and option.strategy not in _AT_DECLARATION
                yield Offer(
                    option.strategy, option.title, edits, option.weight, option.reason, option.content,
                    self._within(place, edits), removes=removes, is_asked_for=is_asked_for,
                )  # fmt: skip

    def repair(self, place: Place, strategy: Strategy, content: Content, /) -> Edits | None:
        option = next((option for option in self._ways(place, "") if option.strategy is strategy), None)
        edits = option.edits(content) if option is not None else None
        return edits if option is not None and edits and self._verified(place, option, edits) else None

    @abstractmethod
    def _options(self, place: Place, found: Found | None, ignores: str) -> list[Option]:
        """What can be done at a place. `found` is the use that was found there."""

    @abstractmethod
    def _declaration(self, place: Place) -> Node | None:
        """The function, or whatever else of the top level or of a class, that the place is in."""

    def _is_handed_on(self, place: Place) -> bool:
        """Whether code gets it that may reckon with it, so that a check would end what went well."""
        return False

    @abstractmethod
    def _ignored_by(self, finding: Finding) -> str:
        """The checker whose ignore comment would answer a finding, or ""."""

    def _ways(self, place: Place, ignores: str) -> list[Option]:
        at = self.tree.byte_offset(place.span.start), self.tree.byte_offset(place.span.end)
        with self.files.lock:
            found = next((each for each in self.home.findings() if each.use.at == at), None)
            options = self._options(place, found, ignores)
        return sorted(options, key=lambda option: -option.weight)

    def _verified(self, place: Place, option: Option, edits: Edits) -> int:
        """How many findings the edits end; another checker's finding counts as one."""
        if not edits:
            return 0
        # Whoever calls a method or reads a field is anywhere in the file.
        is_everywhere = option.strategy in _AT_DECLARATION
        limits = Span(0, len(self.tree.text)) if is_everywhere else _touched(place.span, edits)
        with self.files.lock:
            return ended(self._verifier, place.span, limits, edits)

    @cached_property
    def _verifier(self) -> Verifier:
        return Verifier(self.home, self.tree, lambda tree: self.files.checked_home_of(tree, self.document.uri))

    def _within(self, place: Place, edits: Edits) -> Span:
        """The whole declaration, and whatever else the template itself edits."""
        declaration = self._declaration(place)
        return _touched(self.tree.span(declaration) if declaration else Span(0, len(self.tree.text)), edits)


def _touched(span: Span, edits: Edits) -> Span:
    """A span and all that the edits change."""
    return Span(
        min(span.start, *(edit.span.start for edit in edits)), max(span.end, *(edit.span.end for edit in edits))
    )

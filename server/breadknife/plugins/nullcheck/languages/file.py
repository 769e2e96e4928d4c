"""What the languages have in common as the plugin sees them: what is found in a text, and what is done about it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cached_property
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from breadknife.lru import LruCache
from breadknife.plugins.nullcheck.core.analysis import FileAnalysis, FunctionDereference
from breadknife.plugins.nullcheck.core.belief import Evidence
from breadknife.plugins.nullcheck.core.findings import NullFinding, explained
from breadknife.plugins.nullcheck.core.nullness import OriginKind
from breadknife.plugins.nullcheck.queries.analyses import ProjectFiles
from breadknife.plugins.nullcheck.queries.database import Reads
from breadknife.plugins.nullcheck.queries.sources import CARD, TEXT
from breadknife.plugins.nullcheck.queries.stored import StoredFindings, store_of
from breadknife.plugins.nullcheck.repairs.grammar import LanguageGrammar
from breadknife.plugins.nullcheck.repairs.offering import Offering
from breadknife.plugins.nullcheck.repairs.pointing import place_of
from breadknife.plugins.nullcheck.repairs.repair import Edits, ProposalOrder, RepairRule
from breadknife.plugins.nullcheck.repairs.site import Site
from breadknife.plugins.nullcheck.repairs.verified import Verification
from breadknife.plugins.nullcheck.shown.half_written import AnalysedText, while_half_written
from breadknife.plugins.nullcheck.shown.silenced import unsilenced
from breadknife.plugins.nullcheck.values import (
    SOURCE,
    Dereference,
    MessageContent,
    NullReachability,
    RepairOffer,
    Strategy,
    Use,
)
from breadknife.plugins.nullcheck.verify.oracle.oracle import FRESH_SECONDS
from breadknife.plugins.nullcheck.verify.supposing import supposed
from breadknife.project.values import Project
from breadknife.task.values import Finding
from breadknife.text.document import Document, Span
from breadknife.text.generated import is_generated
from breadknife.text.syntax import SyntaxTree

_OFFERS = 256
"""Places of a document."""


class NullFile:
    """The analysis of one text. Hold `lock` while it is used. A method may be slow on its first call."""

    _grammar: ClassVar[LanguageGrammar]
    _rules: ClassVar[Sequence[RepairRule[Any]]]
    _site_type: ClassVar[type[Site]] = Site

    def __init__(
        self, document: Document, tree: SyntaxTree, files: ProjectFiles[Any], project: Project | None,
        before: NullFile | None = None,
    ) -> None:  # fmt: skip
        """`before`: the analysis of the text before an edit."""
        self.document, self.tree, self.files, self._project = document, tree, files, project
        self.lock = threading.Lock()
        self._home: FileAnalysis | None = None
        self._reads: Reads | None = None
        """What was read for the findings."""
        self._about = dict[Dereference, tuple[Finding, ...]]()
        """What other checkers said of the places that were asked about."""
        self._offers = LruCache[tuple[Dereference, tuple[Finding, ...]], Sequence[RepairOffer]](
            _OFFERS, seconds=FRESH_SECONDS
        )
        """For the menu of a cursor that comes to a place, for the one that is opened, and for the choice."""
        self._analysed = before._analysed if before is not None else None
        """The last text that isn't half written, of those whose findings somebody asked for."""
        self._moved = while_half_written(self._analysed, tree) if self._analysed is not None else None
        """Its findings, while this one is half written."""

    @property
    def home(self) -> FileAnalysis:
        """Made when somebody asks: of a half-written text nobody does."""
        with self.files.lock:
            home = self._home
            if home is None:
                home = self._home = self.files.look_at(self.document, self.tree)
                self._reads = self.files.reads(home)
            return home

    def is_current(self) -> bool:
        """Tell whether the other files still say what was read of them. It is quick."""
        return self._reads is None or self.files.is_current(self._reads, self.document.path)

    def is_complete(self) -> bool:
        """Tell whether all of the other files was read that the findings depend on: one check reads only so many."""
        with self.files.lock:
            return self._reads is None or self.files.is_complete(self._reads)

    def read(self) -> frozenset[str]:
        """Return the paths of the other files that the findings depend on, as long as no file comes or goes."""
        with self.files.lock:
            asked = self._reads.all() if self._reads is not None else ()
        return frozenset(query[1] for query in asked if query[0] in (TEXT, CARD)) - {str(self.document.path)}

    @cached_property
    def _explained(self) -> Sequence[NullFinding]:
        if not self._is_written():
            return ()
        stored = self.files.stored(self.document) if self._home is None else None
        if stored is not None:
            self._reads = stored.reads
            return stored.result or ()
        found = unsilenced(self.tree, [each for each in explained(self.home) if self._is_shown(each.finding)])
        self.files.store(self.document, self.home, found)
        return found

    def findings(self) -> Sequence[Finding]:
        """Return the uses of values that may be null, in the order of the text. Each code is a `Use`. `related` is the
        path: first where the null comes from, then why no check stops it. None in a file that a program has written."""
        if is_generated(self.document.text):
            return ()
        if self._moved is not None:
            return self._moved
        with self.files.lock:
            findings = tuple(each.finding for each in self._explained)
        self._analysed = AnalysedText(self.tree, findings)
        return findings

    def suppose(self, places: Collection[Dereference], /) -> NullReachability:
        """Return what becomes of these places, if the value at each may be null."""
        with self.files.lock:
            return supposed(self.home, self.tree, places)

    def kind(self, place: Dereference, /) -> OriginKind | None:
        """Return what the null of its own finding at a place comes from; None where it has none there."""
        with self.files.lock:
            return next((each.kind for each in self._explained if each.finding.span == place.span), None)

    def evidence(self, place: Dereference, /) -> Evidence:
        """Return what others than the function around a place do with the value there, own finding or not."""
        with self.files.lock:
            if (found := self._found(place.span)) is not None:
                return found.dereference.evidence
            at = self.tree.byte_offset(place.span.start), self.tree.byte_offset(place.span.end)
            return self.home.evidence.at(at, self.home.file.functions)

    def place(self, finding: Finding, /) -> Dereference | None:
        """Return the place of a finding, own or another checker's; None if it isn't about null or can't be found."""
        if finding.source == SOURCE:
            return Dereference(finding.span, Use(finding.code)) if finding.code in set(Use) else None
        place = self._pointed_at(finding)
        if place is not None:
            self._about[place] = (finding,)
        return place

    def offers(self, place: Dereference, about: Sequence[Finding] = (), /) -> Sequence[RepairOffer]:
        """Return the offers for a place, best first. `about` has the findings to repair: an ignore comment has their
        checker's form."""
        if about:
            self._about[place] = tuple(about)
        key = place, tuple(about)
        offers = self._offers.get(key)
        if offers is None:
            with self.files.lock:
                site = self._site(place)
                offers = self._offers[key] = tuple(self._offered(site))
        return offers

    def verified(self, place: Dereference, about: Sequence[Finding]) -> Sequence[RepairOffer]:
        """Return all that is proposed for a place and right, also several of one strategy."""
        self._about[place] = tuple(about)
        with self.files.lock:
            site = self._site(place)
            return tuple(self._offering(site).verified(site))

    def repair(self, place: Dereference, strategy: Strategy, content: MessageContent, /) -> Edits | None:
        """Return the edits of an offer with that content, verified in the same way; None if they fail."""
        with self.files.lock:
            site = self._site(place)
            return self._offering(site).repair(site, strategy, content)

    def _rules_at(self, site: Any) -> Sequence[RepairRule[Any]]:
        """Return the repairs that are asked at a site."""
        return self._rules

    def _site(self, place: Dereference) -> Any:
        """Return the place as the repairs of its language see it."""
        node, found, about = self.tree.node_at(place.span), self._found(place.span), self._about.get(place, ())
        return self._site_type(self.tree, self.home, self._grammar, node, place.use, self.document.uri, found, about)

    def _pointed_at(self, finding: Finding) -> Dereference | None:
        """Return where another checker's finding points."""
        return place_of(self.tree, finding, self._grammar)

    def _is_written(self) -> bool:
        """Tell whether a person has written the file, and it has code."""
        return True

    def _is_shown(self, finding: Finding) -> bool:
        return True

    def _found(self, span: Span) -> FunctionDereference | None:
        at = self.tree.byte_offset(span.start), self.tree.byte_offset(span.end)
        return next((each for each in self.home.findings() if each.dereference.at == at), None)

    def _offered(self, site: Any) -> Iterator[RepairOffer]:
        yield from self._offering(site).offers(site)

    def _offering(self, site: Any) -> Offering[Any]:
        return Offering(self._rules_at(site), ProposalOrder(self._grammar.order), self._verification)

    @cached_property
    def _verification(self) -> Verification:
        return Verification(self.home, self.tree, self.files)


class NullLanguage:
    """A language, with the files of each project that it was asked about."""

    _grammar: ClassVar[str]
    """The grammar whose version decides whether what is stored still holds."""
    _files: Callable[[Project | None], ProjectFiles[Any]]
    _file: Callable[..., NullFile]

    def __init__(self) -> None:
        self._store = store_of(self._grammar, StoredFindings)
        self._projects = WeakKeyDictionary[Project, ProjectFiles[Any]]()
        self._lock = threading.Lock()

    def open(
        self, document: Document, tree: SyntaxTree, project: Project | None, before: NullFile | None = None, /
    ) -> NullFile:
        return self._file(document, tree, self.files(project), project, before)

    def files(self, project: Project | None) -> ProjectFiles[Any]:
        if project is None:
            return self._files(None)
        with self._lock:
            if project not in self._projects:
                files = self._projects[project] = self._files(project)
                files.findings_store = self._store
            return self._projects[project]

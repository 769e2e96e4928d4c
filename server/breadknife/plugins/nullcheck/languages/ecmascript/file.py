"""JavaScript and TypeScript, as the null check sees them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial

from breadknife.plugins.nullcheck.core.analysis import Found
from breadknife.plugins.nullcheck.core.findings import Explained, explained
from breadknife.plugins.nullcheck.core.nullness import Fact, Nullness, Origin, OriginKind
from breadknife.plugins.nullcheck.languages.ecmascript.imports import DOT
from breadknife.plugins.nullcheck.languages.ecmascript.language import LANGUAGES, knowledge, told
from breadknife.plugins.nullcheck.languages.ecmascript.project import EcmaScriptProject
from breadknife.plugins.nullcheck.languages.ecmascript.types import NULL, UNDEFINED
from breadknife.plugins.nullcheck.languages.file import CoreLanguage
from breadknife.plugins.nullcheck.repairs.ecmascript.declarations import declarations
from breadknife.plugins.nullcheck.repairs.ecmascript.doubts import ignored, is_expected, is_handed_on
from breadknife.plugins.nullcheck.repairs.ecmascript.evidence import Evidence, is_declaration, is_test
from breadknife.plugins.nullcheck.repairs.ecmascript.foreign import Foreign, foreign
from breadknife.plugins.nullcheck.repairs.ecmascript.nodes import is_optional
from breadknife.plugins.nullcheck.repairs.ecmascript.site import Site
from breadknife.plugins.nullcheck.repairs.ecmascript.strategies import edits, options
from breadknife.plugins.nullcheck.repairs.ecmascript.style import Style
from breadknife.plugins.nullcheck.repairs.ecmascript.verify import Verifier
from breadknife.plugins.nullcheck.repairs.line_length import line_length
from breadknife.plugins.nullcheck.repairs.option import Plan
from breadknife.plugins.nullcheck.shown.silenced import unsilenced
from breadknife.plugins.nullcheck.values import SOURCE, Content, Offer, Place, Strategy, Supposed, Use
from breadknife.plugins.nullcheck.verify.supposing import supposed
from breadknife.plugins.nullcheck.wording import in_comment
from breadknife.project.values import Project
from breadknife.task.values import Finding
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.outline import Import
from breadknife.text.syntax import Node, SyntaxTree, path_to

_LONGEST_MEAN = 300
"""Code points of a line: people stay far below that."""


class EcmaScript(CoreLanguage[EcmaScriptProject]):
    ids = LANGUAGES

    def __init__(self, nullable: Sequence[str] = ()) -> None:
        """`nullable` are the user's own rows, see `told`."""
        known = told(knowledge(), nullable)
        super().__init__(lambda project: EcmaScriptProject(project, known))

    def open(self, document: Document, tree: SyntaxTree, project: Project | None, /) -> EcmaScriptFile:
        return EcmaScriptFile(document, tree, self.files(project), partial(line_length, document, project))


class EcmaScriptFile:
    def __init__(
        self, document: Document, tree: SyntaxTree, files: EcmaScriptProject, length: Callable[[], int]
    ) -> None:
        """`length`: of a line."""
        self.tree, self._files, self._uri, self._length = tree, files, document.uri, length
        self._home = files.look_at(document, tree)
        self._in_tests, self._is_declaration = is_test(document.uri), is_declaration(document.uri)
        self._said: dict[Place, Foreign] = {}
        """What other checkers said of the places that were asked about."""

    def is_current(self) -> bool:
        return self._files.is_current(self._home)

    @cached_property
    def _explained(self) -> Sequence[Explained]:
        """None in what a program has written, as minified code, and where there is no code."""
        text = self.tree.text
        if self._is_declaration or len(text) > _LONGEST_MEAN * (text.count("\n") + 1):
            return ()
        with self._files.lock:
            return unsilenced(self.tree, explained(self._home))

    @cached_property
    def _uses(self) -> dict[tuple[int, int], Found]:
        with self._files.lock:
            return {found.use.at: found for found in self._home.findings()}

    @cached_property
    def _style(self) -> Style:
        return Style.of(self.tree.text, self._length())

    def findings(self) -> Sequence[Finding]:
        return tuple(each.finding for each in self._explained)

    def suppose(self, places: Collection[Place], /) -> Supposed:
        with self._files.lock:
            return supposed(self._home, self.tree, places)

    def kind(self, place: Place, /) -> OriginKind | None:
        return next((each.kind for each in self._explained if each.finding.span == place.span), None)

    def place(self, finding: Finding, /) -> Place | None:
        if finding.source == SOURCE:
            return Place(finding.span, Use(finding.code)) if finding.code in set(Use) else None
        said = foreign(self.tree, finding)
        if said is None:
            return None
        own = self._uses.get((said.node.start_byte, said.node.end_byte))
        place = Place(self.tree.span(said.node), own.use.use if own is not None and not said.bang else said.use)
        self._said[place] = said
        return place

    def offers(self, place: Place, about: Sequence[Finding] = (), /) -> Iterator[Offer]:
        for finding in about:
            self.place(finding)
        with self._files.lock:
            yield from list(self._offers(place, about))

    def _offers(self, place: Place, about: Sequence[Finding]) -> Iterator[Offer]:
        found = self._open(place)
        if found is None:
            return
        site, origin, verifier = found
        ways, offered = self._options(site, origin), 0
        reason = "the error is expected" if is_expected(site) else ""
        if not reason and site.bang is None and verifier.is_checked:
            reason = "a check before says that it is there"
        hiding = list(_ignoring(site, about, verifier, reason, 50)) if reason else []
        yield from hiding
        if hiding:  # where there is no comment that hides a finding it keeps its fixes
            ways = [option for option in ways if option.strategy is Strategy.NON_NULL]
        is_meant = is_handed_on(site, self._is_library)
        for option in ways:
            made = option.edits or edits(site, option.strategy, option.content)
            removes = verifier.check(made, option.strategy) if made else None
            if made and removes is not None:
                content = option.content if option.has_content else None
                whole = Span(0, len(self.tree.text)) if option.edits else verifier.limits
                asked = option.is_asked_for or (is_meant and not option.edits)
                offered += option.strategy is not Strategy.NON_NULL
                yield Offer(
                    option.strategy, option.title, made, option.weight, option.reason, content, whole,
                    removes=max(removes, 1), is_asked_for=asked,
                )  # fmt: skip
        if not offered and not reason:
            named = in_comment(site.source, "it")
            reason = "a null fails the test" if self._in_tests else f"nothing checks that {named} is there"
            why = "no check can be placed before it here" if site.statement is None else reason
            yield from _ignoring(site, about, verifier, reason, 1, why)

    def repair(self, place: Place, strategy: Strategy, content: Content, /) -> tuple[TextEdit, ...] | None:
        with self._files.lock:
            found = self._open(place)
            if found is None:
                return None
            made = edits(found[0], strategy, content)
            return made if made is not None and found[2].check(made, strategy) is not None else None

    def _options(self, site: Site, origin: Node | None) -> list[Plan]:
        found = [*options(site, Evidence(site, self._in_tests)), *declarations(site, origin)]
        return sorted(found, key=lambda option: -option.weight)

    def _open(self, place: Place) -> tuple[Site, Node | None, Verifier] | None:
        """The site, the node that its null comes from, and what verifies edits of it."""
        said = self._said.get(place)
        node = said.node if said is not None else self.tree.node_at(place.span)
        if self.tree.span(node) != place.span or self._is_declaration:
            return None
        found = self._uses.get((node.start_byte, node.end_byte))
        origin = found.use.fact.origin if found is not None else None
        bang = said.bang if said is not None else None
        path = path_to(self.tree, node if bang is None else bang)
        null = self._home.knowledge.null_name(found.use.fact.nulls) if found is not None else ""
        if null == "null" and is_optional(node):
            null = ""  # undefined, too, where the chain ends early
        null = said.null if said is not None and said.null else null
        wanted = said.wanted if said is not None else ""
        site = Site(
            self.tree, self._home, self._style, node, place.use, path, null, wanted, bang, self._uses.keys()
        )  # fmt: skip
        if site.is_torn:
            return None
        if said is None:
            site = replace(site, wanted=_wanted(site))
        assumed = _assumed(null) if found is None else None
        at = self._origin(origin) if origin is not None else None
        return site, at, Verifier(site, lambda tree: self._files.home_of(tree, self._uri), assumed)

    def _origin(self, origin: Origin) -> Node | None:
        if origin.file not in ("", self._home.uri):
            return None
        node = self.tree.root.named_descendant_for_byte_range(*origin.at)
        is_name = node is not None and node.parent is not None and node == node.parent.child_by_field_name("pattern")
        return node.parent if node is not None and is_name else node

    def _is_library(self, name: str) -> bool:
        source = self._home.file.imports.get(name)
        module = source.partition(".")[0].replace(DOT, ".") if source is not None else "."
        if module.startswith("."):
            return False
        return not self._files.paths(Import(module), self._home, self.tree.language)


def _assumed(null: str) -> Fact:
    """What another checker says of a value."""
    nulls = sum(bit for name, bit in (("null", NULL), ("undefined", UNDEFINED)) if name in null.split())
    origin = Origin(OriginKind.ANNOTATION, (0, 0), "another checker reports it")
    return Fact(Nullness.MAYBE, origin, nulls=nulls or NULL | UNDEFINED)


def _wanted(site: Site) -> str:
    """The type that a declaration asks for in the place of the value."""
    if site.use is Use.ASSIGN and site.path:
        return site.type_of(site.path[-1].child_by_field_name("type")).name
    if site.use is Use.RETURN:
        function = next((node for node in reversed(site.path) if node.child_by_field_name("return_type")), None)
        type = site.type_of(function.child_by_field_name("return_type")) if function is not None else None
        if type is not None and type.name == "Promise" and type.arguments:
            type = type.arguments[0]
        return type.name if type is not None else ""
    return ""


def _ignoring(
    site: Site, about: Sequence[Finding], verifier: Verifier, reason: str, weight: int, why: str = ""
) -> Iterator[Offer]:
    """The comment for the first of the findings whose checker has one, with the reason; `why` there is nothing better,
    where that is something else."""
    for finding in about:
        made = ignored(site, finding, reason)
        if made is not None and verifier.ignored(made[1]):
            title = f"Tell {made[0]} to ignore it: {reason} (nothing changes)"
            whole = Span(0, len(site.tree.text))
            yield Offer(Strategy.IGNORE, title, (made[1],), weight, why or reason, within=whole)
            return

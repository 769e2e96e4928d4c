"""JavaScript and TypeScript, as the null check sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial

from breadknife.plugins.nullcheck.ecmascript.declarations import declarations
from breadknife.plugins.nullcheck.ecmascript.detector import FileAnalysis
from breadknife.plugins.nullcheck.ecmascript.doubts import doubt
from breadknife.plugins.nullcheck.ecmascript.evidence import Evidence, is_declaration, is_test
from breadknife.plugins.nullcheck.ecmascript.expression_edits import is_literal_like
from breadknife.plugins.nullcheck.ecmascript.facts import Cause, NullUse
from breadknife.plugins.nullcheck.ecmascript.foreign import Foreign, foreign
from breadknife.plugins.nullcheck.ecmascript.handed_on import is_handed_on
from breadknife.plugins.nullcheck.ecmascript.ignoring import ignored
from breadknife.plugins.nullcheck.ecmascript.rules import users_rules
from breadknife.plugins.nullcheck.ecmascript.site import Site, is_optional
from breadknife.plugins.nullcheck.ecmascript.strategies import Option, edits, options
from breadknife.plugins.nullcheck.ecmascript.style import Style
from breadknife.plugins.nullcheck.ecmascript.table import summarise
from breadknife.plugins.nullcheck.ecmascript.verify import Verifier
from breadknife.plugins.nullcheck.line_length import line_length
from breadknife.plugins.nullcheck.silenced import unsilenced
from breadknife.plugins.nullcheck.summaries import OtherFiles, ProjectSummaries
from breadknife.plugins.nullcheck.values import SOURCE, Content, Offer, Place, Strategy, Use
from breadknife.plugins.nullcheck.wording import in_comment
from breadknife.project.values import Project
from breadknife.task.values import Finding
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.outline import Import
from breadknife.text.syntax import Node, SyntaxTree, parse, path_to

_LONGEST_MEAN = 300
"""Code points of a line: people stay far below that."""


class EcmaScript:
    ids = frozenset({"javascript", "javascriptreact", "typescript", "typescriptreact"})

    def __init__(self, nullable: Sequence[str] = ()) -> None:
        """`nullable` are the user's own rows, see `users_rules`."""
        self._rules = users_rules(nullable)
        self._summaries = ProjectSummaries("typescript", summarise, dialects=self.ids)

    def open(self, document: Document, tree: SyntaxTree, project: Project | None, /) -> EcmaScriptFile:
        others = OtherFiles(document, project, self._summaries) if project is not None else None
        length = partial(line_length, document, project)
        analysis = FileAnalysis(tree, others, self._rules)
        return EcmaScriptFile(analysis, is_test(document.uri), length, is_declaration(document.uri))

    def literal(self, default: str, like: str, /) -> bool:
        nodes = [_expression(source) for source in (default, like)]
        return nodes[0] is not None and nodes[1] is not None and is_literal_like(nodes[0], nodes[1])


def _expression(source: str) -> Node | None:
    """The tree of a text that is one expression."""
    tree = parse(f"({source})", "typescript")
    statements = tree.root.named_children if tree is not None and not tree.root.has_error else []
    return statements[0].named_children[0] if len(statements) == 1 and statements[0].named_child_count == 1 else None


class EcmaScriptFile:
    def __init__(self, analysis: FileAnalysis, in_tests: bool, length: Callable[[], int], is_declaration: bool) -> None:
        """`length`: of a line. `is_declaration`: there is no code in it."""
        self.tree = analysis.tree
        self._in_tests = in_tests
        self._is_declaration = is_declaration
        self._length = length
        self._analysis = analysis
        self._said: dict[Place, Foreign] = {}
        """What other checkers said of the places that were asked about."""

    def is_current(self) -> bool:
        return self._analysis.others is None or self._analysis.others.is_current()

    @cached_property
    def _findings(self) -> Sequence[Finding]:
        """None in what a program has written, as minified code."""
        text = self.tree.text
        if self._is_declaration or len(text) > _LONGEST_MEAN * (text.count("\n") + 1):
            return ()
        return unsilenced(self.tree, self._analysis.findings())

    @cached_property
    def _style(self) -> Style:
        return Style.of(self.tree.text, self._length())

    @cached_property
    def _uses(self) -> dict[tuple[int, int], NullUse]:
        return {(use.node.start_byte, use.node.end_byte): use for use in self._analysis.uses()}

    def findings(self) -> Sequence[Finding]:
        return self._findings

    def place(self, finding: Finding, /) -> Place | None:
        if finding.source == SOURCE:
            return Place(finding.span, Use(finding.code)) if finding.code in set(Use) else None
        said = foreign(self.tree, finding)
        if said is None:
            return None
        own = self._uses.get((said.node.start_byte, said.node.end_byte))
        place = Place(self.tree.span(said.node), own.use if own is not None and not said.bang else said.use)
        self._said[place] = said
        return place

    def offers(self, place: Place, about: Sequence[Finding] = (), /) -> Iterator[Offer]:
        for finding in about:
            self.place(finding)
        found = self._open(place)
        if found is None:
            return
        site, cause, verifier = found
        ways, offered = self._options(site, cause), 0
        reason = doubt(site)
        hiding = list(_ignoring(site, about, verifier, reason, 50)) if reason else []
        yield from hiding
        if hiding:  # where there is no comment that hides a finding it keeps its fixes
            ways = [option for option in ways if option.strategy is Strategy.NON_NULL]
        is_meant = is_handed_on(site, self._is_library)
        for option in ways:
            made = option.edits or edits(site, option.strategy, option.content)
            verdict = verifier.check(made, option.strategy) if made else None
            if made and verdict is not None:
                content = option.content if option.has_content else None
                whole = Span(0, len(self.tree.text)) if option.edits else verifier.limits
                asked = option.is_asked_for or (is_meant and not option.edits)
                offered += option.strategy is not Strategy.NON_NULL
                yield Offer(
                    option.strategy, option.title, made, option.weight, option.reason, content, whole,
                    removes=max(verdict.removes, 1), is_asked_for=asked,
                )  # fmt: skip
        if not offered and not reason:
            named = in_comment(site.source, "it")
            reason = "a null fails the test" if self._in_tests else f"nothing checks that {named} is there"
            why = "no check can be placed before it here" if site.statement is None else reason
            yield from _ignoring(site, about, verifier, reason, 1, why)

    def repair(self, place: Place, strategy: Strategy, content: Content, /) -> tuple[TextEdit, ...] | None:
        found = self._open(place)
        if found is None:
            return None
        made = edits(found[0], strategy, content)
        return made if made is not None and found[2].check(made, strategy) is not None else None

    def _options(self, site: Site, cause: Cause) -> list[Option]:
        origin = cause.node if cause.node != site.node else None
        found = [*options(site, Evidence(site, self._in_tests)), *declarations(site, origin)]
        return sorted(found, key=lambda option: -option.weight)

    def _open(self, place: Place) -> tuple[Site, Cause, Verifier] | None:
        said = self._said.get(place)
        node = said.node if said is not None else self.tree.node_at(place.span)
        if self.tree.span(node) != place.span or self._is_declaration:
            return None
        use = self._uses.get((node.start_byte, node.end_byte))
        cause = use.cause if use is not None else Cause(node, "another checker reports it", said.null if said else "")
        bang = said.bang if said is not None else None
        path = path_to(self.tree, node if bang is None else bang)
        null = said.null if said is not None and said.null else cause.null
        if null == "null" and use is not None and is_optional(node):
            null = ""  # undefined, too, where the chain ends early
        wanted = said.wanted if said is not None else self._wanted(place.use, path)
        outline = self._analysis.outline
        site = Site(self.tree, outline, self._style, node, place.use, path, null, wanted, bang, self._uses.keys())
        if site.is_torn:
            return None
        return site, cause, Verifier(self._analysis, site, cause if use is None else None)

    def _is_library(self, name: str) -> bool:
        source, others = self._analysis.imports.get(name), self._analysis.others
        if source is None or source.module.startswith("."):
            return False
        return others is None or not others.paths(Import(source.module))

    def _wanted(self, use: Use, path: tuple[Node, ...]) -> str:
        """The type that a declaration asks for in the place of the value."""
        outline = self._analysis.outline
        if use is Use.ASSIGN and path:
            return outline.type_of(path[-1].child_by_field_name("type")).name
        if use is Use.RETURN:
            function = next((node for node in reversed(path) if node.child_by_field_name("return_type")), None)
            type = outline.type_of(function.child_by_field_name("return_type")) if function is not None else None
            if type is not None and type.name == "Promise" and type.args:
                type = type.args[0]
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

"""The place of one value that may be null, and what may be done there without changing the order of effects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from breadknife.plugins.nullcheck.core.analysis import FileAnalysis, FunctionDereference
from breadknife.plugins.nullcheck.core.nullness import UNKNOWN_FACT, Fact, Nullness, OriginKind
from breadknife.plugins.nullcheck.repairs.diagnostics import null_of
from breadknife.plugins.nullcheck.repairs.grammar import LanguageGrammar, filled
from breadknife.plugins.nullcheck.repairs.layout import on_own_line, step_of
from breadknife.plugins.nullcheck.repairs.pointing import use_of
from breadknife.plugins.nullcheck.values import SOURCE, Use
from breadknife.plugins.nullcheck.verify.supposing import reported
from breadknife.plugins.nullcheck.wording import in_title
from breadknife.task.values import Finding
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree, covers, nodes_in, path_to

_LONGEST_NAME = 20
_FAIL = frozenset({Use.ATTRIBUTE, Use.SUBSCRIPT, Use.CALL})


@dataclass(frozen=True, eq=False)
class Site:
    tree: SyntaxTree
    home: FileAnalysis
    grammar: LanguageGrammar
    node: Node
    """The expression that may be null."""
    use: Use
    uri: str
    found: FunctionDereference | None = None
    """What the analysis says of it; None where only another checker says something."""
    about: tuple[Finding, ...] = ()
    """The findings that are to be repaired."""

    @cached_property
    def path(self) -> tuple[Node, ...]:
        """Return the nodes from the root down to the node, without it."""
        return path_to(self.tree, self.node)

    @property
    def parent(self) -> Node:
        return self.path[-1]

    @property
    def span(self) -> Span:
        return self.tree.span(self.node)

    @property
    def source(self) -> str:
        return self.text(self.node)

    def text(self, node: Node | None) -> str:
        return self.tree.source(node) if node is not None else ""

    def between(self, start: int, end: int) -> str:
        """Return the text between two byte offsets."""
        return self.tree.text[self.tree.offset(start) : self.tree.offset(end)]

    # --- the value ---

    @cached_property
    def is_name(self) -> bool:
        """Tell whether a test of the expression holds for its next use."""
        return re.fullmatch(self.grammar.writing.name, self.source) is not None

    @property
    def is_set(self) -> bool:
        """Tell whether the expression itself gets a value there: a copy or a default would get it in its place."""
        holder = self.parent
        is_change = "assignment" in holder.type or "update" in holder.type
        return is_change and self.node in (holder.child_by_field_name("left"), holder.named_children[0])

    @property
    def fact(self) -> Fact:
        return self.found.dereference.fact if self.found is not None else UNKNOWN_FACT

    @property
    def is_certain(self) -> bool:
        """Tell whether every path that leads to the place brings null."""
        return self.fact.nullness == Nullness.NULL

    @property
    def origin(self) -> Node | None:
        """Return where the null comes from, if that is in this file."""
        origin = self.fact.origin
        if origin is None or origin.file not in ("", self.home.uri) or origin.kind is OriginKind.COMPARISON:
            return None
        return self.tree.root.named_descendant_for_byte_range(*origin.at)

    @property
    def said(self) -> str:
        """Return what a title calls it."""
        return in_title(self.source) if self.is_name else "the result"

    @property
    def said_null(self) -> str:
        return self.null or self.grammar.null

    @property
    def is_parameter(self) -> bool:
        parameters = self.function.child_by_field_name("parameters") if self.function is not None else None
        return self.is_name and re.search(rf"\b{re.escape(self.source)}\b", self.text(parameters)) is not None

    # --- what is around it ---

    @cached_property
    def function(self) -> Node | None:
        """Return the innermost one."""
        return next((node for node in reversed(self.path) if node.type in self.grammar.nodes.functions), None)

    @property
    def around(self) -> tuple[Node, ...]:
        """Return the nodes around it within the function, outwards."""
        start = self.path.index(self.function) + 1 if self.function is not None else 0
        return tuple(reversed(self.path[start:]))

    @property
    def round(self) -> Node | None:
        """Return the loop that a `continue` here goes on with."""
        for inner, outer in pairwise((self.node, *self.around)):
            if outer.type in self.grammar.nodes.loops and inner == outer.child_by_field_name("body"):
                return outer
        return None

    @property
    def goes_on(self) -> bool:
        """Tell whether a `continue` here comes to another value, or to the loop's end: the loop steps on by itself."""
        steps, loop = self.grammar.nodes.steps, self.round
        if loop is None:
            return False
        if loop.type in steps or any(child.type in steps for child in loop.named_children):
            return True
        clauses = [loop, *(child for child in loop.named_children if child.type.endswith("_clause"))]
        has = {name for name in ("update", "increment", "condition") for each in clauses
               if (part := each.child_by_field_name(name)) is not None and self.text(part) != ";"}  # fmt: skip
        return "condition" in has and len(has) > 1

    @property
    def handler(self) -> Node | None:
        """Return the code around it that handles an exception, or runs while one may be under way."""
        nodes = self.grammar.nodes
        return next((node for node in self.around if node.type in nodes.handlers | nodes.finals), None)

    @property
    def caught(self) -> str:
        """Return what the exception is called that is handled around it."""
        found = re.search(r"[\w$]+(?=\s*\)\s*\{)", self.text(self.handler).partition("\n")[0])
        return found[0] if found is not None else ""

    def is_caught(self, exception: str) -> bool:
        """Tell whether code around it catches an exception of this name by one that it is of, but not by those that a
        use of null raises: what is written there would hide that."""
        name = exception.rpartition(".")[2]
        names = {name, *self._bases(name)} - self.home.knowledge.errors.broad
        caught = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)")
        for inner, outer in pairwise((self.node, *self.around)):
            if inner != outer.child_by_field_name("body"):
                continue
            clauses = [each for each in outer.named_children if each.type in ("except_clause", "catch_clause")]
            clauses += [outer] if outer.type == "with_statement" else []
            if any(caught.search(re.split(r"[:{]", self.text(each), maxsplit=1)[0]) for each in clauses):
                return True
        return False

    def _bases(self, exception: str) -> Iterator[str]:
        """Yield the names of what an exception of the file, or of the language, is of."""
        class_ = self.home.file.classes.get(exception)
        for base in class_.bases if class_ is not None else self.grammar.bases.get(exception, ()):
            yield base
            yield from self._bases(base)

    @property
    def limits(self) -> Node | None:
        """Return the outermost declaration around it that edits of one place stay in."""
        nodes = self.grammar.nodes
        return next((node for node in self.path if node.type in (nodes.members or nodes.functions)), None)

    @cached_property
    def null(self) -> str:
        """Return which nulls it may be, where the language has several: "null", "undefined", or both."""
        if self.found is not None:
            said = self.home.knowledge.null_name(self.fact.nulls)
        else:
            said = next((said for finding in self.about if (said := null_of(self.grammar.language, finding))), "")
        return "null or undefined" if said == "null" and "?." in self.source else said

    @property
    def assumed(self) -> Fact | None:
        """Return what another checker says of the value, where the analysis says nothing."""
        if self.found is not None or all(finding.source == SOURCE for finding in self.about):
            return None
        known = enumerate(self.home.knowledge.nulls)
        return reported(sum(1 << at for at, name in known if name in self.null.split()))

    @property
    def is_meant(self) -> bool:
        """Tell whether code gets the null that may reckon with it: a check would end what went well. The language's own
        functions do what their types say."""
        if self.use is Use.ARGUMENT:
            call = self.text(self.parent.parent).removeprefix("new ")
            owner = re.split(r"[^\w$]", call)[0]
            package = re.search(rf"^import\s+(\w+)\.[\w.]*\b{re.escape(owner)}\s*;", self.tree.text, re.MULTILINE)
            return self.grammar.platform.isdisjoint((owner, package[1] if package is not None else owner))
        return self.use in self.grammar.meant and self.parent.type != "variable_declarator"

    # --- the statement ---

    @cached_property
    def statement(self) -> Node | None:
        """Return the statement before which a check may stand, or None where that would change what is evaluated
        when."""
        nodes = (*self.path, self.node)
        lists = self.grammar.nodes.lists
        at = next((at for at in range(len(nodes) - 1, 0, -1) if nodes[at - 1].type in lists), None)
        if at is None or not on_own_line(self.tree, nodes[at]) or nodes[at].has_error:
            return None
        return nodes[at] if self._runs_first(nodes[at], nodes[at + 1 :]) else None

    @property
    def used_again(self) -> list[Span]:
        """Return the later uses of the same value in its statement that fail of a null, too."""
        lists, nodes = self.grammar.nodes.lists, (*self.path, self.node)
        at = next((at for at in range(len(nodes) - 1, 0, -1) if nodes[at - 1].type in lists), None)
        again = nodes_in(nodes[at], self.grammar.nodes.functions) if at is not None and self.is_name else ()
        return [
            self.tree.span(each)
            for each in again
            if each.start_byte >= self.node.end_byte
            and self.text(each) == self.source
            and use_of(each, self.grammar) in _FAIL
        ]

    @property
    def siblings(self) -> list[Node]:
        """Return the statements of the list that holds the place."""
        holder = next((node for node in self.around if node.type in self.grammar.nodes.lists), None)
        return holder.named_children if holder is not None else []

    def checks_above(self) -> Iterator[tuple[Node, str, Node]]:
        """Yield the `if` without `else` among the statements before the place: it, its condition, and its block."""
        for node in self.siblings:
            if node.end_byte > self.node.start_byte or node.type != "if_statement":
                continue
            condition, block = node.child_by_field_name("condition"), node.child_by_field_name("consequence")
            if condition is not None and block is not None and node.child_by_field_name("alternative") is None:
                yield node, self.text(condition), block

    def _runs_first(self, statement: Node, inside: tuple[Node, ...]) -> bool:
        nodes, fields = self.grammar.nodes, self.grammar.nodes.first.get(statement.type)
        again = statement.child_by_field_name(nodes.again.get(statement.type, ""))
        if again is not None and covers(again, self.node):
            if not self.is_name or self.is_set_in(statement):
                return False
        elif fields is None or (fields and not any(covers(part_of(statement, name), self.node) for name in fields)):
            return False
        if not self.is_name and any("update" in part.type or "assignment" in part.type for part in nodes_in(self.node)):
            return False
        for outer, inner in pairwise((statement, *inside)):
            if outer.type in nodes.lazy or inner.type in nodes.lazy:
                return False
            operator, only = outer.child_by_field_name("operator"), nodes.chosen.get(outer.type)
            is_choice = operator is None or operator.type in nodes.short_circuits
            if only is not None and is_choice and inner != outer.child_by_field_name(only):
                return False
            if inner.type in ("arguments", "index") and "?." in self.between(outer.start_byte, inner.start_byte):
                return False
        return self.node.type in nodes.steady or not any(self._matters(part) for part in nodes_in(statement, nodes.lazy)
                                                         if part.end_byte <= self.node.start_byte)  # fmt: skip

    def _matters(self, part: Node) -> bool:
        """Tell whether what is evaluated before the value may change it, or be changed by it."""
        nodes = self.grammar.nodes
        if self.is_name or part.type in nodes.effects:
            return part.type in nodes.effects
        holder = part.parent
        is_unread = holder is not None and part in (
            holder.child_by_field_name("function"), holder.child_by_field_name("left")
        )  # fmt: skip
        return part.type in nodes.reads and (not is_unread or (holder is not None and "augmented" in holder.type))

    def is_set_in(self, loop: Node) -> bool:
        owners = "|".join(map(re.escape, _owners(self.source)))
        return (
            re.search(rf"(?<![\w.$])(?:{owners})\s*(?:[-+*/|&?]*=(?!=)|\+\+|--)|\bdelete\b", self.text(loop))
            is not None
        )

    # --- what is written there ---

    def filled(self, template: str, **values: str) -> str:
        """Return a template of the language, about the value."""
        return filled(template, **{"x": self.source, "null": self.null or self.grammar.null} | values)

    def block(self, test: str, lines: Sequence[str]) -> list[str]:
        """Return the lines of an `if`."""
        writing, step = self.grammar.writing, step_of(self.tree)
        block = [self.filled(writing.opening, test=test), *(step + line for line in lines)]
        return [*block, writing.closing] if writing.closing else block

    def styled(self, line: str) -> str:
        """Return a line of code as its file is written."""
        return line

    def test(self, name: str = "", *, is_there: bool = False) -> str:
        """Return `x == null`, or with `is_there` the contrary; exactly where only one null is possible."""
        writing, is_one = self.grammar.writing, self.null and " " not in self.null
        test = writing.is_there if is_there else writing.is_null
        if writing.is_exactly and is_one:
            test = writing.is_not if is_there else writing.is_exactly
        return self.filled(test, x=name or self.source)

    @cached_property
    def new_name(self) -> str:
        """Return a name for what has none, which the file doesn't use yet; "" for what can't get one."""
        writing = self.grammar.writing
        if not writing.bind or "\n" in self.source or self.node.type not in self.grammar.nodes.results or self.is_set:
            return ""
        if self.use is Use.CALL and self.node.type in self.grammar.nodes.reads:
            return ""  # called by a name, a method has no object
        called = re.findall(r"\w+$", self.text(self.node.child_by_field_name("function")))
        called = called or re.findall(r"(\w+)\s*(?:<[^()]*>)?\(", self.source)
        base = next((writing.names[name] for name in reversed(called) if name in writing.names), "")
        if not base and called:
            name = called[-1].strip("_")
            base = re.sub(r"^(?:get|find|look_?up|load|new|make|query)_?(?=[A-Za-z])", "", name, flags=re.I)
        words = re.findall(r"\w+", self.source)
        base = base or ("item" if self.source.endswith("]") else words[-1] if not called else "")
        base = base[:1].lower() + base[1:]
        for name in (base, f"{base}Value", "result", "found", "value"):
            if (
                len(name) <= _LONGEST_NAME
                and name.isidentifier()
                and name not in writing.reserved
                and not re.search(rf"(?<![.\w$]){name}\b", self.tree.text)
            ):
                return name
        return ""


def part_of(statement: Node, name: str) -> Node | None:
    """Return the field of that name, or the child of that kind; with a dot between, the one within the other."""
    part: Node | None = statement
    for each in name.split("."):
        held = part.child_by_field_name(each) if part is not None else None
        part = held or next((child for child in part.named_children if child.type == each), None) if part else None
    return part


def _owners(name: str) -> Iterator[str]:
    """Yield the dotted name, and each name that it begins with."""
    parts = name.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts) + 1))

"""Variables of a module that are null until a function sets them, where another function uses them: `let conn = null`,
which `open` sets and `query` uses.

TypeScript writes their types. In JavaScript the null must be certain, and nothing may say that the function which uses
it only ever runs later: it is called from outside, calls nobody who deals with the variable, and has no other sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from breadknife.plugins.nullcheck.ecmascript.facts import Cause
from breadknife.plugins.nullcheck.ecmascript.imports import links
from breadknife.plugins.nullcheck.ecmascript.jsdoc import doc_before, is_looked_at
from breadknife.text.syntax import Node, SyntaxTree

_WORD = re.compile(rb"[\w$]+")
_FUNCTIONS = frozenset({"function_declaration", "generator_function_declaration"})
_VALUES = frozenset({"arrow_function", "function_expression", "generator_function"})
_VARIABLES = frozenset({"lexical_declaration", "variable_declaration"})
_SAYS_NOTHING = frozenset({"import_statement", "comment"})
_PART = re.compile(rb"[;{}]")
_CONDITION = re.compile(rb"\b(?:if|while)\b|\?(?!\.)|&&|\|\|")
_LIFECYCLE = re.compile(r"(?:de)?activate|set[uU]p|init|mount|before|boot|configure|main$|on[A-Z]")
"""Names of functions that some framework calls first."""


@dataclass(frozen=True)
class _Function:
    """One that stands at the top of the module."""

    name: str
    node: Node
    words: frozenset[bytes]

    def holds(self, offset: int) -> bool:
        return self.node.start_byte <= offset < self.node.end_byte


@dataclass(frozen=True)
class _Variable:
    name: str
    declarator: Node
    null: str
    """What it is at first; "" if that isn't null."""
    is_declared: bool
    """A comment says that it may be null."""


class ModuleVariables:
    """Made with the outline; nothing is looked at before there is a variable to ask about."""

    def __init__(self, tree: SyntaxTree, source: bytes, assigned: Mapping[str, Sequence[int]], typed: bool) -> None:
        self._tree = tree
        self._source = source
        self._assigned = assigned
        self._variables = [] if typed or not assigned else list(self._read())

    @property
    def names(self) -> Iterator[str]:
        """Those that may be null somewhere."""
        return (variable.name for variable in self._variables)

    def causes(self, function: Node) -> Sequence[tuple[str, Cause]]:
        """Which of them may be null where a function begins."""
        return self._causes.get(function.start_byte, ()) if self._variables else ()

    def is_set_by_a_call(self, name: str, offset: int) -> bool:
        """Whether the function at the top of the module that an offset lies in calls one that sets the variable."""
        around = next((one for one in self._functions if one.holds(offset)), None)
        if around is None:
            return False
        return any(setter.name.encode() in around.words for setter in self._setters(name) if setter != around)

    # --- what the module has ---

    def _read(self) -> Iterator[_Variable]:
        for statement in self._tree.root.named_children:
            node = _exported(statement)
            if node.type not in _VARIABLES or node.children[0].type == "const":
                continue
            for declarator in node.named_children:
                name, value = declarator.child_by_field_name("name"), declarator.child_by_field_name("value")
                if name is None or name.type != "identifier" or self._text(name) not in self._assigned:
                    continue
                written = self._text(value) if value is not None else "undefined"
                null = written if written in ("null", "undefined") else ""
                is_declared = bool(doc_before(declarator, self._source).type.null)
                if null or is_declared:
                    yield _Variable(self._text(name), declarator, null, is_declared)

    @cached_property
    def _functions(self) -> list[_Function]:
        return list(self._top_functions())

    def _top_functions(self) -> Iterator[_Function]:
        for statement in self._tree.root.named_children:
            node = _exported(statement)
            if node.type in _FUNCTIONS:
                yield from self._function(node.child_by_field_name("name"), node)
            elif node.type in _VARIABLES:
                for declarator in node.named_children:
                    value = declarator.child_by_field_name("value")
                    if value is not None and value.type in _VALUES:
                        yield from self._function(declarator.child_by_field_name("name"), value)
            elif node.type == "expression_statement" and node.named_child_count:
                left, right = (node.named_children[0].child_by_field_name(side) for side in ("left", "right"))
                if left is None or right is None or right.type not in _VALUES:
                    continue
                if self._text(left).startswith(("exports.", "module.exports.")):
                    yield from self._function(left.child_by_field_name("property"), right)

    def _function(self, name: Node | None, node: Node) -> Iterator[_Function]:
        if name is not None and self._text(name):  # it may not be written yet
            words = frozenset(_WORD.findall(self._source, node.start_byte, node.end_byte))
            yield _Function(self._text(name), node, words)

    @cached_property
    def _outside(self) -> frozenset[str]:
        """The names that others call functions by; all of them where the file exports nothing."""
        exports = set(links(self._tree.root).exports.values())
        for one in self._functions:
            holder = one.node.parent
            if holder is not None and holder.type == "assignment_expression":
                exports.add(one.name)
        return frozenset(exports)

    @cached_property
    def _loose(self) -> frozenset[bytes]:
        """The words of the code that no function at the top holds."""
        words = set[bytes]()
        for statement in self._tree.root.named_children:
            if statement.type in _SAYS_NOTHING or (
                statement.type == "export_statement" and statement.child_by_field_name("declaration") is None
            ):
                continue
            at = statement.start_byte
            text = self._source[at : statement.end_byte]
            if text.startswith((b"module.exports", b"exports.")) and b"(" not in text:
                continue
            for one in self._functions:
                if at <= one.node.start_byte and one.node.end_byte <= statement.end_byte:
                    text = self._source[at : one.node.start_byte].rpartition(one.name.encode())[0]
                    text += self._source[one.node.end_byte : statement.end_byte]
            words.update(_WORD.findall(text))
        return frozenset(words)

    def _setters(self, name: str) -> list[_Function]:
        offsets = [offset for offset in self._assigned.get(name, ()) if not self._is_null(offset)]
        return [one for one in self._functions if any(one.holds(offset) for offset in offsets)]

    def _is_null(self, offset: int) -> bool:
        return self._null_at(offset) != ""

    def _null_at(self, offset: int) -> str:
        """Which null an assignment is of; "" for none."""
        target = self._tree.root.named_descendant_for_byte_range(offset, offset + 1)
        holder = target.parent if target is not None else None
        right = holder.child_by_field_name("right") if holder is not None else None
        written = self._text(right) if right is not None else ""
        return written if written in ("null", "undefined") else ""

    # --- who may find it null ---

    @cached_property
    def _causes(self) -> dict[int, list[tuple[str, Cause]]]:
        found = dict[int, list[tuple[str, Cause]]]()
        for variable in self._variables:
            for function, cause in self._found(variable):
                found.setdefault(function.node.start_byte, []).append((variable.name, cause))
        return found

    def _found(self, variable: _Variable) -> Iterator[tuple[_Function, Cause]]:
        name, its = variable.name, variable.name.encode()
        offsets = self._assigned[name]
        if not all(any(one.holds(offset) for one in self._functions) for offset in offsets):
            return  # the module itself sets it, a method, or what is called back
        if len(re.findall(rb"\b(?:let|const|var)\s+" + re.escape(its) + rb"(?![\w$])", self._source)) != 1:
            return
        setters = self._setters(name)
        setting = self._reaching(setters)
        if not setters or any(one.name.encode() in self._loose for one in setting):
            return
        clearing = any(self._is_null(offset) for offset in offsets)
        concerned = [one for one in self._functions if its in one.words]
        users = [one for one in concerned if one not in setting and not is_looked_at(name, self._text(one.node))]
        is_evident = clearing or variable.is_declared or len(users) + len(setting) < len(concerned)
        if not is_evident and (not variable.null or any(_LIFECYCLE.match(one.name) for one in setters)):
            return
        if variable.null == "undefined" and not (clearing or variable.is_declared):
            return
        together = self._set_together(setters) - {its}
        names = {one.name.encode() for one in concerned}
        for one in users:
            called_by_setters = any(one.name.encode() in setter.words for setter in setting)
            if called_by_setters or not self._is_outside(one) or not one.words.isdisjoint(names - {one.name.encode()}):
                continue
            if not together.isdisjoint(self._tested(one)):
                continue
            if any(one.holds(offset) for offset in offsets):  # it takes down what was set up
                continue
            nulls = {variable.null, *(self._null_at(offset) for offset in offsets)} - {""}
            why = f"`{name}` is {variable.null or 'null'} until `{setters[0].name}` sets it"
            if not variable.null:
                why = f"`{name}` may be null whenever `{one.name}` is called"
            yield one, Cause(variable.declarator, why, nulls.pop() if len(nulls) == 1 else "")

    def _reaching(self, setters: Sequence[_Function]) -> list[_Function]:
        """With those that call them, over whatever others."""
        reaching, names = list(setters), {one.name.encode() for one in setters}
        more = True
        while more:
            found = [one for one in self._functions if one not in reaching and not one.words.isdisjoint(names)]
            more = bool(found)
            reaching += found
            names |= {one.name.encode() for one in found}
        return reaching

    def _is_outside(self, function: _Function) -> bool:
        if self._outside:
            return function.name in self._outside
        its = function.name.encode()
        return its not in self._loose and not any(its in one.words for one in self._functions if one != function)

    def _set_together(self, setters: Sequence[_Function]) -> frozenset[bytes]:
        """What tells that they have run."""
        return frozenset(
            name.encode()
            for name, offsets in self._assigned.items()
            if any(one.holds(offset) for one in setters for offset in offsets)
        )

    def _tested(self, function: _Function) -> frozenset[bytes]:
        text = self._source[function.node.start_byte : function.node.end_byte]
        parts = (part for part in _PART.split(text) if _CONDITION.search(part) is not None)
        return frozenset(word for part in parts for word in _WORD.findall(part))

    def _text(self, node: Node) -> str:
        return self._source[node.start_byte : node.end_byte].decode("utf-8", "replace")


def _exported(node: Node) -> Node:
    return node.child_by_field_name("declaration") or node if node.type == "export_statement" else node

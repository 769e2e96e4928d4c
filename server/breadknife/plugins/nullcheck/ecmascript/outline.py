"""What one file declares: its types with their members, and the words that a null may come from."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from breadknife.plugins.nullcheck.ecmascript.annotated import annotated_nullable
from breadknife.plugins.nullcheck.ecmascript.hooks import has_hooks
from breadknife.plugins.nullcheck.ecmascript.jsdoc import (
    assigned_fields,
    doc_before,
    documented_result,
    has_docs,
    nullable_names,
)
from breadknife.plugins.nullcheck.ecmascript.module_variables import ModuleVariables
from breadknife.plugins.nullcheck.ecmascript.modules import Exported, Known, Modules
from breadknife.plugins.nullcheck.ecmascript.rules import ORIGIN_WORDS
from breadknife.plugins.nullcheck.ecmascript.types import ANYTHING, CLASS_ITSELF, UNKNOWN, Type, has_null, read_type
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree, captures

WORD = re.compile(r"[\w$]+")
_MAX_PARENTS = 5
_HEAD = 2_000
"""Bytes."""
TYPED = frozenset({"typescript", "typescriptreact"})
FUNCTIONS = frozenset({
    "function_declaration", "generator_function_declaration", "function_expression", "generator_function",
    "arrow_function", "method_definition",
})  # fmt: skip
CLASSES = frozenset({"class_declaration", "abstract_class_declaration", "class"})
FIELDS = frozenset({"public_field_definition", "field_definition"})
_TESTED_BY = {
    b"useRef": {"current"}, b".get(": {"has", "clear"}, b".exec(": {"test"}, b".match(": {"test"},
    b".pop(": {"length"}, b".shift(": {"length"}, b".at(": {"length"},
}  # fmt: skip
"""What is written where a null may come from -> other words that matter then."""
_METHODS = frozenset({"method_definition", "method_signature", "abstract_method_signature"})

_ASSIGNED = """
    (assignment_expression left: (identifier) @assigned)
    (assignment_expression left: [(array_pattern) (object_pattern)] @pattern)
    (augmented_assignment_expression left: (identifier) @assigned)
    (update_expression argument: (identifier) @assigned)
    (for_in_statement left: (identifier) @assigned)
    (assignment_expression left: (member_expression) @set)
    (augmented_assignment_expression left: (member_expression) @set)
    (unary_expression operator: "delete" argument: (member_expression) @set)
"""
_FUNCTIONS = """
    [(function_declaration) (generator_function_declaration) (method_definition) (arrow_function)
      (function_expression)] @range
    (function_declaration) @function
    (method_definition) @function
    (variable_declarator value: [(arrow_function) (function_expression)]) @function
"""
_TYPES = """
    (interface_declaration) @type
    (type_alias_declaration) @type
    (class_declaration) @type
    (abstract_class_declaration) @type
    (function_signature) @function
    (public_field_definition value: (arrow_function)) @function
"""
_UNTYPED = "(class_declaration) @type"


def _is_expression(function: Node | None) -> bool:
    """Whether a function is `() => value`."""
    body = function.child_by_field_name("body") if function is not None and function.type == "arrow_function" else None
    return body is not None and body.type != "statement_block"


@dataclass(frozen=True, eq=False)
class Member:
    """A property or method of a type."""

    node: Node
    type: Type
    """Of a property; of what a method gives back. As written, until `Outline.member` gives it out."""
    is_method: bool = False
    function: Node | None = None
    """A method with a body, whose result may have to be found out."""
    known: Known | None = None
    """Of a method of another file."""
    elsewhere: tuple[str, Span] | None = None
    """Where another file has it."""


@dataclass(frozen=True, eq=False)
class Declared:
    """A type, of this file or of another."""

    node: Node
    members: dict[str, Member | None] = field(default_factory=dict[str, "Member | None"])
    """None for a method with several signatures."""
    parents: tuple[str, ...] = ()
    alias: Type | None = None
    is_alias: bool = False
    """It is another name for something, which may have null as a member."""


class Outline:
    """Made once for each text; types of members are read when they are first asked for."""

    def __init__(self, tree: SyntaxTree, modules: Modules | None = None, words: Iterable[str] = ()) -> None:
        """`words` are others under which something may be null."""
        self.tree = tree
        self.modules = modules
        self.source = tree.encoded
        self.typed = tree.language in TYPED
        self.has_hooks = self.typed and has_hooks(self.source)
        self.documented = not self.typed and has_docs(self.source)
        """Its types are comments."""
        self.fields_documented = self.documented and b"@ts-check" in self.source[:_HEAD]
        """What a comment says of a field is believed where a checker reads it: others have invariants."""
        found = captures(tree, _ASSIGNED + _FUNCTIONS + (_TYPES if self.typed else _UNTYPED))
        self.assigned: dict[str, list[int]] = {}
        for node in found.get("assigned", ()):
            self.assigned.setdefault(self.text(node), []).append(node.start_byte)
        for pattern in found.get("pattern", ()):
            for name in WORD.findall(self.text(pattern)):
                self.assigned.setdefault(name, []).append(pattern.start_byte)
        for offsets in self.assigned.values():
            offsets.sort()
        self._ranges = sorted((node.start_byte, node.end_byte) for node in found.get("range", ()))
        self._around = dict[int, list[tuple[int, int]]]()
        members: dict[str, list[int]] = {}
        for node in found.get("set", ()):
            members.setdefault(self.text(node), []).append(node.start_byte)
        self.sets = (self.assigned, members)
        """Names, and members as they are written -> where (bytes) they get a value."""
        self._types: dict[str, list[Node]] = {}
        for node in found.get("type", ()):
            name = node.child_by_field_name("name")
            if name is not None:
                self._types.setdefault(self.text(name), []).append(node)
        self.variables = ModuleVariables(tree, self.source, self.assigned, self.typed)
        self._declared: dict[str, Declared | None] = {}
        self._shapes: dict[int, Declared] = {}
        self._members_of: dict[tuple[str, str], Member | None] = {}
        self.origins = self._origins(found.get("function", [])).union(words)

    def text(self, node: Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def _origins(self, functions: list[Node]) -> frozenset[str]:
        """Words without which nothing in a piece of code may be null."""
        words = set(ORIGIN_WORDS)
        if self.modules is not None:
            words.update(self.modules.nullable())
        words.update(self.variables.names)
        for mark, tests in _TESTED_BY.items():
            if mark in self.source:
                words.update(tests)
        if self.documented:
            words.update(nullable_names(self.tree.text))
        if self.typed:
            words.update(name.decode("utf-8", "replace") for name in annotated_nullable(self.source))
            words.update(
                name
                for name, nodes in self._types.items()
                for node in nodes
                if node.type == "type_alias_declaration" and re.search(r"\b(?:null|undefined)\b", self.text(node))
            )
        returning = list[tuple[str, frozenset[str]]]()
        for node in functions:
            name = node.child_by_field_name("name")
            if name is None or (written := self.text(name)) in words:
                continue
            if "return" in (body := self.text(node)) or _is_expression(node.child_by_field_name("value")):
                returning.append((written, frozenset(WORD.findall(body))))
        for _ in range(2):
            for written, its_words in returning:
                if not words.isdisjoint(its_words):
                    words.add(written)
        return frozenset(words)

    # --- types ---

    def type_of(self, node: Node | None) -> Type:
        """What an annotation says, aliases of this file followed."""
        return self.resolved(read_type(node, self.source)) if node is not None else UNKNOWN

    def _written(self, node: Node | None) -> Type:
        return read_type(node, self.source) if node is not None else UNKNOWN

    def resolved(self, type: Type, depth: int = 0) -> Type:
        """An alias replaced by what it stands for."""
        declared = self.declared(type.name) if type.name and depth < _MAX_PARENTS else None
        if declared is None or declared.alias is None:
            return type
        meant = self.resolved(declared.alias, depth + 1)
        return Type(meant.name, meant.args, has_null(type.null, meant.null))

    def declared(self, name: str) -> Declared | None:
        """The type of that name; None where there is none, or several."""
        if name.startswith("{…}"):
            return self._shape(int(name[3:]))
        if name not in self._declared:
            nodes = self._types.get(name, ())
            self._declared[name] = None
            if nodes:
                self._declared[name] = self._read(nodes[0]) if len(nodes) == 1 else None
            elif self.modules is not None and (found := self.modules.named(name)) is not None:
                self._declared[name] = self._elsewhere(found)
        return self._declared[name]

    def all_declared(self) -> Iterator[tuple[str, Declared]]:
        for name in self._types:
            if (declared := self.declared(name)) is not None:
                yield name, declared

    def _elsewhere(self, found: Exported) -> Declared | None:
        shape, root = found.shape, self.tree.root
        if shape is None:
            return None
        members = {
            name: member
            and Member(
                root,
                found.kind(member.type),
                member.method is not None,
                known=member.method,
                elsewhere=(found.uri, member.span),
            )
            for name, member in shape.members.items()
        }
        parents = tuple(found.kind(Type(parent)).name for parent in shape.parents)
        alias = found.kind(shape.alias) if shape.alias is not None else None
        return Declared(root, members, parents, alias, shape.is_alias)

    def member(self, type: Type, name: str) -> Member | None:
        """The same object each time: the flow asks at each reading."""
        key = (type.name, name)
        if key not in self._members_of:
            self._members_of[key] = self._member(type, name)
        return self._members_of[key]

    def _member(self, type: Type, name: str, depth: int = 0) -> Member | None:
        prefix = CLASS_ITSELF if type.name.startswith(CLASS_ITSELF) else ""
        declared = self.declared(type.name.removeprefix(CLASS_ITSELF)) if type.name else None
        if declared is None or depth > _MAX_PARENTS:
            return None
        if (key := prefix + name) in declared.members:
            member = declared.members[key]
            return replace(member, type=self.resolved(member.type)) if member is not None else None
        for parent in declared.parents:
            if (found := self._member(Type(prefix + parent), name, depth + 1)) is not None:
                return found
        return None

    def derives(self, name: str, ancestor: str, depth: int = 0) -> bool:
        """Whether a type is another or has it as a parent, by the names that they have in whichever file."""
        if name.rpartition("#")[2] == ancestor.rpartition("#")[2]:
            return True
        declared = self.declared(name) if name and depth <= _MAX_PARENTS else None
        return declared is not None and any(self.derives(each, ancestor, depth + 1) for each in declared.parents)

    def class_type(self, node: Node) -> Type:
        """The type of `this` in a class."""
        name = node.child_by_field_name("name")
        written = self.text(name) if name is not None else ""
        if self._types.get(written) == [node]:
            return Type(written)
        if node.start_byte not in self._shapes:
            self._shapes[node.start_byte] = self._read(node)
        return Type(f"{{…}}{node.start_byte}")

    def _shape(self, start: int) -> Declared | None:
        if start not in self._shapes:
            node = self.tree.root.named_descendant_for_byte_range(start, start + 1)
            while node is not None and node.type != "object_type" and node.start_byte == start:
                node = node.parent
            if node is None or node.type != "object_type" or node.start_byte != start:
                return None
            self._shapes[start] = Declared(node, dict(self._members(node)))
        return self._shapes[start]

    def _read(self, node: Node) -> Declared:
        if node.type == "type_alias_declaration":
            value = node.child_by_field_name("value")
            if value is None or node.child_by_field_name("type_parameters") is not None:
                return Declared(node, is_alias=True)
            if value.type == "object_type":
                return Declared(node, dict(self._members(value)), is_alias=True)
            return Declared(node, alias=read_type(value, self.source), is_alias=True)
        body = node.child_by_field_name("body")
        members = dict(self._members(body)) if body is not None else {}
        return Declared(node, members, tuple(self._parents(node)))

    def _parents(self, node: Node) -> Iterator[str]:
        for child in node.named_children:
            if child.type == "class_heritage":
                yield from self._parents(child)
            elif child.type in ("extends_clause", "extends_type_clause"):
                for parent in child.named_children:
                    if parent.type != "type_arguments":
                        yield self.text(parent).partition("<")[0]

    def _members(self, body: Node) -> Iterator[tuple[str, Member | None]]:
        seen = set[str]()
        for node in body.named_children:
            name = node.child_by_field_name("name") or node.child_by_field_name("property")
            if name is None or (written := self.text(name)) == "":
                continue
            if any(child.type == "static" for child in node.children):
                written = CLASS_ITSELF + written
            if node.type in _METHODS:
                accessor = next((c.type for c in node.children if c.type in ("get", "set")), "")
                if written == "constructor":
                    yield from self._constructor_properties(node)
                    if self.fields_documented:
                        for its, statement, type in assigned_fields(node, self.source):
                            yield its, Member(statement, type)
                if accessor == "set" and written in seen:
                    continue
                given = self._written(node.child_by_field_name("return_type"))
                if self.documented:
                    given = documented_result(node, self.source) or given
                if any(child.type == "?" for child in node.children):
                    yield written, Member(node, Type("Function", (), "undefined"))
                elif accessor:
                    yield written, Member(node, given)
                else:
                    function = node if node.child_by_field_name("body") is not None else None
                    yield written, None if written in seen else Member(node, given, True, function)
            elif node.type == "property_signature" or node.type in FIELDS:
                yield written, self._property(node)
            seen.add(written)

    def _property(self, node: Node) -> Member:
        annotation = node.child_by_field_name("type")
        type = read_type(annotation, self.source) if annotation is not None else UNKNOWN
        value = node.child_by_field_name("value")
        if annotation is None and value is not None:
            if value.type == "arrow_function":
                given = self._written(value.child_by_field_name("return_type"))
                return Member(node, given, True, value)
            if value.type == "new_expression" and (made := value.child_by_field_name("constructor")) is not None:
                type = Type(self.text(made))
        if self.fields_documented and type == UNKNOWN:
            type = doc_before(node, self.source).type
        if any(child.type == "?" for child in node.children):
            type = Type(type.name, type.args, has_null(type.null, "undefined"))
        return Member(node, type)

    def _constructor_properties(self, node: Node) -> Iterator[tuple[str, Member | None]]:
        parameters = node.child_by_field_name("parameters")
        for parameter in parameters.named_children if parameters is not None else ():
            pattern = parameter.child_by_field_name("pattern")
            plain = parameter.type in ("required_parameter", "optional_parameter")
            if pattern is not None and plain and parameter.child_count and parameter.children[0] != pattern:
                type = self._written(parameter.child_by_field_name("type"))
                if parameter.type == "optional_parameter":
                    type = Type(type.name, type.args, has_null(type.null, "undefined"))
                yield self.text(pattern), Member(parameter, type)

    def parameter_type(self, parameter: Node, source: bytes | None = None) -> Type:
        """Of a parameter as its function sees it: a default takes undefined away."""
        annotation = parameter.child_by_field_name("type")
        type = self.resolved(read_type(annotation, source or self.source)) if annotation is not None else UNKNOWN
        type = self._bounded(type, parameter, source or self.source)
        if parameter.type == "optional_parameter":
            return type if type.name in ANYTHING else Type(type.name, type.args, has_null(type.null, "undefined"))
        if parameter.child_by_field_name("value") is not None:
            return Type(type.name, type.args, "null" if "null" in type.null.split(" or ") else "")
        return type

    def _bounded(self, type: Type, parameter: Node, source: bytes) -> Type:
        """What `T` of `<T extends { id?: string }>` has at least."""
        function = parameter.parent.parent if parameter.parent is not None and type.name else None
        bounds = function.child_by_field_name("type_parameters") if function is not None else None
        for bound in bounds.named_children if bounds is not None else ():
            name, constraint = bound.child_by_field_name("name"), bound.child_by_field_name("constraint")
            if name is None or constraint is None or source[name.start_byte : name.end_byte].decode() != type.name:
                continue
            least = read_type(constraint.named_children[0], source) if constraint.named_child_count else UNKNOWN
            return Type(least.name, least.args, type.null) if least.name and not least.null else type
        return type

    # --- assignments ---

    def functions_around(self, offset: int) -> list[tuple[int, int]]:
        """The byte ranges of the functions that an offset lies in, outermost first."""
        if offset not in self._around:
            self._around[offset] = [(start, end) for start, end in self._ranges if start <= offset < end]
        return self._around[offset]

    def assigned_after(self, name: str, offset: int) -> bool:
        offsets = self.assigned.get(name, [])
        return bisect_right(offsets, offset) < len(offsets)

"""What a file of Go declares: functions, types, imports, variables. Bodies are lowered when they are asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Class, File, Function, Store
from breadknife.plugins.nullcheck.core.il import Block
from breadknife.plugins.nullcheck.languages.go.declaring import specs_of
from breadknife.plugins.nullcheck.languages.go.expressions import Expressions, parameters_of, result_of
from breadknife.plugins.nullcheck.languages.go.scopes import Scopes, set_by_others
from breadknife.plugins.nullcheck.languages.go.statements import lower_body
from breadknife.plugins.nullcheck.languages.go.types import Types
from breadknife.plugins.nullcheck.languages.lowering import Reader, at_of, inner, text
from breadknife.text.syntax import Node

_VERSION = re.compile(r"/v\d+$|\.v\d+$")
_WITHOUT_TYPES = frozenset({"import_declaration", "expression_list", "comment", "var_declaration", "const_declaration"})
_NO_ERROR = rb" nil\b(?<!\berr [!=]= nil)(?<!\bErr [!=]= nil)(?<!\bError [!=]= nil)"
_HIDDEN = re.compile(
    rb",[ \t]*\w++[ \t]*+:?=[^\n]*\[|\.\(\*|\.\(map|var(?<=\bvar)\s+(?:\(|\w+\s+(?:map\b|\*|func\b|[A-Z]))"
    rb"|=(?<!\berr =)(?<![!=]=)\s*nil\b|case nil\b(?<=\bcase nil)|!=" + _NO_ERROR + rb"|==" + _NO_ERROR
)
"""A look-up or an assertion that tells whether there is a value, a variable without a value, nil. Each way begins with
a certain character: the others are passed over quickly."""
_GIVES = re.compile(rb"\breturn\b[^\n]*\bnil\b")
_GIVES_SILENTLY = re.compile(
    rb"\breturn\b(?:[^\n]*\bnil,[^\n]*)?[ \t]*\bnil\s*(?:$|//|\})|\breturn\b[^\n]*\bnil, (?:true|false)",
    re.MULTILINE,
)
"""Nil without an error."""
_LEAVES = rb"\w*[eE]rr\w* != nil \{\s*(?:return\b(?![^\n]*\b\1\.)|continue|break|panic|goto|log\.Fatal|t\.Fatal)"
_IGNORES = re.compile(rb"\b(\w++),[ \t]*\w++[ \t]*+:?=[ \t]*[\w.]++\((?![^\n]*(?:\n\s*if |; )" + _LEAVES + rb")")
"""A call whose error isn't looked at in the next line, in a check that leaves."""
_MADE = re.compile(rb"(?<![\w.])([^\W\d]\w*)\{")
"""A new struct of this package."""
_SET = rb"\b%b\.(\w+)(?:,[ \t]*[\w.]+)*[ \t]*=[^=]"


@dataclass
class Outline(Reader):
    elsewhere: Callable[[str], Node | None] = lambda _: None
    """A type that another file of the package declares."""
    imports: dict[str, str] = field(default_factory=dict[str, str])
    declared: dict[str, Node] = field(default_factory=dict[str, Node])
    functions: list[Function] = field(default_factory=list[Function])
    named: dict[str, Function] = field(default_factory=dict[str, Function])
    classes: dict[str, Class] = field(default_factory=dict[str, Class])
    variables: dict[str, list[Store]] = field(default_factory=dict[str, list[Store]])
    _with_maps: list[bytes] = field(default_factory=list[bytes])
    """How structs are written that have maps."""

    def file(self) -> File:
        root = self.tree.root
        main = Function(at_of(root), "", (), None, lambda _: (), self.tree.encoded, has_declared_null=True)
        self.types = Types(self.declared, self.imports, self.elsewhere)
        if not self.knowledge.is_generated(self.tree.encoded):
            self._read(root)
        return File(
            main, self.imports, self.functions, self.named, self.classes, self.variables, {}, self.is_ignored,
            self.span, self.source,
        )  # fmt: skip

    def _read(self, root: Node) -> None:
        for node in root.named_children:
            if node.type == "import_declaration":
                self._import(node)
        for spec in type_specs(root):
            written, name = spec.child_by_field_name("type"), text(spec.child_by_field_name("name"))
            if written is not None:
                self.declared.setdefault(name, written)
        for name, written in self.declared.items():
            self._class(name, written)
            stores = (each for stores in self.classes[name].stores.values() for each in stores)
            if any(each.annotation is not None and each.annotation.name == "dict" for each in stores):
                self._with_maps += [
                    f"{name}{{".encode(),
                    f"new({name})".encode(),
                    f" {name}\n".encode(),
                    f" {name}\r\n".encode(),
                ]
        for node in root.named_children:
            if node.type in ("var_declaration", "const_declaration"):
                self._variables(node)
        functions = [
            each for each in root.named_children if each.type in ("function_declaration", "method_declaration")
        ]
        names = {text(each.child_by_field_name("name")) for each in functions if each.type == "function_declaration"}
        self.hidden = frozenset({*self.imports, *self.declared, *self.variables, *names})
        for node in functions:
            self.lower_function(node)

    def _import(self, node: Node) -> None:
        waiting = list(node.named_children)
        while waiting:
            spec = waiting.pop()
            path = spec.child_by_field_name("path")
            if path is None:
                waiting += spec.named_children
                continue
            written = text(path).strip('"`')
            name = text(spec.child_by_field_name("name")) or _VERSION.sub("", written).rpartition("/")[2]
            self.imports[name] = written

    def _class(self, name: str, written: Node) -> None:
        bases, class_ = list[str](), Class(at_of(written), name, (), is_interface=written.type == "interface_type")
        if written.type == "struct_type":
            for part in inner(inner(written)[0]) if inner(written) else []:
                kind, names = part.child_by_field_name("type"), part.children_by_field_name("name")
                type_ = self.types.read(kind)
                for each in names:
                    store = Store(at_of(each), None, lambda: None, type_, has_value=False)
                    class_.stores.setdefault(text(each), []).append(store)
                if not names and type_ is not None:
                    bases.append(type_.name)
        class_.bases = tuple(bases)
        self.classes[name] = class_

    def _variables(self, node: Node) -> None:
        for spec in specs_of(node):
            names, value = spec.children_by_field_name("name"), spec.child_by_field_name("value")
            values = inner(value)
            type_ = self.types.read(spec.child_by_field_name("type"))
            for at, name in enumerate(names):
                given = values[at] if len(values) == len(names) else None
                store = Store(
                    at_of(name), None, lambda given=given: self._value(given), type_, has_value=given is not None
                )
                self.variables.setdefault(text(name), []).append(store)

    def _value(self, node: Node | None) -> il.Expression | None:
        if node is None:
            return None
        scratch = Function(at_of(node), "", (), None, lambda _: (), b"")
        return Expressions(scratch, self.types, Scopes(frozenset()), lower_body).expression(node)

    def lower_function(self, node: Node) -> None:
        name, body = text(node.child_by_field_name("name")), node.child_by_field_name("body")
        if body is None:
            return
        receivers = parameters_of(node, self.types, "receiver")
        receiver = receivers[0] if receivers else None
        owner = None
        if receiver is not None and receiver.annotation is not None:
            name_ = receiver.annotation.name
            owner = self.classes.setdefault(name_, Class(at_of(node), name_, (), is_elsewhere=True))
        source = self.tree.encoded[node.start_byte : node.end_byte]
        is_by_value = receiver is not None and receiver.annotation is not None and receiver.annotation.is_value
        function = Function(
            at_of(node), name, (*receivers[:1], *parameters_of(node, self.types)), result_of(node, self.types),
            lambda function: self._lowered(function, node, is_by_value), source, owner,
            receiver=receiver.name if receiver is not None else "", receiver_class=owner,
            is_stub=not inner(body), is_bound=receiver is not None,
            has_declared_null=_HIDDEN.search(source) is not None or self._makes_maps(source),
            is_open=_gives_pointer(node) and _GIVES_SILENTLY.search(source) is not None,
            tells_null=_gives_pointer(node) and _GIVES.search(source) is not None,
            may_ignore=_IGNORES.search(source) is not None,
        )  # fmt: skip
        self.functions.append(function)
        if receiver is None:
            self.named[name] = function
        elif owner is not None:
            owner.methods.setdefault(name, function)
            for found in () if not receiver.name else re.finditer(_SET % re.escape(receiver.name.encode()), source):
                stores = owner.stores.get(found[1].decode("utf-8", "replace"))
                if stores:
                    stores.append(Store(at_of(node), function, lambda: None, stores[0].annotation))

    def _makes_maps(self, source: bytes) -> bool:
        """Whether it has to do with a struct of this package that has a map."""
        if any(name in source for name in self._with_maps):
            return True
        made = {found[1].decode("utf-8", "replace") for found in _MADE.finditer(source)} - self.declared.keys()
        return any(b"map[" in (spec.text or b"") for name in made if (spec := self.elsewhere(name)) is not None)

    def _lowered(self, function: Function, node: Node, is_by_value: bool) -> Block:
        scopes = Scopes(self.hidden)
        for parameter in function.parameters:
            scopes.declare(parameter.name, parameter.at[0])
        may_be_set = b"&" in function.source or function.source.find(b"func", 4) >= 0
        untracked = set_by_others(node.child_by_field_name("body")) if may_be_set else frozenset[str]()
        around = Expressions(function, self.types, scopes, lower_body, untracked)
        body = lower_body(around, node, function)
        if not is_by_value:
            return body
        own = il.Name((node.start_byte, node.start_byte), function.receiver)
        return (il.Evaluate(il.Operation(own.at, "deref", (own,), forks=False)), *body)


def _gives_pointer(node: Node) -> bool:
    """Whether a result other than an error can be nil."""
    result = node.child_by_field_name("result")
    return result is not None and text(result) not in ("error", "bool", "string", "int")


def type_specs(root: Node) -> Iterator[Node]:
    """The declarations of types in a file, those in functions last."""
    waiting = [root]
    while waiting:
        found = list[Node]()
        for node in waiting:
            for child in node.named_children:
                if child.type in ("type_spec", "type_alias"):
                    yield child
                elif child.type not in _WITHOUT_TYPES and b"type " in (child.text or b""):
                    found.append(child)
        waiting = found

"""What a file of Go declares: functions, types, imports, variables. Bodies are lowered when they are asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Class, FileDeclarations, Function, StoredValue
from breadknife.plugins.nullcheck.core.il import Block
from breadknife.plugins.nullcheck.languages.go.statements import GoLowering, defines, parameters_of, result_of, specs_of
from breadknife.plugins.nullcheck.languages.go.types import REFERENCES, GoTypes
from breadknife.plugins.nullcheck.languages.outlining import Outliner, at_of, first, inner, part, text, word
from breadknife.plugins.nullcheck.languages.scopes import Scopes
from breadknife.text.generated import is_generated
from breadknife.text.syntax import Node, nodes_in

_VERSION = re.compile(r"/v\d+$|\.v\d+$")
_FUNCTIONS = frozenset({"function_declaration", "method_declaration"})
_DEFERRED = frozenset({"defer_statement"})
_DECLARES = frozenset({"var_spec", "parameter_declaration"})
_SETS = frozenset({"short_var_declaration", "assignment_statement", "inc_statement", "dec_statement", "range_clause"})


@dataclass
class GoOutliner(Outliner):
    language = "go"

    declared_elsewhere: Callable[[str], Node | None] = lambda _: None
    """Gives what another file of the package declares a type as; None if none has a type of this name."""
    declared: dict[str, Node] = field(default_factory=dict[str, Node])
    """Type of this file -> what it is declared as."""

    def file(self) -> FileDeclarations:
        root = self.tree.root
        main = Function(at_of(root), "", (), None, lambda _: (), self.tree.encoded)
        self.types = GoTypes(self.declared, self.imports, self.declared_elsewhere)
        if not is_generated(self.tree.text):
            self._read(root)
        return self.file_of(main)

    def _read(self, root: Node) -> None:
        """Note the imports first, then types, variables and functions, as each may name those before."""
        for node in root.named_children:
            if node.type == "import_declaration":
                self._import(node)
        for spec in type_specs(root):
            if (written := part(spec, "type")) is not None:
                self.declared.setdefault(word(spec, "name"), written)
        for name, written in self.declared.items():
            self._class(name, written)
        for node in root.named_children:
            if node.type in ("var_declaration", "const_declaration"):
                self._variables(node)
        functions = [child for child in root.named_children if child.type in _FUNCTIONS]
        names = {word(function, "name") for function in functions if function.type == "function_declaration"}
        self.outside = frozenset({*self.imports, *self.declared, *self.variables, *names})
        for node in functions:
            self._function(node)

    def _import(self, node: Node) -> None:
        for spec in nodes_in(node):
            if spec.type == "import_spec":
                written = word(spec, "path").strip('"`')
                name = word(spec, "name") or _VERSION.sub("", written).rpartition("/")[2]
                self.imports[name] = written

    def _class(self, name: str, written: Node) -> None:
        bases, class_ = list[str](), Class(at_of(written), name, (), is_interface=written.type == "interface_type")
        for member in inner(first(written)) if written.type == "struct_type" else ():
            names, type_ = member.children_by_field_name("name"), self.types.read(part(member, "type"))
            for field_name in names:
                store = StoredValue(at_of(field_name), None, lambda: None, type_)
                class_.stores.setdefault(text(field_name), []).append(store)
            if not names and type_ is not None:
                bases.append(type_.name)
        class_.bases = tuple(bases)
        self.classes[name] = class_

    def _variables(self, node: Node) -> None:
        for spec in specs_of(node):
            names, values = spec.children_by_field_name("name"), inner(part(spec, "value"))
            type_ = self.types.read(part(spec, "type"))
            for index, name in enumerate(names):
                value = values[index] if len(values) == len(names) else None
                store = StoredValue(at_of(name), None, lambda value=value: self._value(value), type_)
                self.variables.setdefault(text(name), []).append(store)

    def _value(self, node: Node | None) -> il.Expression | None:
        """Return the value of a variable of the package; None where it isn't written."""
        if node is None:
            return None
        nowhere = Function(at_of(node), "", (), None, lambda _: (), b"")
        return GoLowering(nowhere, Scopes(), types=self.types).expression(node)

    def _function(self, node: Node) -> None:
        """Note a function with a body, or a method, whose receiver is then its first parameter."""
        name, body = word(node, "name"), part(node, "body")
        if body is None:
            return
        receiver = next(parameters_of(node, self.types, "receiver"), None)
        receivers, owner = (receiver,) if receiver is not None else (), None
        type_ = receiver.annotation.name if receiver is not None and receiver.annotation is not None else ""
        if type_ and type_ not in REFERENCES:  # those are called by the name of what they are declared as
            owner = self.classes.setdefault(type_, Class(at_of(node), type_, (), is_elsewhere=True))
        source = self.tree.encoded[node.start_byte : node.end_byte]
        function = Function(
            at_of(node), name, (*receivers, *parameters_of(node, self.types)), result_of(node, self.types),
            lambda function: self._lowered(function, node), source, owner,
            receiver=receiver.name if receiver is not None else "", receiver_class=owner,
            is_stub=not inner(body), is_bound=receiver is not None,
        )  # fmt: skip
        self.functions.append(function)
        if receiver is None:
            self.named[name] = function
        elif owner is not None:
            owner.methods.setdefault(name, function)

    def _lowered(self, function: Function, node: Node) -> Block:
        """Return the body of a function. One of a value dereferences its receiver first: on nil the call itself
        fails."""
        scopes = Scopes(self.outside)
        for parameter in function.parameters:
            scopes.declare(parameter.name, parameter.at[0])
        may_be_set = b"&" in function.source or function.source.find(b"func", 4) >= 0
        untracked = _set_by_others(part(node, "body")) if may_be_set else frozenset[str]()
        body = GoLowering(function, scopes, types=self.types, untracked=untracked).body(node)
        receiver = function.parameters[0].annotation if function.receiver else None
        if receiver is None or not receiver.is_value or receiver.name in REFERENCES:
            return body
        own = il.Name((node.start_byte, node.start_byte), function.receiver)
        return (il.Evaluate(il.Operation(own.at, "deref", (own,), forks=False)), *body)


def type_specs(root: Node) -> Iterator[Node]:
    """Yield the declarations of types in a file, without those in functions."""
    for node in root.named_children:
        if node.type == "type_declaration":
            yield from (child for child in inner(node) if child.type in ("type_spec", "type_alias"))


def _set_by_others(body: Node | None) -> frozenset[str]:
    """Return the variables that a function within this one sets, or whose address somebody gets: nothing can be known
    of them. `defer` doesn't count: it sets variables at the end, when nobody uses them any more."""
    names = set[str]()
    for node in nodes_in(body, _DEFERRED) if body is not None else ():
        if node.type == "unary_expression" and node.children[0].type == "&":
            names |= _names(part(node, "operand"))
        elif node.type == "func_literal":
            declared_within, set_within = set[str](), set[str]()
            for child in nodes_in(node):
                if child.type in _DECLARES:
                    declared_within.update(map(text, child.children_by_field_name("name")))
                elif child.type in _SETS:
                    (declared_within if defines(child) else set_within).update(_names(part(child, "left") or child))
            names |= set_within - declared_within
    return frozenset(names)


def _names(node: Node | None) -> set[str]:
    """Return the names that a node is, or that it lists."""
    return {text(child) for child in ([node, *inner(node)] if node is not None else ()) if child.type == "identifier"}


home_of = GoOutliner.home_of

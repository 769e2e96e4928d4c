"""Java declarations that `@Nullable` belongs to, by what NullAway says of the nulls that reach them.

NullAway takes what isn't annotated for what is never null. So it reports each null that is returned, passed or stored;
JSpecify wants the declaration to say so. A null that is only used isn't one of these: `triage` sorts such findings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from breadknife.plugins.nullcheck.project.declared import owner_of
from breadknife.plugins.nullcheck.repairs.grammar import grammar_of
from breadknife.text.document import Span, TextEdit, line_break
from breadknife.text.syntax import Node, SyntaxTree, nodes_in, path_to

JSPECIFY = "org.jspecify.annotations.Nullable"
_RETURNS = re.compile(r"^returning @Nullable expression from method|^method returns @Nullable, but superclass method")
_SUPERCLASS = re.compile(
    r"superclass method (?:[\w$.]+\.)?(?P<owner>[\w$]+)\.(?:<[^()]*>)?(?P<name>[\w$]+)\((?P<types>[^)]*)\)"
)
_PASSES = re.compile(r"^passing @Nullable parameter '")
_TAKES = re.compile(r"^parameter (?P<name>\w+) is @NonNull, but parameter in superclass")
_STORES = re.compile(r"^assigning @Nullable expression to @NonNull (?:static )?field")
_UNSET = re.compile(r"@NonNull (?:static )?fields? (?:\S+ \(line \d+\)|\S+ not initialized)")
_FIELD = re.compile(r"'?([\w$]+)'?(?= \(line \d+\)| not initialized)")
_METHODS = frozenset({"method_declaration", "constructor_declaration", "compact_constructor_declaration"})
_SHAPES = grammar_of("java").shapes
_CALLED = _METHODS | {"record_declaration"}
"""A record is called as its constructor."""
_FIELDS = frozenset({"field_declaration"})
_CALLS = {
    "method_invocation": "name", "object_creation_expression": "type", "explicit_constructor_invocation": "constructor",
}  # fmt: skip
"""A call -> the field that tells what is called."""
_PARAMETERS = frozenset({"formal_parameter", "spread_parameter"})
_ANNOTATED = _PARAMETERS | {"method_declaration", "field_declaration"}
_INNER = re.compile(r"<[^<>]*>")
_PRIMITIVE = frozenset({"integral_type", "floating_point_type", "boolean_type", "void_type"})

Trees = Callable[[Path], SyntaxTree | None]
Defining = Callable[[str], Iterable[Path]]
"""Name -> the files of the project that define a type, a method or a field of that name."""


@dataclass(frozen=True)
class JavaDeclaration:
    """What gets the annotation."""

    path: Path
    name: str
    """`Indexer.read()`, `Indexer.map`, `Indexer.read(name)`."""
    type: Span
    """Where its type stands."""


@dataclass(frozen=True)
class JavaDeclarations:
    """The Java files of a project."""

    tree: Trees
    defining: Defining

    def declarations(self, path: Path, span: Span, message: str) -> Iterator[JavaDeclaration]:
        """Yield what a finding of NullAway at that place wants to be annotated: nothing of a null that is only used,
        and of what the project doesn't declare."""
        tree = self.tree(path)
        if tree is None:
            return
        node = tree.node_at(span)
        around = (*path_to(tree, node), node)
        if overridden := _SUPERCLASS.search(message) if _RETURNS.match(message) else None:
            yield from self._overridden(overridden)
        elif _RETURNS.match(message):
            inner = next((each for each in reversed(around) if each.type in {*_METHODS, "lambda_expression"}), None)
            if inner is not None and inner.type == "method_declaration":
                yield from _declaration(path, tree, inner)
        elif _PASSES.match(message):
            yield from self._parameter(path, tree, around)
        elif taken := _TAKES.match(message):
            parameters = [each for each in nodes_in(around[-1]) if each.type in _PARAMETERS]
            parameters += [each for each in reversed(around) if each.type in _PARAMETERS]
            named = (each for each in parameters if _name(tree, each) == taken["name"])
            yield from _declaration(path, tree, next(named, None))
        elif _STORES.match(message):
            assigned = next((each for each in reversed(around) if each.type == "assignment_expression"), None)
            left = assigned.child_by_field_name("left") if assigned is not None else None
            if left is not None:
                yield from self._field(path, tree, around, tree.source(left))
        elif _UNSET.search(message):
            for name in _FIELD.findall(message):
                yield from self._field(path, tree, around, name)

    def _overridden(self, said: re.Match[str]) -> Iterator[JavaDeclaration]:
        types = _simple_types(said["types"])
        yield from self._only(
            (path, tree, method)
            for path, tree, method in self._members(said["name"], _CALLED)
            if _owner(tree, method) == said["owner"] and _types_of(tree, method) == types
        )

    def _parameter(self, path: Path, tree: SyntaxTree, around: Sequence[Node]) -> Iterator[JavaDeclaration]:
        """Yield the parameter that gets an argument: of the one method that can be meant, and of those that override it
        or that it overrides, as far as the types of their parameters tell."""
        at = next((at for at in range(len(around) - 1, 0, -1) if around[at - 1].type == "argument_list"), None)
        call = around[at - 2] if at is not None and at > 1 else None
        if at is None or call is None or call.type not in _CALLS:
            return
        called = call.child_by_field_name(_CALLS[call.type])
        receiver = call.child_by_field_name("object")
        owners = [_name(tree, each) for each in reversed(around) if each.type in _SHAPES.owners]
        name = re.sub(r"<.*", "", tree.source(called)).rpartition(".")[2] if called is not None else ""
        name = owners[0] if name == "this" and owners else name
        given = [each for each in around[at - 1].named_children if not each.type.endswith("comment")]
        number = given.index(around[at])
        found = [
            (file, its, method, parameters[min(number, len(parameters) - 1)])
            for file, its, method in self._members(name, _CALLED)
            if _takes(parameters := _parameters(method), len(given))
            and (call.type == "method_invocation") == (method.type == "method_declaration")
            and (
                receiver is None
                or not tree.source(receiver)[:1].isupper()
                or _owner(its, method) == tree.source(receiver)
            )
        ]
        own = [each for each in found if each[0] == path and _owner(each[1], each[2]) in owners]
        meant = own if receiver is None and own else found
        if len({_types_of(its, method) for _, its, method, _ in meant}) == 1:
            for file, its, _, parameter in meant:
                yield from _declaration(file, its, parameter)

    def _field(self, path: Path, tree: SyntaxTree, around: Sequence[Node], left: str) -> Iterator[JavaDeclaration]:
        """Yield the field of the innermost type around that has it, else of the only type in the project that has one
        of that name."""
        name = left.rpartition(".")[2]
        owners = [_name(tree, each) for each in reversed(around) if each.type in _SHAPES.owners]
        found = list(self._members(name, _FIELDS, path))
        own = [each for each in found if each[0] == path and _owner(tree, each[2]) in owners]
        if own and left in (name, f"this.{name}"):
            found = [min(own, key=lambda each: owners.index(_owner(tree, each[2])))]
        yield from self._only(found)

    def _members(self, name: str, kinds: frozenset[str], *first: Path) -> Iterator[tuple[Path, SyntaxTree, Node]]:
        """Yield the declarations of these kinds that have that name, in the files that come first and then in all."""
        for path in dict.fromkeys((*first, *self.defining(name))):
            tree = self.tree(path)
            for node in nodes_in(tree.root) if tree is not None else ():
                if tree is not None and node.type in kinds and name in _declared(tree, node):
                    yield path, tree, node

    def _only(self, found: Iterable[tuple[Path, SyntaxTree, Node]]) -> Iterator[JavaDeclaration]:
        """Yield the only one; nothing where several can be meant."""
        match list(found):
            case [(path, tree, node)]:
                yield from _declaration(path, tree, node)
            case _:
                pass


def annotated(declaration: JavaDeclaration, tree: SyntaxTree) -> tuple[TextEdit, ...]:
    """Return the edits that annotate it: with the `Nullable` that its file imports, else JSpecify's."""
    node = tree.node_at(declaration.type)
    while node.type in ("generic_type", "scoped_type_identifier"):  # `Map.Entry<K, V>`: before `Entry`
        node = node.named_children[0] if node.type == "generic_type" else node.named_children[-1]
    at = tree.span(node).start
    text = "@Nullable "
    if node.type == "array_type" and (brackets := node.child_by_field_name("dimensions")) is not None:
        at, text = tree.span(brackets).start, " @Nullable "
    edit = TextEdit(Span(at, at), text)
    imports = [each for each in tree.root.named_children if each.type == "import_declaration"]
    if any(tree.source(each).rstrip("; ").endswith(".Nullable") for each in imports):
        return (edit,)
    return (*_import(tree, imports), edit)


def _import(tree: SyntaxTree, imports: Sequence[Node]) -> Iterator[TextEdit]:
    line, end = f"import {JSPECIFY};", line_break(tree.text)
    plain = [each for each in imports if not tree.source(each).startswith("import static")]
    later = next((each for each in plain if tree.source(each) > line), None)
    if later is not None:
        start = tree.span(later).start
        yield TextEdit(Span(start, start), line + end)
        return
    package = [each for each in tree.root.named_children if each.type == "package_declaration"]
    for last, before in ((plain[-1:], end), (package, end + end)):
        if last:
            after = tree.span(last[0]).end
            yield TextEdit(Span(after, after), before + line)
            return


def declared_nullable(tree: SyntaxTree) -> Iterator[str]:
    """Yield the names of the declarations of a file that are annotated."""
    for node in nodes_in(tree.root):
        if node.type in _ANNOTATED and _is_annotated(tree, node):
            yield _full_name(tree, node)


def _declaration(path: Path, tree: SyntaxTree, node: Node | None) -> Iterator[JavaDeclaration]:
    type_ = _type(node) if node is not None else None
    if node is None or type_ is None or type_.type in _PRIMITIVE or _is_annotated(tree, node):
        return
    yield JavaDeclaration(path, _full_name(tree, node), tree.span(type_))


def _is_annotated(tree: SyntaxTree, node: Node) -> bool:
    """Tell whether the value itself is: `@Nullable List<T>`, but not `List<@Nullable T>`."""
    name = node.child_by_field_name("name") or node.child_by_field_name("declarator")
    end = tree.span(name).start if name is not None else tree.span(node).end
    written, inner = tree.text[tree.span(node).start : end], ""
    while written != inner:
        written, inner = _INNER.sub("", written), written
    return "@Nullable" in written


def _full_name(tree: SyntaxTree, node: Node) -> str:
    owner, name = _owner(tree, node), _declared(tree, node)[0]
    if node.type not in _PARAMETERS:
        return f"{owner}.{name}{'()' if node.type == 'method_declaration' else ''}"
    method = next((each for each in reversed(path_to(tree, node)) if each.type in {*_METHODS, *_SHAPES.owners}), None)
    return f"{owner}.{_name(tree, method)}({name})"


def _type(node: Node) -> Node | None:
    if node.type == "spread_parameter":  # it has no field for its type
        return next((each for each in node.named_children if each.type != "modifiers"), None)
    return node.child_by_field_name("type")


def _declared(tree: SyntaxTree, node: Node) -> list[str]:
    """Return the names that it declares."""
    declarators = node.children_by_field_name("declarator")
    declarators += [each for each in node.named_children if each.type == "variable_declarator" and not declarators]
    return [_name(tree, each) for each in declarators or [node]]


def _name(tree: SyntaxTree, node: Node | None) -> str:
    name = node.child_by_field_name("name") if node is not None else None
    if name is None and node is not None and node.type == "spread_parameter":
        return _name(tree, node.named_children[-1])
    return tree.source(name) if name is not None else ""


def _owner(tree: SyntaxTree, node: Node) -> str:
    return owner_of(tree, tree.span(node), _SHAPES)


def _parameters(method: Node) -> list[Node]:
    parameters = method.child_by_field_name("parameters")
    found = parameters.named_children if parameters is not None else []
    return [each for each in found if each.type in _PARAMETERS]


def _types_of(tree: SyntaxTree, method: Node) -> tuple[str, ...]:
    """Return the types of its parameters, without packages and type arguments."""
    found = (_type(each) for each in _parameters(method))
    return tuple(name for each in found if each is not None for name in _simple_types(tree.source(each)))


def _simple_types(written: str) -> tuple[str, ...]:
    """`java.util.List<java.lang.String>,int[]` -> List, int[]."""
    plain, inner = written, ""
    while plain != inner:
        plain, inner = _INNER.sub("", plain), plain
    return tuple(re.sub(r"@\w+|\s|\.\.\.", "", each).rpartition(".")[2] for each in plain.split(",") if each)


def _takes(parameters: Sequence[Node], count: int) -> bool:
    if parameters and parameters[-1].type == "spread_parameter":
        return count >= len(parameters)
    return 0 < count == len(parameters)

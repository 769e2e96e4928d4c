"""The functions, classes, imports and constants of one file: what its own calls may mean."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from breadknife.plugins.nullcheck.python.annotations import annotated_kind, is_optional
from breadknife.plugins.nullcheck.python.classes import (
    Class,
    Variable,
    assigned,
    assignment_of,
    bases_of,
    may_be_unset,
    note,
    settle,
)
from breadknife.plugins.nullcheck.python.rules import KINDS
from breadknife.text.syntax import Node, SyntaxTree, captures, path_to

_SHARED = tuple(re.compile(word + rb"[ \t]+([\w \t,]+)") for word in (b"global", b"nonlocal"))
_TRANSPARENT = frozenset({
    "if_statement", "elif_clause", "else_clause", "for_statement", "while_statement", "try_statement", "except_clause",
    "finally_clause", "with_statement", "match_statement", "case_clause", "block",
})  # fmt: skip
_HARMLESS_DECORATORS = frozenset({
    "staticmethod", "classmethod", "property", "cached_property", "functools.cached_property", "lru_cache",
    "functools.lru_cache", "cache", "functools.cache", "override",
})  # fmt: skip

_FIRST = frozenset({"__init__", "__post_init__", "__attrs_post_init__"})
_CHECKS_AFTER = re.compile(r"""(?:pydantic\.)?model_validator\(\s*mode\s*=\s*["']after["']""")


class Function(NamedTuple):  # made of each at every key: a frozen dataclass takes six times as long
    node: Node
    body: Node
    name: str
    owner: int | None
    """Start byte of the class that it is a method of."""
    is_async: bool
    is_property: bool
    is_plain: bool
    """No decorator that may change what a call returns."""
    receiver: str = ""
    """The name of the object (or its class) that it, or the function around it, is a method of."""
    receiver_class: int | None = None
    """Start byte of that class."""
    is_of_class: bool = False
    """A class method or a static one."""
    decorated_at: int = 0
    """Where its decorators begin, or the function itself."""

    @property
    def is_abstract(self) -> bool:
        """Whether it is for a class below to say what it does."""
        return b"NotImplementedError" in (self.node.text or b"")


@dataclass(frozen=True)
class Imported:
    """What a name was imported as."""

    module: str
    """As written, with leading dots."""
    name: str = ""
    """The name there; "" for the module itself."""


@dataclass
class Outline:
    source: bytes
    functions: list[Function] = field(default_factory=list[Function])
    by_name: dict[str, Function | None] = field(default_factory=dict[str, "Function | None"])
    """Functions of the module; None for a name with several."""
    methods: dict[tuple[int, str], Function | None] = field(default_factory=dict[tuple[int, str], "Function | None"])
    imports: dict[str, str] = field(default_factory=dict[str, str])
    """Local name -> qualified name."""
    imported: dict[str, Imported] = field(default_factory=dict[str, Imported])
    """Local name -> where it comes from."""
    classes: dict[int, Class] = field(default_factory=dict[int, Class])
    """By their start byte."""
    class_named: dict[str, Class | None] = field(default_factory=dict[str, "Class | None"])
    """Of the module; None for a name with several."""
    variables: dict[str, Variable] = field(default_factory=dict[str, Variable])
    """Of the module, and what functions assign to them with `global`."""
    kinds: dict[str, str] = field(default_factory=dict[str, str])
    """What is assigned once, at module or class level (`Class.name`), and the kind of its value."""
    of_classes: frozenset[str] = frozenset()
    """The names of classes' attributes in `kinds`."""
    shared: frozenset[str] = frozenset()
    """Names that some function declares global or nonlocal: any call may change them."""
    inert: frozenset[Hashable] = frozenset()
    """Bodies of functions that say nothing of all this, by their texts and what that depends on."""


def text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def parameter_of(function: Node, name: str) -> Node | None:
    for parameter in parameters_of(function):
        named = parameter.child_by_field_name("name") or (
            parameter.named_children[0] if parameter.type == "typed_parameter" else parameter
        )
        if named.type == "identifier" and text(named) == name:
            return parameter
    return None


def parameters_of(function: Node) -> list[Node]:
    parameters = function.child_by_field_name("parameters")
    return [one for one in parameters.named_children if one.type != "comment"] if parameters is not None else []


def callee_of(value: Node) -> str:
    """What is called there, or awaited; "" where it is no call."""
    call = value.named_children[0] if value.type == "await" else value
    callee = call.child_by_field_name("function") if call.type == "call" else None
    return text(callee) if callee is not None else ""


class _Block(NamedTuple):
    """What statements stand in."""

    owner: int | None = None
    """Start byte of the class whose body it is."""
    local: bool = False
    """Inside of a function."""
    method: int | None = None
    """Start byte of the class that the function is a method of."""
    receiver: str = ""
    function: str = ""
    body: Hashable = None
    """See `Outline.inert`."""
    definition: Node | None = None
    """The function."""
    is_first: bool = False
    """It is a method without which no object is made."""


def outline(tree: SyntaxTree, inert: frozenset[Hashable] = frozenset()) -> Outline:
    """`inert`: what was said so of an earlier text of the document."""
    source = tree.encoded
    made = Outline(source, shared=frozenset(_shared(source)))
    shared = re.compile(b"|".join(re.escape(name.encode()) for name in made.shared)) if made.shared else None
    constants: dict[str, list[str]] = {}
    stack: list[tuple[Node, _Block]] = [(tree.root, _Block())]
    bodies, saying = set[Hashable](), set[Hashable]()
    while stack:
        statements, block = stack.pop()
        bodies.add(block.body)
        if block.body in inert:
            continue
        says = False
        for node in statements.named_children:
            kind = node.type
            if kind == "expression_statement":
                if block.local and not _may_set(source, block, shared, node):
                    continue
                assignment = assignment_of(node)
                if assignment is None:
                    continue
                if _assignments(made, statements, block, node, assignment):
                    says = True
                if not block.local:
                    within = "" if block.owner is None else f"{made.classes[block.owner].name}."
                    _constant(made, constants, assignment, within)
            elif kind in _TRANSPARENT:
                if block.is_first and kind == "if_statement":
                    says = True
                    _check(made, statements, block, node)
                stack.append((node, block))
            elif kind in ("import_statement", "import_from_statement"):
                says = True
                _import(made, node)
            elif kind in ("function_definition", "class_definition", "decorated_definition"):
                says = True
                _definition(made, stack, node, block)
        if says:
            saying.add(block.body)
    for class_ in made.classes.values():
        for name, variable in class_.variables.items():
            if variable.there_first and variable.none is not None and variable.annotation:
                variable.there_first = not (
                    class_.sets_by_name or _is_made_otherwise(made, class_) or may_be_unset(source, name)
                )
    made.inert = frozenset(bodies - saying - {None})
    made.functions.sort(key=lambda function: function.node.start_byte)
    made.kinds = {name: kinds[0] for name, kinds in constants.items() if len(kinds) == 1 and kinds[0]}
    made.of_classes = frozenset(name.rpartition(".")[2] for name in made.kinds if "." in name)
    return made


def _is_made_otherwise(made: Outline, class_: Class) -> bool:
    """Whether a subclass of the file makes its objects without what this class does for that."""
    own = [name for name in _FIRST if (class_.node.start_byte, name) in made.methods]
    for start, other in made.classes.items():
        if any(base.rpartition(".")[2] == class_.name for base in other.bases):
            for name in own:
                function = made.methods.get((start, name))
                if function is not None and f".{name}(" not in text(function.body):
                    return True
    return False


def _may_return_before(source: bytes, block: _Block, statement: Node) -> bool:
    """Whether the function may be left before one of its statements, but by an exception."""
    definition = block.definition
    if definition is None or source.find(b"return", definition.start_byte, statement.start_byte) < 0:
        return False
    stack = [definition]
    while stack:
        for child in stack.pop().named_children:
            if child.start_byte < statement.start_byte and child.type == "return_statement":
                return True
            if child.start_byte < statement.start_byte and child.type in _TRANSPARENT:
                stack.append(child)
    return False


def _is_given(function: Node, value: Node | None) -> bool:
    """Whether it is a parameter of the function that each call gives."""
    if value is None or value.type != "identifier":
        return False
    parameter = parameter_of(function, text(value))
    if parameter is None or parameter.type not in ("identifier", "typed_parameter"):
        return False
    annotation = parameter.child_by_field_name("type")
    return annotation is None or not is_optional(text(annotation))


def _may_set(source: bytes, block: _Block, shared: re.Pattern[bytes] | None, statement: Node) -> bool:
    """Whether a statement of a function may set an attribute of its object, or a variable of the module: most have
    no name of one in them, which costs less to see in the text than in the tree."""
    start, end = statement.start_byte, statement.end_byte
    if block.function and block.receiver and source.find(block.receiver.encode(), start, end) >= 0:
        return True
    return shared is not None and shared.search(source, start, end) is not None


def _shared(source: bytes) -> Iterator[str]:
    # Patterns that began with the line's start, or with either word, would look at each line.
    for found in (found for pattern in _SHARED for found in pattern.finditer(source)):
        line = source[source.rfind(b"\n", 0, found.start()) + 1 : found.start()]
        if not line.strip(b" \t"):
            yield from re.split(r"[\s,]+", found[1].decode("utf-8", "replace"))


def _assignments(made: Outline, statements: Node, block: _Block, statement: Node, assignment: Node) -> bool:
    """What one of the statements says of the attributes of a class, or of the module's names; whether it says
    something."""
    if block.local and not made.shared:
        left, right = assignment.child_by_field_name("left"), assignment.child_by_field_name("right")
        if left is not None and left.type == "identifier" and (right is None or right.type != "assignment"):
            return False
    says = False
    owner = made.classes.get(block.owner) if block.owner is not None else None
    for target, value, annotation in assigned(assignment):
        if block.function and target.type == "attribute" and block.method is not None:
            object_, name = target.child_by_field_name("object"), target.child_by_field_name("attribute")
            class_ = made.classes.get(block.method)
            if class_ is None or object_ is None or name is None or text(object_) != block.receiver:
                continue
            variable = class_.variables.setdefault(text(name), Variable())
            makes = block.definition if block.is_first else None
            is_first = makes is not None and makes.child_by_field_name("body") == statements
            note(
                variable,
                value,
                annotation,
                block.function,
                is_first=is_first,
                is_given=is_first and makes is not None and _is_given(makes, value),
                is_certain=is_first
                and variable.none is not None
                and not _may_return_before(made.source, block, statement),
            )
            says = True
        elif target.type == "identifier" and not block.local:
            variables = made.variables if owner is None else owner.variables
            note(variables.setdefault(text(target), Variable()), value, annotation, "")
            says = True
        elif target.type == "identifier" and (name := text(target)) in made.shared:
            note(made.variables.setdefault(name, Variable()), value, annotation, block.function)
            says = True
    return says


def _check(made: Outline, statements: Node, block: _Block, check: Node) -> None:
    class_ = made.classes.get(block.method) if block.method is not None else None
    is_whole = block.definition is not None and block.definition.child_by_field_name("body") == statements
    if class_ is not None and is_whole and not _may_return_before(made.source, block, check):
        settle(class_, block.receiver, check)


def _definition(made: Outline, stack: list[tuple[Node, _Block]], node: Node, block: _Block) -> None:
    owner, local, start = block.owner, block.local, node.start_byte
    decorators: list[str] = []
    is_checked_after = False
    if node.type == "decorated_definition":
        written = [text(child)[1:] for child in node.named_children if child.type == "decorator"]
        is_checked_after = any(_CHECKS_AFTER.match(decorator) for decorator in written)
        decorators = [decorator.partition("(")[0].strip() for decorator in written]
        inner = node.child_by_field_name("definition")
        if inner is None:
            return
        node = inner
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is None or body is None:
        return
    if node.type == "class_definition":
        bases = bases_of(node)
        is_dataclass = any(decorator.rpartition(".")[2] == "dataclass" for decorator in decorators)
        is_enum = any(base.rpartition(".")[2].endswith(("Enum", "Flag")) for base in bases)
        made.classes[node.start_byte] = found = Class(
            node, text(name), bases, is_enum=is_enum, is_dataclass=is_dataclass
        )
        if owner is None and not local:
            made.class_named[found.name] = None if found.name in made.class_named else found
        stack.append((body, _Block(node.start_byte, local)))
        return
    is_static = "staticmethod" in decorators
    is_method = owner is not None
    receiver = block.receiver if not is_method else "" if is_static else _first_parameter(node)
    receiver_class = owner if is_method else block.method
    function = Function(
        node,
        body,
        text(name),
        owner,
        is_async=made.source.startswith(b"async", node.start_byte),
        is_property=bool(decorators) and any(decorator.endswith("property") for decorator in decorators),
        is_plain=_HARMLESS_DECORATORS.issuperset(decorators),
        receiver=receiver,
        receiver_class=receiver_class if receiver else None,
        is_of_class=is_static or "classmethod" in decorators,
        decorated_at=start,
    )
    made.functions.append(function)
    method = function.name if is_method else block.function
    source = made.source[body.start_byte : body.end_byte]
    is_first = is_method and (function.name in _FIRST or is_checked_after)
    its_text = (source, receiver, method, receiver_class is None, made.shared, is_first)
    stack.append((body, _Block(None, True, receiver_class, receiver, method, its_text, node, is_first)))
    if any(decorator.endswith((".setter", ".deleter")) for decorator in decorators):
        return
    if owner is not None:
        key = (owner, function.name)
        made.methods[key] = None if key in made.methods else function
    elif not local:
        made.by_name[function.name] = None if function.name in made.by_name else function


def imports_of(tree: SyntaxTree) -> Mapping[str, Imported]:
    """`Outline.imported`, without the rest: of several of a name the first of the module's top level."""
    made = Outline(b"")
    found = captures(tree, "[(import_statement) (import_from_statement)] @import").get("import", [])
    for node in sorted(found, key=lambda node: (-_depth(tree, node), -node.start_byte)):
        _import(made, node)
    return made.imported


def _depth(tree: SyntaxTree, node: Node) -> int:
    """In how many functions it stands."""
    return sum(outer.type == "function_definition" for outer in path_to(tree, node))


def starred(tree: SyntaxTree) -> Sequence[str]:
    """The modules of `from m import *`."""
    query = "(import_from_statement module_name: (_) @module (wildcard_import))"
    return [text(module) for module in captures(tree, query).get("module", [])]


def _first_parameter(node: Node) -> str:
    parameters = node.child_by_field_name("parameters")
    first = parameters.named_child(0) if parameters is not None and parameters.named_child_count else None
    if first is not None and first.type == "typed_parameter":
        first = first.named_child(0)
    return text(first) if first is not None and first.type == "identifier" else ""


def _import(made: Outline, node: Node) -> None:
    module = node.child_by_field_name("module_name")
    for child in node.children_by_field_name("name"):
        alias, name = text(child), text(child)
        if child.type == "aliased_import":
            named, renamed = child.child_by_field_name("name"), child.child_by_field_name("alias")
            if named is None or renamed is None:
                continue
            alias, name = text(renamed), text(named)
        if module is not None:
            # A relative import's "." keeps a module of the project from passing for the standard library's.
            made.imports[alias] = ("." if module.type == "relative_import" else text(module) + ".") + name
            made.imported[alias] = Imported(text(module), name)
        elif child.type == "aliased_import":
            made.imports[alias] = name
            made.imported[alias] = Imported(name)
        else:
            root = name.partition(".")[0]
            made.imports[root] = root
            made.imported[root] = Imported(root)


def _constant(made: Outline, constants: dict[str, list[str]], assignment: Node, prefix: str) -> None:
    left, right, annotation = (assignment.child_by_field_name(name) for name in ("left", "right", "type"))
    if left is None or left.type != "identifier":
        return
    kind = annotated_kind(text(annotation)) if annotation is not None else ""
    if not kind and right is not None:
        kind = "dict" if right.type in ("dictionary", "dictionary_comprehension") else _made_kind(made, right)
    constants.setdefault(prefix + text(left), []).append(kind)


def _made_kind(made: Outline, value: Node) -> str:
    """Of what a call gives, or of one of its methods: `re.compile(…).match`."""
    of, method = value.child_by_field_name("object"), value.child_by_field_name("attribute")
    if of is not None and method is not None and (kind := _made_kind(made, of)):
        return f"{kind}.{text(method)}"
    function = value.child_by_field_name("function") if value.type == "call" else None
    return KINDS.get(made_name(made, text(function)), "") if function is not None else ""


def made_name(made: Outline, dotted: str) -> str:
    """A dotted name with its first part replaced by what was imported under it."""
    root, dot, rest = dotted.partition(".")
    return made.imports.get(root, root) + dot + rest

"""The classes, methods, fields and imports of one Java file: what its own calls may give."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from breadknife.plugins.nullcheck.java.keys import maps_that_may_miss
from breadknife.text.syntax import Node, SyntaxTree

_NULLABLE = re.compile(r"@(?:[\w.]*\.)?(?:Nullable|CheckForNull|NullableDecl|PossiblyNull)\b")
CLASSES = frozenset({
    "class_declaration", "interface_declaration", "enum_declaration", "record_declaration",
    "annotation_type_declaration",
})  # fmt: skip
METHODS = frozenset({"method_declaration", "constructor_declaration", "compact_constructor_declaration"})
_SUPPRESSED = re.compile(
    r'@SuppressWarnings\([^)]*"(?:null|NullAway|all|ConstantConditions|DataFlowIssue|nullness)"|@SuppressFBWarnings\b'
)


@dataclass(frozen=True)
class Variable:
    """A field."""

    node: Node
    """Its declaration."""
    type: str
    nullable: bool


@dataclass(frozen=True, eq=False)
class Method:
    node: Node
    body: Node
    name: str
    type: str
    """What it gives back; "" for a constructor."""
    nullable: bool
    """Annotated so."""
    owner: int
    """Start byte of its class."""
    suppressed: bool
    """The author has told a checker that they know better."""


@dataclass
class Class:
    outer: int | None
    name: str = ""
    parent: str = ""
    """The simple name of the class that it extends."""
    fields: dict[str, Variable] = field(default_factory=dict[str, Variable])
    methods: dict[str, list[Method]] = field(default_factory=dict[str, list[Method]])


@dataclass
class Outline:
    source: bytes
    methods: list[Method] = field(default_factory=list[Method])
    classes: dict[int, Class] = field(default_factory=dict[int, Class])
    """By the start byte of their declaration."""
    imports: dict[str, str] = field(default_factory=dict[str, str])
    """Simple name -> qualified name."""
    last_import: Node | None = None
    package: Node | None = None

    def text(self, node: Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    @cached_property
    def maps_that_may_miss(self) -> frozenset[str]:
        return maps_that_may_miss(self.source.decode("utf-8", "replace"))

    @property
    def class_names(self) -> frozenset[str]:
        return frozenset(its.name for its in self.classes.values())

    def class_named(self, kind: str) -> str:
        """The simple name of a class; "" for one that is written with a package, and means another here without."""
        written, name = kind.partition("<")[0].strip(), base(kind)
        package = self.text(self.package).removeprefix("package").strip(" ;\n\t") if self.package is not None else ""
        is_known = written in (self.imports.get(name, ""), f"{package}.{name}")
        return name if is_known or not written[:1].islower() or "." not in written else ""

    def field_named(self, owner: int | None, name: str) -> Variable | None:
        """The field that a bare name means in a class."""
        while owner is not None and owner in self.classes:
            if name in self.classes[owner].fields:
                return self.classes[owner].fields[name]
            owner = self.classes[owner].outer
        return None

    def literal(self, owner: int | None, source: str) -> str:
        """The text that a constant of a class always is, as a literal; any other expression as it is."""
        field = self.field_named(owner, source)
        declared = self.text(field.node) if field is not None else ""
        found = re.search(rf'\bfinal\b[^=;]*\b{re.escape(source)}\s*=\s*("[^"\\\n]*")\s*[;,]', declared)
        return found[1] if found is not None else source

    def method_named(self, owner: int | None, name: str) -> Method | None:
        """The method that a bare call means in a class; None where several have that name."""
        while owner is not None and owner in self.classes:
            found = self.classes[owner].methods.get(name, [])
            if found:
                return found[0] if len(found) == 1 else None
            owner = self.classes[owner].outer
        return None


def outline(tree: SyntaxTree) -> Outline:
    made = Outline(tree.encoded)
    stack: list[tuple[Node, int | None, bool]] = []
    for node in tree.root.named_children:
        if node.type == "import_declaration":
            made.last_import = node
            name = made.text(node).removeprefix("import").strip(" ;\n\t")
            if not name.startswith("static") and not name.endswith("*"):
                made.imports[name.rpartition(".")[2]] = name
        elif node.type == "package_declaration":
            made.package = node
        elif node.type in CLASSES:
            stack.append((node, None, False))
    while stack:
        node, outer, suppressed = stack.pop()
        stack += _class(made, node, outer, suppressed)
    made.methods.sort(key=lambda method: method.node.start_byte)
    return made


def _class(made: Outline, node: Node, outer: int | None, suppressed: bool) -> Iterator[tuple[Node, int | None, bool]]:
    key = node.start_byte
    name, parent = node.child_by_field_name("name"), node.child_by_field_name("superclass")
    extended = made.class_named(made.text(parent).removeprefix("extends").strip()) if parent is not None else ""
    its = made.classes.setdefault(key, Class(outer, made.text(name) if name is not None else "", extended))
    suppressed = suppressed or _SUPPRESSED.search(modifiers(made, node)) is not None
    for member in members(node):
        if member.type in CLASSES:
            yield member, key, suppressed
        elif member.type == "field_declaration":
            kind, nullable = member.child_by_field_name("type"), _NULLABLE.search(modifiers(made, member)) is not None
            for declarator in member.children_by_field_name("declarator"):
                if (name := declarator.child_by_field_name("name")) is not None and kind is not None:
                    written = made.text(kind)
                    its.fields[made.text(name)] = Variable(member, written, nullable and not written.endswith("]"))
        elif member.type in METHODS and (body := member.child_by_field_name("body")) is not None:
            method = method_of(made, member, body, key, suppressed)
            made.methods.append(method)
            its.methods.setdefault(method.name, []).append(method)
        elif member.type in ("static_initializer", "block"):
            made.methods.append(Method(member, member, "", "", False, key, suppressed))


def method_of(made: Outline, node: Node, body: Node, owner: int, suppressed: bool) -> Method:
    name, kind, said = node.child_by_field_name("name"), node.child_by_field_name("type"), modifiers(made, node)
    # `@Nullable Object[]` says, with annotations of types, that its elements may be null.
    is_array = kind is not None and kind.type == "array_type"
    return Method(
        node,
        body,
        made.text(name) if name is not None else "",
        made.text(kind) if kind is not None else "",
        _NULLABLE.search(said) is not None and not is_array,
        owner,
        suppressed or _SUPPRESSED.search(said) is not None,
    )


def members(node: Node) -> Iterator[Node]:
    body = node.child_by_field_name("body")
    for child in body.named_children if body is not None else ():
        if child.type == "enum_body_declarations":
            yield from child.named_children
        else:
            yield child


def modifiers(made: Outline, node: Node) -> str:
    first = node.named_children[0] if node.named_child_count else None
    return made.text(first) if first is not None and first.type == "modifiers" else ""


def is_nullable(annotations: str) -> bool:
    return _NULLABLE.search(annotations) is not None


def base(kind: str) -> str:
    """`Map` of `java.util.Map<K, V>`."""
    return kind.partition("<")[0].rpartition(".")[2].strip()


def type_arguments(kind: str) -> list[str]:
    """`K` and `V` of `Map<K, V>`."""
    inside, parts, depth = kind.partition("<")[2].rpartition(">")[0], [""], 0
    for char in inside:
        depth += (char == "<") - (char == ">")
        if char == "," and not depth:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts if part.strip()]

"""What names mean: imports, functions, classes and their attributes, in this file and in those that it imports."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Protocol

from breadknife.plugins.nullcheck.python.annotations import annotated_classes, annotated_kind, is_followed
from breadknife.plugins.nullcheck.python.classes import Class, Variable
from breadknife.plugins.nullcheck.python.declared_types import given_annotation
from breadknife.plugins.nullcheck.python.facts import NOTHING, Cause, Contents, Fact, Summary, contents, key_of
from breadknife.plugins.nullcheck.python.members import (
    Callee,
    Member,
    elsewhere,
    held_elsewhere,
    part_may_be_none,
    returned,
)
from breadknife.plugins.nullcheck.python.outline import Function, Outline, made_name, text
from breadknife.plugins.nullcheck.python.rule import NullableCall
from breadknife.plugins.nullcheck.python.rules import (
    ATTRIBUTES,
    CLASSES,
    ITERATORS,
    KINDS,
    NULLABLE,
)
from breadknife.plugins.nullcheck.python.words import dotted_names, members_of
from breadknife.plugins.nullcheck.summaries import Found, Outside
from breadknife.text.syntax import Node

_DICTIONARIES = frozenset({"dictionary", "dictionary_comprehension"})
_MAX_BASES = 12
"""Classes that are looked into for one attribute."""


class Analysis(Protocol):
    """What a function's analysis asks of the whole file's."""

    def summary(self, function: Function, /) -> Summary: ...

    def tries(self, function: Function, /) -> bool:
        """See `tries_what_it_is_given`."""
        ...

    def given(self, owner: int, name: str, /) -> Fact:
        """What the class's own `__init__` gives that attribute, where that may be None."""
        ...

    def given_at_top(self, name: str, /) -> Fact:
        """What a call gives a name of the module, where that may be None."""
        ...

    @property
    def rules(self) -> Mapping[str, NullableCall]: ...

    @property
    def outside(self) -> Outside | None: ...


class Meaning:
    """For one function, or the module's top level."""

    def __init__(self, outline: Outline, analysis: Analysis) -> None:
        self.outline = outline
        self._analysis = analysis
        self.rules = analysis.rules
        self._users_rules = [rule for rule in self.rules if rule not in NULLABLE] if self.rules is not NULLABLE else ()
        self.bound: set[str] = set()
        """Names that mean something local from here on."""
        self._keys = dict[int, str]()

    def key(self, node: Node) -> str:
        """`key_of`, which a call's function is asked for again and again."""
        key = self._keys.get(node.id)
        if key is None:
            key = self._keys[node.id] = key_of(node)
        return key

    def qualified(self, function: Node) -> str:
        """What a callee is called outside this file, or "" where the name means something local."""
        name = self.key(function)
        root = name.partition(".")[0]
        if not name or root in self.bound or (root not in self.outline.imports and root in self.outline.by_name):
            return ""
        return made_name(self.outline, name)

    def callee(self, node: Node, receiver: str) -> Callee | None:
        """The function that is called, where this project has it. `receiver` is the kind of the object before it."""
        member = self.called(node, receiver)
        if member is None:
            return None
        return self._callee(member, text(node.child_by_field_name("attribute") or node), node)

    def tries(self, node: Node, receiver: str) -> bool:
        """Whether what is called calls what it is given where it catches what a use of None raises."""
        member = self.called(node, receiver)
        if member is not None and member.function is not None:
            return self._analysis.tries(member.function)
        return member is not None and member.known is not None and member.known.tries

    def called(self, node: Node, receiver: str) -> Member | None:
        if node.type == "identifier":
            name = text(node)
            if name in self.bound:
                return None
            if name in self.outline.imported:
                found = self._imported(name)
                return Member(known=found.known, uri=found.uri) if found else None
            function = self.outline.by_name.get(name)
            return Member(function) if function is not None else None
        name = node.child_by_field_name("attribute") if node.type == "attribute" else None
        if name is None:
            return None
        if receiver:
            return self.member(receiver, text(name))
        dotted = self.key(node)
        if not dotted or dotted.partition(".")[0] in self.bound:
            return None
        found = self._imported(dotted)
        return Member(known=found.known, uri=found.uri) if found else None

    def is_always_true(self, value: Node) -> bool:
        """Whether it is an iterator of a builtin's, which is there even where it gives nothing."""
        function = value.child_by_field_name("function") if value.type == "call" else None
        return function is not None and self.qualified(function) in ITERATORS

    def made_by(self, node: Node) -> str:
        """The kind of the object that a call of that name makes, if it names a class."""
        name = self.key(node)
        if not name or name.partition(".")[0] in self.bound:
            return ""
        qualified = made_name(self.outline, name)
        return KINDS.get(qualified, "") or self.class_kind(name)

    def class_kind(self, dotted: str) -> str:
        """The kind of a class's objects, by the class's name in this file."""
        found = self.outline.class_named.get(dotted)
        if found is not None:
            return f"#{found.node.start_byte}"
        if dotted.partition(".")[0] not in self.outline.imported:
            return ""
        qualified = made_name(self.outline, dotted)
        if qualified in CLASSES or any(rule.startswith(qualified + ".") for rule in self._users_rules):
            return qualified
        imported = self._imported(dotted)
        return f"{imported.uri}#{imported.name}" if imported is not None and imported.summary is not None else ""

    def annotated(self, annotation: str, uri: str = "") -> str:
        """The kind that an annotation gives, of another file where `uri` names one."""
        if kind := annotated_kind(annotation):
            return kind
        names = annotated_classes(annotation)
        return self.common(self._kind_there(name, uri) if uri else self.class_kind(name) for name in names)

    def common(self, kinds: Iterable[str]) -> str:
        """The kind that objects of all of these are: the nearest of the first one's."""
        one, *more = dict.fromkeys(kinds) or ("",)
        if not more:
            return one
        others = [list(self.above(kind)) for kind in more]
        return next((kind for kind in self.above(one) if all(kind in other for other in others)), "")

    def attribute(self, receiver: str, node: Node) -> Fact:
        """What is known of an attribute by its declaration and by what its class assigns to it."""
        named = node.child_by_field_name("attribute")
        if not receiver or named is None:
            return NOTHING
        name = text(named)
        if rule := ATTRIBUTES.get(f"{receiver}.{name}"):
            return Fact(Cause(node, f"`{rule.name}` is None {rule.why}"))
        member = self.member(receiver, name)
        if member is None:
            return NOTHING
        if member.variable is not None and member.owner is not None:
            owner = node.child_by_field_name("object")
            return self.assigned(
                member.variable, name, member.owner, by_itself=owner is not None and text(owner) == "self"
            )
        callee = self._callee(member, name, node)
        if callee is not None:
            return Fact(callee.cause, callee.kind, contents=callee.contents) if callee.is_property else NOTHING
        known = member.known
        if known is None or known.is_function:
            return NOTHING
        kind, held = self._kind_there(known.type, member.uri), held_elsewhere(known, member.uri, node)
        return Fact(elsewhere(known.null, member.uri, node), kind, contents=held)

    def may_be_set_by_name(self, receiver: str, name: str) -> bool:
        """Whether a class of this file, or one of its bases, may give an attribute a value that no assignment shows."""
        own = (self.outline.classes[int(kind[1:])] for kind in self.above(receiver) if kind.startswith("#"))
        return any(class_.sets_by_name or name in class_.quoted for class_ in own)

    def method(self, receiver: str, node: Node) -> str:
        """The name of the rule for a method that is no more than named, to be called later; "" where there is none."""
        named = node.child_by_field_name("attribute")
        name = f"{receiver}.{text(named)}" if named is not None else ""
        return name if name in self.rules else ""

    def constant(self, key: str, owner: str = "") -> str:
        """The kind of what is assigned once, to a name of the module or in a class. `owner`: the kind of the object
        whose attribute it is."""
        of, _, name = key.rpartition(".")
        if not of:
            return self.outline.kinds.get(key, "")
        if name not in self.outline.of_classes:
            return ""
        for each in self.above(owner or ("" if of in self.bound else self.class_kind(of))):
            class_ = self.outline.classes[int(each[1:])] if each.startswith("#") else None
            if class_ is not None and name in class_.variables:
                return self.outline.kinds.get(f"{class_.name}.{name}", "")
        return ""

    def variable(self, name: str) -> Fact:
        """What is known of a name of the module, inside a function."""
        if name in self.bound:
            return NOTHING
        found = self.outline.variables.get(name)
        if found is not None and name not in self.outline.imported:
            held = self._contents(found, name)
            if (found.annotation or name in self.outline.shared) and found.optional:
                return Fact(self.cause(found, f"`{name}`"), self.annotated(found.annotation), contents=held)
            if found.annotation:
                return Fact(kind=self.annotated(found.annotation), contents=held)
            return self._analysis.given_at_top(name)
        return NOTHING

    def imported_value(self, node: Node) -> Fact:
        """A variable of another file."""
        dotted = self.key(node)
        if not dotted or dotted.partition(".")[0] in self.bound:
            return NOTHING
        found = self._imported(dotted)
        if found is None or found.known is None or found.known.is_function:
            return NOTHING
        kind, held = self._kind_there(found.known.type, found.uri), held_elsewhere(found.known, found.uri, node)
        return Fact(elsewhere(found.known.null, found.uri, node), kind, contents=held)

    def nullable_elsewhere(self) -> frozenset[bytes]:
        """The words under which this file may use what other files say may be None."""
        words, outside, modules, classes = set[bytes](), self._analysis.outside, list[str](), list[str]()
        if outside is None:
            return frozenset()
        for here, imported in self.outline.imported.items():
            if imported.name and (found := self._imported(here)) is not None:
                if found.known is not None:
                    words |= {here.encode()} if found.known.is_nullable else members_of(found.known.type)
                if found.summary is not None:
                    classes.append(f"{found.uri}#{found.name}")
            elif outside.is_of_project(imported.module):
                words |= outside.nullable(imported.module, imported.name)
                modules.append(here)
        outside.dotted = dotted_names(self.outline.source, modules, outside.dotted)
        for dotted in outside.dotted.names:  # a package takes its names from modules of its own
            if (found := self._imported(dotted)) is not None and found.summary is not None:
                classes.append(f"{found.uri}#{found.name}")
            elif found is not None and found.known is not None:
                words |= {found.name.encode()} if found.known.is_nullable else members_of(found.known.type)
        bases = {base for class_ in self.outline.classes.values() for base in class_.bases if "." in base}
        kinds = frozenset(kind for kind in (*classes, *map(self.class_kind, bases)) if not kind.startswith("#"))
        if kinds not in outside.members:
            outside.members[kinds] = self._nullable_members(kinds)
        return outside.members[kinds] | words

    def _nullable_members(self, kinds: Collection[str]) -> frozenset[bytes]:
        """Of classes of other files, and of their bases, which many of them share."""
        words, left, seen = set[bytes](), list(kinds), set[str]()
        while left:
            kind = left.pop()
            uri, _, name = kind.partition("#")
            found = self._outside(uri, name) if uri and kind not in seen else None
            seen.add(kind)
            if found is not None and found.summary is not None:
                words |= {name.encode() for name, known in found.summary.members.items() if known.is_nullable}
                left += [self._kind_there(base, uri) for base in found.summary.bases]
        return frozenset(words)

    # --- members ---

    def member(self, kind: str, name: str) -> Member | None:
        """What an object of that kind has under a name, its base classes' too."""
        for each in self.above(kind):
            uri, hash_, class_ = each.partition("#")
            if not hash_:
                continue
            if uri:
                found = self._outside(uri, class_)
                if found is not None and found.summary is not None and name in found.summary.members:
                    return Member(known=found.summary.members[name], uri=uri)
                continue
            own, key = self.outline.classes[int(class_)], (int(class_), name)
            if key in self.outline.methods:
                function = self.outline.methods[key]
                return Member(function) if function is not None else None
            if name in own.variables:
                return None if own.is_enum else Member(variable=own.variables[name], owner=own)
        return None

    def above(self, kind: str) -> Iterator[str]:
        """A kind, and those of its base classes."""
        kinds = [kind] if kind else []
        for _ in range(_MAX_BASES):
            if not kinds:
                return
            kind = kinds.pop(0)
            yield kind
            uri, hash_, class_ = kind.partition("#")
            if uri and hash_:
                found = self._outside(uri, class_)
                if found is not None and found.summary is not None:
                    kinds[:0] = [each for base in found.summary.bases if (each := self._kind_there(base, uri))]
            elif hash_:
                bases = self.outline.classes[int(class_)].bases
                kinds[:0] = [each for base in bases if (each := self.class_kind(base))]

    def assigned(self, variable: Variable, name: str, owner: Class, *, by_itself: bool = False) -> Fact:
        """What is known of an attribute by what its class says of it. `by_itself`: its own method asks."""
        kind, held = self._variable_kind(variable), self._contents(variable, name) if variable.annotation else None
        if not (kind or variable.annotation) and (written := given_annotation(self.outline, owner, variable)):
            kind = self.annotated(written)
            held = contents(written, Cause(variable.values[0], f"`{name}` gets what is annotated `{written}`"))
        if variable.optional and (variable.annotation or variable.others or variable.none_in):
            return Fact(self.cause(variable, f"`{name}`"), kind, contents=held)
        if not variable.annotation:
            given = self._analysis.given(owner.node.start_byte, name)
            return Fact(given.cause, kind, via=given.via, contents=held) if given.cause or kind or held else NOTHING
        is_set = (
            variable.setters or variable.none_in or (owner.node.start_byte, "__post_init__") in self.outline.methods
        )
        if by_itself and owner.is_dataclass and variable.none is not None and not is_set:
            return Fact(Cause(variable.none, f"the default of `{name}` is None"), kind, contents=held)
        return Fact(kind=kind, contents=held) if kind or held is not None else NOTHING

    def _contents(self, variable: Variable, name: str) -> Contents | None:
        if not is_followed(variable.annotation):
            return None
        return contents(variable.annotation, self.cause(variable, f"`{name}`"))

    def _variable_kind(self, variable: Variable) -> str:
        if variable.annotation:
            return self.annotated(variable.annotation)
        made = {kind for value in variable.values if (kind := self._kind_of_value(value))}
        return made.pop() if len(made) == 1 else ""

    def _kind_of_value(self, value: Node) -> str:
        """ "" where it isn't known: it has as much of the others' kind as its users rely on."""
        if value.type in _DICTIONARIES:
            return "dict"
        function = value.child_by_field_name("function") if value.type == "call" else None
        return self.made_by(function) if function is not None else ""

    def cause(self, variable: Variable, name: str) -> Cause:
        """Of a variable that is optional."""
        if variable.annotation and variable.annotated is not None:
            return Cause(variable.annotated, f"{name} is annotated `{variable.annotation}`")
        assert variable.none is not None
        how = "is set to None" if variable.none.type == "none" else "is declared with `allow_none=True`"
        return Cause(variable.none, f"{name} {how}")

    # --- other files ---

    def _callee(self, member: Member, name: str, node: Node) -> Callee | None:
        if (function := member.function) is not None:
            summary = self._analysis.summary(function)
            what = "the property " if function.is_property else ""
            cause = Cause(function.node, f"{what}`{function.name}` may return None") if summary.may_be_none else None
            annotation = function.node.child_by_field_name("return_type")
            kind = self.annotated(text(annotation)) if annotation is not None and function.is_plain else ""
            items = tuple(
                Cause(function.node, part_may_be_none(function.name, at)) if may_be_none else None
                for at, may_be_none in enumerate(summary.items)
            )
            return Callee(
                name, cause, kind, summary.never_returns, function.is_async, function.is_property, items,
                summary.together, returned(function, annotation) if annotation is not None else None,
                summary.flag, summary.fallback, summary.null_where, summary.back_where,
            )  # fmt: skip
        known = member.known
        if known is None or not known.is_function:
            return None
        return Callee(
            name,
            elsewhere(known.null, member.uri, node),
            self._kind_there(known.type, member.uri),
            known.never_returns,
            known.is_async,
            known.is_property,
            tuple(elsewhere(null, member.uri, node) for null in known.items),
            known.together,
            held_elsewhere(known, member.uri, node),
            flag=known.flag,
            fallback=known.fallback,
            null_where=known.null_where,
            back_where=known.back_where,
        )

    def _imported(self, dotted: str) -> Found | None:
        root, _, rest = dotted.partition(".")
        outside, imported = self._analysis.outside, self.outline.imported.get(root)
        if outside is None or imported is None:
            return None
        if imported.name and rest:
            dot = "" if imported.module.endswith(".") else "."
            return outside.imported(imported.module + dot + imported.name, rest)
        if imported.name:
            return outside.imported(imported.module, imported.name)
        module, _, name = f"{imported.module}.{rest}".rpartition(".")
        return outside.imported(module, name) if rest else None

    def _outside(self, uri: str, name: str) -> Found | None:
        outside = self._analysis.outside
        return outside.named(name, uri) if outside is not None else None

    def _kind_there(self, name: str, uri: str) -> str:
        """The kind of a class by its name in another file."""
        if not name or name in CLASSES or name == "dict":
            return name
        found = self._outside(uri, name)
        return f"{found.uri}#{found.name}" if found is not None and found.summary is not None else ""

"""What a piece of Java stands in: the classes around it, and the variables that are declared there."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from breadknife.plugins.nullcheck.core.declarations import Class
from breadknife.plugins.nullcheck.core.il import Type
from breadknife.plugins.nullcheck.core.knowledge import Knowledge
from breadknife.text.syntax import Node


@dataclass(frozen=True)
class Getter:
    """A method that only gives back a field, or whether it is null."""

    field: str
    type: Type | None
    test: str
    """The operator of the comparison, or ""."""


@dataclass(eq=False)
class Members:
    """What a class declares."""

    class_: Class
    around: Members | None
    fields: dict[str, Type | None] = field(default_factory=dict[str, Type | None])
    constants: dict[str, Node] = field(default_factory=dict[str, Node])
    """Fields that never change, and the literals that they are."""
    methods: dict[str, list[Node]] = field(default_factory=dict[str, list[Node]])
    getters: dict[str, Getter] = field(default_factory=dict[str, Getter])


@dataclass
class Context:
    members: Members | None
    knowledge: Knowledge
    known_types: Mapping[str, str]
    static_imports: frozenset[str]
    _blocks: list[dict[str, Type | None]] = field(default_factory=lambda: [dict[str, Type | None]()])

    @contextmanager
    def block(self) -> Generator[None]:
        self._blocks.append({})
        yield
        self._blocks.pop()

    def inside(self) -> Context:
        """The context of a function that is written here."""
        blocks = [*(dict(each) for each in self._blocks), dict[str, Type | None]()]
        return Context(self.members, self.knowledge, self.known_types, self.static_imports, blocks)

    def declare(self, name: str, type_: Type | None) -> None:
        self._blocks[-1][name] = type_

    def is_local(self, name: str) -> bool:
        return any(name in block for block in self._blocks)

    def local_type(self, name: str) -> Type | None:
        return next((block[name] for block in reversed(self._blocks) if name in block), None)

    def with_field(self, name: str) -> Members | None:
        """The innermost class around that declares the field."""
        members = self.members
        while members is not None and name not in members.fields:
            members = members.around
        return members

    def with_method(self, name: str) -> Members | None:
        members = self.members
        while members is not None and name not in members.methods:
            members = members.around
        return members

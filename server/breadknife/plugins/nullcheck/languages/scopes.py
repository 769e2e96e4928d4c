"""Scopes of names: which variable a name means in nested blocks."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from breadknife.plugins.nullcheck.core.il import Type


class ScopeVariable(NamedTuple):
    """A variable that a block declares."""

    key: str
    type: Type | None
    """Its declared type."""


@dataclass
class Scopes:
    """What names mean in nested blocks: a variable that hides another one has a key of its own."""

    outside: frozenset[str] = frozenset()
    """Names that the file declares."""
    _blocks: list[dict[str, ScopeVariable]] = field(default_factory=lambda: [dict[str, ScopeVariable]()])

    @contextmanager
    def block(self) -> Generator[None]:
        """Hold the variables that are declared meanwhile in a block of their own."""
        self._blocks.append({})
        yield
        self._blocks.pop()

    def inside(self) -> Scopes:
        """Return the scopes for a function that is written here, which sees these variables."""
        return Scopes(self.outside, [*(dict(block) for block in self._blocks), {}])

    def find(self, name: str) -> ScopeVariable | None:
        return next((block[name] for block in reversed(self._blocks) if name in block), None)

    def key(self, name: str) -> str:
        variable = self.find(name)
        return variable.key if variable is not None else name

    def is_new(self, name: str) -> bool:
        """Tell whether the innermost block hasn't declared it."""
        return name not in self._blocks[-1]

    def hide(self, name: str, at: int) -> str:
        """Declare a variable of the innermost block with a key of its own, whatever else has the name. Return the key;
        `at` is a byte that makes it unique."""
        self._blocks[-1][name] = ScopeVariable(f"{name}@{at}", None)
        return self.key(name)

    def declare(self, name: str, at: int, type_: Type | None = None, *, is_own: bool = False) -> str:
        """Declare a variable of the innermost block, and return its key: the name itself, or with the byte `at` if it
        hides another variable. One that `is_own`, the function's, always keeps its name."""
        hides = len(self._blocks) > 1 and (name in self.outside or self.find(name) is not None)
        key = f"{name}@{at}" if hides and not is_own else name
        self._blocks[-1][name] = ScopeVariable(key, type_)
        return key

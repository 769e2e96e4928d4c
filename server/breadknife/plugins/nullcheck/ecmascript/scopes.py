"""Which variables a piece of code sees, and how each was declared."""

from __future__ import annotations

from dataclasses import dataclass, field

from breadknife.plugins.nullcheck.ecmascript.facts import Env, Fact
from breadknife.plugins.nullcheck.ecmascript.modules import Known
from breadknife.plugins.nullcheck.ecmascript.types import UNKNOWN, Type
from breadknife.text.syntax import Node


@dataclass(frozen=True, eq=False)
class Signature:
    """What the head of a function says."""

    node: Node
    returns: Type | None
    """None: it isn't said, and may have to be found out."""
    takes: tuple[Type | None, ...] = ()
    """None for a parameter that may be left out, or whose type isn't read."""
    is_async: bool = False
    asserts: bool = False
    """It throws unless its first parameter is there: `asserts x`."""
    known: Known | None = None
    """Of another file's."""
    uri: str = ""
    """That file's."""
    source: bytes = b""
    """The text that it stands in: not always the one that is followed, of which a function has been edited."""


@dataclass(frozen=True, eq=False)
class Variable:
    node: Node
    """The declaration."""
    type: Type = UNKNOWN
    """As declared."""
    is_const: bool = False
    function: Signature | None = None
    """Of the function that it names."""
    scope: Node | None = None
    """The function that it is declared in."""


@dataclass
class Scope:
    variables: dict[str, Variable] = field(default_factory=dict[str, Variable])
    hidden: dict[str, Fact] = field(default_factory=dict[str, Fact])
    """What was known of the outer variables whose names the scope uses again."""


class Scopes:
    def __init__(self) -> None:
        self._stack: list[Scope] = [Scope()]

    def __getitem__(self, name: str) -> Variable | None:
        for scope in reversed(self._stack):
            if (variable := scope.variables.get(name)) is not None:
                return variable
        return None

    def enter(self) -> None:
        self._stack.append(Scope())

    def declare(self, name: str, variable: Variable, env: Env | None = None) -> None:
        scope = self._stack[-1]
        if env is not None and name not in scope.variables:
            self.hide(name, env)
        scope.variables[name] = variable

    def declared_here(self, name: str) -> bool:
        return name in self._stack[-1].variables

    def hide(self, name: str, env: Env) -> None:
        """A name that was declared before its block ran: what is known of an outer one goes now."""
        scope = self._stack[-1]
        prefixes = (name + ".", name + "[")
        for key in [key for key in env if key == name or key.startswith(prefixes)]:
            scope.hidden[key] = env.pop(key)

    def visible(self) -> dict[str, Variable]:
        """Every variable that can be named here."""
        return {name: variable for scope in self._stack for name, variable in scope.variables.items()}

    def leave(self, *envs: Env | None) -> None:
        """The innermost scope ends: what is known of its variables goes, what it hid comes back."""
        scope = self._stack.pop()
        if not scope.variables:
            return
        for env in envs:
            if env:
                for key in [key for key in env if _root(key) in scope.variables]:
                    del env[key]
                env.update(scope.hidden)

    def copy(self) -> Scopes:
        """As it is now, for coming back to."""
        copied = Scopes()
        copied._stack = [Scope(dict(scope.variables), dict(scope.hidden)) for scope in self._stack]
        return copied


def _root(key: str) -> str:
    for at, char in enumerate(key):
        if char in ".[(":
            return key[:at]
    return key

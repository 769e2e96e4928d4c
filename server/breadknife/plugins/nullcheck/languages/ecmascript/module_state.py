"""Variables of a module that are null until a function sets them: `let conn = null`, which `open` sets and `query` uses.

Such a null can only be met if others call both, in an order that nothing here decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from breadknife.plugins.nullcheck.core.declarations import Function, Store
from breadknife.plugins.nullcheck.languages.ecmascript.imports import Links

_SPACES = bytes(c if chr(c).isalnum() or c in b"_$" or c > 127 else ord(" ") for c in range(256))


@dataclass
class ModuleState:
    source: bytes
    functions: Sequence[Function]
    """Those at the top of the module, and methods."""
    variables: Mapping[str, list[Store]]
    links: Links
    is_typed: bool
    first: frozenset[str]
    """Names of functions that some framework calls before all others."""

    def may_be_unset(self, function: Function, name: str) -> bool:
        """Whether a function may run while a variable is still null."""
        user = self._around(function)
        stores = self.variables.get(name, ())
        if stores and stores[0].annotation is not None:
            return self.is_typed or (user is not None and user.name in self._exported)
        set_ = [store for store in stores[1:] if not store.is_null]
        setters = {store.function for store in set_ if store.function in self.functions}
        if user is None or user.name not in self._exported or not set_ or user in setters:
            return False
        if len(setters) < len({store.function for store in set_}):
            return False  # a callback, or the module itself, sets it
        return all(self._is_called_by_others(setter, user, name) for setter in setters if setter) and not any(
            each.name.encode() in user.words and name.encode() in each.words
            for each in self.functions
            if each is not user and each.name
        )

    def _is_called_by_others(self, setter: Function, user: Function, name: str) -> bool:
        if setter.name not in self._exported or setter.name.encode() in self._loose or setter.name in self.first:
            return False
        return user.name.encode() not in setter.words and not any(
            other != name and other.encode() in user.words
            for other, stores in self.variables.items()
            if len(stores) > 1 and any(store.function is setter for store in stores) and self._is_switch(stores)
        )

    def _is_switch(self, stores: Sequence[Store]) -> bool:
        """Whether a variable isn't null at first: it may tell whether another one is set."""
        return not stores[0].is_null

    def _around(self, function: Function) -> Function | None:
        at = function.at
        return next((each for each in self.functions if each.at.start <= at.start and at.end <= each.at.end), None)

    @cached_property
    def _exported(self) -> frozenset[str]:
        return frozenset(self.links.exports.values())

    @cached_property
    def _loose(self) -> frozenset[bytes]:
        """The words of the code that no function at the top holds, but for the lists of what is exported."""
        rest, end = list[bytes](), 0
        for function in sorted(self.functions, key=lambda each: each.at):
            if function.at.start >= end:
                rest.append(self.source[end : function.at.start])
                end = function.at.end
        rest.append(self.source[end:])
        lines = (line for part in rest for line in part.split(b"\n") if b"export" not in line and b"import" not in line)
        words = b"\n".join(lines).translate(_SPACES).split()
        declared = {function.name.encode() for function in self.functions}
        return frozenset(words) - {name for name in declared if words.count(name) <= 1 and self._is_assigned(name)}

    def _is_assigned(self, name: bytes) -> bool:
        return b"const " + name in self.source or b"let " + name in self.source

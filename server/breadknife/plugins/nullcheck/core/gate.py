"""Decides by the words of functions alone which ones can't have to do with null: those need not be lowered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from breadknife.plugins.nullcheck.core.declarations import FileDeclarations, Function
from breadknife.plugins.nullcheck.core.il import Invocation, Member, Type
from breadknife.plugins.nullcheck.core.knowledge import Knowledge

_ROUNDS = 4
"""How many functions deep a null is followed that each returns from a call of the next one."""


class Gate:
    """The gate of one file. A word is nullable if what it names may be, or may give, null somewhere."""

    def __init__(
        self,
        file: FileDeclarations,
        knowledge: Knowledge,
        elsewhere: Callable[[], frozenset[bytes]],
        telling_elsewhere: Callable[[], frozenset[bytes]] = frozenset,
        is_suspect: Callable[[Function], bool] = lambda _: False,
    ) -> None:
        """`elsewhere` returns the nullable words of the files that this one imports. `telling_elsewhere` returns those
        of them under which null comes only beside a value that tells of it. `is_suspect` tells whether a function may
        do something else than others believe."""
        self._file = file
        self._knowledge = knowledge
        self._elsewhere = elsewhere
        self._telling_elsewhere = telling_elsewhere
        self._is_suspect = is_suspect

    def may_use_null(self, function: Function) -> bool:
        """Tell whether the function may have to do with null, so that it must be followed."""
        return self._may_meet_null(function) or self._is_suspect(function)

    def _may_meet_null(self, function: Function) -> bool:
        if function.has_declared_null or not function.words.isdisjoint(self.nullable):
            return True
        return function.may_ignore and not function.words.isdisjoint(self._telling)

    def needs_flow(self, function: Function) -> bool:
        """Tell whether the function must be followed to know what a call of it gives. Where this is false it always
        comes back, and with a value, or with none that anybody uses."""
        if not function.words.isdisjoint(self._ending) or function.name.encode() in self._ending:
            return True
        if b"return" not in function.words and not function.is_expression:
            return False
        return function.is_open or function.tells_null or self._may_meet_null(function)

    @cached_property
    def _ending(self) -> frozenset[bytes]:
        """The words of calls that may never come back."""
        named = [function for function in self._file.functions if function.name]
        word, endless = re.compile(self._knowledge.ending.encode()), re.compile(self._knowledge.endless.encode())
        words = {each for each in self._file.main.words if word.fullmatch(each)}
        if endless.search(self._file.main.source):
            words |= {function.name.encode() for function in named if endless.search(function.source)}
        return _spread(words, named)

    @cached_property
    def nullable(self) -> frozenset[bytes]:
        """The nullable words of this file, also those that its imports make so."""
        words = self.own | self._elsewhere()
        return words.union(name.encode() for name in self._bound(words))

    @cached_property
    def own(self) -> frozenset[bytes]:
        """The words that are nullable by this file alone."""
        words = {*_encoded(self._knowledge, "null_words"), *self._of_library(self._knowledge.words)}
        words |= {local.encode() for local, name in self._file.imports.items() if name in self._knowledge.calls}
        words |= {name.encode() for name in self._declared()}
        giving = [function for function in self._file.functions if self._may_give_null(function)]
        words |= {function.name.encode() for function in giving if function.is_open}
        return _spread(words, giving)

    @cached_property
    def _telling(self) -> frozenset[bytes]:
        """Return all words of calls that give null beside a value that tells of it."""
        return self.telling.union(self._telling_elsewhere(), self._of_library(self._knowledge.telling_words))

    @cached_property
    def telling(self) -> frozenset[bytes]:
        """The names of this file's functions that give null beside a value that tells of it."""
        functions = self._file.functions
        return frozenset(function.name.encode() for function in functions if function.tells_null and function.name)

    def _of_library(self, table: Mapping[str, frozenset[bytes]]) -> frozenset[bytes]:
        """Return the words of a table of the knowledge, as far as the file may mean the library by them."""
        return table[""].union(*(table.get(root, ()) for root in self._roots()))

    def _roots(self) -> frozenset[str]:
        """Return the modules that the file imports, or the words it has that stand for those of the knowledge."""
        if not self._knowledge.needs_imports:
            words = self._file.main.words
            return frozenset(root for root in self._knowledge.words if root.encode() in words)
        return frozenset(name.partition(".")[0] for name in self._file.imports.values())

    def _declared(self) -> Iterator[str]:
        """Yield the names of variables, attributes, types and functions whose declarations allow null."""
        tables = [self._file.variables, *(class_.stores for class_ in self._file.classes.values())]
        for table in tables:
            for name, stores in table.items():
                if any(_allows_null(store.annotation) for store in stores):
                    yield name
        yield from (name for name, type_ in self._file.aliases.items() if _allows_null(type_))
        for function in self._file.functions:
            if _allows_null(function.returns):
                yield function.name

    def _may_give_null(self, function: Function) -> bool:
        """Tell whether a call of the function by its name may give null, as far as its declaration says."""
        gives = b"return" in function.words or function.is_expression
        if not function.name or function.name.startswith("__") or not gives:
            return False
        return function.returns is None or not self._knowledge.types_exclude_null or _allows_null(function.returns)

    def _bound(self, words: frozenset[bytes]) -> Iterator[str]:
        """Yield the variables of the module whose value comes from a call or an attribute with one of these names."""
        for name, stores in self._file.variables.items():
            for store in stores:
                value = store.value() if store.function is None and store.passes_on else None
                while isinstance(value, Invocation | Member):
                    callee = value.callee if isinstance(value, Invocation) else value
                    last = callee.name if isinstance(callee, Member) else callee.key.rpartition(".")[2]
                    if last.encode() in words:
                        yield name
                    value = callee.owner if isinstance(callee, Member) else None


def _spread(words: Iterable[bytes], functions: Sequence[Function]) -> frozenset[bytes]:
    """Return the words, with the names of the functions that have one of them in their text, and so on for these."""
    spread = frozenset(words)
    for _ in range(_ROUNDS):
        spread |= {function.name.encode() for function in functions if not function.words.isdisjoint(spread)}
    return spread


def _allows_null(type_: Type | None) -> bool:
    """Tell whether the type, or one of its arguments, allows null."""
    return type_ is not None and (bool(type_.nullable) or any(map(_allows_null, type_.arguments)))


def _encoded(knowledge: Knowledge, table: str) -> frozenset[bytes]:
    return frozenset(word.encode() for word in knowledge.functions[table])

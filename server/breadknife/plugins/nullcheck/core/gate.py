"""Which functions can't have to do with null, by their words alone: those need not be lowered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from breadknife.plugins.nullcheck.core.declarations import FileDeclarations, Function
from breadknife.plugins.nullcheck.core.il import Invocation, Member, Type
from breadknife.plugins.nullcheck.core.knowledge import Knowledge

_ROUNDS = 4
"""Calls are followed so far for what their names may give."""


class Gate:
    def __init__(
        self,
        file: FileDeclarations,
        knowledge: Knowledge,
        elsewhere: Callable[[], frozenset[bytes]],
        telling_elsewhere: Callable[[], frozenset[bytes]] = frozenset,
    ) -> None:
        """`elsewhere` gives the words under which something of the files that this one imports may be null,
        `telling_elsewhere` the same where another value tells of it."""
        self._file = file
        self._knowledge = knowledge
        self._elsewhere = elsewhere
        self._telling_elsewhere = telling_elsewhere

    def may_use_null(self, function: Function) -> bool:
        if function.has_declared_null or not function.words.isdisjoint(self.nullable):
            return True
        return function.may_ignore and not function.words.isdisjoint(self._telling)

    def needs_flow(self, function: Function) -> bool:
        """Whether its words don't show that it always comes back, and with a value."""
        if not function.words.isdisjoint(self._ending):
            return True
        if b"return" not in function.words and not function.is_expression:
            return False
        return function.is_open or function.tells_null or self.may_use_null(function)

    @cached_property
    def _ending(self) -> frozenset[bytes]:
        named = [each for each in self._file.functions if each.name]
        return _spread(_encoded(self._knowledge, "ending_words"), named)

    @cached_property
    def nullable(self) -> frozenset[bytes]:
        """The words under which something may be null in this file."""
        words = self.own | self._elsewhere()
        return words.union(name.encode() for name in self._bound(words))

    @cached_property
    def own(self) -> frozenset[bytes]:
        """The nullable words that this file tells by itself."""
        words = {*_encoded(self._knowledge, "null_words"), *self._of_library(self._knowledge.words)}
        words |= {here.encode() for here, name in self._file.imports.items() if name in self._knowledge.calls}
        words |= {name.encode() for name in self._declared()}
        giving = [each for each in self._file.functions if self._may_give_null(each)]
        words |= {each.name.encode() for each in giving if each.is_open}
        return _spread(words, giving)

    @cached_property
    def _telling(self) -> frozenset[bytes]:
        return self.telling.union(self._telling_elsewhere(), self._of_library(self._knowledge.telling_words))

    @cached_property
    def telling(self) -> frozenset[bytes]:
        """The functions of this file that give null which another value tells of."""
        return frozenset(each.name.encode() for each in self._file.functions if each.tells_null and each.name)

    def _of_library(self, table: Mapping[str, frozenset[bytes]]) -> frozenset[bytes]:
        """The words of a table of the knowledge, as far as the file may mean the library by them."""
        return table[""].union(*(table.get(root, ()) for root in self._roots()))

    def _roots(self) -> frozenset[str]:
        if not self._knowledge.needs_imports:
            words = self._file.main.words
            return frozenset(each for each in self._knowledge.words if each.encode() in words)
        return frozenset(name.partition(".")[0] for name in self._file.imports.values())

    def _declared(self) -> Iterator[str]:
        """Names whose declarations allow null, or that hold what may be null."""
        tables = [self._file.variables, *(each.stores for each in self._file.classes.values())]
        for table in tables:
            for name, stores in table.items():
                if any(_allows_null(each.annotation) for each in stores):
                    yield name
        yield from (name for name, type_ in self._file.aliases.items() if _allows_null(type_))
        for function in self._file.functions:
            if _allows_null(function.returns):
                yield function.name

    def _may_give_null(self, function: Function) -> bool:
        """Whether a call by its name may give null, as far as its declaration says."""
        gives = b"return" in function.words or function.is_expression
        if not function.name or function.name.startswith("__") or not gives:
            return False
        return function.returns is None or not self._knowledge.types_exclude_null or _allows_null(function.returns)

    def _bound(self, words: frozenset[bytes]) -> Iterator[str]:
        """Variables of the module that hold what a call by one of these words gives."""
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
    """The words with the names of those functions that have one of them, or a name of such a function."""
    found = frozenset(words)
    for _ in range(_ROUNDS):
        found |= {each.name.encode() for each in functions if not each.words.isdisjoint(found)}
    return found


def _allows_null(type_: Type | None) -> bool:
    return type_ is not None and (bool(type_.nullable) or any(_allows_null(each) for each in type_.arguments))


def _encoded(knowledge: Knowledge, table: str) -> frozenset[bytes]:
    return frozenset(each.encode() for each in knowledge.functions[table])

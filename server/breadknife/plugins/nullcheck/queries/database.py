"""Results that are kept until something that was read for them is another, in the manner of salsa.

A query is a name with its arguments. The result of an input is looked at once in each revision. A derived result is
computed by a function that reads queries; its `Memo` has the result and what was read for it. It serves as long as
each of these reads still has the same result. As in salsa, a result that is computed again and is the same as
before makes nothing out of date: what a file tells its importers (a card) hides the rest of the file's text. Other
than in salsa, a memo may go on reading: an analysis follows functions when they are asked for.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

from breadknife.lru import LruCache

Query: TypeAlias = tuple[str, ...]
"""Its name, and its arguments. The first argument of each query is a path."""
Key = TypeVar("Key")
Result = TypeVar("Result")


@dataclass(eq=False)
class Reads:
    """What was read for a derived result."""

    results: dict[Query, object] = field(default_factory=dict[Query, object])
    derived: set[Reads] = field(default_factory=set["Reads"])
    """The reads of the other derived results that were used."""
    is_inherited: bool = False
    """True if a part of the result was taken over from before an edit."""

    def all(self) -> dict[Query, object]:
        """Return these results with those that the used ones were derived from, and so on."""
        results, seen, waiting = dict[Query, object](), set[Reads](), list[Reads]([self])
        while waiting:
            seen.add(reads := waiting.pop())
            results |= reads.results
            waiting += reads.derived - seen
        return results


class Memo(NamedTuple, Generic[Result]):
    """A derived result, None while it is being computed."""

    result: Result | None
    reads: Reads


class Database(ABC):
    """Runs queries. One thread at a time may use it."""

    def __init__(self) -> None:
        self._results = dict[Query, object]()
        """Of this revision."""
        self._valid = set[Reads]()
        """Those that all have the same result in this revision."""
        self._running = [Reads()]
        """Who is reading, the innermost last."""

    @abstractmethod
    def evaluate(self, query: Query, /) -> object:
        """Return the present result of an input, or of a query that hides what it reads."""

    def begin_revision(self) -> None:
        """Look at each input anew from here on."""
        self._results.clear()
        self._valid.clear()

    def read(self, query: Query) -> Any:
        """Return the result of a query, and note it for whoever is running."""
        result = self._running[-1].results[query] = self.result(query)
        return result

    def result(self, query: Query) -> Any:
        """Return the result of a query in this revision."""
        if query not in self._results:
            self._results[query] = self.evaluate(query)
        return self._results[query]

    def derive(self, table: LruCache[Key, Memo[Result]], key: Key, compute: Callable[[], Result]) -> Result | None:
        """Return the result in the table while it is valid, else what `compute` returns: None where that asks for
        itself."""
        result, reads = table.get(key) or (None, None)
        if reads is None or not self.is_valid(reads):
            result, reads = None, Reads()
            table[key] = Memo(None, reads)
            self._valid.add(reads)
            try:
                with self.running(reads):
                    result = compute()
            except BaseException:
                table.pop(key)
                raise
            table[key] = Memo(result, reads)
        self._running[-1].derived.add(reads)
        return result

    def is_valid(self, reads: Reads, besides: str = "") -> bool:
        """Tell whether all that was read has the same result now, whatever is said of the path `besides`."""
        if reads in self._valid:
            return True
        seen, waiting = {reads}, [reads]
        while waiting:
            current = waiting.pop()
            for query, result in current.results.items():
                if query[1] != besides and (now := self.result(query)) is not result and now != result:
                    return False
            new = current.derived - seen - self._valid
            seen |= new
            waiting += new
        if not besides:
            self._valid |= seen
        return True

    @contextmanager
    def running(self, reads: Reads) -> Generator[None]:
        """Within it, what is read is noted there."""
        self._running.append(reads)
        try:
            yield
        finally:
            self._running.pop()

"""Long sequences of items that have an offset in a text, such as its lines' starts.

An edit replaces a few of them. All below only move: a sequence consists of pieces of lists, each with the number of
code points by which its items have moved, so that no item is made anew.
"""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain
from typing import Generic, Self, TypeVar, cast, overload

_T = TypeVar("_T")
_MOST_PIECES = 64
"""Pieces of a sequence. If there are more, the items are put into one list: that takes as long as moving each once."""


@dataclass(frozen=True, slots=True)
class _Piece(Generic[_T]):
    """`items[first:end]`, moved."""

    items: Sequence[_T]
    first: int
    end: int
    by: int
    """Code points by which the items lie further on than their own offsets say."""

    def __len__(self) -> int:
        return self.end - self.first

    def part(self, first: int, end: int) -> _Piece[_T]:
        """Return the piece with its items from `first` up to `end`, counted from the first one."""
        return replace(self, first=self.first + max(first, 0), end=min(self.first + end, self.end))


class Shifted(Sequence[_T]):
    """Items in the order of their offsets. Immutable; the `items` that it is made of must not change."""

    def __init__(self, items: Sequence[_T] = ()) -> None:
        self._fill([_Piece(items, 0, len(items), 0)])

    def _fill(self, pieces: Iterable[_Piece[_T]]) -> None:
        """Take these pieces, with the index at which each ends and the offset at which it starts."""
        self._pieces = [piece for piece in pieces if len(piece)]
        self._ends = [*accumulate(map(len, self._pieces))]
        firsts = [piece.items[piece.first] for piece in self._pieces]
        key = self._key()
        places = map(key, firsts) if key else cast("list[int]", firsts)
        self._starts = [place + piece.by for place, piece in zip(places, self._pieces, strict=True)]

    def _key(self) -> Callable[[_T], int] | None:
        """Return the function that tells an item's offset; None if the items are offsets themselves."""
        return None

    @abstractmethod
    def _moved(self, item: _T, by: int, /) -> _T:
        """Return the item `by` code points further on."""
        ...

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, index: int) -> _T: ...
    @overload
    def __getitem__(self, index: slice) -> list[_T]: ...
    def __getitem__(self, index: int | slice) -> _T | list[_T]:
        if isinstance(index, slice):
            first, end, step = index.indices(len(self))
            if step != 1:
                return [self[index] for index in range(first, end, step)]
            return [*chain.from_iterable(map(self._items, self._cut(first, end)))]
        at = index + len(self) if index < 0 else index
        if not 0 <= at < len(self):
            raise IndexError(index)
        number = bisect_right(self._ends, at)
        piece = self._pieces[number]
        item = piece.items[piece.end - (self._ends[number] - at)]
        return self._moved(item, piece.by) if piece.by else item

    def __iter__(self) -> Iterator[_T]:
        return chain.from_iterable(map(self._items, self._pieces))

    def __reversed__(self) -> Iterator[_T]:
        return chain.from_iterable(reversed(self._items(piece)) for piece in reversed(self._pieces))

    def count_up_to(self, offset: int) -> int:
        """Return how many items lie before an offset or at it."""
        number = bisect_right(self._starts, offset)
        if not number:
            return 0
        piece = self._pieces[number - 1]
        bisect: Callable[..., int] = bisect_right  # its overloads know no key that may be None
        inside = bisect(piece.items, offset - piece.by, piece.first, piece.end, key=self._key())
        return self._ends[number - 1] - piece.end + inside

    def spliced(self, first: int, end: int, new: Sequence[_T], by: int) -> Self:
        """Return the sequence with `new` in place of `self[first:end]`, and all items after that moved by `by`."""
        below = (replace(piece, by=piece.by + by) for piece in self._cut(end, len(self)))
        pieces = [*self._cut(0, first), _Piece(new, 0, len(new), 0), *below]
        spliced = type(self)()
        spliced._fill(pieces)
        return spliced if len(spliced._pieces) <= _MOST_PIECES else type(self)([*spliced])

    def _cut(self, first: int, end: int) -> Iterator[_Piece[_T]]:
        """Yield the pieces of `self[first:end]`."""
        begin = 0
        for piece, until in zip(self._pieces, self._ends, strict=True):
            if begin < end and first < until:
                yield piece.part(first - begin, end - begin)
            begin = until

    def _items(self, piece: _Piece[_T]) -> Sequence[_T]:
        items = piece.items[piece.first : piece.end]
        return [self._moved(item, piece.by) for item in items] if piece.by else items


class Offsets(Shifted[int]):
    """Offsets in a text, ascending."""

    def _moved(self, item: int, by: int, /) -> int:
        return item + by

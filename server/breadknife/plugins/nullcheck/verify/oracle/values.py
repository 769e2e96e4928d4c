"""What is asked of an installed checker: what it finds in a few files, with these texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from breadknife.cancel import CancelToken
from breadknife.disk.reading import read_regular
from breadknife.text.document import LARGEST_DOCUMENT

NO_TEXTS: Mapping[Path, str] = MappingProxyType({})


@dataclass(frozen=True, order=True)
class CheckerProblem:
    """An error or a warning."""

    path: Path
    code: str
    message: str
    start: int = 0
    """Where it begins: a code point of the text; of what a program printed, a line."""


def saved(path: Path) -> str | None:
    """Return a file's text on disk; None where it can't be read."""
    try:
        return read_regular(path, LARGEST_DOCUMENT).decode("utf-8-sig")
    except (OSError, ValueError):
        return None


def offset(text: str, units: int) -> int:
    """Return the code point at which so many UTF-16 code units of a text end, which is what checkers count."""
    if text.isascii():
        return units
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "replace"))


class RunningChecker(Protocol):
    """A running program. For one thread at a time; `close` may be called from any."""

    def problems(
        self, texts: Mapping[Path, str], cancel: CancelToken, beside: Mapping[Path, str] = NO_TEXTS, /
    ) -> list[CheckerProblem]:
        """Return what is wrong in these files, sorted, were these their texts. `beside` are those of others, of which
        nothing is told; the rest is as it is on disk.

        Raises Cancelled, and EngineDied when the program has ended."""
        ...

    def close(self) -> None: ...

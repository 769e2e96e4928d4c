"""What is asked of an installed checker: what it finds in a few files, with these texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from breadknife.cancel import CancelToken


@dataclass(frozen=True, order=True)
class Problem:
    """An error or a warning. Without its line, which every edit moves."""

    path: Path
    code: str
    message: str


_OPEN = r"(?:None|null|undefined|Unknown|Any)"
_PARTS = re.compile(rf"\s*\|\s*{_OPEN}\b|\b{_OPEN}\s*\|\s*")
_TWICE = re.compile(r"([\w.]+(?:\[[\w., |]*\])?) \| \1(?![\w.\[])")


def fault(message: str) -> str:
    """What is said, without what an edit changes in what is said of another fault: `int | None` becomes `int`, what
    isn't known becomes `Any`, and the details below tell of types alone."""
    said = _PARTS.sub("", message.partition("\n")[0]).replace("Unknown", "Any")
    return _TWICE.sub(r"\1", said)


class Checker(Protocol):
    """A running program. For one thread at a time; `close` may be called from any."""

    def problems(self, texts: Mapping[Path, str], cancel: CancelToken, /) -> list[Problem]:
        """What is wrong in these files, sorted, were these their texts; the others are as they are on disk.

        Raises Cancelled, and EngineDied when the program has ended.
        """
        ...

    def close(self) -> None: ...

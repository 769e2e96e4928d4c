"""How often the functions of a file are called, and how often what they give back is compared with null."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

_CALL = re.compile(rb"\b(\w+)\(")


@dataclass(frozen=True)
class CheckPatterns:
    assigned: re.Pattern[bytes]
    """From the `=` of an assignment to a comparison right after it. Groups: the callees, up to the last `(` that may be
    theirs, and the name that is compared."""
    compared: re.Pattern[bytes]
    """From the `)` of a call to its comparison."""
    apart: bytes
    """Characters that don't stand between a callee and that `)`."""


@dataclass(frozen=True)
class CallCounts:
    calls: Counter[bytes]
    checks: Counter[bytes]

    def of(self, name: str) -> tuple[int, int]:
        """The calls of a function that the file declares, and how many of them are checked."""
        return self.calls[name.encode()] - 1, self.checks[name.encode()]


def call_counts(source: bytes, patterns: CheckPatterns) -> CallCounts:
    """Of all functions at once: a search for each takes time with the square of a file's length."""
    checks = Counter[bytes]()
    for match in patterns.assigned.finditer(source):
        line = source[source.rfind(b"\n", 0, match.start()) + 1 : match.start()]
        if re.search(rb"(?<!\w)%b\s*:?$" % match[2], line):
            checks.update(set(_CALL.findall(match[1])))
    done = 0
    for match in patterns.compared.finditer(source):
        starts = (source.rfind(each.to_bytes(), done, match.start()) for each in b"\n" + patterns.apart)
        checks.update(set(_CALL.findall(source, max(done, *starts), match.start())))
        done = match.end()
    return CallCounts(Counter(_CALL.findall(source)), checks)

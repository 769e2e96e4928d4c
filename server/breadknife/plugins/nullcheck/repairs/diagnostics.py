"""What other checkers say of null, recognised by their words: rows of data for each language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from breadknife.plugins.nullcheck.values import Use
from breadknife.task.values import Finding

_FOLDER = "breadknife.plugins.nullcheck.knowledge"
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Diagnostic:
    names: frozenset[str]
    """Its source or its code, in lower case."""
    message: re.Pattern[str]
    """A group `name` names what may be null."""
    use: Use
    at: str
    """Which expression may be null, as the language's rows say."""


def recognised(language: str, finding: Finding) -> Iterator[tuple[Diagnostic, str]]:
    """The rows that fit a finding, and the name that its message says."""
    names = {finding.source.lower(), finding.code.lower(), finding.code.lower().partition("_")[0]}
    said = _COLOUR.sub("", finding.message).removeprefix("[NullAway] ")
    for row in _rows(language):
        message = row.message.search(said) if not names.isdisjoint(row.names) else None
        if message is not None:
            yield row, message.groupdict().get("name") or ""


@cache
def _rows(language: str) -> Sequence[Diagnostic]:
    written = files(_FOLDER).joinpath("checkers", f"{language}.toml").read_text("utf-8")
    return tuple(
        Diagnostic(frozenset(row["names"]), re.compile(row["message"], re.DOTALL), Use(row["use"]), row.get("at", ""))
        for row in tomllib.loads(written)["rows"]
    )

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
    codes: frozenset[str]
    """One is its code; where there are none, it has any."""
    message: re.Pattern[str]
    unless: re.Pattern[str]
    """What in the rest of the message says that it is about another value."""
    use: Use
    called: str
    """It is about the result of a call of this method, or of any ("*")."""
    at: str
    """Which expression may be null, as the head of the language's rows says."""


def recognised(language: str, finding: Finding) -> Iterator[tuple[Diagnostic, re.Match[str]]]:
    """Yield the rows that fit a finding, and what they find in its message."""
    names = {finding.source.lower(), finding.code.lower(), finding.code.lower().partition("_")[0]}
    code = re.sub(r"^(?:ts|TS)(?=\d)", "", finding.code)
    message = _COLOUR.sub("", finding.message).removeprefix("[NullAway] ")
    for row in rows(language):
        is_its = not names.isdisjoint(row.names) and (not row.codes or code in row.codes)
        if is_its and (said := row.message.search(message)) and not row.unless.search(message):
            yield row, said


def null_of(language: str, finding: Finding) -> str:
    """Return which nulls a message speaks of, in a language that has several: "null", "undefined", or both."""
    first = finding.message.partition("\n")[0]
    both = "null" in first and "undefined" in first and "2322" not in finding.code
    for _, said in recognised(language, finding):
        null = said.groupdict().get("null") or ""
        return "null or undefined" if null and (both or said.groupdict().get("more")) else null
    return ""


@cache
def rows(language: str) -> Sequence[Diagnostic]:
    written = files(_FOLDER).joinpath("checkers", f"{language}.toml").read_text("utf-8")
    return tuple(
        Diagnostic(
            frozenset(row["names"]), frozenset(row.get("codes", ())), re.compile(row["message"]),
            re.compile(row.get("unless", "(?!)")),
            Use(row.get("use", Use.ATTRIBUTE)), row.get("called", ""), row.get("at", ""),
        )
        for row in tomllib.loads(written)["rows"]
    )  # fmt: skip

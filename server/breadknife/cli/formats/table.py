"""The formats that `breadknife lint` writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TextIO

from breadknife.cli.formats.as_json import Json
from breadknife.cli.formats.github import GitHub
from breadknife.cli.formats.gitlab import GitLab
from breadknife.cli.formats.junit import JUnit
from breadknife.cli.formats.rdjson import RdJson
from breadknife.cli.formats.sarif import Sarif
from breadknife.cli.formats.statistics import JsonStatistics, Statistics
from breadknife.cli.formats.text import Text
from breadknife.cli.formats.values import Writer


@dataclass(frozen=True)
class Format:
    writer: Callable[[TextIO], Writer]
    has_fixes: bool = False
    names_rules: bool = False
    """Whether it says what each rule is about."""


FORMATS: Mapping[str, Format] = {
    "text": Format(Text),
    "json": Format(Json, has_fixes=True),
    "github": Format(GitHub),
    "gitlab": Format(GitLab),
    "junit": Format(JUnit),
    "rdjson": Format(RdJson, has_fixes=True),
    "sarif": Format(Sarif, has_fixes=True, names_rules=True),
}

STATISTICS: Mapping[str, Format] = {
    "text": Format(Statistics, names_rules=True),
    "json": Format(JsonStatistics, names_rules=True),
}
"""Writes what `--statistics` shows, for each `--format`."""

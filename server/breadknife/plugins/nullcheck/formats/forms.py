"""The forms that checkers print, as `forms.toml` has them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from importlib.resources import files

import msgspec

from breadknife.plugins.nullcheck.formats.values import Columns
from breadknife.task.values import Severity


class TextForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    source: str
    name: str
    pattern: str
    columns: Columns = Columns.CODE_POINTS
    heading: str = ""
    end_inclusive: bool = False
    silent: frozenset[str] = frozenset()


class JsonForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    source: str
    name: str
    path: str
    line: str
    column: str
    end_line: str
    end_column: str
    code: str
    message: str
    brief: str = ""
    severity: str = "severity"
    items: str = ""
    inside: str = ""
    first_line: int = 1
    first_column: int = 1
    columns: Columns = Columns.CODE_POINTS
    code_prefix: str = ""
    message_prefix: str = ""


class Forms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    parts: Mapping[str, str]
    text: tuple[TextForm, ...]
    json: tuple[JsonForm, ...]
    clean: Mapping[str, tuple[str, ...]]
    severities: Mapping[str, frozenset[str]]
    spotbugs: Mapping[str, str]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Of the forms that are read, for people."""
        return tuple(dict.fromkeys((*(form.name for form in (*self.text, *self.json)), "SpotBugs -xml")))

    @cached_property
    def patterns(self) -> tuple[tuple[TextForm, re.Pattern[str], re.Pattern[str] | None], ...]:
        """Each text form with what finds a finding, and the line that names the file above it."""
        return tuple(
            (form, self.compiled(form.pattern), self.compiled(form.heading) if form.heading else None)
            for form in self.text
        )

    @cached_property
    def nothing(self) -> re.Pattern[str]:
        """What says that nothing was found."""
        return self.compiled("|".join(self.clean["patterns"]))

    def compiled(self, pattern: str) -> re.Pattern[str]:
        while named := re.search(r"<([A-Z]+)>", pattern):
            pattern = pattern.replace(named[0], self.parts[named[1]])
        return re.compile(pattern, re.MULTILINE)

    def severity(self, said: str) -> Severity:
        return next(
            (Severity(each) for each, words in self.severities.items() if said.lower() in words), Severity.ERROR
        )


def _read() -> Forms:
    return msgspec.toml.decode(files(__package__ or "").joinpath("forms.toml").read_bytes(), type=Forms)


FORMS = _read()

"""Reads what a checker printed, in whichever of the forms of `forms.toml` it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from importlib.resources import files
from typing import Any, cast
from xml.etree import ElementTree

import msgspec

from breadknife.plugins.nullcheck.formats.values import Columns, PrintedFinding
from breadknife.task.values import Severity

LARGEST_REPORT = 256 << 20
"""Bytes of a checker's output. A finding has about 500 in JSON."""
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_JSON = re.compile(r"\[\s*(?:[\[{\]]|$)|\{\s*(?:[\"}]|$)")
"""How a list of objects begins, or an object; a line of a log may begin with a bracket, too."""
_BINARY = re.compile(r"[\x00-\x08\ufffd]")
"""What stands in no text that a checker prints: the last is what isn't UTF-8."""


class TextForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    source: str
    name: str
    pattern: str
    columns: Columns = Columns.CODE_POINTS
    end_inclusive: bool = False


class JsonForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    source: str
    name: str
    path: str
    line: str
    column: str
    end_line: str
    end_column: str
    code: str
    columns: Columns
    items: str = ""
    source_key: str = ""
    first_line: int = 1


class Forms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    parts: Mapping[str, str]
    text: tuple[TextForm, ...]
    json: tuple[JsonForm, ...]
    clean: Mapping[str, tuple[str, ...]]
    severities: Mapping[str, frozenset[str]]

    @cached_property
    def names(self) -> str:
        """Return the names of the forms that are read, for people."""
        return ", ".join(dict.fromkeys((*(form.name for form in (*self.text, *self.json)), "SpotBugs -xml")))

    @cached_property
    def patterns(self) -> Sequence[tuple[TextForm, re.Pattern[str]]]:
        return [(form, self._compiled(form.pattern)) for form in self.text]

    @cached_property
    def nothing(self) -> re.Pattern[str]:
        """Return what says that nothing was found."""
        return self._compiled("|".join(self.clean["patterns"]))

    def severity(self, said: str) -> Severity:
        found = (Severity(each) for each, words in self.severities.items() if said.lower() in words)
        return next(found, Severity.ERROR)

    def _compiled(self, pattern: str) -> re.Pattern[str]:
        for name, part in self.parts.items():
            pattern = pattern.replace(f"<{name}>", part)
        return re.compile(pattern, re.MULTILINE)


FORMS = msgspec.toml.decode(files(__package__ or "").joinpath("forms.toml").read_bytes(), type=Forms)


def read(printed: str) -> tuple[tuple[PrintedFinding, ...], str]:
    """Return the findings in a checker's output, in its order, each once; and why there are none, for people: "" where
    the checker says that it has found nothing."""
    text = _COLOUR.sub("", printed.removeprefix("\ufeff")).replace("\r\n", "\n")
    start = text.lstrip()
    if start.startswith("<"):
        said, why = _read_spotbugs(start)
    else:
        said, why = _read_json(text) if _JSON.match(start) else _read_text(text)
    return tuple(dict.fromkeys(said)), "it isn't text in UTF-8" if why and _BINARY.search(text) else why


def _read_text(text: str) -> tuple[Sequence[PrintedFinding], str]:
    """The patterns find every finding in whatever else was printed."""
    matches = [(each.start(), at, each) for at, (_, form) in enumerate(FORMS.patterns) for each in form.finditer(text)]
    said, end = list[PrintedFinding](), 0
    for start, at, match in sorted(matches, key=lambda each: each[:2]):
        if start >= end:  # else it is part of what another form has read
            said.append(_said(FORMS.text[at], match))
            end = match.end()
    is_clean = said or not text.strip() or FORMS.nothing.search(text)
    return said, "" if is_clean else "no checker's finding is in it"


def _said(form: TextForm, match: re.Match[str]) -> PrintedFinding:
    groups = {name: said or "" for name, said in match.groupdict().items()}
    column, end_column = int(groups.get("column") or 0), int(groups.get("end_column") or 0)
    if match.groupdict().get("before") is not None:
        column = len(groups["before"]) + 1
    return PrintedFinding(
        form.source, groups["path"], int(groups["line"]), " ".join(groups["message"].split()), groups.get("code", ""),
        FORMS.severity(groups.get("severity", "")), column, int(groups.get("end_line") or 0),
        end_column + (form.end_inclusive if end_column else 0), form.columns,
    )  # fmt: skip


def _read_json(printed: str) -> tuple[Sequence[PrintedFinding], str]:
    try:
        values = _values(printed)
    except (ValueError, RecursionError) as error:
        why = error if isinstance(error, ValueError) else "it is nested too deep"
        return [], f"its JSON is cut off or broken ({why})"
    found = [_at(values, form.items) if form.items else values for form in FORMS.json]
    for form, items in zip(FORMS.json, found, strict=True):
        listed = cast("list[Any]", items) if isinstance(items, list) else [items]
        if said := [each for item in listed for each in _of_item(form, item)]:
            return said, ""
    return [], "" if [] in found else "its JSON has none of the forms"


def _values(text: str) -> Any:
    """Return the one value, or the list of those that each line has. Raises ValueError and RecursionError."""
    try:
        return json.loads(text)
    except ValueError:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) == 1:
            raise
        return [json.loads(line) for line in lines]


def _of_item(form: JsonForm, item: Any) -> Iterator[PrintedFinding]:
    path, line, message = _at(item, form.path), _at(item, form.line), _at(item, "message")
    severity = str(_at(item, "severity") or "error")
    if isinstance(path, str) and isinstance(line, int) and isinstance(message, str) and severity != "note":
        column, end_line, end_column = (_at(item, name) for name in (form.column, form.end_line, form.end_column))
        source = str(_at(item, form.source_key) or form.source)
        yield PrintedFinding(
            source, path, line + 1 - form.first_line, " ".join(message.split()), str(_at(item, form.code) or ""),
            FORMS.severity(severity), _number(column, 0), _number(end_line, form.first_line), _number(end_column, 0),
            form.columns,
        )  # fmt: skip


def _number(value: Any, first: int) -> int:
    """Return the number, 1-based; 0 where it isn't said."""
    return value + 1 - first if isinstance(value, int) and value >= first else 0


def _at(value: Any, dotted: str) -> Any:
    for name in dotted.split("."):
        if not isinstance(value, Mapping):
            return None
        value = cast("Mapping[str, Any]", value).get(name)
    return value


def _read_spotbugs(printed: str) -> tuple[Sequence[PrintedFinding], str]:
    """Return what is in SpotBugs' `-xml:withMessages`, which its plugins for Maven and Gradle write."""
    try:
        root = ElementTree.fromstring(printed)
    except ElementTree.ParseError as error:
        return [], f"its XML is cut off or broken ({error})"
    if root.tag != "BugCollection":
        return [], "its XML isn't that of SpotBugs"
    said = list[PrintedFinding]()
    for bug in root.iter("BugInstance"):
        line = next((each for each in bug.findall("SourceLine") if each.get("start")), None)
        message, code = bug.findtext("LongMessage") or bug.findtext("ShortMessage"), bug.get("type", "")
        severity = {"1": Severity.ERROR, "2": Severity.WARNING}.get(bug.get("priority", ""), Severity.INFORMATION)
        if line is not None and message:
            path = line.get("sourcepath", "")
            said.append(PrintedFinding("spotbugs", path, int(line.get("start", "0")), message, code, severity))
    is_unworded = not said and root.find("BugInstance") is not None
    return said, "its XML has no messages, which `-xml:withMessages` brings" if is_unworded else ""

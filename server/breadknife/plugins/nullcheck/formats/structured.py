"""Findings in JSON and in SpotBugs' XML."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast
from xml.etree import ElementTree

from breadknife.plugins.nullcheck.formats.forms import FORMS, JsonForm
from breadknife.plugins.nullcheck.formats.values import Said
from breadknife.task.values import Severity

_SILENT = frozenset({"note"})


def read_json(printed: str) -> tuple[list[Said], str]:
    """The findings, and why there are none; "" where one of the forms says that there is nothing."""
    try:
        values = _values(printed)
    except ValueError as error:
        return [], f"its JSON is cut off or broken ({error})"
    for form in FORMS.json:
        items = _list(_at(values, form.items)) if form.items else _list(values) or [values]
        if said := [each for item in items for each in _said(form, item)]:
            return said, ""
    return [], "" if any(_is_clean(form, values) for form in FORMS.json) else "its JSON has none of the forms"


def _values(text: str) -> Any:
    """Raises ValueError."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    except ValueError:
        try:
            return [json.loads(line) for line in text.splitlines() if line.strip()]
        except (ValueError, RecursionError):
            pass
        raise


def _is_clean(form: JsonForm, values: Any) -> bool:
    items = _at(values, form.items) if form.items else values
    return isinstance(items, list) and all(form.inside and _at(item, form.inside) == [] for item in _list(items))


def _said(form: JsonForm, item: Any) -> Iterator[Said]:
    path = _at(item, form.path)
    for entry in _list(_at(item, form.inside)) if form.inside else [item]:
        line, message = _at(entry, form.line), _at(entry, form.brief) or _at(entry, form.message)
        code, severity = str(_at(entry, form.code) or ""), str(_at(entry, form.severity) or "error").lower()
        is_said = isinstance(path, str) and isinstance(line, int) and isinstance(message, str)
        if not is_said or severity in _SILENT or not code.startswith(form.code_prefix):
            continue
        yield Said(
            form.source,
            path,
            line + 1 - form.first_line,
            " ".join(message.removeprefix(form.message_prefix.format(code=code)).split()),
            code.removeprefix(form.code_prefix),
            FORMS.severity(severity),
            _number(entry, form.column, form.first_column),
            _number(entry, form.end_line, form.first_line),
            _number(entry, form.end_column, form.first_column),
            form.columns,
        )


def _number(entry: Any, name: str, first: int) -> int:
    """1-based; 0 where it isn't said."""
    value = _at(entry, name)
    return value + 1 - first if isinstance(value, int) and value >= first else 0


def _list(value: Any) -> Sequence[Any]:
    return cast("Sequence[Any]", value) if isinstance(value, list) else ()


def _at(value: Any, dotted: str) -> Any:
    for name in dotted.split("."):
        if not isinstance(value, Mapping):
            return None
        value = cast("Mapping[str, Any]", value).get(name)
    return value


def read_spotbugs(printed: str) -> tuple[list[Said], str]:
    """The findings in SpotBugs' `-xml` and `-xml:withMessages`, and why there are none."""
    try:
        root = ElementTree.fromstring(printed)
    except ElementTree.ParseError as error:
        return [], f"its XML is cut off or broken ({error})"
    if root.tag != "BugCollection":
        return [], "its XML isn't that of SpotBugs"
    return [said for bug in root.iter("BugInstance") if (said := _bug(bug))], ""


def _bug(bug: ElementTree.Element) -> Said | None:
    line = next((each for each in bug.findall("SourceLine") if each.get("start")), None)
    if line is None:
        return None
    code, method, value = bug.get("type", ""), bug.find("Method"), bug.find("LocalVariable")
    message = bug.findtext("LongMessage") or bug.findtext("ShortMessage") or FORMS.spotbugs.get(code, code)
    if method is not None and value is not None:
        message = message.replace("{value}", value.get("name", ""))
    if method is not None:
        message = message.replace("{method}", f"{method.get('classname')}.{method.get('name')}")
    severity = {"1": Severity.ERROR, "2": Severity.WARNING}.get(bug.get("priority", ""), Severity.INFORMATION)
    return Said("spotbugs", line.get("sourcepath", ""), int(line.get("start", "0")), message, code, severity)

"""The JSON and XML forms: where each has what, as data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast
from xml.etree import ElementTree

from breadknife.plugins.nullcheck.formats.lines import SEVERITIES
from breadknife.plugins.nullcheck.formats.values import Columns, Said
from breadknife.task.values import Severity


@dataclass(frozen=True)
class JsonForm:
    """Dotted names lead from one finding to its parts."""

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
    """The message without its details, where there is one."""
    severity: str = "severity"
    items: str = ""
    """Where the list is; "": the whole is the list, or each line has one finding."""
    inside: str = ""
    """A list in each item, of which each entry is a finding; `path` is then the item's."""
    first_line: int = 1
    first_column: int = 1
    columns: Columns = Columns.CODE_POINTS
    code_prefix: str = ""
    message_prefix: str = ""
    """What is written before each message; `{code}` stands for the code."""


_CODE_QUALITY = JsonForm(
    "ty", "ty --output-format gitlab", "location.path", "location.positions.begin.line",
    "location.positions.begin.column", "location.positions.end.line", "location.positions.end.column", "check_name",
    "description", message_prefix="{code}: ",
)  # fmt: skip

JSON_FORMS = (
    JsonForm("pyright", "pyright --outputjson", "file", "range.start.line", "range.start.character",
             "range.end.line", "range.end.character", "rule", "message", items="generalDiagnostics",
             first_line=0, first_column=0, columns=Columns.UTF16),
    JsonForm("mypy", "mypy --output json", "file", "line", "column", "end_line", "end_column", "code", "message",
             first_column=0, columns=Columns.UNSURE),
    JsonForm("pyrefly", "pyrefly --output-format json", "path", "line", "column", "stop_line", "stop_column", "name",
             "description", brief="concise_description", items="errors"),
    JsonForm("eslint", "ESLint's json", "filePath", "line", "column", "endLine", "endColumn", "ruleId", "message",
             inside="messages", columns=Columns.UTF16),
    replace(_CODE_QUALITY, source="pyrefly", name="pyrefly --output-format code-climate", code_prefix="pyrefly/",
            message_prefix=""),
    _CODE_QUALITY,
)  # fmt: skip

_SILENT = frozenset({"note"})


def said_in_json(text: str) -> Iterator[Said]:
    """Nothing for what is no JSON, or none that any of the forms has."""
    try:
        values = _values(text)
    except ValueError:
        return
    for form in JSON_FORMS:
        items = _list(_at(values, form.items)) if form.items else _list(values) or [values]
        said = [each for item in items for each in _said(form, item)]
        if said:
            yield from said
            return


def fault_in_json(text: str) -> str:
    """Why nothing is said in it; "" where one of the forms says that there is nothing."""
    try:
        values = _values(text)
    except ValueError as error:
        return f"its JSON is cut off or broken ({error})"
    return "" if any(_is_clean(form, values) for form in JSON_FORMS) else "its JSON has none of the forms"


def _values(text: str) -> Any:
    """Raises ValueError."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    except ValueError:
        lines = [line for line in text.splitlines() if line.strip()]
        try:
            return [json.loads(line) for line in lines]
        except (ValueError, RecursionError):
            pass
        raise


def _is_clean(form: JsonForm, values: Any) -> bool:
    items = _at(values, form.items) if form.items else values
    return isinstance(items, list) and all(form.inside and _at(item, form.inside) == [] for item in _list(items))


def _said(form: JsonForm, item: Any) -> Iterator[Said]:
    path = _at(item, form.path)
    if not isinstance(path, str):
        return
    for entry in _list(_at(item, form.inside)) if form.inside else [item]:
        line, message = _at(entry, form.line), _at(entry, form.brief) or _at(entry, form.message)
        code, severity = str(_at(entry, form.code) or ""), str(_at(entry, form.severity) or "error").lower()
        if not isinstance(line, int) or not isinstance(message, str) or severity in _SILENT:
            continue
        if form.code_prefix and not code.startswith(form.code_prefix):
            continue
        yield Said(
            form.source,
            path,
            line + 1 - form.first_line,
            " ".join(message.removeprefix(form.message_prefix.format(code=code)).split()),
            code.removeprefix(form.code_prefix),
            SEVERITIES.get(severity, Severity.ERROR),
            _number(entry, form.column, form.first_column),
            _number(entry, form.end_line, form.first_line),
            _number(entry, form.end_column, form.first_column),
            form.columns,
            " ".join(message.partition("\n")[2].split()),
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


_SPOTBUGS = {
    "NP_ALWAYS_NULL": "Null pointer dereference of {value} in {method}",
    "NP_ALWAYS_NULL_EXCEPTION": "Null pointer dereference of {value} in {method} on exception path",
    "NP_NULL_ON_SOME_PATH": "Possible null pointer dereference of {value} in {method}",
    "NP_NULL_ON_SOME_PATH_EXCEPTION": "Possible null pointer dereference of {value} in {method} on exception path",
    "NP_NULL_ON_SOME_PATH_FROM_RETURN_VALUE":
        "Possible null pointer dereference in {method} due to return value of called method",
    "NP_DEREFERENCE_OF_READLINE_VALUE": "Dereference of the result of readLine() without nullcheck in {method}",
    "NP_IMMEDIATE_DEREFERENCE_OF_READLINE": "Immediate dereference of the result of readLine() in {method}",
}  # fmt: skip
"""What SpotBugs says of a type where it prints messages; `-xml` has only what they are made of."""


def said_in_spotbugs(text: str) -> Iterator[Said]:
    """SpotBugs' `-xml` and `-xml:withMessages`. Nothing for any other XML."""
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return
    priorities = {"1": Severity.ERROR, "2": Severity.WARNING}
    for bug in root.iter("BugInstance"):
        lines = [line for line in bug.findall("SourceLine") if line.get("start")]
        code = bug.get("type") or ""
        if lines and (path := lines[0].get("sourcepath")):
            message = bug.findtext("LongMessage") or bug.findtext("ShortMessage") or _spotbugs_message(bug, code)
            severity = priorities.get(bug.get("priority") or "", Severity.INFORMATION)
            yield Said("spotbugs", path, int(lines[0].get("start") or 0), message, code, severity)


def fault_in_spotbugs(text: str) -> str:
    """Why nothing is said in it; "" where SpotBugs says that there is nothing."""
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        return f"its XML is cut off or broken ({error})"
    return "" if root.tag == "BugCollection" and root.find("BugInstance") is None else "its XML isn't that of SpotBugs"


def _spotbugs_message(bug: ElementTree.Element, code: str) -> str:
    method, value = bug.find("Method"), bug.find("LocalVariable")
    if method is None or code not in _SPOTBUGS or (value is None and "{value}" in _SPOTBUGS[code]):
        return code
    named = f"{method.get('classname')}.{method.get('name')}"
    return _SPOTBUGS[code].format(method=named, value=value.get("name") if value is not None else "")

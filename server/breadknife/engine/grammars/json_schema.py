"""Checks that a JSON schema isn't too big, and closes its objects, so that a small model adds no properties."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from breadknife.engine.api import CONTEXT_SIZE

MOST_VALUES = 10_000
"""The most schemas within a schema and values of enumerations together. OpenAI's API takes 5,000 properties and 1,000
values."""
MOST_COUNT = 16 * CONTEXT_SIZE
"""The most characters, items or properties that a schema may ask for or allow. No answer is longer."""
MOST_REPEATED = 50_000
"""The most characters of a pattern with all its repetitions written out."""
MAX_DEPTH = 64
"""The most schemas within schemas. OpenAI's API takes 10, llguidance some more than 100."""

COUNTS = (
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "minContains",
    "maxContains",
)
"""Keys whose value is limited by `MOST_COUNT`."""
_SCHEMA_KEYS = (
    "items", "additionalItems", "additionalProperties", "unevaluatedProperties", "unevaluatedItems", "contains",
    "propertyNames", "not", "if", "then", "else",
)  # fmt: skip
"""Keys whose value is a schema."""
_LIST_KEYS = ("anyOf", "oneOf", "allOf", "prefixItems", "items")
"""Keys whose value is a list of schemas."""
_OBJECT_KEYS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
"""Keys whose value is an object with schemas as its values."""
_OTHER_PROPERTIES_KEYS = (
    "additionalProperties", "unevaluatedProperties", "patternProperties", "anyOf", "oneOf", "$ref",
)  # fmt: skip
"""Keys that say which other properties an object may have, or that refer to a schema which may say so."""


class SchemaError(ValueError):
    """A JSON schema that can't be used; the message says why."""


def closed_schema(text: str) -> dict[str, Any]:
    """Return a JSON schema, checked against the limits above, whose objects have no properties but those that it names.

    An object is closed if its schema names properties and doesn't say whether there may be others: JSON Schema allows
    them, and small models go on inventing some. llama.cpp does the same. With an `allOf`, whose parts name properties
    of one object, nothing is closed. Raises SchemaError.
    """
    try:
        schema = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SchemaError(f"it is no JSON ({error})") from error
    if not isinstance(schema, dict):
        raise SchemaError("a schema is a JSON object")
    return _SchemaCloser().closed(cast("dict[str, Any]", schema), "", 0, closes='"allOf"' not in text)


class _SchemaCloser:
    """Walks through one schema, and counts its schemas and values."""

    def __init__(self) -> None:
        self._values = 0

    def closed(self, schema: Any, path: str, depth: int, *, closes: bool) -> Any:
        """Return the schema at a path of the whole, checked, and closed if `closes`. Raises SchemaError."""
        self._count(1)
        if depth > MAX_DEPTH:
            raise SchemaError(f"it has more than {MAX_DEPTH} schemas within each other; make it flatter")
        if not isinstance(schema, dict):
            return schema  # true, false, or what llguidance refuses
        keys = cast("dict[str, Any]", schema)
        self._check(keys, path)
        changed = dict(keys)
        names_properties = isinstance(keys.get("properties"), dict)

        def closed_member(key: str, value: Any, *steps: object) -> Any:
            # An alternative of an object that names properties describes the same object.
            is_same_object = names_properties and key in ("anyOf", "oneOf")
            member_path = "/".join([path, key, *map(str, steps)])
            return self.closed(value, member_path, depth + 1, closes=closes and not is_same_object)

        for key, value in keys.items():
            if isinstance(value, list) and key in _LIST_KEYS:
                members = enumerate(cast("list[Any]", value))
                changed[key] = [closed_member(key, member, index) for index, member in members]
            elif isinstance(value, dict) and key in _OBJECT_KEYS:
                named = cast("dict[str, Any]", value).items()
                changed[key] = {name: closed_member(key, member, name) for name, member in named}
            elif key in _SCHEMA_KEYS:
                changed[key] = closed_member(key, value)
        if closes and names_properties and not keys.keys() & {*_OTHER_PROPERTIES_KEYS}:
            changed["additionalProperties"] = False
        return changed

    def _check(self, schema: dict[str, Any], path: str) -> None:
        """Raise SchemaError if a count, an enumeration or a pattern of the schema at a path is too big."""
        for key in COUNTS:
            count = schema.get(key)
            if isinstance(count, int | float) and count > MOST_COUNT:
                raise SchemaError(
                    f"{path}/{key} is {count:,}, and {MOST_COUNT:,} is the most, as an answer has at most "
                    f"{CONTEXT_SIZE:,} tokens; lower it or leave it out"
                )
        values = schema.get("enum")
        if isinstance(values, list):
            self._count(len(cast("list[Any]", values)))
        properties = schema.get("patternProperties")
        patterns = [
            schema.get("pattern"),
            *(cast("dict[str, Any]", properties) if isinstance(properties, dict) else ()),
        ]
        for pattern in patterns:
            if isinstance(pattern, str) and written_out(pattern) > MOST_REPEATED:
                raise SchemaError(
                    f"the pattern at {path or '/'} has more than {MOST_REPEATED:,} characters with its repetitions "
                    "written out; repeat less in it"
                )

    def _count(self, values: int) -> None:
        self._values += values
        if self._values > MOST_VALUES:
            raise SchemaError(
                f"it has more than {MOST_VALUES:,} schemas and values of enumerations; "
                "leave some out, or ask for a text and look it up afterwards"
            )


_ATOM = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\{(\d{1,9})(?:,(\d{1,9})?)?\}|.", re.DOTALL)
"""An escape, a class, a counted repetition, or any other character."""


def written_out(pattern: str) -> int:
    """Return roughly how many characters a regular expression has with its counted repetitions written out."""
    open_groups, last = [0], 0  # the size of each open group so far, and that of the last atom or group
    for atom in _ATOM.finditer(pattern):
        match atom.group()[0]:
            case "(":
                open_groups.append(0)
                last = 0
            case ")" if len(open_groups) > 1:
                last = open_groups.pop()
                open_groups[-1] += last
            case "{" if atom[1]:
                added = last * (max(int(atom[1]), int(atom[2] or 0), 1) - 1)
                last += added
                open_groups[-1] += added
            case "*" | "+" | "?" | "|":
                pass
            case _:
                last = 1
                open_groups[-1] += 1
    return sum(open_groups)

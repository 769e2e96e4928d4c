"""What of a JSON schema is too much for a small model's answer, and how a schema is given to llguidance."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from breadknife.engine.api import CONTEXT_SIZE

MOST_VALUES = 10_000
"""Schemas within a schema, and values of its enumerations. OpenAI's API takes 5,000 properties and 1,000 values."""
MOST_COUNT = 16 * CONTEXT_SIZE
"""Characters, items or properties that a schema may ask for or allow. No answer is longer."""
MOST_REPEATED = 50_000
"""Characters of a pattern with all its repetitions written out."""

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
_SCHEMA = ("items", "additionalItems", "additionalProperties", "unevaluatedProperties", "unevaluatedItems", "contains",
           "propertyNames", "not", "if", "then", "else")  # fmt: skip
_SCHEMAS = ("anyOf", "oneOf", "allOf", "prefixItems", "items")
_NAMED = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_OPEN = ("additionalProperties", "unevaluatedProperties", "patternProperties", "anyOf", "oneOf", "$ref")
"""Keys that say which other properties an object may have, or that leave it to what can't be seen here."""
DEEPEST = 64
"""Schemas within schemas. OpenAI's API takes 10, llguidance some more than 100."""


class SchemaError(ValueError):
    """A JSON schema that can't be used; the message says why."""


def closed_schema(text: str) -> dict[str, Any]:
    """Return a JSON schema, checked against the limits above, whose objects have no properties but those that it names.

    That holds for an object whose schema names properties and doesn't say whether there may be others: JSON Schema
    allows them, and small models go on inventing some. llama.cpp decides the same. With an `allOf`, whose parts name
    properties of one object, nothing is closed. Raises SchemaError.
    """
    try:
        schema = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SchemaError(f"it is no JSON ({error})") from error
    if not isinstance(schema, dict):
        raise SchemaError("a schema is a JSON object")
    return _Walk().schema(cast("dict[str, Any]", schema), "", 0, closes='"allOf"' not in text)


class _Walk:
    def __init__(self) -> None:
        self._values = 0

    def schema(self, schema: Any, where: str, depth: int, *, closes: bool) -> Any:
        self._count(1)
        if depth > DEEPEST:
            raise SchemaError(f"it has more than {DEEPEST} schemas within each other; make it flatter")
        if not isinstance(schema, dict):
            return schema  # true, false, or what llguidance refuses
        keys = cast("dict[str, Any]", schema)
        self._check(keys, where)
        changed = dict(keys)
        names_properties = isinstance(keys.get("properties"), dict)

        def inside(key: str, value: Any, *names: object) -> Any:
            # An alternative of an object that names properties describes the same object.
            same = names_properties and key in ("anyOf", "oneOf")
            return self.schema(value, "/".join([where, key, *map(str, names)]), depth + 1, closes=closes and not same)

        for key, value in keys.items():
            if isinstance(value, list) and key in _SCHEMAS:
                values = cast("list[Any]", value)
                changed[key] = [inside(key, member, index) for index, member in enumerate(values)]
            elif isinstance(value, dict) and key in _NAMED:
                named = cast("dict[str, Any]", value)
                changed[key] = {name: inside(key, member, name) for name, member in named.items()}
            elif key in _SCHEMA:
                changed[key] = inside(key, value)
        if closes and names_properties and not keys.keys() & {*_OPEN}:
            changed["additionalProperties"] = False
        return changed

    def _check(self, schema: dict[str, Any], where: str) -> None:
        for key in COUNTS:
            count = schema.get(key)
            if isinstance(count, int | float) and count > MOST_COUNT:
                raise SchemaError(
                    f"{where}/{key} is {count:,}, and {MOST_COUNT:,} is the most, as an answer has at most "
                    f"{CONTEXT_SIZE:,} tokens; lower it or leave it out"
                )
        values = schema.get("enum")
        if isinstance(values, list):
            self._count(len(cast("list[Any]", values)))
        patterns = [schema.get("pattern"), *_names(schema.get("patternProperties"))]
        for pattern in patterns:
            if isinstance(pattern, str) and written_out(pattern) > MOST_REPEATED:
                raise SchemaError(
                    f"the pattern at {where or '/'} has more than {MOST_REPEATED:,} characters with its repetitions "
                    "written out; repeat less in it"
                )

    def _count(self, values: int) -> None:
        self._values += values
        if self._values > MOST_VALUES:
            raise SchemaError(
                f"it has more than {MOST_VALUES:,} schemas and values of enumerations; "
                "leave some out, or ask for a text and look it up afterwards"
            )


def _names(value: Any) -> list[str]:
    return list(cast("dict[str, Any]", value)) if isinstance(value, dict) else []


_ATOM = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\{(\d{1,9})(?:,(\d{1,9})?)?\}|.", re.DOTALL)


def written_out(pattern: str) -> int:
    """Return how many characters a regular expression has with all its counted repetitions written out; roughly."""
    open_groups, last = [0], 0
    for atom in _ATOM.finditer(pattern):
        match atom.group()[0]:
            case "(":
                open_groups.append(0)
                last = 0
            case ")" if len(open_groups) > 1:
                last = open_groups.pop()
                open_groups[-1] += last
            case "{" if atom[1]:
                more = last * (max(int(atom[1]), int(atom[2] or 0), 1) - 1)
                last += more
                open_groups[-1] += more
            case "*" | "+" | "?" | "|":
                pass
            case _:
                last = 1
                open_groups[-1] += 1
    return sum(open_groups)

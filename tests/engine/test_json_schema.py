"""Which JSON schemas are refused before anything is compiled, and what is made of the others."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.engine.grammars.json_schema import MOST_COUNT, SchemaError, closed_schema, written_out
from engine.grammars import accepts

PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name"],
}


def nested(depth: int) -> str:
    return '{"items":' * depth + "{}" + "}" * depth


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        ({"type": "string", "minLength": 10**8}, "/minLength is 100,000,000, and 65,536 is the most"),
        ({"type": "array", "maxItems": 10**6}, "/maxItems is 1,000,000, and 65,536 is the most"),
        ({"properties": {"a": {"maxLength": 1e300}}}, "/properties/a/maxLength is"),
        ({"anyOf": [{"const": n} for n in range(20_000)]}, "more than 10,000 schemas and values"),
        ({"enum": list(range(20_000))}, "more than 10,000 schemas and values"),
        ({"oneOf": [{"enum": list(range(200))}] * 100}, "more than 10,000 schemas and values"),
        ({"$defs": {"x": {"pattern": "^(a{1,1000}){1,1000}$"}}}, "the pattern at /\\$defs/x has more than 50,000"),
        ({"patternProperties": {"^(a{999}){999}$": {}}}, "the pattern at / has more than 50,000 characters"),
        (nested(65), "more than 64 schemas within each other"),
        (nested(100_000), "it is no JSON"),
        ("{", "it is no JSON"),
        ("[]", "a schema is a JSON object"),
    ],
)
def test_what_is_too_much_is_refused_with_its_place(schema: Any, problem: str) -> None:
    with pytest.raises(SchemaError, match=problem):
        closed_schema(schema if isinstance(schema, str) else json.dumps(schema))


@pytest.mark.parametrize("count", [MOST_COUNT, 3, -1, None, "many"])
def test_other_counts_are_left_to_llguidance(count: Any) -> None:
    assert closed_schema(json.dumps({"maxItems": count})) == {"maxItems": count}


@pytest.mark.parametrize(
    ("schema", "closed"),
    [
        ({}, {}),
        (PERSON, PERSON | {"additionalProperties": False}),
        (PERSON | {"additionalProperties": True}, PERSON | {"additionalProperties": True}),
        ({"items": PERSON}, {"items": PERSON | {"additionalProperties": False}}),
        ({"prefixItems": [PERSON, True]}, {"prefixItems": [PERSON | {"additionalProperties": False}, True]}),
        ({"anyOf": [PERSON]}, {"anyOf": [PERSON | {"additionalProperties": False}]}),
        (PERSON | {"anyOf": [PERSON]}, PERSON | {"anyOf": [PERSON]}),
        ({"allOf": [PERSON, {"$ref": "#/$defs/x"}], "$defs": {"x": PERSON}},) * 2,
        # Properties that have the names of keywords
        (
            {"properties": {"properties": {"type": "null"}, "enum": {"maxItems": 1}}},
            {"properties": {"properties": {"type": "null"}, "enum": {"maxItems": 1}}, "additionalProperties": False},
        ),
    ],
)
def test_objects_have_no_properties_but_those_that_are_named(schema: Any, closed: Any) -> None:
    assert closed_schema(json.dumps(schema)) == closed


@pytest.mark.parametrize(
    ("schema", "sentences", "others"),
    [
        (
            PERSON,
            ['{"name": "a"}', '{ "name":"a", "age":1 }'],
            ['{"age": 1}', '{"name": "a", "x": 1}', '{"name":  "a"}'],
        ),
        ({"enum": ["a", 1, None]}, ['"a"', "1", "null"], ['"b"', "12"]),
        ({"type": "string", "pattern": "[0-9]{2}"}, ['"x12y"'], ['"x1y2"']),
        ({"type": "array", "items": {"$ref": "#"}, "maxItems": 2}, ["[]", "[[],[[]]]"], ["[[],[],[]]", "[1]"]),
    ],
)
def test_what_answers_a_schema_allows(schema: Any, sentences: list[str], others: list[str]) -> None:
    assert [text for text in (*sentences, *others) if accepts(json.dumps(schema), text)] == sentences


@pytest.mark.parametrize(
    ("pattern", "characters"),
    [
        ("abc", 3),
        ("^[0-9a-f]{8}-[0-9a-f]{4}$", 15),
        ("(ab|c){3}", 9),
        ("((a{10}b){10}){2,10}", 1100),
        (r"\{3\}[{3}]{4}(", 7),
        ("){5}", 5),
        ("a{3", 3),
    ],
)
def test_patterns_are_measured_written_out(pattern: str, characters: int) -> None:
    assert written_out(pattern) == characters


@given(st.text("ab(){}[]\\|*+?,019^$-"))
def test_no_pattern_is_too_strange_to_be_measured(pattern: str) -> None:
    assert written_out(pattern) >= 0

"""Messages of common checkers in plain words; each rule compiles and fills its holes."""

from __future__ import annotations

import re

import pytest

from breadknife.steps.builtin.diagnostics import MeaningInput, meaning, meanings
from steps.here import Here


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ('"x" is not defined', "Nothing called `x` is known"),
        ("Undefined name `x`", "Nothing called `x` is known"),
        ('"x" is possibly unbound', "`x` has not got a value yet"),
        ('Import "yaml" could not be resolved from source', "only type stubs of `yaml`"),
        ('Import "yaml" could not be resolved', "can't find `yaml`"),
        ('"group" is not a known attribute of "None"', "None has no `group`"),
        ('Item "None" of "Match | None" has no attribute "group"', "None has no `group`"),
        ("Object is possibly 'undefined'.", "may be missing"),
        (
            'Argument of type "int" cannot be assigned to parameter "x" of type "str" in function "f"',
            "wants `str` for its parameter `x`, and it gets `int`",
        ),
        ('Incompatible return value type (got "int", expected "str")', "says that it returns `str`"),
        ("Line too long (130 > 120)", "has 130 characters, and this project allows 120"),
        ("`os` imported but unused", "`os` is imported, and nothing"),
        ("Local variable `x` is assigned to but never used", "`x` gets a value"),
        ("a message of some other program", ""),
    ],
)
def test_what_a_message_means(message: str, said: str) -> None:
    text = meaning(MeaningInput(message), Here()).text
    assert text.startswith(said) if not said else said in text


def test_each_meaning_can_be_filled() -> None:
    for pattern, says in meanings():
        assert pattern.groups >= max((int(hole) for hole in re.findall(r"\{(\d)\}", says)), default=0), says

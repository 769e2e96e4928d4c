"""The function that a null is given to: only where its name means no other thing of the file."""

from __future__ import annotations

import pytest

from nullcheck.ecmascript.asking import told

GIVEN = "Argument of type 'number | undefined' is not assignable to parameter of type 'number'."
SIZE = "function size(a: number): number {\n  if (a === undefined) return 0;\n  return a;\n}\n"


@pytest.mark.parametrize(
    ("function", "is_known"),
    [
        ("function f(x?: number) {\n  return size(⟦x⟧);\n}", True),
        ("function f(size: S, x?: number) {\n  return size(⟦x⟧);\n}", False),
        ("function f({ size }: S, x?: number) {\n  return size(⟦x⟧);\n}", False),
        ("const f = (x?: number) => {\n  const size = sizes[0];\n  return size(⟦x⟧);\n};", False),
        ("const f = (x?: number) => {\n  for (const size of sizes) size(⟦x⟧);\n};", False),
        ("function f(x?: number) {\n  try {\n  } catch (size) {\n    size(⟦x⟧);\n  }\n}", False),
        ("import size from './size';\nfunction f(x?: number) {\n  return size(⟦x⟧);\n}", False),
        ("import { a as size } from './size';\nfunction f(x?: number) {\n  return size(⟦x⟧);\n}", False),
        ("size = other;\nfunction f(x?: number) {\n  return size(⟦x⟧);\n}", False),
        ("class size {}\nfunction f(x?: number) {\n  return size(⟦x⟧);\n}", False),
    ],
)
def test_a_name_of_two_things_says_nothing_of_what_is_called(function: str, is_known: bool) -> None:
    text = f"{SIZE}{function}\n"
    assert ("widen" in told(text, message=GIVEN)) is is_known


def test_javascript_has_no_type_to_say_it_in() -> None:
    text = "function size(a) {\n  if (a === undefined) return 0;\n  return a;\n}\nsize(⟦xs[0]⟧);\n"
    assert "widen" not in told(text, "javascript", GIVEN)


def test_a_file_with_jsx_is_read_in_its_own_grammar() -> None:
    text = f"{SIZE}const f = (x?: number) => <A b={{size(⟦x⟧)}} />;\n"
    assert "widen" in told(text, "typescriptreact", GIVEN)

"""The control-flow graph, drawn: a line for each node with where it leads."""

from __future__ import annotations

import pytest

from nullcheck.core.drawing import drawn, graph

DRAWINGS = {
    "a condition is two branches that meet": (
        "if a and b:\n    c()\nd()\n",
        [
            "0 merge -> 1",
            "1 branch a -> yes 2, no 6",
            "2 merge -> 3",
            "3 branch b -> yes 4, no 6",
            "4 merge -> 5",
            "5 step c() -> 8",
            "6 merge -> 7",
            "7 merge -> 8",
            "8 merge -> 9",
            "9 step d() -> 10",
            "10 end -> end",
        ],
    ),
    "or as a value gives a slot its operands": (
        "x = a or b.c\n",
        [
            "0 merge -> 1",
            "1 branch a -> yes 2, no 4",
            "2 merge -> 3",
            "3 step %1 = a -> 6",
            "4 merge -> 5",
            "5 step %1 = b.c -> 6",
            "6 merge -> 7",
            "7 step x = %1 -> 8",
            "8 end -> end",
        ],
    ),
    "a loop leads back, and is left at its head": (
        "for x in xs:\n    f(x)\nelse:\n    g()\n",
        [
            "0 merge -> 1",
            "1 step iterate(xs) -> 2",
            "2 branch xs -> yes 3, no 7",
            "3 loop -> 4",
            "4 step x = next(xs, xs) -> 5",
            "5 step f(x) -> 6",
            "6 merge -> 3, 7",
            "7 merge -> 8",
            "8 step g() -> 9",
            "9 merge -> 10",
            "10 end -> end",
        ],
    ),
    "a loop without end is left by a break alone": (
        "while True:\n    if a:\n        break\n",
        [
            "0 merge -> 1",
            "1 merge -> 2",
            "2 loop -> 3",
            "3 branch a -> yes 4, no 7",
            "4 merge -> 5",
            "5 merge -> 6",
            "6 end -> end",
            "7 merge -> 8",
            "8 merge -> 1",
        ],
    ),
    "an exception leads from each step to the handlers": (
        "try:\n    a()\n    b()\nexcept ValueError as e:\n    c()\nd()\n",
        [
            "0 merge -> 1",
            "1 merge -> 2, raises 4",
            "2 step a() -> 3, raises 4",
            "3 step b() -> 8, raises 4",
            "4 catch -> 5",
            "5 step except(ValueError) -> 6",
            "6 step e = exception() -> 7",
            "7 step c() -> 8",
            "8 merge -> 9",
            "9 step d() -> 10",
            "10 end -> end",
        ],
    ),
    "finally comes after what raises": (
        "def f():\n    try:\n        return a()\n    finally:\n        b()\n",
        [
            "0 merge -> 1",
            "1 merge -> 2, raises 3",
            "2 return return a() -> raises 3",
            "3 catch -> 4",
            "4 step b() -> end",
        ],
    ),
    "a comprehension is a loop with variables of its own": (
        "x = [y.z for y in ys if y]\n",
        [
            "0 merge -> 1",
            "1 step iterate(ys) -> 6, 2",
            "2 step y = next(ys, ys) -> 3",
            "3 branch y -> yes 4, no 6",
            "4 merge -> 5",
            "5 step y.z -> 6",
            "6 merge -> 7",
            "7 step x = list() -> 8",
            "8 end -> end",
        ],
    ),
    "a match is a chain of tests": (
        "match x:\n    case None:\n        a()\n    case A():\n        b()\n    case _:\n        c()\n",
        [
            "0 merge -> 1",
            "1 branch x is null -> yes 2, no 4",
            "2 merge -> 3",
            "3 step a() -> 11",
            "4 merge -> 5",
            "5 branch x instance parts() -> yes 6, no 8",
            "6 merge -> 7",
            "7 step b() -> 11",
            "8 merge -> 9",
            "9 merge -> 10",
            "10 step c() -> 11",
            "11 merge -> 12",
            "12 end -> end",
        ],
    ),
    "what stands behind a return isn't in the graph": (
        "def f():\n    return a\n    b()\n",
        [
            "0 merge -> 1",
            "1 return return a -> end",
        ],
    ),
    "a choice gives a slot one of two values": (
        "x = a if t else b\n",
        [
            "0 merge -> 1",
            "1 branch t -> yes 2, no 4",
            "2 merge -> 3",
            "3 step %1 = a -> 6",
            "4 merge -> 5",
            "5 step %1 = b -> 6",
            "6 merge -> 7",
            "7 step x = %1 -> 8",
            "8 end -> end",
        ],
    ),
}
"""What is drawn -> the source, and the drawing of its last function, or of the file."""


@pytest.mark.parametrize("name", DRAWINGS)
def test_drawing(name: str) -> None:
    text, lines = DRAWINGS[name]
    assert drawn(graph(text)) == lines

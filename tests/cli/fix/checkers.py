"""What a checker says of a file."""

from __future__ import annotations

USES = "def f(x=None):\n    return x.y\n"
ASSERTED = "def f(x=None):\n    assert x is not None\n    return x.y\n"
MYPY = '{path}:{line}: error: Item "None" of "A | None" has no attribute "{attribute}"  [union-attr]\n'
ARGUMENT = 'a.py:{line}:{column}: error: Argument 1 to "g" has incompatible type "A | None"; expected "A"  [arg-type]\n'


def mypy(path: str, line: int, attribute: str) -> str:
    return MYPY.format(path=path, line=line, attribute=attribute)

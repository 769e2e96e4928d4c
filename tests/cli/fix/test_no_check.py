"""Where `breadknife fix` makes no check: a null may be meant there, or was used before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.project.repairs import NO_ACTION, TO_CHOOSE
from cli.commands import breadknife, read
from cli.fix.checkers import ARGUMENT, mypy
from project.folders import write

CHILDREN = """\
export function f(children: (N | undefined)[]) {
  for (let i = 0; i < children.length; i++) {
    let child = children[i], end = i + child.size;
    if (end > 3) {
      console.log(child.desc);
    }
  }
}
"""


def test_no_check_comes_after_a_use_that_is_left(project: Path) -> None:
    write(project, {"a.ts": CHILDREN})
    said = "".join(f"a.ts({at}): error TS18048: 'child' is possibly 'undefined'.\n" for at in ("3,40", "5,19"))
    result = breadknife(project, "fix", "--all", "--from", "-", "--json", given=said)
    outcomes = [(each["line"], each["outcome"], each["why"]) for each in json.loads(result.stdout)["outcomes"]]
    assert outcomes[1] == (5, "left", "it is used before as if it were there"), result.stderr
    assert outcomes[0][:2] == (3, "left")


LATE = "it is used before as if it were there"


COUNTED = """\
def f(reader):
    size, rest = parse(reader)
    while size > 0:
        while size > len(rest):
            size -= len(rest)
            rest = reader.read()
            if not rest:
                raise EOFError
        rest.close()
        size, rest = parse(reader)


def parse(data):
    if data is None:
        return 0, None
    return int(data), data
"""


TESTED = ARGUMENT.format(line=4, column=26)


CLOSED = mypy("a.py", 9, "close")


@pytest.mark.parametrize(
    ("text", "said", "outcomes"),
    [
        (COUNTED.replace("raise EOFError", "break"), (CLOSED, TESTED), [(4, NO_ACTION), (9, None)]),
        # A function that is given it may take a None.
        (
            "def f(g, x=None):\n    g(x)\n    if g.y:\n        return x.y\n    return 1\n",
            (ARGUMENT.format(line=2, column=7), mypy("a.py", 4, "y")),
            [(2, TO_CHOOSE), (4, None)],
        ),
    ],
    ids=["left otherwise", "handed on"],
)
def test_no_check_comes_after_what_surely_fails(
    project: Path, text: str, said: tuple[str, ...], outcomes: list[tuple[int, str | None]]
) -> None:
    write(project, {"a.py": text})
    result = breadknife(project, "fix", "--all", "--from", "-", "--json", given="".join(said))
    shown = [(each["line"], each.get("why")) for each in json.loads(result.stdout)["outcomes"]]
    assert sorted(shown) == outcomes, result.stderr


TYPED_ARGUMENT = (
    "a.ts(2,5): error TS2345: Argument of type 'A | undefined' is not assignable to parameter of type 'A'.\n"
)


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("a.py", "def f(g, x=None):\n    g(x)\n", ARGUMENT.format(line=2, column=7)),
        ("a.ts", "function f(g: (x: A) => void, x?: A) {\n  g(x);\n}\n", TYPED_ARGUMENT),
    ],
)
def test_no_check_is_made_where_a_null_is_only_handed_on(project: Path, path: str, text: str, said: str) -> None:
    write(project, {path: text})
    result = breadknife(project, "fix", "--all", "--from", "-", "--write", given=said)
    assert result.returncode == 1
    assert "a null may be meant here: what is done about it is for you to choose" in result.stderr
    assert read(project, path) == text

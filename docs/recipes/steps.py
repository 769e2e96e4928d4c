"""Writes `steps.md` beside it from the docstrings of our own steps: `python docs/recipes/steps.py [--check]`."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from breadknife.plugins.shelf.evidence_steps import EVIDENCE
from breadknife.plugins.shelf.steps import STEPS as SHELF
from breadknife.steps.builtin import STEPS
from breadknife.steps.ports import Port
from breadknife.steps.step import StepType

PAGE = Path(__file__).with_suffix(".md")
HEAD = """\
# Types of steps

<!-- Written by `python docs/recipes/steps.py` from the code: change that. -->

Each step of a recipe has one of these types: `use = "NAME"`. What is *written* stands in the recipe itself; no other
step's result can get there. A *template* is written, too, and puts in other steps' results with `{{ step.port }}`.
Everything else takes a value of the given type: `"$step.port"`, or a plain value. A list is written `list[text]`.
`breadknife recipes steps` also lists the steps of other packages.
"""


def page() -> str:
    steps = sorted((*STEPS, *SHELF, *EVIDENCE), key=lambda each: each.name)
    return "\n".join([HEAD, *(line for kind in steps for line in _section(kind))])


def _section(kind: StepType[Any, Any]) -> Iterator[str]:
    yield f"## {kind.name}\n"
    marks = [
        mark
        for mark, holds in (
            ("Asks a model.", any(port.is_role for port in kind.inputs.values())),
            ("Runs only in a folder that you trust.", kind.needs_trust),
        )
        if holds
    ]
    yield " ".join([kind.summary, *marks]) + "\n"
    yield "| port | type | default | what it is |\n|---|---|---|---|"
    for side, data, ports in (("takes", kind.takes, kind.inputs), ("gives", kind.gives, kind.outputs)):
        about = _about(data)
        yield from (_row(side, port, about.get(port.name, "")) for port in ports.values())
    yield ""


def _row(side: str, port: Port, about: str) -> str:
    kind = ("template" if port.is_template else "written") if port.is_literal else str(port.type)
    default = "" if port.is_required or side == "gives" else f"`{port.default!r}`"
    cells = (f"{side} `{port.name}`", kind, default, about)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _about(data: type[Any]) -> Mapping[str, str]:
    """Field -> the docstring below it."""
    [tree] = ast.parse(textwrap.dedent(inspect.getsource(data))).body
    assert isinstance(tree, ast.ClassDef)
    found: dict[str, str] = {}
    for field, below in zip(tree.body, tree.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
            found[field.target.id] = " ".join(str(ast.literal_eval(below.value)).split())
    return found


def main() -> None:
    wanted = page()
    if "--check" in sys.argv[1:]:
        if not PAGE.exists() or PAGE.read_text("utf-8") != wanted:
            sys.exit(f"{PAGE.name} is not what the code says: python docs/recipes/steps.py")
    else:
        PAGE.write_text(wanted, "utf-8")


if __name__ == "__main__":
    main()

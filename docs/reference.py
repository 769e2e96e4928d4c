"""Writes `docs/plugin-reference.md` out of the docstrings of `breadknife.api`.

python docs/reference.py           # writes
python docs/reference.py --check   # exit code 1 if the page isn't current
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from breadknife import api
from breadknife.engine import api as engine

PAGE = Path(__file__).with_name("plugin-reference.md")
INTRO = """\
# Reference for plugins

<!-- Written by `python docs/reference.py` from docstrings: change those. -->

All of this is in `breadknife.api`, but for two requests of the engine that explain arguments. The tutorial is [Write a
plugin](plugins.md). Offsets and spans count code points (Python's characters) from the start of the text; the end of a
span isn't part of it. All values are frozen dataclasses.
"""
SECTIONS: dict[str, tuple[str, ...]] = {
    "The plugin": ("Plugin",),
    "What it may use": ("Context", "Model"),
    "Requests": (
        "CompletionRequest", "NextEditRequest", "CheckRequest", "ActionRequest", "ResolveRequest", "CommandRequest",
        "HoverRequest", "LensRequest", "InlayRequest", "WhyRequest", "OwnRequest",
    ),
    "Answers": (
        "Completions", "Findings", "Actions", "Hover", "Lenses", "Inlays", "Done", "Silence", "OwnAnswer",
    ),
    "What answers are made of": (
        "Finding", "Fix", "Related", "Action", "Command", "CompletionItem", "DocumentEdits", "Lens", "Inlay",
        "NewDocument", "OpenDocument", "Origin", "Resource",
    ),
    "What models are asked, and say": (
        "Part", "Message", "Sampling", "Chunk", "Scores", "Piece", "Classes", "GenerateRequest", "ScoreRequest",
    ),
    "Steps": ("Step", "Settled", "PassedOn", "Vetoed"),
    "Errors": (
        "BreadknifeError", "Cancelled", "ModelError", "ModelMissing", "ModelUnfit", "EngineError", "PromptTooLong",
        "FileRefused", "PluginError",
    ),
}  # fmt: skip
"""`GenerateRequest` and `ScoreRequest` explain the arguments of `generate` and `score`."""


def page() -> str:
    parts = [INTRO]
    for title, names in SECTIONS.items():
        parts += (f"## {title}\n", *(_about(name) for name in names))
    return "\n".join(parts)


def _about(name: str) -> str:
    kind: Any = getattr(api, name, None) or getattr(engine, name)
    tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(kind)))
    definition = next(node for node in tree.body if isinstance(node, ast.ClassDef))
    lines = [f"### `{name}`\n"]
    if text := ast.get_docstring(definition):
        lines.append(f"{_prose(text)}\n")
    if members := [*_members(definition)]:
        lines.append("\n".join(members) + "\n")
    return "\n".join(lines)


def _members(definition: ast.ClassDef) -> Iterator[str]:
    for node, after in zip(definition.body, [*definition.body[1:], None], strict=True):
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
                default = "" if value is None or _is_factory(value) else f" = {ast.unparse(value)}"
                yield _member(f"{name}: {ast.unparse(annotation)}{default}", _string(after))
            case ast.FunctionDef(name=name) if not name.startswith("_"):
                yield _member(_signature(node), ast.get_docstring(node) or "")
            case _:
                pass


def _signature(function: ast.FunctionDef) -> str:
    decorators = {ast.unparse(each) for each in function.decorator_list}
    returned = ast.unparse(function.returns) if function.returns else "None"
    if "property" in decorators:
        return f"{function.name}: {returned}"
    return f"{function.name}({', '.join(_arguments(function.args))}) -> {returned}"


def _arguments(arguments: ast.arguments) -> Iterator[str]:
    by_place = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(by_place) - len(arguments.defaults)) + arguments.defaults
    for each, default in zip(by_place[1:], defaults[1:], strict=True):  # without `self`
        yield _argument(each, default)
    if arguments.kwonlyargs:
        yield "*"
    for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield _argument(each, default)


def _argument(argument: ast.arg, default: ast.expr | None) -> str:
    kind = f": {ast.unparse(argument.annotation)}" if argument.annotation else ""
    return f"{argument.arg}{kind}" if default is None else f"{argument.arg}{kind} = {ast.unparse(default)}"


def _is_factory(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and ast.unparse(value.func) == "field"


def _string(node: ast.stmt | None) -> str:
    match node:
        case ast.Expr(value=ast.Constant(value=str(text))):
            return inspect.cleandoc(text)
        case _:
            return ""


def _member(signature: str, text: str) -> str:
    first = f"- `{signature}`"
    return f"{first}: {_prose(text, '  ')}" if text else first


def _prose(text: str, indent: str = "") -> str:
    """Paragraphs and lists, each on one line."""
    pieces = re.split(r"\n\n|\n(?=- )", text)
    first, *rest = [" ".join(piece.split()) for piece in pieces]
    return first + "".join(f"\n{'' if each.startswith('- ') else chr(10)}{indent}{each}" for each in rest)


def main() -> int:
    wanted = page()
    if PAGE.exists() and PAGE.read_text("utf-8") == wanted:
        return 0
    if "--check" in sys.argv:
        print(f"{PAGE.name} isn't current: run `python docs/reference.py`", file=sys.stderr)
        return 1
    PAGE.write_text(wanted, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

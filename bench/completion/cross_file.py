"""Completion where the answer stands in another file: with repository context against without, in one run.

    python -m pip download --no-deps --only-binary :all: -d WHEELS PACKAGE…
    python bench/completion/cross_file.py WHEELS [--holes 100] [--half tuning|held-out|both] [--budget 2000] [--unseen]

The holes are cut from packages that were first released after the model's training. A hole is the rest of a line that
calls what another file of the package defines, and that occurs nowhere else in its own file but in imports. The cursor
stands after `name = ` or `return `, after a dot, or after an opening bracket. It is solved when the first line that
the model writes there, in the product's layout, is exactly what stood there. No filter takes part.

`--unseen`: only where the name that is called has still to be written and isn't imported by name: nothing in the file
tells it.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import builtins
import contextlib
import datetime
import io
import json
import logging
import pathlib
import random
import re
import subprocess
import tempfile
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.engine.api import GenerateRequest
from breadknife.engine.client import DaemonEngine
from breadknife.engine.fim import QWEN
from breadknife.plugins.completion.cursor import CursorContext
from breadknife.plugins.completion.prompt import Snippet, fim_prompt
from breadknife.plugins.completion.repository import choose_context
from breadknife.project.folder import FolderProject
from breadknife.text.document import Document
from breadknife.text.syntax import parse

MODEL = "qwen2.5-coder-0.5b"
PER_FILE = 2
SHORTEST, LONGEST = 4, 80
_COMMON = (builtins, asyncio, contextlib, datetime, io, json, logging, pathlib, re, subprocess, threading)
_EVERYWHERE = {
    name
    for module in _COMMON
    for part in (module, *vars(module).values())
    if part is module or isinstance(part, type)
    for name in dir(part)
}
"""A method of one of these names is more likely the standard library's than the package's."""
_BEGINNING = re.compile(r"\s*(?:[\w.]+(?:: [^=]+)? = |return |yield )(?:await )?")


@dataclass(frozen=True)
class Hole:
    package: str
    path: Path
    start: int
    """Where the cursor stands; the answer is the rest of that line."""
    answer: str
    kind: str
    name: str
    unseen: bool


def holes(package: str, root: Path, seed: int, *, unseen: bool = False) -> list[Hole]:
    """In an order that only the seed decides."""
    texts = {path: path.read_text("utf-8") for path in sorted(root.rglob("*.py"))}
    trees = {path: ast.parse(text) for path, text in texts.items()}
    defined: dict[str, set[Path]] = {}
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                defined.setdefault(node.name, set()).add(path)
    found: list[Hole] = []
    chance = random.Random(seed)
    for path, tree in trees.items():
        here = [each for each in _holes(package, path, texts[path], tree, defined) if each.unseen or not unseen]
        chance.shuffle(here)
        found += here[:PER_FILE]
    chance.shuffle(found)
    return found


def _holes(package: str, path: Path, text: str, tree: ast.Module, defined: dict[str, set[Path]]) -> Iterator[Hole]:
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    imports = {
        number
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    words = Counter(
        word for number, line in enumerate(lines, 1) if number not in imports for word in re.findall(r"\w+", line)
    )
    imported = {word for number in imports for word in re.findall(r"\w+", lines[number - 1])}
    for statement in ast.walk(tree):
        if not isinstance(statement, ast.Assign | ast.AnnAssign | ast.Return | ast.Expr):
            continue
        if statement.lineno != statement.end_lineno or not lines[statement.lineno - 1].isascii():
            continue
        line, at = lines[statement.lineno - 1].rstrip(), starts[statement.lineno - 1]
        for call in ast.walk(statement):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name | ast.Attribute):
                continue
            name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
            files = defined.get(name, set())
            if (
                not files
                or path in files
                or len(files) > 3
                or name in _EVERYWHERE
                or name.startswith("model_")
                or words[name] != 1
            ):
                continue
            end = call.func.end_col_offset or 0
            cursors = {"(": end + 1} if call.args or call.keywords else {}
            if isinstance(call.func, ast.Attribute):
                cursors["."] = end - len(name)
            if beginning := _BEGINNING.match(line):
                cursors["="] = beginning.end()
            for kind, column in cursors.items():
                answer = line[column:]
                if (
                    SHORTEST <= len(answer) <= LONGEST
                    and "#" not in answer
                    and (kind != "=" or column <= end - len(name))
                ):
                    unseen = kind != "(" and name not in imported
                    yield Hole(package, path, at + column, answer, kind, name, unseen)


def first_line(engine: DaemonEngine, hole: Hole, cut: Document, context: Sequence[Snippet], project: str) -> str:
    """What the model writes up to the line's end. It is asked as the product does: before the blanks at the cursor, or
    before the sign there, since tokens of code begin with those, and what it writes must begin so too."""
    start = hole.start
    while cut.text[start - 1] in " \t":
        start -= 1
    if start == hole.start and cut.text[start - 1] in "(.":
        start -= 1
    for begin in dict.fromkeys((start, hole.start)):
        typed, written = cut.text[begin : hole.start], ""
        prompt = fim_prompt(cut, begin, hole.start, context, project)
        for chunk in engine.generate(GenerateRequest(MODEL, prompt, 48, stop=QWEN.stops), CancelToken()):
            written += chunk.text
            if "\n" in written or not (written.startswith(typed) or typed.startswith(written)):
                break
        if written.startswith(typed):
            return written[len(typed) :].split("\n")[0].rstrip()
    return ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheels", type=Path)
    parser.add_argument("--holes", type=int, default=100)
    parser.add_argument("--half", choices=("tuning", "held-out", "both"), default="both")
    parser.add_argument("--budget", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--unseen", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    wheels = sorted(options.wheels.glob("*.whl"))
    halves = {"tuning": wheels[::2], "held-out": wheels[1::2]}
    chosen = [options.half] if options.half != "both" else list(halves)
    engine = DaemonEngine()
    print("| half | packages | holes | without | with | ratio | context for | characters | ms to choose |")
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for half in chosen:
            print(_half(half, halves[half], Path(folder), engine, options, options.holes // len(chosen)), flush=True)
    engine.close()


def _half(
    half: str, wheels: Sequence[Path], folder: Path, engine: DaemonEngine, options: argparse.Namespace, count: int
) -> str:
    without = with_context = given = 0
    sizes: list[int] = []
    waits: list[float] = []
    asked = 0
    kinds: Counter[str] = Counter()
    for wheel in wheels:
        package = wheel.name.partition("-")[0]
        root = folder / package
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(root)
        project = FolderProject(root)
        project.idle(120)
        for hole in holes(package, root, options.seed, unseen=options.unseen)[: -(-count // len(wheels))]:
            text = hole.path.read_text("utf-8")
            cut = Document(hole.path.as_uri(), "python", text[: hole.start] + text[hole.start + len(hole.answer) :])
            tree = parse(cut.text, "python")
            began = time.monotonic()
            context = choose_context(CursorContext(cut, hole.start, tree), project, options.budget).snippets
            waits.append(time.monotonic() - began)
            sizes.append(sum(len(snippet.text) for snippet in context))
            bare_text = first_line(engine, hole, cut, (), package)
            our_text = first_line(engine, hole, cut, context, package) if context else bare_text
            bare, ours = bare_text == hole.answer, our_text == hole.answer
            asked, without, with_context, given = asked + 1, without + bare, with_context + ours, given + bool(context)
            kinds[f"{hole.kind} {bare:d}{ours:d}"] += 1
            if options.verbose:
                shown = any(re.search(rf"\b{hole.name}\b", snippet.text) for snippet in context)
                print(f"{bare:d}{ours:d} {hole.kind} named={shown:d} {hole.path.relative_to(root)}: {hole.answer!r}\n"
                      f"      bare {bare_text!r}\n      with {our_text!r}", flush=True)  # fmt: skip
        project.close()
    waits.sort()
    if options.verbose:
        print(dict(sorted(kinds.items())))
    ratio = with_context / without if without else float("inf")
    return (
        f"| {half} | {len(wheels)} | {asked} | {without / asked:.3f} | {with_context / asked:.3f} | {ratio:.2f} | "
        f"{given} | {sum(sizes) / max(given, 1):.0f} | {waits[len(waits) // 2] * 1000:.0f} |"
    )


if __name__ == "__main__":
    main()

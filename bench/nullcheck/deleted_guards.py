"""Finds guards against null that can be deleted mechanically, so that a use which they guarded is a hole for certain.

    python bench/nullcheck/deleted_guards.py NAME=REPOSITORY … > bench/nullcheck/deleted_guards.tsv

A repository is a git directory, read at its HEAD. A guard counts if it is one of

- `if x is None: return` (raise, continue, break), `if x == nil {…}`, `if (x == null) …`, in JavaScript also `if (!x)`,
- `x and x.y`, `x is not None and x.y`, `x != null && x.y`,
- `x?.y` (JavaScript),

and the function neither tests nor uses `x` before it, nor tests or assigns it between the guard and the first use,
which the guard dominates. Tests, examples and what others wrote (vendored code) are left out. A row: part, repository,
commit, path, line of the guard, line of the use, form, value. No code. The part (train, tune or test) is drawn by
repository.
"""

from __future__ import annotations

import hashlib
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from breadknife.text.document import language_of
from breadknife.text.syntax import Node, SyntaxTree, nodes_in, parse

SEED = 41
MOST = 40
"""Guards of one repository in one language."""
LONGEST = 200_000
"""Bytes of a file."""
LEFT_OUT = re.compile(
    r"(^|/)(tests?|testing|spec|specs|__tests__|fixtures?|examples?|docs?|docs_src|bench\w*|vendor\w*|_vendor|third_party"
    r"|extern|node_modules|dist|build|lib/unicode|testdata|mocks?|demo\w*|samples?|scripts)/|(^|/)(test_|conftest)"
    r"|_test\.|\.(test|spec|min|d)\.|Tests?\.java$|Test\w*\.java$|\.pb\.go$|zz_generated|_generated|/generated/"
)
LAYOUT = re.compile(
    r"(^|/)(package\.json|tsconfig[\w.]*\.json|jsconfig\.json|go\.mod|pyproject\.toml|setup\.(py|cfg))$"
)
VALUE = r"(?P<x>[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*)"


@dataclass(frozen=True)
class Forms:
    """How a language writes its guards."""

    null: str
    """A pattern for a test that a value is null."""
    there: str
    """A pattern for the left side of a conjunction that tells that a value is there."""
    functions: frozenset[str]
    exits: frozenset[str]
    conjunction: str
    uses: str
    """What may follow a value that is used. In Go neither `values...` nor a type assertion, which may ask."""
    nothing: str = ""
    """What stands in place of a statement."""


_JS = Forms(
    rf"{VALUE}\s*===?\s*(?:null|undefined)|!\s*{VALUE.replace('?P<x>', '?P<y>')}",
    rf"{VALUE}(?:\s*!==?\s*(?:null|undefined))?",
    frozenset({"function_declaration", "function_expression", "arrow_function", "method_definition"}),
    frozenset({"return_statement", "throw_statement", "continue_statement", "break_statement"}),
    "&&",
    r"[.\[(]",
)
FORMS: Mapping[str, Forms] = {
    "python": Forms(
        rf"{VALUE}\s+is\s+None", rf"{VALUE}(?:\s+is\s+not\s+None)?", frozenset({"function_definition"}),
        frozenset({"return_statement", "raise_statement", "continue_statement", "break_statement"}), "and", r"[.\[(]",
        "pass",
    ),
    "go": Forms(
        rf"{VALUE}\s*==\s*nil", rf"{VALUE}\s*!=\s*nil",
        frozenset({"function_declaration", "method_declaration", "func_literal"}),
        frozenset({"return_statement", "continue_statement", "break_statement"}), "&&", r"\.(?![.(])",
    ),
    "java": Forms(
        rf"{VALUE}\s*==\s*null|null\s*==\s*{VALUE.replace('?P<x>', '?P<y>')}",
        rf"{VALUE}\s*!=\s*null|null\s*!=\s*{VALUE.replace('?P<x>', '?P<y>')}",
        frozenset({"method_declaration", "constructor_declaration", "lambda_expression"}),
        frozenset({"return_statement", "throw_statement", "continue_statement", "break_statement"}), "&&", r"[.\[]",
    ),
    **dict.fromkeys(("javascript", "javascriptreact", "typescript", "typescriptreact"), _JS),
}  # fmt: skip


@dataclass(frozen=True)
class Guard:
    """A guard of one text, with what stands there once it is deleted. Offsets are in bytes."""

    form: str
    value: str
    start: int
    end: int
    instead: bytes
    """It has as many lines as what it replaces."""
    use: int
    """Where the value is used that it guards, in the text with the guard."""

    def without(self, source: bytes) -> bytes:
        return source[: self.start] + self.instead + source[self.end :]


def guards(tree: SyntaxTree) -> Iterator[Guard]:
    """Yield the guards of a file that may be deleted, in the order of the text."""
    forms = FORMS[tree.language]
    for node in nodes_in(tree.root):
        if node.type == "if_statement":
            yield from _statement(tree, node, forms)
        elif node.type in ("boolean_operator", "binary_expression"):
            yield from _conjunction(tree, node, forms)
        elif node.type == "optional_chain":
            yield from _chain(tree, node, forms)


def _statement(tree: SyntaxTree, node: Node, forms: Forms) -> Iterator[Guard]:
    test, then = node.child_by_field_name("condition"), node.child_by_field_name("consequence")
    if node.child_by_field_name("alternative") or node.child_by_field_name("initializer") or not (test and then):
        return
    if node.parent is None or not re.search("block|module|program|body|statement_list", node.parent.type):
        return
    found = re.fullmatch(forms.null, tree.source(test).strip().removeprefix("(").removesuffix(")").strip())
    last = then
    while last.type in ("block", "statement_block", "statement_list") and last.named_children:
        last = last.named_children[-1]
    panics = last.type == "expression_statement" and tree.source(last).startswith("panic(")
    if found is None or not (last.type in forms.exits or panics):
        return
    lines = tree.encoded[node.start_byte : node.end_byte].count(b"\n")
    guarded = node.end_byte, node.parent.end_byte
    yield from _guarding(tree, node, _named(found), "exit", (node.start_byte, node.end_byte),
                         forms.nothing.encode() + b"\n" * lines, guarded, forms)  # fmt: skip


def _conjunction(tree: SyntaxTree, node: Node, forms: Forms) -> Iterator[Guard]:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or right is None or node.children[1].type != forms.conjunction:
        return
    found = re.fullmatch(forms.there, tree.source(left))
    if found is not None:
        lines = tree.encoded[left.start_byte : right.start_byte].count(b"\n")
        yield from _guarding(tree, node, _named(found), "and", (left.start_byte, right.start_byte), b"\n" * lines,
                             (right.start_byte, right.end_byte), forms)  # fmt: skip


def _chain(tree: SyntaxTree, node: Node, forms: Forms) -> Iterator[Guard]:
    member = node.parent
    object_ = member.child_by_field_name("object") if member is not None else None
    if member is None or object_ is None or member.type != "member_expression":
        return
    if (found := re.fullmatch(VALUE, tree.source(object_))) is not None:
        guarded = object_.start_byte, member.end_byte
        at = node.start_byte, node.end_byte
        yield from _guarding(tree, node, _named(found), "chain", at, b".", guarded, forms)


def _named(found: re.Match[str]) -> str:
    return next(value for value in found.groups() if value)


def _guarding(
    tree: SyntaxTree, node: Node, value: str, form: str, at: tuple[int, int], instead: bytes,
    guarded: tuple[int, int], forms: Forms,
) -> Iterator[Guard]:  # fmt: skip
    """Yield the guard, if the function neither tests nor uses the value before, and does use it behind the guard."""
    function = _function_around(node, forms)
    if function is None or value in ("self", "this", "err", "cls"):
        return
    source, x = tree.encoded, rb"(?<![\w.$\"'])" + re.escape(value.encode()) + rb"(?![\w$])"
    started = function.start_byte
    body = function.child_by_field_name("body")
    begin = body.start_byte if body is not None else started
    use = rb"\s*" + forms.uses.encode()
    touch = rb"\s*(?:is\b|[!=]=|and\b|or\b|&&|\|\||\?|:\s*\n|\)\s*\{)"
    tested = re.compile(
        rb"(?:\bnot\s+|!\s*|isinstance\(|\bin\s+)" + x + rb"|" + x + rb"(?:" + touch + rb"|\s+instanceof)"
    )
    if tested.search(source, begin, at[0]) or re.compile(x + use).search(source, begin, at[0]):
        return
    after = guarded[0]
    pattern = re.compile(x + (rb"\s*(?:\?\.)" if form == "chain" else use))
    found = pattern.search(source, after, guarded[1])
    if found is None:
        return
    stored = re.compile(x + rb"\s*(?::=|=(?!=))")
    if form != "chain" and (tested.search(source, after, found.start()) or stored.search(source, after, found.start())):
        return
    used = tree.root.descendant_for_byte_range(found.start(), found.start() + 1)
    if used is None or _function_around(used, forms) != function or used.type in ("comment", "string_content"):
        return
    yield Guard(form, value, *at, instead, found.start())


def _function_around(node: Node, forms: Forms) -> Node | None:
    parent = node.parent
    while parent is not None and parent.type not in forms.functions:
        parent = parent.parent
    return parent


# Repositories


def part_of(name: str) -> str:
    """Return the part that a repository belongs to, by a seed."""
    drawn = hashlib.sha256(f"{SEED} {name}".encode()).digest()[0] / 256
    return "train" if drawn < 0.5 else "tune" if drawn < 0.65 else "test"


def git(repository: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", "-C", str(repository), *arguments], capture_output=True, check=True).stdout


def files_of(repository: Path, commit: str) -> list[str]:
    paths = git(repository, "ls-tree", "-r", "--name-only", commit).decode("utf-8", "replace").splitlines()
    return [path for path in paths if language_of(Path(path)) in FORMS and not LEFT_OUT.search(path)]


def lay_out(repository: Path, commit: str, folder: Path) -> None:
    """Write the sources of a commit, and the files that say how they import each other, into a folder."""
    listed = git(repository, "ls-tree", "-r", "-l", commit).decode("utf-8", "replace").splitlines()
    wanted = list[tuple[str, str]]()
    for line in listed:
        head, _, path = line.partition("\t")
        _, kind, digest, size = head.split()
        is_source = language_of(Path(path)) in FORMS and not LEFT_OUT.search(path)
        if kind == "blob" and size.isdigit() and int(size) < LONGEST and (is_source or LAYOUT.search(path)):
            wanted.append((digest, path))
    asked = "".join(f"{digest}\n" for digest, _ in wanted).encode()
    batch = ["git", "-C", str(repository), "cat-file", "--batch"]
    said, at = subprocess.run(batch, input=asked, capture_output=True, check=False).stdout, 0
    for _, path in wanted:
        head, at = said[at : said.index(b"\n", at)], said.index(b"\n", at) + 1
        if head.endswith(b"missing"):
            continue
        size = int(head.split()[2])
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(said[at : at + size])
        at += size + 1


def rows(name: str, repository: Path) -> Iterator[tuple[str, ...]]:
    """Yield at most `MOST` guards of each language of a repository, of at most two a file, drawn by the seed."""
    commit = git(repository, "rev-parse", "HEAD").decode().strip()
    paths = files_of(repository, commit)
    draw = random.Random(f"{SEED} {name}")
    draw.shuffle(paths)
    kept = Counter[Forms]()
    for path in paths:
        forms = FORMS[id := language_of(Path(path)) or ""]
        if kept[forms] >= MOST:
            continue
        source = git(repository, "show", f"{commit}:{path}")
        tree = parse(source.decode("utf-8", "replace"), id) if len(source) < LONGEST else None
        if tree is None or tree.encoded != source or tree.root.has_error:
            continue
        found = list(guards(tree))
        for guard in draw.sample(found, min(2, len(found))):
            kept[forms] += 1
            lines = (str(source.count(b"\n", 0, at) + 1) for at in (guard.start, guard.use))
            yield part_of(name), name, commit[:12], path, *lines, guard.form, guard.value


if __name__ == "__main__":
    print("part", "repository", "commit", "path", "guard", "use", "form", "value", sep="\t")
    for argument in sys.argv[1:]:
        repository_name, _, folder = argument.partition("=")
        for row in rows(repository_name, Path(folder)):
            print(*row, sep="\t", flush=True)

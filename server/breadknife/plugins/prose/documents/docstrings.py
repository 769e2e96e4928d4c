"""Docstrings and documentation comments whose parameters aren't those of the signature."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator

from breadknife.plugins.prose.documents.doc_comments import COMMENTED, commented_functions
from breadknife.plugins.prose.documents.functions import DocumentedFunction
from breadknife.plugins.prose.documents.rule import DocumentRule, Example, Subject
from breadknife.task.values import Finding, Severity
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree, captures

_FUNCTIONS = """
(function_definition
  name: (identifier) @name
  parameters: (parameters) @parameters
  body: (block . (expression_statement . (string) @docstring))) @function
"""
_REST = re.compile(r"^[ \t]*[:@]param(?:eter)?\s+(?:[^:\n]*?\s)?\\?\*{0,2}(\w+)\s*:", re.MULTILINE)
_GOOGLE = re.compile(r"^([ \t]*)(?:Args|Arguments|Parameters|Params):[ \t]*\n", re.MULTILINE)
_NUMPY = re.compile(r"^([ \t]*)(?:Other )?Parameters[ \t]*\n\1-{3,}[ \t]*\n", re.MULTILINE)
_GOOGLE_NAME = re.compile(r"\\?\*{0,2}(\w+)\s*(?:\((?:[^()\n]|\([^()\n]*\))*\))?\s*:(?=\s|$)")
_NUMPY_NAMES = re.compile(r"(`?\\?\*{0,2}\w+`?(?:\s*,\s*`?\\?\*{0,2}\w+`?)*)\s*(?::.*|)$")


def _functions(tree: SyntaxTree) -> Iterator[DocumentedFunction]:
    return _of_python(tree) if tree.language == "python" else commented_functions(tree)


def _of_python(tree: SyntaxTree) -> Iterator[DocumentedFunction]:
    found = captures(tree, _FUNCTIONS)
    columns = [found.get(key, []) for key in ("function", "name", "parameters", "docstring")]
    for function, name, parameters, docstring in zip(*map(_in_order, columns), strict=True):
        names = [(child, _name(tree, child)) for child in parameters.named_children if child.type != "comment"]
        span = tree.span(docstring)
        above = function.prev_named_sibling
        yield DocumentedFunction(
            tree.source(name),
            tuple(each for node, each in names if each and "splat" not in node.type and not _is_splat(node)),
            any("splat" in node.type or _is_splat(node) for node, _ in names),
            tuple(_documented(tree.text[span.start : span.end], span.start)),
            own=above is None or above.type != "decorator" or b"overload" not in (above.text or b""),
        )


def _in_order(nodes: list[Node]) -> list[Node]:
    return sorted(nodes, key=lambda node: node.start_byte)


def _is_splat(node: Node) -> bool:
    return bool(node.named_children) and "splat" in node.named_children[0].type


def _name(tree: SyntaxTree, node: Node) -> str:
    if node.type == "identifier":
        return tree.source(node)
    named = node.child_by_field_name("name") or next((c for c in node.named_children if c.type == "identifier"), None)
    return tree.source(named) if named is not None else ""


def _documented(docstring: str, start: int) -> Iterator[tuple[str, Span]]:
    for match in _REST.finditer(docstring):
        yield match[1], Span(start + match.start(1), start + match.end(1))
    for title, pattern, deeper in ((_GOOGLE, _GOOGLE_NAME, True), (_NUMPY, _NUMPY_NAMES, False)):
        for section in title.finditer(docstring):
            yield from _entries(docstring, start, section.end(), len(section[1].expandtabs(8)), pattern, deeper)


def _entries(
    docstring: str, start: int, at: int, margin: int, pattern: re.Pattern[str], deeper: bool
) -> Iterator[tuple[str, Span]]:
    """The names of a section's entries: Google's are indented under the title, NumPy's stand below it."""
    entry: int | None = None
    for line in docstring[at:].splitlines(keepends=True):
        text = line.strip()
        indent = len(line.expandtabs(8)) - len(line.expandtabs(8).lstrip())
        if text:
            if indent < margin or (deeper and indent <= margin):
                return
            if not deeper and indent == margin and _is_title(docstring, at, line):
                return
            entry = indent if entry is None else entry
            if indent == entry and (match := pattern.match(text)):
                names_at = at + line.index(text)
                for name in re.finditer(r"\w+", match[1]):
                    yield name[0], Span(start + names_at + name.start(), start + names_at + name.end())
        at += len(line)


def _is_title(docstring: str, at: int, line: str) -> bool:
    return re.match(r"[ \t]*-{3,}[ \t]*(?:\n|$)", docstring[at + len(line) :]) is not None


def _unknown(subject: Subject, finding: Callable[..., Finding]) -> Iterator[Finding]:
    for function in _functions(subject.tree):
        if function.open_ended or not function.own:
            continue
        documented = {name for name, _ in function.documented}
        for name, span in function.documented:
            if name not in function.parameters:
                missing = [each for each in function.parameters if each not in documented]
                near = difflib.get_close_matches(name, missing, n=1, cutoff=0.6)
                yield finding(span, f"`{function.name}` has no parameter `{name}`.", near[0] if near else None)


def _undocumented(subject: Subject, finding: Callable[..., Finding]) -> Iterator[Finding]:
    for function in _functions(subject.tree):
        documented = {name for name, _ in function.documented}
        missing = [
            name
            for name in function.parameters
            if name not in documented and name not in ("self", "cls") and not name.startswith("_")
        ]
        # One that documents few of its parameters does so on purpose.
        if documented and missing and function.own and len(missing) <= len(documented):
            first = function.documented[0][1]
            names = ", ".join(f"`{name}`" for name in missing)
            yield finding(first, f"The documentation of `{function.name}` leaves out {names}.")


_LANGUAGES = frozenset(("python", *COMMENTED))


def _example(signature: str, *lines: str) -> Example:
    docstring = "\n".join(f"    {line}" if line else "" for line in lines)
    return Example(f'{signature}:\n    """Do.\n\n{docstring}\n    """\n')


UNKNOWN_PARAMETER = DocumentRule(
    "unknown-parameter",
    _LANGUAGES,
    "Documentation names a parameter that the signature lacks.",
    _unknown,
    fires=(
        _example("def f(size)", ":param sise: how big"),
        _example("def f(a, *, b=1)", "Args:", "    a: one", "    c (int): two"),
        _example("def f(a: int = 1)", "Parameters", "----------", "a, b : int", "    Both."),
        Example("/** Do.\n * @param {string} sise how big\n */\nfunction f(size, b = 1) {}\n", (), "javascript"),
        Example("class A {\n  /** @param b - x */\n  m(a: number, ...c: any[]) {}\n}\n", (), "typescript"),
        Example("/** @param b x */\nexport const f = async (a: number) => a;\n", (), "typescriptreact"),
        Example("class A {\n  /**\n   * Do.\n   * @param b x\n   */\n  void f(int a) {}\n}\n", (), "java"),
        Example("/// Do.\n/// \\param[in] b x\nint f(const char *a);\n", (), "cpp"),
        Example("/** @param b x */\nint f(int a) { return a; }\n", (), "c"),
        Example("<?php\n/**\n * @param int $b x\n */\nfunction f(int $a) {}\n", (), "php"),
        Example("/// Do.\n///\n/// # Arguments\n///\n/// * `b` - x\nfn f(a: i32) {}\n", (), "rust"),
    ),
    silent=(
        _example("def f(size)", ":param int size: how big", ":returns: x"),
        _example("def f(**options)", "Args:", "    depth: one of the options"),
        _example("def f(a)", "Args:", "    a: one, as in", "        b: this", "", "Returns:", "    c: x"),
        _example("def f(a)", "Parameters", "----------", "a : int", "", "Returns", "-------", "b : int"),
        _example("def f(a, b)", "Parameters", "----------", "`a` : int", "    One.", "`b`", "    Two."),
        _example("def f(a, b)", "Args:", "    a (dict(str, int), optional): x", "    b: y"),
        _example("@overload\ndef f(a)", ":param b: x"),
        Example("/**\n * @param {string} [a=1] x\n * @param b.c y\n */\nfunction f(a, b) {}\n", (), "javascript"),
        Example("/** @param options x\n @param options.a y */\nfunction f({ a }) {}\n", (), "javascript"),
        Example("/** @param a x */\n\nlet b = 1;\nfunction f(c) {}\n", (), "javascript"),
        Example("/**\n * @callback Done\n * @param a x\n */\nfunction f(c) {}\n", (), "javascript"),
        Example("/** @param a x */\nfunction f() { return arguments[0]; }\n", (), "javascript"),
        Example("class A {\n /** @param <T> x\n  * @param a y */\n @Deprecated <T> void f(T... a) {}\n}\n", (), "java"),
        Example("/** @param a x\n * @param b y */\nint f(int (*a)(int), char **b, ...);\n", (), "c"),
        Example(
            "/**\n * @tparam T z\n * @param[in, out] a x\n */\ntemplate <typename T> void f(const T &a);\n", (), "cpp"
        ),
        Example(
            "class A {\n  /** @param a x\n   * @param b y */\n  m(private a: number, b?: string) {}\n}\n",
            (),
            "typescript",
        ),
        Example(
            "/** @param props.a x */\nexport function F({ a }: Props) { return <b>{a}</b>; }\n", (), "typescriptreact"
        ),
        Example("/// See `b`.\n///\n/// # Arguments\n///\n/// * `a` - x\nfn f(mut a: &str, c: i32) {}\n", (), "rust"),
        Example("<?php\n/** @param int $a x */\nfunction f(int &$a = 1) {}\n", (), "php"),
        Example(
            "<?php\n/** @param array<string, int> $a x\n * @param T ...$b y */\nfunction f($a, T ...$b) {}\n", (), "php"
        ),
        _example('def f(a: int, /, b: str = "x", *c: int)', ":param a: x", ":param b: y"),
    ),
)

UNDOCUMENTED_PARAMETER = DocumentRule(
    "undocumented-parameter",
    _LANGUAGES,
    "A parameter is undocumented where most are documented.",
    _undocumented,
    Severity.HINT,
    fires=(
        _example("def f(a, b)", "Args:", "    a: one"),
        Example("/** @param a x */\nfunction f(a, b) {}\n", (), "javascript"),
        Example("/** @param a x */\nint f(int a, int b);\n", (), "cpp"),
        Example("/** \\param a x */\nint f(int a, char **b) { return a; }\n", (), "c"),
        Example("class A {\n  /** @param a x */\n  void f(int a, T... b) {}\n}\n", (), "java"),
        Example("class A {\n  /** @param a x */\n  m(a: number, b?: string) {}\n}\n", (), "typescript"),
        Example("/** @param a x */\nconst f = (a: number, b = 1) => a;\n", (), "typescriptreact"),
        Example("<?php\n/** @param array<string, int> $a x */\nfunction f(array $a, ?int $b = null) {}\n", (), "php"),
        Example("/// Do.\n///\n/// # Arguments\n///\n/// * `a` - x\nfn f(&self, a: i32, b: &str) {}\n", (), "rust"),
    ),
    silent=(
        _example("def f(a, b)"),
        _example("def f(self, a, _b)", "Args:", "    a: one"),
        _example("def f(a, b, c, d)", "Args:", "    a: one"),
        _example("def f(a, *args)", "Args:", "    a: one"),
        Example("/** Do it. */\nfunction f(a, b) {}\n", (), "javascript"),
        Example("/** @param a x\n * @param rest y */\nfunction f(a, ...rest) {}\n", (), "javascript"),
        _example("def f(a, b)", "Args:", "    a (dict(str, int), optional): x", "    b: y"),
    ),
)

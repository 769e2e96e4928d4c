"""Which lines of a file are documentation, and which claims in them maintainers changed with the code."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from breadknife.text.languages import LANGUAGES
from breadknife.text.outline import outline
from breadknife.text.syntax import captures, parse

_TOKEN = re.compile(r"[A-Za-z_]\w*|\d+(?:\.\d+)*")
_COMMON = frozenset((
    "a", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "do", "does", "for", "from",
    "has", "have", "if", "in", "into", "is", "it", "its", "may", "no", "not", "of", "on", "only", "or", "out", "so",
    "than", "that", "the", "their", "then", "there", "this", "to", "up", "was", "when", "where", "which", "will",
    "with", "you", "your", "new", "old", "all", "one", "two", "use", "used", "return", "returns", "def", "class",
    "function", "var", "let", "const", "self", "None", "True", "False", "null", "true", "false", "import", "else",
    "elif", "while", "try", "except", "raise", "pass", "lambda", "public", "private", "static", "void", "int",
    "string", "str", "bool", "type", "func", "package", "struct", "err", "nil",
))  # fmt: skip


@dataclass(frozen=True)
class Claim:
    """Documentation that the maintainers changed."""

    start: int
    """The first line in the text that is checked, from 0; where they only added lines, the line after which."""
    end: int
    old: list[str]
    new: list[str]
    symbol: str
    shared: list[str]
    left: list[str]
    """Of `shared`, what has left both: the text named it, the code no longer does."""


@dataclass
class Text:
    """A file's lines, and which of them are documentation."""

    lines: list[str]
    documentation: list[bool]
    symbols: list[tuple[str, int, int]]

    def symbol_at(self, line: int) -> str:
        inside = [(end - start, name) for name, start, end in self.symbols if start <= line <= end]
        return min(inside)[1] if inside else ""

    def code(self, symbol: str, near: tuple[int, int]) -> Counter[str]:
        """Return the tokens of a symbol's code; without one, of the ten lines around."""
        lines: list[str] = []
        spans = [(start, end) for name, start, end in self.symbols if name == symbol] or [(near[0] - 10, near[1] + 10)]
        for start, end in spans:
            numbers = range(max(start, 0), min(end + 1, len(self.lines)))
            lines += (self.lines[number] for number in numbers if not self.documentation[number])
        return tokens(lines)


def tokens(lines: Sequence[str]) -> Counter[str]:
    return Counter(token for line in lines for token in _TOKEN.findall(line) if token not in _COMMON and len(token) > 1)


def read(text: str, language: str) -> Text | None:
    """Return a file's lines with their kind; None if it doesn't parse."""
    tree = parse(text, language)
    if tree is None or tree.error_count:
        return None
    lines = text.split("\n")
    documentation = [False] * len(lines)
    kinds = sorted(LANGUAGES[language].comments)
    nodes = captures(tree, f"[{' '.join(f'({kind})' for kind in kinds)}] @node").get("node", [])
    if language == "python":
        nodes = nodes + captures(tree, "(expression_statement . (string) @node .)").get("node", [])
    for node in nodes:
        first, last = node.start_point.row, node.end_point.row - (node.end_point.column == 0)
        if not lines[first].encode()[: node.start_point.column].strip():
            for number in range(first, min(last + 1, len(lines))):
                documentation[number] = True
    symbols: list[tuple[str, int, int]] = []
    for definition in outline(tree).definitions:
        first = text.count("\n", 0, definition.span.start)
        last = text.count("\n", 0, definition.span.end)
        while first and documentation[first - 1]:  # the comment above
            first -= 1
        symbols.append((f"{definition.container}.{definition.name}", first, last))
    return Text(lines, documentation, symbols)


def runs(text: Text, start: int, end: int) -> list[tuple[bool, int, int]]:
    found: list[tuple[bool, int, int]] = []
    for number in range(start, end):
        kind = text.documentation[number] or (bool(found) and not text.lines[number].strip() and found[-1][0])
        if found and found[-1][0] == kind:
            found[-1] = (kind, found[-1][1], number + 1)
        else:
            found.append((kind, number, number + 1))
    return found


def mixed(old: Text, new: Text) -> tuple[list[str], list[Claim], bool] | None:
    """Return the new code with the old documentation, the claims in it, and whether any code has changed."""
    lines: list[str] = []
    claims: list[Claim] = []
    code_changed = False
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old.lines, new.lines, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += new.lines[c:d]
            continue
        before, after = runs(old, a, b), runs(new, c, d)
        if [kind for kind, *_ in before] != [kind for kind, *_ in after]:
            if not before and len(after) == 1 and after[0][0]:  # documentation that was added
                before = [(True, a, a)]
            elif not after and len(before) == 1 and before[0][0]:
                after = [(True, c, c)]
            elif _squeezed(before, after, a, c):
                before, after = _aligned(before, after, a, c)
            else:
                code_changed = True
                lines += new.lines[c:d]
                continue
        for (kind, s, e), (_, t, u) in zip(before, after, strict=True):
            if not kind:
                code_changed = code_changed or [x.strip() for x in old.lines[s:e]] != [
                    x.strip() for x in new.lines[t:u]
                ]
                lines += new.lines[t:u]
                continue
            gone, came = old.lines[s:e], new.lines[t:u]
            if " ".join(gone).split() != " ".join(came).split() and tokens(gone) != tokens(came):
                symbol = old.symbol_at(s) or new.symbol_at(t)
                left, right = old.code(symbol, (s, e)), new.code(symbol, (t, u))
                lost = (tokens(gone) - tokens(came)).keys() & (left - right).keys()
                shared = lost | (tokens(came) - tokens(gone)).keys() & (right - left).keys()
                if left != right:
                    end = len(lines) + len(gone)
                    claims.append(Claim(len(lines), end, gone, came, symbol, sorted(shared), sorted(lost)))
            lines += gone
    return lines, claims, code_changed


Run = tuple[bool, int, int]


def _squeezed(before: list[Run], after: list[Run], a: int, c: int) -> bool:
    """Tell whether one side is the other one with documentation left out."""
    first, second = [kind for kind, *_ in before], [kind for kind, *_ in after]
    return first in ([False], [False, True], [True, False]) and second in ([False], [False, True], [True, False])


def _aligned(before: list[Run], after: list[Run], a: int, c: int) -> tuple[list[Run], list[Run]]:
    """Return both sides with the same kinds in a row, empty where one has none."""
    kinds = [kind for kind, *_ in max(before, after, key=len)]
    if len(before) == len(after) == 2:  # documentation above on one side, below on the other: unlike places
        kinds = [False]
        before = [run for run in before if not run[0]]
        after = [run for run in after if not run[0]]
    return _padded(before, kinds, a), _padded(after, kinds, c)


def _padded(found: list[Run], kinds: list[bool], at: int) -> list[Run]:
    padded: list[Run] = []
    rest = list(found)
    for kind in kinds:
        if rest and rest[0][0] == kind:
            padded.append(rest.pop(0))
            at = padded[-1][2]
        else:
            padded.append((kind, at, at))
    return padded


def page_claims(old: str, new: str, left: Counter[str], came_to: Counter[str]) -> list[Claim]:
    """Return the claims of a page: lines that were replaced or removed, with a name that left the code."""
    first, second = old.split("\n"), new.split("\n")
    claims: list[Claim] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        if tag not in ("replace", "delete") or b - a > 12:
            continue
        gone, came = tokens(first[a:b]), tokens(second[c:d])
        names = {t for t in (gone - came).keys() & left.keys() if _is_code(t, first[a:b])}
        if names:
            claims.append(Claim(a, b, first[a:b], second[c:d], "", sorted(names), sorted(names)))
    return claims


def _is_code(token: str, lines: Sequence[str]) -> bool:
    if re.search(r"_|[a-z][A-Z]|[A-Z]{2}", token):
        return True
    return any(re.search(rf"`[^`]*\b{re.escape(token)}\b[^`]*`|--{re.escape(token)}\b", line) for line in lines)

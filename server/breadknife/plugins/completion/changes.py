"""What somebody is changing in a document, by rule: a name, or the parameters of a function. And where it isn't yet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.languages import LANGUAGES
from breadknife.text.outline import Definition, Outline, outline
from breadknife.text.syntax import SyntaxTree, captures, parse

CONSTRUCTORS = frozenset({"__init__", "constructor", "__construct", "initialize"})
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_KEYWORD = re.compile(r"(\w+)\s*(?:=(?!=)|:(?!:))\s*")
_SELF = frozenset({"self", "cls", "this"})
_PAIRS = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True)
class Change:
    """From line `line` (0-based) of the text on, the lines `after` stood as `before`."""

    line: int
    before: str
    after: str


@dataclass(frozen=True)
class Parameter:
    name: str
    optional: bool
    by_name: bool
    """It can only be given by its name."""


def stale_places(document: Document, tree: SyntaxTree, changes: Sequence[Change]) -> list[TextEdit]:
    """Return the edits that would carry recent changes through the document, in its order.

    Of changes that are in the text as they say; what has been carried through already is none.
    """
    starts = _line_starts(document.text)
    there = [
        each for each in changes if each.line < len(starts) and document.text.startswith(each.after, starts[each.line])
    ]
    if not there or not LANGUAGES[tree.language].definitions:
        return []
    before = document.text
    for each in sorted(there, key=lambda change: change.line, reverse=True):
        start = starts[each.line]
        before = before[:start] + each.before + before[start + len(each.after) :]
    edits = set[TextEdit]()
    now = _Names(document.text, tree, outline(tree))
    for each in there:
        renamed = _renamed(each)
        if renamed and (place := _place(now, starts[each.line], each, renamed[1])):
            edits.update(_carried(now, *renamed, place, before))
    old_tree = parse(before, tree.language)
    if old_tree is not None:
        for old, new in _resigned(outline(old_tree), now.outline):
            edits.update(_calls(now, old, new))
    return sorted(edits)


class _Names:
    """A text's identifiers."""

    def __init__(self, text: str, tree: SyntaxTree, found: Outline) -> None:
        self.text = text
        self.tree = tree
        self.outline = found
        kinds = sorted(LANGUAGES[tree.language].identifiers)
        nodes = captures(tree, f"[{' '.join(f'({kind})' for kind in kinds)}] @name").get("name", [])
        self._spans: dict[str, list[Span]] = {}
        for node in nodes:
            span = tree.span(node)
            self._spans.setdefault(text[span.start : span.end], []).append(span)

    def of(self, name: str) -> Sequence[Span]:
        return self._spans.get(name, ())

    def is_member(self, span: Span) -> bool:
        return self.text[max(0, span.start - 40) : span.start].rstrip().endswith((".", "->", "::"))

    def is_keyword_argument(self, span: Span) -> bool:
        before, after = self.text[max(0, span.start - 200) : span.start].rstrip(), self.text[span.end : span.end + 3]
        return before.endswith(("(", ",")) and bool(re.match(r"\s?=(?!=)", after)) and not self._in_head(span)

    def _in_head(self, span: Span) -> bool:
        return any(
            each.span.start <= span.start < each.span.start + len(each.signature) for each in self.outline.definitions
        )

    def around(self, offset: int) -> Definition | None:
        """Return the innermost function there."""
        inside = [
            each
            for each in self.outline.definitions
            if each.kind in ("function", "method") and each.span.start <= offset < each.span.end
        ]
        return inside[-1] if inside else None

    def binds(self, place: Span) -> bool:
        """Tell whether a name is given its meaning there: assigned to, declared, or a parameter."""
        line = self.text.rfind("\n", 0, place.start) + 1
        before, after = self.text[line : place.start], self.text[place.end : place.end + 20]
        head = any(
            each.kind in ("function", "method")
            and each.span.start <= place.start < each.span.start + len(each.signature)
            for each in self.outline.definitions
        )
        if head and _PARAMETER.search(before):
            return True
        return _ASSIGNED.match(after) is not None or _DECLARING.search(before) is not None

    def is_known(self, name: str, offset: int) -> bool:
        """Tell whether the name occurs before `offset`, in the same function or outside of all."""
        around = self.around(offset)
        return any(span.end <= offset and self.around(span.start) == around for span in self.of(name))


_DECLARING = re.compile(r"\b(?:for|as|let|const|var|val|mut|local)\s+$")
_ASSIGNED = re.compile(r"\s*(?:[-+*/|&^%:]?=(?!=)|:\s*[\w.\[\]]+\s*=(?!=))|\s+in\b")
_PARAMETER = re.compile(r"[(,*&|]\s*$")


def _renamed(change: Change) -> tuple[str, str] | None:
    """(Old, new) when nothing but one name is different."""
    before, after = _TOKEN.findall(change.before), _TOKEN.findall(change.after)
    if len(before) != len(after):
        return None
    pairs = {(old, new) for old, new in zip(before, after, strict=True) if old != new}
    [pair] = pairs if len(pairs) == 1 else [None]
    return pair if pair and all(re.fullmatch(r"[^\W\d]\w*", name) for name in pair) else None


def _place(names: _Names, start: int, change: Change, name: str) -> Span | None:
    changed = Span(start, start + len(change.after))
    return next((span for span in names.of(name) if changed.contains(span)), None)


def _carried(names: _Names, old: str, new: str, place: Span, before: str) -> Iterator[TextEdit]:
    """The other places of a name that had one meaning before, and has no definition any more."""
    found = names.outline
    if re.search(rf"\b{re.escape(new)}\b", before) or any(each.name == old for each in found.definitions):
        return  # two names have become one, or it is another name for this one place only
    if any(old in (local, imported.alias) for imported in found.imports for _, local in imported.names or (("", ""),)):
        return
    defined = next((each for each in found.definitions if each.name == new and each.span.contains(place)), None)
    if not (defined or names.binds(place)):
        return
    within, members = Span(0, len(names.text)), False
    if defined:
        members = bool(defined.container)
    elif names.is_member(place):
        members = True
    elif around := names.around(place.start):
        within = around.span
    for span in names.of(old):
        if within.contains(span) and names.is_member(span) == members and not names.is_keyword_argument(span):
            yield TextEdit(span, new)


def _resigned(before: Outline, after: Outline) -> Iterator[tuple[Definition, Definition]]:
    """Functions whose signatures have changed: those that are the only ones of their name."""
    old = {(each.container, each.name): each for each in before.definitions if each.kind in ("function", "method")}
    for each in after.definitions:
        was = old.get((each.container, each.name))
        alone = sum(other.name == each.name for other in after.definitions) == 1 or each.name in CONSTRUCTORS
        if was and alone and was.signature != each.signature:
            yield was, each


def _calls(names: _Names, old: Definition, new: Definition) -> Iterator[TextEdit]:
    """The calls that fit the old parameters and not the new ones. An edit's span is what stands in the brackets."""
    was, now = parameters(old, names.tree.language), parameters(new, names.tree.language)
    name, is_member = (new.container, False) if new.name in CONSTRUCTORS else (new.name, bool(new.container))
    for span in names.of(name):
        if names.is_member(span) != is_member or new.span.start <= span.start < new.span.start + len(new.signature):
            continue
        arguments = _arguments(names.tree, names.text, span.end)
        if arguments is None:
            continue
        inside, spans = arguments
        given = [names.text[each.start : each.end] for each in spans]
        if any(each.startswith(("*", "...", "&")) for each in given):
            continue
        wanted = _adapted(given, was, now, names, span)
        if wanted is not None and wanted != given:
            yield TextEdit(inside, ", ".join(wanted))


def _adapted(
    given: list[str], was: Sequence[Parameter], now: Sequence[Parameter], names: _Names, call: Span
) -> list[str] | None:
    """The arguments for the new parameters, when one parameter has come, gone or got another name."""
    keyword = {match[1]: number for number, each in enumerate(given) if (match := _KEYWORD.match(each))}
    old, new = [each.name for each in was], [each.name for each in now]
    at = next(
        (number for number, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]),
        min(len(old), len(new)),
    )
    if len(old) == len(new) and old[at + 1 :] == new[at + 1 :] and at < len(old) and old[at] in keyword:
        number = keyword[old[at]]
        return [*given[:number], new[at] + given[number][len(old[at]) :], *given[number + 1 :]]
    if len(old) == len(new) + 1 and old[at + 1 :] == new[at:]:
        number = keyword.get(old[at], at if len(given) == len(old) and not keyword else len(given))
        return given[:number] + given[number + 1 :]
    if len(new) == len(old) + 1 and new[at + 1 :] == old[at:] and len(given) == len(old) and not now[at].optional:
        if new[at] in keyword or not names.is_known(new[at], call.start):
            return None
        if now[at].by_name or any(number < at for number in keyword.values()):
            return [*given, f"{new[at]}={new[at]}"]
        return [*given[:at], new[at], *given[at:]]
    return None


def parameters(definition: Definition, language: str) -> list[Parameter]:
    """Return those that a caller gives."""
    head = definition.signature
    name = re.escape(definition.name)
    opening = re.search(rf"\b{name}\s*(?:<[^(]*>)?\s*\(", head) or re.search(rf"\b{name}\b[^(]*\(", head)
    if not opening:
        return []
    found: list[Parameter] = []
    by_name = False
    for part in _parts(head[opening.end() :]):
        declared = re.split(r"[:=]", part, maxsplit=1)[0]
        words = re.findall(r"[^\W\d]\w*", declared)
        if part in ("*", "/") or not words:
            by_name = by_name or part == "*"
            continue
        name = words[0] if language == "go" else words[-1]
        if not found and name in _SELF:
            continue
        optional = (
            "=" in re.sub(r"[=!<>]=|=>", "", part) or "?" in declared or "..." in declared or declared.startswith("*")
        )
        found.append(Parameter(name, optional, by_name))
        by_name = by_name or (declared.startswith("*") and not declared.startswith("**") and language == "python")
    return found


def _parts(text: str) -> Iterator[str]:
    """What commas part, up to the bracket that closes."""
    open_, part = list[str](), ""
    for character in text:
        if not open_ and character in ",)":
            if part.strip():
                yield part.strip()
            part = ""
            if character == ")":
                return
            continue
        if character in _PAIRS:
            open_.append(_PAIRS[character])
        elif open_ and character == open_[-1]:
            open_.pop()
        part += character


def _arguments(tree: SyntaxTree, text: str, after: int) -> tuple[Span, list[Span]] | None:
    """The span inside of the brackets of a call whose name ends at `after`, and its arguments'."""
    start = after + len(text[after : after + 20]) - len(text[after : after + 20].lstrip(" "))
    if text[start : start + 1] != "(":
        return None
    node = tree.node_at(Span(start, start + 1))
    if tree.span(node).start != start or node.has_error:
        return None
    span = tree.span(node)
    if text[span.end - 1] != ")":
        return None
    comments = LANGUAGES[tree.language].comments
    if any(child.type in comments for child in node.named_children):
        return None
    return Span(start + 1, span.end - 1), [tree.span(child) for child in node.named_children]


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer("\n", text))]

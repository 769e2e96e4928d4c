"""A name of its own for a value that is checked: what it is called, and how the value is written beside it."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterator

from breadknife.plugins.nullcheck.repairs.python.reading.evaluation import COMPREHENSIONS
from breadknife.plugins.nullcheck.repairs.python.reading.kinds import arguments_of
from breadknife.plugins.nullcheck.repairs.python.reading.nodes import text
from breadknife.plugins.nullcheck.repairs.python.reading.occurrences import occurrences
from breadknife.plugins.nullcheck.repairs.python.reading.site import Site
from breadknife.text.document import Span
from breadknife.text.syntax import Node

_NAMES = {"match": "match", "fullmatch": "match", "search": "match", "which": "path", "get": "value", "getenv": "value",
          "find": "found", "ask": "answer"}  # fmt: skip
"""Last name of a call -> name for its result."""
_MATCHES = frozenset({"match", "fullmatch", "search"})
"""Their first argument is no key."""
_SAYS_NOTHING = frozenset({"value", "found", "answer", "pop", "result"})
"""Names that nothing but what is done with the value can better."""
_KEY = re.compile(r"_*([A-Za-z][\w-]{1,29}?)_*")
_MAX_BREAKS = 8
"""Between the lines of a call that gets a name."""
_TAKEN = frozenset(dir(builtins))
_BRACKETS = frozenset({"list", "dictionary", "set", "tuple", *COMPREHENSIONS})
_STRINGS = frozenset({"string", "string_content", "string_start", "escape_sequence", "interpolation"})
_DEFINES = ("function_definition", "class_definition")


def known_name(site: Site) -> str:
    """That the value has already, or gets in the place itself, or ""."""
    if site.walrus is not None and (named := site.walrus.child_by_field_name("name")) is not None:
        return text(named)
    return site.source if site.is_name else ""


def new_name(site: Site) -> str:
    """A name for a call's result that means nothing else there yet, or "" for what is none, or too long, or where the
    name would be a class's attribute."""
    if site.is_in_class_body or _is_target(site):
        return ""
    if site.walrus is not None:
        return known_name(site) if _is_whole(site.walrus.child_by_field_name("value")) else ""
    source, function = site.source, site.node.child_by_field_name("function")
    head = function or site.node.child_by_field_name("value") or site.node
    before_brackets = source if head == site.node else source[: len(text(head)) + 1]
    if site.node.type not in ("call", "subscript", "attribute") or site.is_name or "\n" in before_brackets:
        return ""
    if source.count("\n") > _MAX_BREAKS:
        return ""
    return next((name for name in _names(site, function) if _is_free(site, name)), "")


def _is_target(site: Site) -> bool:
    """Whether something is written to it as well: `d[k] += 1`."""
    outer = site.path[-1]
    return outer.type in ("augmented_assignment", "assignment") and outer.child_by_field_name("left") == site.node


def _is_whole(value: Node | None) -> bool:
    """Whether its own brackets hold its lines together."""
    return value is not None and ("\n" not in text(value) or value.type in _BRACKETS)


def _names(site: Site, function: Node | None) -> Iterator[str]:
    """Those that say most come first."""
    last = text(function).rpartition(".")[2] if function is not None else site.source.rpartition(".")[2]
    base = _NAMES.get(last) or re.sub(r"^_*(?:get|find|load|fetch|make|create|read)_|^_+", "", last)
    base = base if re.fullmatch(r"[a-z]\w{1,30}", base) and base not in _TAKEN else "result"
    key, target = _key(site, last), _target(site)
    if key:
        yield key
    if key or base in _SAYS_NOTHING:
        yield target
        if target:
            yield f"found_{target}"
    yield from (base, "result" if base == "found" else f"found_{base}", f"the_{base}")


def _is_free(site: Site, name: str) -> bool:
    if not name or keyword.iskeyword(name) or name in _TAKEN:
        return False
    if not re.search(rf"(?<!\.)\b{name}\b", site.tree.text):
        return True
    scope = site.function or site.tree.root
    found = list(occurrences(site.tree, name, site.tree.root))
    return not any(scope in one.path or _is_of_module(one.path) for one in found)


def _is_of_module(path: tuple[Node, ...]) -> bool:
    """Whether a name with this path has a meaning at the top of the module: an import, a class, a variable."""
    around = path[:-1] if path[-1].type in _DEFINES else path
    return not any(node.type == "function_definition" for node in around)


def _key(site: Site, called: str) -> str:
    """`d.get("first-name")`, `d["first-name"]` -> `first_name`, or ""."""
    given = arguments_of(site.node) if site.node.type == "call" else site.node.children_by_field_name("subscript")
    if called in _MATCHES:
        return ""
    return next((word for one in given if (word := _word(one))), "")


def _word(node: Node) -> str:
    """A string's content as a name, or ""."""
    said = re.fullmatch(r"""(["'])([^"'\\\n]*)\1""", text(node)) if node.type == "string" else None
    found = _KEY.fullmatch(said[2]) if said is not None else None
    if found is None:
        return ""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", found[1]).replace("-", "_").lower()


def _target(site: Site) -> str:
    """What the value is assigned to, by itself or in a call, or ""."""
    for outer in reversed(site.path):
        left = outer.child_by_field_name("left") if outer.type == "assignment" else None
        if left is not None and left.type == "subscript":
            return next((word for one in left.children_by_field_name("subscript") if (word := _word(one))), "")
        if left is not None:
            name = text(left.child_by_field_name("attribute") or left).lstrip("_")
            return name if re.fullmatch(r"[a-z]\w{1,30}", name) else ""
        if outer.type not in ("call", "argument_list", "attribute", "subscript", "await", "parenthesized_expression"):
            break
    return ""


def moved(site: Site, name: str) -> str:
    """`name = value` as a statement of its own: the value's further lines keep their place relative to its first."""
    node = (site.walrus.child_by_field_name("value") if site.walrus is not None else None) or site.node
    span, whole = site.tree.span(node), site.tree.text
    first, *rest = whole[span.start : span.end].split("\n")
    line = whole.rfind("\n", 0, span.start) + 1
    old = re.match(r"[ \t]*", whole[line : span.start])
    indent, written, at = old[0] if old is not None else "", [f"{name} = {first}"], span.start + len(first) + 1
    is_hanging = first.rstrip()[-1:] in ("(", "[", "{")
    by = len(site.indent) + len(f"{name} = ") - (span.start - line)
    for each in rest:
        if site.tree.node_at(Span(at, at)).type in _STRINGS:
            written.append(each)
        elif is_hanging:
            written.append(site.indent + each.removeprefix(indent) if each.startswith(indent) else each)
        else:
            blank = len(each) - len(each.lstrip(" "))
            written.append(" " * max(blank + by, len(site.indent) + 1) + each[blank:] if each.strip() else each)
        at += len(each) + 1
    return "\n".join(written)

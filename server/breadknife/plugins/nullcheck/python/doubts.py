"""Where no edit is right: the code is safe in a way that checkers don't follow, or it means to fail.

Each case gives the reason as a clause. It ends up in the checker's ignore comment, the only thing that is offered.
"""

from __future__ import annotations

import re

from breadknife.plugins.nullcheck.python.declarations import bases_of, origin_of
from breadknife.plugins.nullcheck.python.facts import key_of
from breadknife.plugins.nullcheck.python.guards import guarded
from breadknife.plugins.nullcheck.python.invariants import INVARIANTS, matches_any_text, patterns_that_match_any
from breadknife.plugins.nullcheck.python.occurrences import Role, occurrences
from breadknife.plugins.nullcheck.python.outline import text
from breadknife.plugins.nullcheck.python.site import Site
from breadknife.text.syntax import Node

_PAIRS = {
    "__exit__": ("__enter__",), "__aexit__": ("__aenter__",), "tearDown": ("setUp", "asyncSetUp"),
    "asyncTearDown": ("asyncSetUp", "setUp"), "tearDownClass": ("setUpClass",), "teardown_method": ("setup_method",),
}  # fmt: skip
"""Method -> those that always ran before it."""
_BROAD = re.compile(r"except(?:\s+(?:Base)?Exception(?:\s+as\s+\w+)?)?\s*:")
_SET_UP = ("setUp", "asyncSetUp", "setUpClass", "setUpTestData", "setup_method", "setup_class")


def doubt(site: Site) -> str:
    """Why no edit of the code is right, or "" where one may be."""
    if site.node.type == "none":
        return ""
    return _caught(site) or assurance(site)


def assurance(site: Site) -> str:
    """Why the value is there after all, or "" where nothing says so: no finding is told then."""
    return _invariant(site) or _set_up(site) or _optional_import(site) or guarded(site)


def _caught(site: Site) -> str:
    """EAFP: what a None leads to is caught, and meant to be."""
    error = "AttributeError" if site.path[-1].type == "attribute" else "TypeError"
    inner = site.node
    for outer in reversed(site.path):
        if outer.type in ("function_definition", "class_definition"):
            break
        handlers: list[str] = []
        if outer.type == "try_statement" and outer.child_by_field_name("body") == inner:
            handlers = [text(child) for child in outer.named_children if child.type == "except_clause"]
            if _is_single(inner) and any(_BROAD.match(said) and "raise" not in said for said in handlers):
                return "any exception here is caught"
        elif outer.type == "with_statement" and inner.type == "block":
            handlers = [text(outer.named_children[0])]
            if _is_single(inner) and "suppress(Exception" in handlers[0]:
                return "any exception here is caught"
        for said in handlers:
            if re.search(rf"\b{error}\b", said.partition(":")[0] if said.startswith("except") else said):
                return f"the {error} is {'caught' if said.startswith('except') else 'expected'}"
        inner = outer
    return ""


def _is_single(block: Node) -> bool:
    """One statement alone is tried as a whole; of more, who catches everything may not have thought of each."""
    return sum(child.type != "comment" for child in block.named_children) == 1


def _invariant(site: Site) -> str:
    value, origin = site.source, origin_of(site)
    if origin is not None and origin != site.node and origin.type in ("call", "attribute", "subscript"):
        value = text(origin) + value[len(value.partition(".")[0]) :]
    around = {node.type for node in site.path}
    if site.function is not None and site.function.children[0].type == "async":
        around.add("async")
    for row in INVARIANTS:
        if row.value.fullmatch(value) and (not row.inside or row.inside in around):
            return row.reason
    patterns = patterns_that_match_any(value, site.tree.text)
    is_any = matches_any_text(value) or any(_is_only(site, name, made) for name, made in patterns)
    return "the pattern matches any text" if is_any else ""


def _is_only(site: Site, name: str, made: str) -> bool:
    """Whether that is the only value that the name has at the place, as far as the file shows."""
    functions = {-1, *(node.start_byte for node in site.path if node.type == "function_definition")}
    _, is_dotted, last = name.rpartition(".")
    found = [
        one
        for one in occurrences(site.tree, last, site.tree.root)
        if one.function_start in functions or one.path[-1].type == "global_statement"
    ]
    found += occurrences(site.tree, f".{last}", site.tree.root) if is_dotted else ()
    given = [one for one in found if one.role is Role.SET]
    return len(given) == 1 and given[0].value is not None and text(given[0].value) == made


def _set_up(site: Site) -> str:
    """Set by a method that a framework, or the language, calls before this one."""
    key, function = key_of(site.node), site.function
    owner = site.owner
    name = text(function.child_by_field_name("name") or function) if function is not None else ""
    if not key.startswith("self.") or owner is None:
        return ""
    tests = name.startswith("test") or any(base.endswith(("TestCase", "Tests")) for base in bases_of(owner))
    before = _PAIRS.get(name, ()) + (_SET_UP if tests and name not in _SET_UP else ())
    for found in occurrences(site.tree, f".{key.rpartition('.')[2]}", owner) if before else ():
        setter = found.inside("function_definition")
        called = text(setter.child_by_field_name("name") or setter) if setter is not None else ""
        if found.role is Role.SET and called in before and (found.value is None or found.value.type != "none"):
            return f"{called} sets it"
    return ""


def _optional_import(site: Site) -> str:
    """A module that may be missing: who gets here has it."""
    if site.node.type != "identifier":
        return ""
    name = re.escape(text(site.node))
    imported, missing = rf"\bimport\b[^\n]*\b{name}\b", rf"^\s*(?:\w+\s*=\s*)*{name}\s*(?::[^=\n]+)?=[\w\s=]*\bNone\b"
    for node in site.tree.root.named_children:
        if node.type == "try_statement":
            said = text(node)
            if "except" in said and re.search(imported, said) and re.search(missing, said, re.MULTILINE):
                return "it is an optional import, and needed here"
    return ""

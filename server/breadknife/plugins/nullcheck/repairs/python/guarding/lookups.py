"""A mapping asked by key: `d[k]` for `d.get(k)`, by which a missing key is an error where it is asked for."""

from __future__ import annotations

import re

from breadknife.plugins.nullcheck.repairs.python.declaring.declarations import is_local, last_set
from breadknife.plugins.nullcheck.repairs.python.guarding.defaults import get_call
from breadknife.plugins.nullcheck.repairs.python.reading.kinds import annotation_of, type_of
from breadknife.plugins.nullcheck.repairs.python.reading.nodes import text
from breadknife.plugins.nullcheck.repairs.python.reading.occurrences import Role, occurrences
from breadknife.plugins.nullcheck.repairs.python.reading.site import Site, site_of
from breadknife.text.document import TextEdit
from breadknife.text.syntax import Node

_ENVIRONMENT = {"os.getenv": "os.environ", "os.environ.get": "os.environ", "environ.get": "environ"}
_MAPPING = re.compile(r"(?:typing\.|collections\.abc\.)?(?:dict|Dict|Mapping|MutableMapping)\b")
_MAY_BE_NONE = re.compile(r"\b(?:None|Optional)\b")
_SETS_NONE = re.compile(r"[:=]\s*None\b")
"""A value of a mapping that is written out."""
_UNPLAIN = frozenset({"named_expression", "yield", "generator_expression", "comment", "ERROR"})
"""What can't stand in brackets as it stands in a call."""
_GOES_ON = frozenset({"expression_statement", "comment", "import_statement", "import_from_statement"})


def lookup_of(site: Site) -> tuple[str, TextEdit] | None:
    """`d[k]`, and the edit that makes it of the `d.get(k)` that the place is, or that its name got and nothing else
    did, where its None is looked for by nothing and surely comes to the place."""
    call = site_of(site.tree, _only_value(site) or site.node, site.use)
    given = get_call(call)
    mapping = _mapping(call) if given is not None else ""
    if given is None or not mapping or any(child.type in _UNPLAIN for child in given.children):
        return None
    written = f"{mapping}[{text(given.named_children[0])}]"
    return written, TextEdit(call.span, written)


def _only_value(site: Site) -> Node | None:
    if site.node.type != "identifier" or site.function is None or (last := last_set(site, site.source)) is None:
        return None
    roles = [one.role for one in occurrences(site.tree, site.source, site.function)]
    is_told = roles.count(Role.SET) == 1 and Role.TEST not in roles
    return last.value if is_told and last.assignment is not None and _follows(site, last.assignment) else None


def _follows(site: Site, assignment: Node) -> bool:
    """Whether the place's statement is done whenever the assignment was."""
    following = assignment.parent and assignment.parent.next_named_sibling
    while following is not None and following != site.statement:
        following = following.next_named_sibling if following.type in _GOES_ON else None
    return following is not None


def _mapping(call: Site) -> str:
    """The mapping that is asked, as it is written; "" where the file's text doesn't say that it is one."""
    function = call.node.child_by_field_name("function")
    asked = function.child_by_field_name("object") if function is not None else None
    if function is None or asked is None:
        return ""
    root, named = text(function).partition(".")[0], text(asked)
    if (known := _ENVIRONMENT.get(text(function))) and not is_local(call, root) and _is_imported(call, root):
        return known
    return named if _is_mapping(call, asked) else ""


def _is_imported(call: Site, root: str) -> bool:
    named = {"os": r"import\b.*\bos\b", "environ": r"from os import\b.*\benviron\b"}[root]
    imports = ("import_statement", "import_from_statement")
    return any(each.type in imports and re.match(named, text(each)) for each in call.tree.root.named_children)


def _is_mapping(call: Site, asked: Node) -> bool:
    """By the parameter's annotation, or by what the name gets, in the function or else the module: a `defaultdict`
    gives something for any key. One that holds a None isn't meant: `d[k]` gives it as well."""
    if asked.type != "identifier":
        return _is_made(call, asked)
    name, function = text(asked), call.function
    if re.search(rf"\b{name}\[[^\]\n]*\]\s*=\s*None\b", call.tree.text):
        return False
    if function is not None and _MAPPING.match(annotation := annotation_of(function, name)):
        return not _holds_none(annotation)
    scope = function if is_local(call, name) else None
    found = (one for one in occurrences(call.tree, name, scope or call.tree.root) if one.role is Role.SET)
    sets = [one for one in found if one.scope == scope]
    declared = (text(one.annotation) for one in sets if one.annotation is not None)
    return bool(sets) and all(_is_made(call, one.value) for one in sets) and not any(map(_holds_none, declared))


def _is_made(call: Site, value: Node | None) -> bool:
    return value is not None and type_of(call.tree, value, None) == "dict" and not _SETS_NONE.search(text(value))


def _holds_none(annotation: str) -> bool:
    """Whether it says so of the values; the mapping itself may be None."""
    return _MAY_BE_NONE.search(annotation.rpartition("]")[0]) is not None


def is_looked_up(site: Site, written: str) -> bool:
    """Whether the file looks something up in that mapping so elsewhere."""
    mapping = written.partition("[")[0]
    found = (one for one in occurrences(site.tree, mapping, site.tree.root) if one.role is not Role.SET)
    return any(one.path[-1].type == "subscript" and one.path[-1].child_by_field_name("value") == one.node
               for one in found)  # fmt: skip

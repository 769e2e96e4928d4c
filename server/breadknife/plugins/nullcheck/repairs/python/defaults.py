"""Another value in place of a None: a default that the use calls for, or an error where a key is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.plugins.nullcheck.repairs.python.annotations import members
from breadknife.plugins.nullcheck.repairs.python.evidence import Evidence
from breadknife.plugins.nullcheck.repairs.python.occurrences import Role
from breadknife.plugins.nullcheck.repairs.python.proposal import Edits, Proposal
from breadknife.plugins.nullcheck.repairs.python.site import Site
from breadknife.plugins.nullcheck.values import Content, Strategy, Use
from breadknife.plugins.nullcheck.wording import in_title
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node

_METHODS = {
    "{}": frozenset({"items", "keys", "values"}),
    '""': frozenset(name for name in dir(str) if name[0] != "_")
    - {"count", "find", "index", "encode", "replace", "format", "join", "split", "rsplit", "partition", "rpartition"},
}
"""Default -> the methods that only it has, and that an empty one doesn't fail of."""
_TYPES = {"str": '""', "list": "[]", "dict": "{}", "tuple": "()", "set": "set()", "bytes": 'b""'}
_DECIDES = re.compile(r"(?:all|any)\(")
_ENVIRONMENT = {"os.getenv": "os.environ", "os.environ.get": "os.environ", "environ.get": "environ"}


def defaults(site: Site, evidence: Evidence, quoted: str) -> Iterator[Proposal]:
    if any(node.type == "string" or _DECIDES.match(site.text(node)) for node in site.path):
        return  # quotes in an f-string, and an empty default for an answer of `all` or `any`
    given, default = _get_call(site), _called_for(site)
    habit = evidence.habits.get(Strategy.DEFAULT)
    elsewhere = site.text(habit).partition("=")[2].strip()
    reason = "the call takes one" if given is not None else "the use needs one"
    if elsewhere and (elsewhere == default or not default):
        default, reason = elsewhere, "the file uses this default elsewhere"
    if default and (given is not None or site.is_name):
        title = f"Use a default such as `{default}` if {quoted} is None"
        content = Content(default=default)
        yield Proposal(Strategy.DEFAULT, title, reason, lambda content: _edits(site, given, content.default), content)
    if given is not None and (mapping := _mapping(site)):
        written = f"{mapping}[{site.text(given.named_children[0])}]"
        title = f"Use {in_title(written)} (KeyError if it is missing)"
        edit = TextEdit(site.span, written)
        is_habit = re.search(rf"(?<![\w.]){re.escape(mapping)}\[[^\]\n]*\](?!\s*=[^=])", site.tree.text) is not None
        reason = "the file looks it up this way elsewhere" if is_habit else "the KeyError names the missing key"
        yield Proposal(Strategy.LOOK_UP, title, reason, lambda _: (edit,))


def _edits(site: Site, given: Node | None, default: str) -> Edits:
    if given is not None:
        arguments = [child for child in given.named_children if child.type != "comment"]
        at = site.tree.span(arguments[-1])
        return (TextEdit(at, default) if len(arguments) == 2 else TextEdit(Span(at.end, at.end), f", {default}"),)
    is_own = any(one.role is Role.SET for one in site.occurrences()) or _parameter(site) is not None
    if site.node.type == "identifier" and site.first.statement is not None and site.function is not None and is_own:
        return (site.first.inserted([f"if {site.source} is None:", f"{site.step}{site.source} = {default}"]),)
    return (TextEdit(site.span, f"({site.source} if {site.source} is not None else {default})"),)


def _called_for(site: Site) -> str:
    """What the declaration says, or the use."""
    parameter = _parameter(site)
    annotation = site.text(parameter.child_by_field_name("type")) if parameter is not None else ""
    if annotation:
        kinds = [each.partition("[")[0] for each in members(annotation) if each != "None"]
        return _TYPES.get(kinds[0], "") if len(kinds) == 1 else ""
    if site.use is Use.ITERATE:
        return "()"
    is_called = site.use is Use.ATTRIBUTE and len(site.path) > 2 and site.path[-2].type == "call"
    if not is_called or site.path[-3].type in ("subscript", "argument_list"):  # which may fail of an empty one
        return ""
    called = site.text(site.path[-1].child_by_field_name("attribute"))
    return next((default for default, names in _METHODS.items() if called in names), "")


def _parameter(site: Site) -> Node | None:
    parameters = site.function.child_by_field_name("parameters") if site.function is not None else None
    for each in parameters.named_children if parameters is not None else ():
        name = each.child_by_field_name("name") or (each.named_children or [each])[0]
        if site.text(name) == site.source:
            return each
    return None


def _get_call(site: Site) -> Node | None:
    """The arguments of `receiver.get(key)` or `os.getenv(key)`, where a default can be added."""
    function, arguments = site.node.child_by_field_name("function"), site.node.child_by_field_name("arguments")
    if function is None or arguments is None or arguments.type != "argument_list":
        return None
    given = [child for child in arguments.named_children if child.type != "comment"]
    is_plain = all("splat" not in child.type and child.type != "keyword_argument" for child in given)
    takes_one = len(given) == 1 or (len(given) == 2 and given[1].type == "none")
    is_get = site.text(function).rpartition(".")[2] in ("get", "getenv")
    return arguments if is_get and is_plain and takes_one else None


def _mapping(site: Site) -> str:
    """What is asked by `get`, if it is surely a mapping: the environment, or what is annotated or made as one."""
    function = site.text(site.node.child_by_field_name("function"))
    if function in _ENVIRONMENT:
        return _ENVIRONMENT[function]
    asked = function.rpartition(".")[0]
    name = rf"(?<![\w.]){re.escape(asked)}"
    is_made = re.search(rf"{name}(?:\s*:[^=\n]*)?\s*=\s*(?:\{{|dict\()", site.tree.text)
    is_declared = re.search(rf"{name}\s*:\s*(?:dict|Dict|Mapping)\b(?![^,)\n]*None)", site.tree.text)
    return asked if asked.isidentifier() and (is_made or is_declared) else ""

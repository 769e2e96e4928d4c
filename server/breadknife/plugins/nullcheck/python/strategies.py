"""The ways to deal with a None: what each writes, and which fits a place best by the evidence of its surroundings."""

from __future__ import annotations

import keyword
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from breadknife.plugins.nullcheck.python.detector import quote
from breadknife.plugins.nullcheck.python.outline import text
from breadknife.plugins.nullcheck.python.site import Site, own_nodes, returns_of
from breadknife.plugins.nullcheck.values import Content, Strategy, Use
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node


@dataclass(frozen=True)
class Option:
    """A strategy that can be carried out at a site."""

    strategy: Strategy
    title: str
    content: Content
    """What is written when no model says better."""
    weight: int
    """Evidence for it; the highest comes first."""

    @property
    def has_content(self) -> bool:
        """Whether a model may say it better."""
        return self.strategy in (Strategy.RAISE, Strategy.DEFAULT)


_NAMES = {"match": "match", "fullmatch": "match", "search": "match", "which": "path", "get": "value", "getenv": "value"}
"""Last name of a call -> name for its result."""
_STRING_METHODS = frozenset(name for name in dir("") if not name.startswith("_")) - {"count", "index"}
_DICT_METHODS = frozenset({"get", "items", "keys", "values"})
_CONSTANT = re.compile(r"""False|True|-?\d+|""|''|\[\]|\{\}|\(\)""")
_DEFAULTS = {"str": '""', "int": "0", "float": "0.0", "bytes": 'b""', "bool": "False", "list": "[]", "dict": "{}",
             "tuple": "()", "set": "set()", "List": "[]", "Dict": "{}", "Sequence": "()", "Iterable": "()",
             "Mapping": "{}"}  # fmt: skip
_RAISABLE = frozenset({"ValueError", "TypeError", "RuntimeError", "LookupError"})
"""Exceptions that take one message, and whose name a file's own habit may put in place of ValueError."""


def options(site: Site) -> list[Option]:
    """What can be done at a site, best first."""
    found = list(_options(site))
    return sorted(found, key=lambda option: -option.weight)


def _options(site: Site) -> Iterator[Option]:
    name = quote(site.source) if site.is_name else "the result"
    if default := _default(site):
        title = f"Use a default such as `{default}` if {name} is None"
        yield Option(Strategy.DEFAULT, title, Content(default=default), 55 if _get_call(site) is not None else 30)
    if site.statement is None or not (site.is_name or _new_name(site)):
        return
    yield Option(Strategy.ASSERT, f"Assert that {name} is not None (AssertionError if it is)", Content(), 50)
    function, loop = site.function, site.loop
    raised = [text(node) for node in own_nodes(function, "raise_statement")] if function is not None else []
    exception = _habitual_exception(site)
    content = Content(exception, f"{_bare_name(site)} is None")
    yield Option(Strategy.RAISE, f"Raise {exception} if {name} is None", content, 65 if raised else 45)
    if loop is not None:
        habit = 30 if any("continue" in text(node) for node in own_nodes(loop, "if_statement")) else 0
        yield Option(Strategy.CONTINUE, f"Skip this round of the loop if {name} is None", Content(), 40 + habit)
    if function is not None and (value := _early_return(function)) is not None:
        given = f"returns `{value}`" if value else "returns None"
        yield Option(Strategy.RETURN, f"Return early if {name} is None ({given})", Content(default=value), 20)


def edits(site: Site, strategy: Strategy, content: Content) -> tuple[TextEdit, ...] | None:
    """The edits, or None where the strategy can't be carried out."""
    if strategy is Strategy.DEFAULT:
        return _default_edits(site, content.default)
    statement = site.statement
    name = site.source if site.is_name else _new_name(site)
    if statement is None or not name:
        return None
    action = {
        Strategy.RAISE: f'raise {content.exception}("{content.message}")',
        Strategy.RETURN: f"return {content.default}".rstrip(),
        Strategy.CONTINUE: "continue",
    }.get(strategy)
    lines = [f"assert {name} is not None"] if action is None else [f"if {name} is None:", site.step + action]
    if site.is_name:
        return (_insertion(site, statement, lines),)
    return (_insertion(site, statement, [f"{name} = {site.source}", *lines]), TextEdit(site.span, name))


def _insertion(site: Site, statement: Node, lines: list[str]) -> TextEdit:
    at = site.tree.span(statement).start
    return TextEdit(Span(at, at), "".join(f"{line}{site.line_break}{site.indent}" for line in lines))


def _default_edits(site: Site, default: str) -> tuple[TextEdit, ...] | None:
    span = site.span
    if (call := _get_call(site)) is not None:
        given = [child for child in call.named_children if child.type != "comment"]
        at = site.tree.span(given[-1])
        if len(given) == 2:  # `.get(key, None)`
            return (TextEdit(at, default),)
        return (TextEdit(Span(at.end, at.end), f", {default}"),)
    if site.node.type == "identifier" and (statement := site.statement) is not None:
        lines = [f"if {site.source} is None:", f"{site.step}{site.source} = {default}"]
        return (_insertion(site, statement, lines),)
    if site.is_name:
        return (TextEdit(span, f"({site.source} if {site.source} is not None else {default})"),)
    return None


def _get_call(site: Site) -> Node | None:
    """The arguments of `receiver.get(key)` or `os.getenv(key)`, where a default can be added."""
    function = site.node.child_by_field_name("function") if site.node.type == "call" else None
    arguments = site.node.child_by_field_name("arguments")
    if function is None or arguments is None or text(function).rpartition(".")[2] not in ("get", "getenv"):
        return None
    given = [child for child in arguments.named_children if child.type != "comment"]
    plain = all("splat" not in child.type and child.type != "keyword_argument" for child in given)
    if (
        not plain
        or arguments.type != "argument_list"
        or not (len(given) == 1 or (len(given) == 2 and given[1].type == "none"))
    ):
        return None
    return arguments


def _default(site: Site) -> str:
    """A default that the use or the annotation calls for, as source, or ""."""
    annotation = _annotation(site)
    for part in re.findall(r"\w+", annotation):
        if part in _DEFAULTS:
            return _DEFAULTS[part]
        if part not in ("Optional", "Union", "typing", "None"):
            return ""
    outer = site.path[-1] if site.path else site.node
    match site.use:
        case Use.ITERATE:
            return "()" if outer.type in ("for_statement", "for_in_clause", "argument_list") else ""
        case Use.ATTRIBUTE:
            attribute = outer.child_by_field_name("attribute")
            name = text(attribute) if attribute is not None else ""
            return "{}" if name in _DICT_METHODS else '""' if name in _STRING_METHODS else ""
        case Use.OPERAND:
            kinds = {child.type for child in outer.named_children if child != site.node}
            return '""' if kinds == {"string"} else "0" if kinds == {"integer"} else ""
        case Use.ARGUMENT:
            callee = outer_call(site)
            return {"int": '"0"' if _is_environment(site) else "0", "float": "0.0", "len": "()"}.get(callee, "")
        case _:
            return ""


def outer_call(site: Site) -> str:
    """The name of the function that the value is an argument of."""
    function = site.path[-2].child_by_field_name("function") if len(site.path) > 1 else None
    return text(function) if function is not None else ""


def _is_environment(site: Site) -> bool:
    return "environ" in site.source or "getenv" in site.source


def _annotation(site: Site) -> str:
    function = site.function
    parameters = function.child_by_field_name("parameters") if function is not None else None
    for parameter in parameters.named_children if parameters is not None else ():
        name = parameter.child_by_field_name("name") or (
            parameter.named_children[0] if parameter.named_children else None
        )
        annotation = parameter.child_by_field_name("type")
        if name is not None and annotation is not None and text(name) == site.source:
            return text(annotation)
    return ""


def _early_return(function: Node) -> str | None:
    """What an early `return` gives, by what the function's others do; None where none would fit."""
    returned = returns_of(function)
    if not returned or "" in returned:
        return ""
    if "yield" in text(function):
        return None
    for value, _ in Counter(returned).most_common():
        if value == "None" or _CONSTANT.fullmatch(value):
            return value
    return None


def _habitual_exception(site: Site) -> str:
    found = re.findall(r"\braise (\w+)\(", text(site.function) if site.function is not None else "")
    found = [name for name in found if name in _RAISABLE]
    return Counter(found).most_common(1)[0][0] if found else "ValueError"


def _bare_name(site: Site) -> str:
    name = site.source if site.is_name else f"the result of {site.source.partition('(')[0]}"
    return re.sub(r"[^\w. ]", "", name) if len(name) <= 60 else "the value"


def _new_name(site: Site) -> str:
    """A name for a call's result that the file doesn't use yet, or "" for an expression that is no short call."""
    source = site.source
    if site.node.type != "call" or "\n" in source:
        return ""
    function = site.node.child_by_field_name("function")
    base = _NAMES.get(text(function).rpartition(".")[2], "result") if function is not None else "result"
    for name in (base, f"found_{base}", f"the_{base}"):
        if not keyword.iskeyword(name) and not re.search(rf"(?<!\.)\b{name}\b", site.tree.text):
            return name
    return ""

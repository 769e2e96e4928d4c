"""The ways to deal with a None: what each writes, and which fits a place best by the evidence of its surroundings."""

from __future__ import annotations

import builtins
import keyword
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from breadknife.plugins.nullcheck.python.annotations import is_optional
from breadknife.plugins.nullcheck.python.conditions import tested, tested_around
from breadknife.plugins.nullcheck.python.cures import RAISABLE, habitual_exception
from breadknife.plugins.nullcheck.python.detector import quote
from breadknife.plugins.nullcheck.python.evidence import Evidence
from breadknife.plugins.nullcheck.python.kinds import parameter_of
from breadknife.plugins.nullcheck.python.occurrences import Role, occurrences
from breadknife.plugins.nullcheck.python.outline import text
from breadknife.plugins.nullcheck.python.site import Site, own_nodes, returns_of, site_of, yields_of
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
    reason: str

    @property
    def has_content(self) -> bool:
        """Whether a model may say it better."""
        return self.strategy in (Strategy.RAISE, Strategy.DEFAULT)


_OF_ATTRIBUTE = 47
"""Of a guard that leaves or skips: an attribute that one method can do without may be all that another one is about."""
_NO_CHECK_BEFORE = "a check can't stand before it"
_IN_CONDITION = "Test {} in the condition (it is false if that is None)"
_NAMES = {"match": "match", "fullmatch": "match", "search": "match", "which": "path", "get": "value", "getenv": "value"}
"""Last name of a call -> name for its result."""
_TAKEN = frozenset(dir(builtins))
_STRING_METHODS = frozenset(name for name in dir("") if not name.startswith("_")) - {"count", "index"}
_DICT_METHODS = frozenset({"get", "items", "keys", "values"})
_CONSTANT = re.compile(r"""False|True|-?\d+|""|''|\[\]|\{\}|\(\)""")
_DEFAULTS = {"str": '""', "int": "0", "float": "0.0", "bytes": 'b""', "bool": "False", "list": "[]", "dict": "{}",
             "tuple": "()", "set": "set()", "List": "[]", "Dict": "{}", "Sequence": "()", "Iterable": "()",
             "Mapping": "{}"}  # fmt: skip


def options(site: Site, evidence: Evidence) -> list[Option]:
    """What can be done at a site, best first."""
    return sorted(_options(site, evidence), key=lambda option: -option.weight)


def _options(site: Site, evidence: Evidence) -> Iterator[Option]:
    quoted = quote(site.source) if site.is_name else "the result"
    habit, is_attribute = evidence.guards, site.node.type == "attribute"
    if default := _default(site):
        weight, reason = (55, "the call takes one") if _get_call(site) is not None else (30, "the use calls for one")
        if habit[Strategy.DEFAULT]:
            weight, reason = weight + 30, "the file gives it one elsewhere"
        yield Option(
            Strategy.DEFAULT,
            f"Use a default such as `{default}` if {quoted} is None",
            Content(default=default),
            weight,
            reason,
        )
    name = "" if site.is_name else _new_name(site)
    if site.is_name and (narrowing := _narrowing(site)) is not None:
        weight, reason = narrowing.weight, narrowing.reason
        if habit[Strategy.NARROW]:
            weight = max(weight, _OF_ATTRIBUTE if is_attribute else 62)
            reason = f"the file skips what needs {quoted} elsewhere"
        yield Option(Strategy.NARROW, narrowing.title.format(quoted), Content(), weight, reason)
    if _unconditional(site).statement is None:
        if name:
            title = f"Bind the result to `{name}` and test it (the condition is false if it is None)"
            yield Option(Strategy.WALRUS, title, Content(), 48, _NO_CHECK_BEFORE)
        return
    if not site.is_name and not name:
        return
    asserts, reason = 50, "nothing says what else should happen"
    if evidence.in_tests:
        asserts, reason = 85, "this is a test"
    elif habit[Strategy.ASSERT]:
        asserts, reason = 75, "the file asserts it elsewhere"
    yield Option(
        Strategy.ASSERT, f"Assert that {quoted} is not None (AssertionError if it is)", Content(), asserts, reason
    )
    yield _raise(site, evidence, quoted)
    if site.loop is not None:
        for strategy, title, base in (
            (Strategy.CONTINUE, f"Skip this round of the loop if {quoted} is None", 40),
            (Strategy.BREAK, f"Leave the loop if {quoted} is None", 15),
        ):
            weight, reason = base, "it is in a loop"
            if evidence.exits[strategy]:  # less than an assertion: of 441 repairs by maintainers none was one of these
                weight, reason = base + 9, "the loop does so elsewhere"
            if habit[strategy]:
                weight, reason = base + 40, f"the file does so elsewhere when {quoted} is None"
                weight = min(weight, _OF_ATTRIBUTE) if is_attribute else weight
            yield Option(strategy, title, Content(), weight, reason)
    if site.function is not None and (value := _early_return(site.function)) is not None:
        given = f"returns `{value}`" if value else "returns None"
        weight, reason = 10, "the function returns so elsewhere"
        if habit[Strategy.RETURN] and evidence.exit_of(Strategy.RETURN).removeprefix("return").strip() == value:
            weight = _OF_ATTRIBUTE if is_attribute else 60
            reason = f"the file does so elsewhere when {quoted} is None"
        yield Option(
            Strategy.RETURN, f"Return early if {quoted} is None ({given})", Content(default=value), weight, reason
        )


@dataclass(frozen=True)
class _Narrowing:
    """A test around the place."""

    title: str
    weight: int
    reason: str
    edits: tuple[TextEdit, ...]


def _narrowing(site: Site) -> _Narrowing | None:
    place = _unconditional(site)
    if place.statement is None:
        made = tested(site, "", strictly=False)
        return _Narrowing(_IN_CONDITION, 48, _NO_CHECK_BEFORE, made) if made else None
    if made := _wrapped(site):
        return _Narrowing("Skip this if {} is None", 12, "nothing after it depends on it", made)
    if not _is_negated(place) and (made := tested(place, "", strictly=True)):
        return _Narrowing(_IN_CONDITION, 47, "it stands in a condition", made)
    if made := tested_around(place):
        title = "Test {} in the condition of the `if` around it (which is skipped if that is None)"
        return _Narrowing(title, 49, "it stands in an `if` already", made)
    return None


def _is_negated(site: Site) -> bool:
    """Whether a None would count as what is well: `if not x.is_valid(): raise`."""
    inside = takewhile(lambda node: node != site.statement, reversed(site.path))
    return any(node.type == "not_operator" for node in inside)


def _raise(site: Site, evidence: Evidence, quoted: str) -> Option:
    exception = habitual_exception(site.function)
    weight, reason = 45, "a message says more than an AssertionError"
    if evidence.caught:
        exception, weight, reason = evidence.caught, 60, f"the {evidence.caught} is handled here"
    if evidence.exits[Strategy.RAISE] and site.node.type != "attribute":  # an attribute is the object's own matter
        # What a caller gave is checked with the rest of it; of the function's own values it is sure itself.
        given = site.function is not None and parameter_of(site.function, site.source) is not None
        weight, reason = (65 if given else max(weight, 49)), "the function raises elsewhere"
    if evidence.guards[Strategy.RAISE]:
        weight, reason = 80, f"the file raises elsewhere when {quoted} is None"
        found = re.match(r"raise (\w+)\(", evidence.exit_of(Strategy.RAISE))
        exception = found[1] if found and found[1] in RAISABLE else exception
    title = f"Raise {exception} if {quoted} is None"
    return Option(Strategy.RAISE, title, Content(exception, f"{_bare_name(site)} is None"), weight, reason)


def _unconditional(site: Site) -> Site:
    """The place, or the first use of the same name in its statement if only that is evaluated in any case: what tests
    the one tests the other."""
    blocks = [at for at, node in enumerate(site.path[:-1]) if node.type in ("block", "module")]
    statement = site.path[blocks[-1] + 1] if blocks else None
    if site.statement is not None or not site.is_name or statement is None:
        return site
    for found in occurrences(site.tree, site.source, statement):
        if found.node.start_byte < site.node.start_byte and found.role is Role.USE:
            earlier = site_of(site.tree, found.node, site.use)
            if earlier.statement is not None:
                return earlier
    return site


def edits(site: Site, strategy: Strategy, content: Content) -> tuple[TextEdit, ...] | None:
    """The edits, or None where the strategy can't be carried out."""
    match strategy:
        case Strategy.DEFAULT:
            return _default_edits(site, content.default)
        case Strategy.WALRUS:
            name = _new_name(site)
            return tested(site, name, strictly=False) if name else None
        case Strategy.NARROW:
            narrowing = _narrowing(site)
            return narrowing.edits if narrowing is not None else None
        case _:
            return _guard_edits(site, strategy, content)


_ENDS = (Strategy.ASSERT, Strategy.RAISE, Strategy.CONTINUE, Strategy.BREAK)
"""Where it is None, nothing that comes after happens: types only lose their None."""


def is_inner(site: Site, strategy: Strategy) -> bool:
    """Whether other files can't see an edit: what the function gives is declared, or keeps its type."""
    function = site.function
    if function is None:
        return False
    if function.child_by_field_name("return_type") is not None:
        return True
    given = (*own_nodes(function, "return_statement"), *yields_of(function))
    name = site.source if site.is_name else ""
    kept = all(
        found.role is Role.USE for node in given for found in (occurrences(site.tree, name, node) if name else ())
    )
    return strategy in _ENDS and kept


def _guard_edits(site: Site, strategy: Strategy, content: Content) -> tuple[TextEdit, ...] | None:
    place = _unconditional(site)
    statement = place.statement
    name = site.source if site.is_name else _new_name(site)
    if statement is None or not name:
        return None
    action = {
        Strategy.RAISE: f'raise {content.exception}("{content.message}")',
        Strategy.RETURN: f"return {content.default}".rstrip(),
        Strategy.CONTINUE: "continue",
        Strategy.BREAK: "break",
    }.get(strategy)
    lines = [f"assert {name} is not None"] if action is None else [f"if {name} is None:", site.step + action]
    if site.is_name:
        return (_insertion(place, statement, lines),)
    return (_insertion(site, statement, [f"{name} = {site.source}", *lines]), TextEdit(site.span, name))


def _skippable(site: Site) -> bool:
    """Whether the statement is one line whose effect nothing else in the function is sure to need: a call."""
    statement = site.statement
    if statement is None or statement.type != "expression_statement":
        return False
    end = site.tree.span(statement).end
    alone = re.match(r"[ \t]*(?:#|\r?\n|$)", site.tree.text[end : end + 100]) is not None
    one_line = statement.start_point.row == statement.end_point.row
    return alone and one_line and statement.named_children[0].type in ("call", "await")


def _wrapped(site: Site) -> tuple[TextEdit, ...] | None:
    statement = site.statement
    if statement is None or not _skippable(site):
        return None
    return (_insertion(site, statement, [f"if {site.source} is not None:"], site.step),)


def _insertion(site: Site, statement: Node, lines: list[str], step: str = "") -> TextEdit:
    at = site.tree.span(statement).start
    return TextEdit(Span(at, at), "".join(f"{line}{site.line_break}{site.indent}" for line in lines) + step)


def _default_edits(site: Site, default: str) -> tuple[TextEdit, ...] | None:
    span, inner = site.span, _in_strings(site, default)
    if (call := _get_call(site)) is not None:
        given = [child for child in call.named_children if child.type != "comment"]
        at = site.tree.span(given[-1])
        if not inner:
            return None
        if len(given) == 2:  # `.get(key, None)`
            return (TextEdit(at, inner),)
        return (TextEdit(Span(at.end, at.end), f", {inner}"),)
    if site.node.type == "identifier" and (statement := site.statement) is not None and _is_local(site):
        lines = [f"if {site.source} is None:", f"{site.step}{site.source} = {default}"]
        return (_insertion(site, statement, lines),)
    if site.is_name and inner:
        return (TextEdit(span, f"({site.source} if {site.source} is not None else {inner})"),)
    return None


def _in_strings(site: Site, default: str) -> str:
    """How it is written there: within an f-string that one's quotes can't stand, before Python 3.12. "" where it
    can't be."""
    around = {text(node).lstrip("fFrRbBtT")[:1] for node in site.path if node.type == "string"}
    if not any(quote in default for quote in around):
        return default
    others = {'"', "'"} - around
    if not others or "\\" in default or any(other in default for other in others):
        return ""
    return re.sub("[\"']", others.pop(), default)


def _is_local(site: Site) -> bool:
    """Whether the name may be given a value here without another name being made by it."""
    function = site.function
    if function is None:
        return True
    if parameter_of(function, site.source) is not None:
        return True
    return any(
        found.role is Role.SET and found.inside("function_definition") == function
        for found in occurrences(site.tree, site.source, function)
    )


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
    annotation = function.child_by_field_name("return_type")
    if annotation is not None and not is_optional(text(annotation)) and not set(returned) - {"", "None"}:
        return None
    if not returned or "" in returned:
        return ""
    if "yield" in text(function):
        return None
    for value, _ in Counter(returned).most_common():
        if value == "None" or _CONSTANT.fullmatch(value):
            return value
    return None


def _bare_name(site: Site) -> str:
    name = site.source if site.is_name else f"the result of {site.source.partition('(')[0]}"
    return re.sub(r"[^\w. ]", "", name) if len(name) <= 60 else "the value"


def _new_name(site: Site) -> str:
    """A name for a call's result that the file doesn't use yet, or "" for an expression that is no short call."""
    source = site.source
    if site.node.type not in ("call", "subscript", "attribute") or "\n" in source or site.is_name:
        return ""
    function = site.node.child_by_field_name("function")
    last = text(function).rpartition(".")[2] if function is not None else source.rpartition(".")[2]
    base = _NAMES.get(last) or re.sub(r"^_*(?:get|find|load|fetch|make|create|read)_|^_+", "", last)
    base = base if re.fullmatch(r"[a-z]\w{1,30}", base) and base not in _TAKEN else "result"
    for name in (base, f"found_{base}", f"the_{base}"):
        if not keyword.iskeyword(name) and not re.search(rf"(?<!\.)\b{name}\b", site.tree.text):
            return name
    return ""

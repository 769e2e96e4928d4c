"""Checks before the statement that a value is used in: what happens there to a None."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Callable, Iterator
from functools import partial

from breadknife.plugins.nullcheck.repairs.python.conditions import in_condition, left_out
from breadknife.plugins.nullcheck.repairs.python.defaults import defaults
from breadknife.plugins.nullcheck.repairs.python.evidence import Evidence
from breadknife.plugins.nullcheck.repairs.python.occurrences import Role, occurrences
from breadknife.plugins.nullcheck.repairs.python.proposal import Edits, Proposal
from breadknife.plugins.nullcheck.repairs.python.site import Site
from breadknife.plugins.nullcheck.values import Content, Strategy
from breadknife.plugins.nullcheck.wording import in_title
from breadknife.text.document import TextEdit
from breadknife.text.syntax import nodes_in

_NAMES = {"match": "match", "fullmatch": "match", "search": "match", "which": "path", "get": "value", "getenv": "value",
          "find": "found"}  # fmt: skip
"""Last name of a call -> name for its result."""
_VERB = re.compile(r"^_*(?:get|find|load|fetch|make|create|read)_|^_+")
_KEY = re.compile(r"""["']_*([A-Za-z][\w-]*?)_*["']""")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SCOPES = frozenset({"function_definition", "class_definition"})
_BINDS = frozenset({"assignment", "augmented_assignment", "named_expression", "yield"})
_UNDER_WAY = "it would replace an exception in progress"


def guards(site: Site, evidence: Evidence) -> Iterator[Proposal]:
    """What can be done at a place, without an order."""
    name = site.source if site.is_name else new_name(site)
    quoted = " or ".join(map(in_title, (*site.nullable, site.source))) if site.is_name else "the result"
    yield from defaults(site, evidence, quoted)
    if not name:
        return
    if site.first.statement is None:
        yield from in_condition(site, name, quoted, evidence.under_way or "no check can be placed before it")
        yield from left_out(site, quoted)
        return
    yield from _failing(site, evidence, name, quoted)
    if not evidence.may_lose_exception:
        yield from _leaving(site, evidence, name, quoted)
    if site.is_name:
        yield from _skipping(site, evidence, quoted)
        yield from in_condition(site.first, name, quoted, evidence.under_way or "it stands in a condition")


def _failing(site: Site, evidence: Evidence, name: str, quoted: str) -> Iterator[Proposal]:
    """What stops there."""
    reason = "nothing says what else should happen"
    if evidence.under_way:
        reason = _UNDER_WAY
    elif evidence.in_tests:
        reason = "this is a test"
    elif "AssertionError" in evidence.caught:
        reason = "its AssertionError is caught here"
    elif Strategy.ASSERT in evidence.habits:
        reason = "the file asserts it elsewhere"
    said = f"neither {quoted.replace('` or `', '` nor `')} is None" if site.nullable else f"{quoted} is not None"
    title = f"Assert that {said} (AssertionError if it is)"
    yield Proposal(Strategy.ASSERT, title, reason, _before(site, name, lambda _: [f"assert {site.test(name)}"]))
    exception, reason = evidence.exception()
    content = Content(exception, f"{' or '.join((*site.nullable, _said(site)))} is None")
    yield Proposal(
        Strategy.RAISE,
        f"Raise {exception} if {quoted} is None",
        (_UNDER_WAY if evidence.under_way else reason).format(quoted),
        _before(site, name, partial(_raising, site, name)),
        content,
    )


def _raising(site: Site, name: str, content: Content) -> list[str]:
    return [f"if {site.test(name, for_none=True)}:", f'{site.step}raise {content.exception}("{content.message}")']


def _leaving(site: Site, evidence: Evidence, name: str, quoted: str) -> Iterator[Proposal]:
    """What goes on elsewhere."""
    missing = f"if {site.test(name, for_none=True)}:"
    # A `while` might find the same None in each of its rounds; a `for` brings another value.
    if site.loop is not None and site.loop == site.first.loop and site.loop.type == "for_statement":
        reason = "it is in a loop"
        if Strategy.CONTINUE in evidence.habits:
            reason = "the file does so elsewhere when {} is None"
        elif evidence.exits_by("continue_statement"):
            reason = "the loop does so elsewhere"
        title = f"Skip this iteration if {quoted} is None"
        lines = [missing, f"{site.step}continue"]
        yield Proposal(Strategy.CONTINUE, title, reason.format(quoted), _before(site, name, lambda _: lines))
    if (found := evidence.result()) is not None:
        value, reason = found
        title = f"Return early if {quoted} is None (returns {f'`{value}`' if value else 'None'})"
        lines = [missing, f"{site.step}return {value}".rstrip()]
        yield Proposal(Strategy.RETURN, title, reason.format(quoted), _before(site, name, lambda _: lines))


def _skipping(site: Site, evidence: Evidence, quoted: str) -> Iterator[Proposal]:
    """The statement alone is left out, where nothing else in the function is sure to need what it does."""
    statement = site.statement
    if statement is None or statement.type != "expression_statement" or site.first is not site:
        return
    done, is_line = statement.named_children[0], statement.start_point.row == statement.end_point.row
    left = done.child_by_field_name("left")
    is_its_own = (
        left is not None and left.type in ("attribute", "subscript") and left.start_byte == site.node.start_byte
    )
    is_plain = done.type in ("call", "await") or is_its_own
    binds = any(node.type in _BINDS for node in nodes_in(done) if node != done)
    later = (one for one in site.occurrences() if one.node.start_byte >= statement.end_byte)
    if not (is_plain and is_line) or binds or any(one.role is Role.USE for one in later):
        return
    reason = "nothing after it uses it unchecked"
    if evidence.under_way:
        reason = evidence.under_way
    elif evidence.skips(statement):
        reason = "the file skips what needs {} elsewhere"
    edit = site.inserted([f"if {site.test()}:"], site.step)
    yield Proposal(Strategy.NARROW, f"Skip this if {quoted} is None", reason.format(quoted), lambda _: (edit,))


def _before(site: Site, name: str, lines: Callable[[Content], list[str]]) -> Callable[[Content], Edits]:
    """Lines before the statement; what is no name yet gets one there."""

    def edits(content: Content) -> Edits:
        if site.is_name:
            return (site.first.inserted(lines(content)),)
        return site.inserted([f"{name} = {site.source}", *lines(content)]), TextEdit(site.span, name)

    return edits


def new_name(site: Site) -> str:
    """A name for a result, which means nothing else in the file yet; "" for what can't get one."""
    inner = next((node for node in reversed(site.path) if node.type in _SCOPES), site.tree.root)
    is_target = site.path[-1].type.endswith("assignment") and site.path[-1].child_by_field_name("left") == site.node
    is_value = site.node.type in ("call", "subscript", "attribute") and not is_target
    begin = site.node.child_by_field_name("function") or site.node
    if not is_value or "\n" in site.text(begin) or inner.type == "class_definition":
        return ""
    called = site.text(site.node.child_by_field_name("function") or site.node.child_by_field_name("attribute"))
    last = called.rpartition(".")[2]
    key = _KEY.search(site.source, len(called)) if _NAMES.get(last) != "match" else None
    named = _CAMEL.sub("_", key[1]).replace("-", "_").lower() if key is not None else _VERB.sub("", last)
    base = named if key is not None else _NAMES.get(last, named)
    base = base if re.fullmatch(r"[a-z]\w{1,30}", base) else "result"
    is_free = not keyword.iskeyword(base) and not hasattr(builtins, base)
    return base if is_free and not any(occurrences(site.tree, base, site.tree.root)) else f"found_{base}"


def _said(site: Site) -> str:
    """The value in a message."""
    called = re.split(r"[(\n]", site.source)[0]
    said = called if site.is_name else f"the result of {called}" if site.node.type == "call" else new_name(site)
    return re.sub(r"[^\w. ]", "", said if len(said) <= 60 else said.rpartition(".")[2]) or "the value"

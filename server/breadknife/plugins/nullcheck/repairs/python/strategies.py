"""The repairs of Python: the neutral ones, and what is special to it."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from breadknife.plugins.nullcheck.repairs import repair
from breadknife.plugins.nullcheck.repairs.grammar import filled
from breadknife.plugins.nullcheck.repairs.layout import lines_above, step_of
from breadknife.plugins.nullcheck.repairs.leaving import leave_round, may_be_guarded, return_early, skip
from breadknife.plugins.nullcheck.repairs.python.annotations import is_optional
from breadknife.plugins.nullcheck.repairs.python.conditions import test_in_condition
from breadknife.plugins.nullcheck.repairs.python.declarations import allow, declare, receive
from breadknife.plugins.nullcheck.repairs.python.ignoring import ignore
from breadknife.plugins.nullcheck.repairs.python.replacing import default
from breadknife.plugins.nullcheck.repairs.python.site import PythonSite
from breadknife.plugins.nullcheck.repairs.repair import Edits, Proposal, Repair
from breadknife.plugins.nullcheck.values import Content, Strategy
from breadknife.text.document import TextEdit
from breadknife.text.syntax import nodes_in

_BINDS = frozenset({"named_expression", "pattern_list", "yield"})
_ASSERTS = re.compile(r"^\s*assert (?:isinstance\(|[\w.]+ is not None\b)", re.MULTILINE)
_UNDER_WAY = "it would replace an exception in progress"


def check(site: PythonSite) -> Iterator[Proposal]:
    """`assert x is not None`."""
    if not may_be_guarded(site):
        return
    habit = re.compile(rf"\bassert {re.escape(site.source)}(?: is not None)?\b")
    evidence = "nothing says what else should happen"
    if _ASSERTS.search(site.text(site.function)):
        evidence = repair.FUNCTION_HABIT
    evidence = repair.FILE_HABIT if habit.search(site.tree.text) else evidence
    evidence = repair.IN_TEST if site.in_tests else evidence
    evidence = _UNDER_WAY if site.handler is not None else evidence
    title = f"Assert that {site.said} is not None (AssertionError if it is)"
    edits = _before(site, lambda name, _: [f"assert {site.test(name, is_there=True)}"])
    yield Proposal(Strategy.ASSERT, title, evidence, edits)


def fail(site: PythonSite) -> Iterator[Proposal]:
    """An exception that says what is missing: callers catch what the file raises, and no other."""
    if not may_be_guarded(site):
        return
    writing, function, habit = site.grammar.writing, site.text(site.function), _raised(site)
    thrown = [name for name in re.findall(writing.throws, function) if name in writing.exceptions]
    exception, evidence = (thrown or list(writing.exceptions))[0], "a message says more than an AssertionError"
    if thrown:
        evidence = repair.FUNCTION_HABIT
    if habit:
        exception, evidence = re.split(r"[ (]", habit)[1], repair.FILE_HABIT
    evidence = _UNDER_WAY if site.handler is not None else evidence

    def lines(name: str, content: Content) -> list[str]:
        raising = habit or site.filled(writing.throw, exception=content.exception, message=content.message)
        return [site.filled(writing.opening, test=site.test(name)), step_of(site.tree) + raising]

    title = f"Raise {exception} if {site.said} is None"
    words = None if habit else Content(exception, site.message)
    yield Proposal(Strategy.RAISE, title, evidence, _before(site, lines), words)


def _raised(site: PythonSite) -> str:
    """What the file raises elsewhere where the same name is None, if all that it speaks of is known here, too."""
    file, null = site.home.file, re.escape(site.source)
    here = site.between(site.function.start_byte, site.node.start_byte) if site.function is not None else ""
    known = {*dir(builtins), *file.imports, *file.classes, *file.named, *re.findall(r"(?<![.\w])\w+", here)}
    for found in re.finditer(rf"\bif (?:not {null}|{null} is None):\s*\n\s*(raise .+?)\r?\n", site.tree.text):
        try:
            names = {each.id for each in ast.walk(ast.parse(found[1])) if isinstance(each, ast.Name)}
        except SyntaxError:
            continue  # it has several lines
        if names and names <= known:
            return found[1]
    return ""


def _before(site: PythonSite, lines: Callable[[str, Content], Sequence[str]]) -> Callable[[Content], Edits | None]:
    """Lines before the statement, about the value; what is no name yet gets one there."""

    def edits(content: Content) -> Edits | None:
        if site.statement is None:
            return None
        if site.is_name:
            return (lines_above(site.tree, site.statement, lines("", content)),)
        name = site.new_name
        binding = filled(site.grammar.writing.bind, name=name, x=site.source)
        return lines_above(site.tree, site.statement, [binding, *lines(name, content)]), TextEdit(site.span, name)

    return edits


def leave_out(site: PythonSite) -> Iterator[Proposal]:
    """The statement alone is skipped, unless it gives names a value that others need."""
    nodes = list(nodes_in(site.statement)) if site.statement is not None else []
    is_chain = sum(node.type == "assignment" for node in nodes) > 1
    if not is_chain and not any(node.type in _BINDS for node in nodes):
        yield from skip(site)


def leave(site: PythonSite) -> Iterator[Proposal]:
    """`continue`, or a `return` that the annotation allows. A `break` would also end the rounds that have a value."""
    annotation = site.text(site.function.child_by_field_name("return_type")) if site.function is not None else ""
    ways = [each for each in leave_round(site) if each.strategy is Strategy.CONTINUE]
    ways += return_early(site) if not annotation or is_optional(annotation) else ()
    for each in ways:  # an attribute that one method can do without may be all that another one is about
        is_habit = each.evidence == repair.FILE_HABIT and site.node.type == "attribute"
        yield replace(each, evidence=repair.OTHERWISE) if is_habit else each


DECLARING: tuple[Repair[PythonSite], ...] = (declare,)
"""What may be done where the place is a declaration itself."""
REPAIRS: tuple[Repair[PythonSite], ...] = (
    declare, allow, receive, check, fail, leave, leave_out, test_in_condition, default, ignore,
)  # fmt: skip

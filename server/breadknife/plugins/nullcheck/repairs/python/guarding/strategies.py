"""The ways to deal with a None: what each writes, and which fits a place best by the evidence of its surroundings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from breadknife.plugins.nullcheck.repairs.option import Plan
from breadknife.plugins.nullcheck.repairs.python.guarding.conditions import (
    filtered,
    is_decided,
    keeps_nothing,
    refusal_of,
    tested,
    tested_around,
)
from breadknife.plugins.nullcheck.repairs.python.guarding.contradictions import is_denied
from breadknife.plugins.nullcheck.repairs.python.guarding.defaults import (
    MADE_UP,
    default_edits,
    default_of,
    get_call,
)
from breadknife.plugins.nullcheck.repairs.python.guarding.evidence import Evidence
from breadknife.plugins.nullcheck.repairs.python.guarding.hoisting import known_name, moved, new_name
from breadknife.plugins.nullcheck.repairs.python.guarding.lookups import is_looked_up, lookup_of
from breadknife.plugins.nullcheck.repairs.python.guarding.raising import raised
from breadknife.plugins.nullcheck.repairs.python.guarding.refusing import is_negated, lets_pass, may_be_meant
from breadknife.plugins.nullcheck.repairs.python.guarding.returning import early_return, returning
from breadknife.plugins.nullcheck.repairs.python.guarding.rounds import is_used_after, may_be_skipped
from breadknife.plugins.nullcheck.repairs.python.guarding.under_way import (
    is_exception_under_way,
    lost_by,
)
from breadknife.plugins.nullcheck.repairs.python.reading.nodes import callee_of
from breadknife.plugins.nullcheck.repairs.python.reading.occurrences import Role, occurrences
from breadknife.plugins.nullcheck.repairs.python.reading.site import Site, own_nodes, yields_of
from breadknife.plugins.nullcheck.values import Content, Strategy
from breadknife.plugins.nullcheck.wording import in_title
from breadknife.text.document import TextEdit
from breadknife.text.syntax import Node

_OF_ATTRIBUTE = 47
"""Of a guard that leaves or skips: an attribute that one method can do without may be all that another one is about."""
_NO_CHECK_BEFORE = "no check can be placed before it"
_IN_CONDITION = "Test {} in the condition (it is {} if that is None)"
_IN_FILTER = "Test {} in the condition (nothing is kept if that is None)"
_ANY_ITERABLE = frozenset({"()", "[]"})
_PARTS = frozenset({"attribute", "subscript"})
_BINDING = frozenset({"assignment", "augmented_assignment", "named_expression", "yield"})


def options(site: Site, evidence: Evidence) -> list[Plan]:
    """What can be done at a site, best first."""
    if is_denied(site):
        return []
    found, place = _options(site, evidence), site.first
    if is_exception_under_way(place):
        lost = lost_by(place)
        reason = "an exception in progress continues" if lost else "the exception stays caught then"
        found = (_beside_exception(option, reason) for option in found if option.strategy not in lost)
    return sorted(found, key=lambda option: -option.weight)


def _beside_exception(option: Plan, reason: str) -> Plan:
    """In `finally` and `except`; `reason`: what speaks for not leaving there."""
    if option.strategy in (Strategy.ASSERT, Strategy.RAISE):
        return replace(option, reason="it would replace an exception in progress")
    if option.strategy is Strategy.NARROW and not option.is_asked_for:
        return replace(option, weight=88, reason=reason)
    return option


def _options(site: Site, evidence: Evidence) -> Iterator[Plan]:
    known = known_name(site) or (site.source if site.is_dotted else "")
    quoted = " or ".join(map(in_title, (*site.nullable, known))) if known else "the result"
    habit, is_attribute = evidence.guards, site.node.type == "attribute"
    if default := default_of(site):
        weight, reason = (55, "the call takes one") if get_call(site) is not None else (30, "the use needs one")
        weight = 44 if default == MADE_UP else weight
        given = evidence.exit_of(Strategy.DEFAULT).partition("=")[2].strip()
        if given == default or {given, default} <= _ANY_ITERABLE:
            weight, reason, default = weight + 30, "the file uses this default elsewhere", given
        yield Plan(
            Strategy.DEFAULT,
            f"Use a default such as `{default}` if {quoted} is None",
            weight,
            reason,
            Content(default=default),
        )
    if lookup := lookup_of(site):
        written, _ = lookup
        weight, reason = 52, "the KeyError names the missing key"
        if is_looked_up(site, written):
            weight, reason = 66, "the file looks it up this way elsewhere"
        yield Plan(Strategy.LOOK_UP, f"Use {in_title(written)} (KeyError if it is missing)", weight, reason)
    name = "" if site.is_name else new_name(site)
    if site.is_name and (narrowing := _narrowing(site)) is not None:
        weight, reason = narrowing.weight, narrowing.reason
        if any(not narrowing.skips or _is_alike(site, each) for each in evidence.exits_by(Strategy.NARROW)):
            weight = max(weight, _OF_ATTRIBUTE if is_attribute else 62)
            reason = f"the file skips what needs {quoted} elsewhere"
        title = narrowing.title.format(quoted)
        yield Plan(Strategy.NARROW, title, weight, reason, is_asked_for=narrowing.lets_pass)
    place = site.first
    if place.statement is None:
        yield from _within(site, name, quoted)
        return
    if not site.is_name and not name:
        return
    asserts, reason = 50, "nothing says what else should happen"
    if evidence.in_tests:
        asserts, reason = 85, "this is a test"
    elif evidence.is_assertion_caught:
        asserts, reason = 20, "its AssertionError is caught here"
    elif habit[Strategy.ASSERT]:
        asserts, reason = 75, "the file asserts it elsewhere"
    said = f"neither {quoted.replace('` or `', '` nor `')} is None" if site.nullable else f"{quoted} is not None"
    yield Plan(Strategy.ASSERT, f"Assert that {said} (AssertionError if it is)", asserts, reason)
    yield _raise(site, evidence, quoted)
    loop = place.loop
    if loop is not None and loop == site.loop and may_be_skipped(place, loop):
        weight, reason = 40, "it is in a loop"
        if evidence.exits[Strategy.CONTINUE]:
            weight, reason = 49, "the loop does so elsewhere"
        if habit[Strategy.CONTINUE]:
            weight, reason = (
                (_OF_ATTRIBUTE if is_attribute else 80),
                f"the file does so elsewhere when {quoted} is None",
            )
        yield Plan(Strategy.CONTINUE, f"Skip this iteration if {quoted} is None", weight, reason)
    if site.function is not None and (value := early_return(site)) is not None:
        given, reason = returning(site.function, value)
        weight = 10
        if habit[Strategy.RETURN] and evidence.exit_of(Strategy.RETURN).removeprefix("return").strip() == value:
            weight = _OF_ATTRIBUTE if is_attribute else 60
            reason = f"the file does so elsewhere when {quoted} is None"
        yield Plan(
            Strategy.RETURN, f"Return early if {quoted} is None ({given})", weight, reason, Content(default=value)
        )


def _within(site: Site, name: str, quoted: str) -> Iterator[Plan]:
    """What can be done where no check can stand before the place."""
    if name:
        truth = _truth_of_none(site)
        binding = f"Bind the result to `{name}` and test it (the condition is {truth} if None)"
        title = binding if site.walrus is None else _IN_CONDITION.format(quoted, truth)
        yield Plan(Strategy.WALRUS, title, 48, _NO_CHECK_BEFORE, is_asked_for=_may_grant(site))
    if found := filtered(site):
        shorter = " (the list gets shorter)" if found.comprehension.type == "list_comprehension" else ""
        title = f"Leave out where {quoted} is None{shorter}"
        yield Plan(Strategy.CONTINUE, title, 40, "it is in a comprehension", is_asked_for=True)


@dataclass(frozen=True)
class _Narrowing:
    """A test around the place."""

    title: str
    weight: int
    reason: str
    edits: tuple[TextEdit, ...]
    lets_pass: bool = False
    """Whether a None passes where something else is refused."""
    skips: bool = False
    """Whether what the statement does isn't done."""


def _narrowing(site: Site) -> _Narrowing | None:
    place = site.first
    is_bare = place.statement is None
    if is_bare:
        made = tested(site, "", strictly=False)
        return _in_condition(site, 48, _NO_CHECK_BEFORE, made) if made else None
    if place is site and (made := _wrapped(site)):
        return _Narrowing("Skip this if {} is None", 12, "nothing after it uses it unchecked", made, skips=True)
    if (refusal_of(place) or not is_negated(place)) and (made := tested(place, "", strictly=True)):
        return _in_condition(place, 47, "it stands in a condition", made)
    if not is_used_after(place) and not lets_pass(place) and (made := tested_around(place)):
        title = "Test {} in the `if` around it (skipped if that is None)"
        return _Narrowing(title, 49, "it stands in an `if` already", made, is_negated(place))
    return None


def _in_condition(place: Site, weight: int, reason: str, made: tuple[TextEdit, ...]) -> _Narrowing:
    if keeps_nothing(place):
        return _Narrowing(_IN_FILTER, 40, reason, made, lets_pass=True, skips=True)
    passes = _may_grant(place) or (refusal_of(place) is None and is_negated(place))
    return _Narrowing(_IN_CONDITION.format("{}", _truth_of_none(place)), weight, reason, made, passes)


def _may_grant(place: Site) -> bool:
    """Whether it is unknown what a test's answer means: one that `all` or `any` gives, or `return False` of a function
    that may ask whether something is wrong; or known that what it passes isn't refused."""
    refusal = refusal_of(place)
    if refusal is not None:
        return may_be_meant(refusal)
    return lets_pass(place) or any(is_decided(place, at) for at in range(len(place.path)))


def _truth_of_none(place: Site) -> str:
    return "false" if refusal_of(place) is None else "true"


def _raise(site: Site, evidence: Evidence, quoted: str) -> Plan:
    exception, weight, reason = raised(site, evidence, quoted)
    missing = " or ".join((*site.nullable, _bare_name(site)))
    title = f"Raise {exception} if {quoted} is None"
    return Plan(Strategy.RAISE, title, weight, reason, Content(exception, f"{missing} is None"))


def edits(site: Site, strategy: Strategy, content: Content) -> tuple[TextEdit, ...] | None:
    """The edits, or None where the strategy can't be carried out."""
    match strategy:
        case Strategy.DEFAULT:
            return default_edits(site, content.default)
        case Strategy.LOOK_UP:
            lookup = lookup_of(site)
            return (lookup[1],) if lookup else None
        case Strategy.WALRUS:
            name = new_name(site)
            return tested(site, name, strictly=False) if name else None
        case Strategy.CONTINUE if site.first.statement is None:
            found = filtered(site)
            return found.edits if found is not None else None
        case Strategy.NARROW:
            narrowing = _narrowing(site)
            return narrowing.edits if narrowing is not None else None
        case _:
            return _guard_edits(site, strategy, content)


_ENDS = (Strategy.ASSERT, Strategy.RAISE, Strategy.CONTINUE)
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
    place = site.first
    statement = place.statement
    name = site.source if site.is_name else new_name(site)
    if statement is None or not name:
        return None
    action = {
        Strategy.RAISE: f'raise {content.exception}("{content.message}")',
        Strategy.RETURN: f"return {content.default}".rstrip(),
        Strategy.CONTINUE: "continue",
    }.get(strategy)
    missing = site.test(name, for_none=True)
    lines = [f"assert {site.test(name)}"] if action is None else [f"if {missing}:", place.step + action]
    if site.is_name:
        return (place.inserted(statement, lines),)
    return (site.inserted(statement, [moved(site, name), *lines]), TextEdit(site.span, name))


def _skippable(site: Site) -> bool:
    """Whether the statement is one line whose effect nothing else in the function is sure to need: a call, or that
    the value itself is changed or added to something, and no name gets a value in it."""
    statement = site.statement
    if statement is None or statement.type != "expression_statement":
        return False
    end = site.tree.span(statement).end
    alone = re.match(r"[ \t]*(?:#|\r?\n|$)", site.tree.text[end : end + 100]) is not None
    one_line = statement.start_point.row == statement.end_point.row
    done = statement.named_children[0]
    left = done.child_by_field_name("left") if done.type in ("assignment", "augmented_assignment") else None
    is_changed = (
        left is not None and left.type in _PARTS and left in site.path and left.start_byte == site.node.start_byte
    )
    is_added = done.type == "augmented_assignment" and done.child_by_field_name("right") == site.node
    is_plain = is_changed or is_added or done.type in ("call", "await")
    return alone and one_line and is_plain and not any(_binding(child) for child in done.named_children)


def _binding(node: Node) -> bool:
    return node.type in _BINDING or any(_binding(child) for child in node.named_children)


def _wrapped(site: Site) -> tuple[TextEdit, ...] | None:
    statement = site.statement
    if statement is None or not _skippable(site) or is_used_after(site):
        return None
    return (site.inserted(statement, [f"if {site.test()}:"], site.step),)


def _is_alike(site: Site, skipped: Node) -> bool:
    """Whether the place's statement is the value's own affair as that one is which the file skips elsewhere, or calls
    the same: nobody misses the one more than the other."""
    if site.statement is None:
        return False
    done, other = (each.named_children[0] if each.named_children else each for each in (site.statement, skipped))
    is_own = (done.named_children[0] if done.type == "await" else done).start_byte == site.node.start_byte
    callee, skips = callee_of(done), callee_of(other)
    return (bool(callee) and callee == skips) or (is_own and bool(not callee or skips))


def _bare_name(site: Site) -> str:
    called, *_ = re.split(r"[(\n]", site.source)
    made = f"the result of {called}" if site.node.type == "call" else new_name(site) or "the value"
    name = known_name(site) or (site.source if site.is_dotted else made)
    name = name if len(name) <= 60 else name.rpartition(".")[2]
    return re.sub(r"[^\w. ]", "", name) if len(name) <= 60 else "the value"

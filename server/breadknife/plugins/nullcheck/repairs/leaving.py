"""Leaves before the statement where there is null: a check that stops, throws, returns, or leaves the round."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from breadknife.plugins.nullcheck.repairs import repair
from breadknife.plugins.nullcheck.repairs.grammar import filled
from breadknife.plugins.nullcheck.repairs.held import releases
from breadknife.plugins.nullcheck.repairs.layout import indented, lines_above, lines_after, on_own_line
from breadknife.plugins.nullcheck.repairs.repair import Edits, RepairProposal, written
from breadknife.plugins.nullcheck.repairs.site import Site
from breadknife.plugins.nullcheck.repairs.words import words_for
from breadknife.plugins.nullcheck.values import MessageContent, Strategy, Use
from breadknife.text.document import TextEdit
from breadknife.text.syntax import Node, nodes_in

_WORDS = {"throw": Strategy.RAISE, "raise": Strategy.RAISE, "panic": Strategy.RAISE, "return": Strategy.RETURN,
          "continue": Strategy.CONTINUE}  # fmt: skip
_THROWN = r"(?:raise|throw new) [\w.]+\([^\n]*\);?"
"""A statement that throws, on one line."""
_LEAVING = frozenset(
    {"return_statement", "raise_statement", "throw_statement", "break_statement", "continue_statement"}
)
_SETS = ("assignment", "declarat", "update", "inc_statement", "dec_statement", "named_expression", "for_", "with_item")
"""Parts of the names of nodes that declare or set something; `_TARGETS` are the fields that have it."""
_TARGETS = ("left", "name", "argument", "alias")
_RAISES = frozenset({"raise_statement", "throw_statement"})
_TEXTS = frozenset({"string", "string_literal", "template_string", "concatenated_string"})
_MADE = ("function", "constructor", "type")
"""The fields that name what a call, or `new`, makes."""
_CONSTANT = r"""["'][^"'{\n]*["']"""
_KNOWN = frozenset({"raise", "throw", "new", "str", "repr", "type", "len", "String"})
"""What a statement may name in any place."""


def before(site: Site, lines: Callable[[str], Sequence[str]]) -> Edits | None:
    """Return lines before the statement, about the value by its name: what has none gets one first."""
    name = site.source if site.is_name else site.new_name
    if not name or site.statement is None:
        return None
    if site.is_name:
        return (lines_above(site.tree, site.statement, lines(name)),)
    binding = site.styled(site.filled(site.grammar.writing.bind, name=name))
    return (lines_above(site.tree, site.statement, [binding, *lines(name)]), TextEdit(site.span, name))


def guarded(site: Site, *lines: str) -> Edits | None:
    """Return a check before the statement, with what is done on null. A check of the value that is there already, and
    goes on, gets the lines at its end. What is held is given back first."""
    done, is_round = _done_on_null(site), lines[-1] == site.grammar.writing.round
    given = {site.text(each).rstrip(";") for each in done}
    held = [each for each in releases(site, site.round if is_round else None) if each not in given]
    end = ";" if site.grammar.writing.bare_result.endswith(";") else ""
    lines = tuple(map(site.styled, (*(each + end for each in held), *lines)))
    if done and site.statement is not None and on_own_line(site.tree, done[-1]):
        return (lines_after(site.tree, done[-1], lines),)
    return before(site, lambda name: site.block(site.test(name), lines))


def may_be_guarded(site: Site) -> bool:
    """Tell whether a check may stand before the place. Where it is always null, a check would only hide what
    follows."""
    return not site.is_certain and site.statement is not None and bool(site.is_name or site.new_name)


def is_let_through(site: Site) -> bool:
    """Tell whether a check of the value above the place finds null, and goes on."""
    return bool(_done_on_null(site))


def _done_on_null(site: Site) -> list[Node]:
    for node, condition, block in site.checks_above() if site.is_name else ():
        statements = block.named_children
        if len(statements) == 1 and statements[0].type in site.grammar.nodes.lists:
            statements = statements[0].named_children
        between = site.tree.text[site.tree.span(node).end : site.span.start]
        is_set = re.search(rf"(?<![\w.]){re.escape(site.source)}(?:, [\w.]+)*\s*:?=(?!=)", between)
        if statements and not is_set and re.fullmatch(_null_test(site), condition.strip("() \n")):
            return statements
    return []


def _null_test(site: Site) -> str:
    tests = (re.escape(site.filled(each)) for each in site.grammar.writing.null_tests)
    return rf"(?:{'|'.join(tests)})"


def habits(site: Site) -> Counter[Strategy]:
    """Count how the file leaves elsewhere where the same name is null."""
    return Counter(_WORDS[word] for word in _elsewhere(site, rf"(?:{'|'.join(_WORDS)})\b"))


def _elsewhere(site: Site, statement: str) -> list[str]:
    """Return what fits the pattern first where the file asks whether the same name is null."""
    test = rf"\bif\b[ (]*{_null_test(site)}[ )]*[:{{]?\s*({statement})" if site.is_name else "(?!)()"
    return re.findall(test, site.tree.text)


def throw(site: Site) -> Iterator[RepairProposal]:
    """Propose an exception that says what is missing; where one was caught, with that as its cause."""
    writing = site.grammar.writing
    if not may_be_guarded(site):
        return
    function, habit = site.text(site.function), _thrown_elsewhere(site)
    own, around = (_raised(site, scope) for scope in (site.function, site.tree.root))
    usual = [name for name, count in Counter(around).most_common(1) if count > 1]
    exception = (own or usual or [writing.exception])[-1]
    evidence = repair.OTHERWISE
    if site.is_parameter and writing.for_parameter:
        exception, evidence = writing.for_parameter, repair.PARAMETER
    if re.search(writing.throws, function):
        evidence = repair.FUNCTION_HABIT
    if habits(site)[Strategy.RAISE]:
        evidence = repair.FILE_HABIT
    cause, said = "", ""
    if site.handler is not None:
        if site.handler.type in site.grammar.nodes.finals or not writing.cause:
            return  # it would take the place of the exception that is under way
        if site.caught:
            evidence, said, habit = repair.AT_HAND, f" (`{site.caught}` is its cause)", ""
            cause = site.filled(writing.cause, caught=site.caught)
    word = writing.throw.partition(" ")[0].capitalize()
    exception = re.sub(r"(?:raise|throw new) ([\w.]+).*", r"\1", habit) or exception
    if site.is_caught(exception):
        return

    def edits(said: MessageContent) -> Edits | None:
        line = site.filled(writing.throw, exception=said.exception, message=said.message, cause=cause)
        return guarded(site, habit or line)

    title = f"{word} {exception} if {site.said} is {site.said_null}{said}"
    yield RepairProposal(
        Strategy.RAISE, title, evidence, edits, None if habit else MessageContent(exception, words_for(site))
    )


def _raised(site: Site, scope: Node | None) -> list[str]:
    """Return the exceptions that are raised in a scope with a message alone, but for those that tell of no null."""
    raised = list[str]()
    for node in nodes_in(scope) if scope is not None else ():
        made = node.named_children[0] if node.type in _RAISES and node.named_children else None
        named = next((part for name in _MADE if made and (part := made.child_by_field_name(name)) is not None), None)
        given = made.child_by_field_name("arguments") if made is not None else None
        if given is not None and given.named_child_count == 1 and given.named_children[0].type in _TEXTS:
            raised += [site.text(named)] if site.text(named) not in site.grammar.writing.unfit else []
    return raised


def _thrown_elsewhere(site: Site) -> str:
    """Return what the file throws elsewhere where the same name is null, if all that it speaks of is known here,
    too."""
    start = site.function.start_byte if site.function is not None else site.node.start_byte
    here = {*re.findall(r"\w+", site.between(start, site.node.start_byte)), *_KNOWN}
    for statement in _elsewhere(site, _THROWN):
        given = statement.partition("(")[2]
        named = re.findall(r"(?<![.\w])[A-Za-z_$][\w$]*", re.sub(_CONSTANT, "", given))
        if here.issuperset(named) and given.count("(") + 1 == given.count(")"):
            return statement
    return ""


def leave_round(site: Site) -> Iterator[RepairProposal]:
    """Propose `continue`, where the loop comes to another value."""
    if site.round is None or not site.goes_on or not may_be_guarded(site) or _may_drop_exception(site):
        return
    evidence = repair.IN_LOOP if not site.is_name or site.is_set_in(site.round) else repair.OTHERWISE
    evidence = repair.LOOP_HABIT if _skips_others(site, site.text(site.round)) else evidence
    evidence = repair.FILE_HABIT if habits(site)[Strategy.CONTINUE] else evidence
    evidence = repair.GOES_ON if is_let_through(site) else evidence
    title = f"Skip this iteration if {site.said} is {site.said_null}"
    edits = guarded(site, site.grammar.writing.round)
    yield RepairProposal(Strategy.CONTINUE, title, evidence, written(edits or ()))


def _skips_others(site: Site, body: str) -> bool:
    """Tell whether a round of the loop is skipped where another value is null."""
    tests = (re.escape(filled(each, x="\0")).replace("\0", r"[\w$.]+") for each in site.grammar.writing.null_tests)
    return re.search(rf"\bif\b[ (]*(?:{'|'.join(tests)})[ )]*[:{{]?\s*continue\b", body) is not None


def _may_drop_exception(site: Site) -> bool:
    """Tell whether leaving without an exception could hide one that is under way, or that a handler throws on."""
    handler = site.handler
    return handler is not None and (
        handler.type in site.grammar.nodes.finals
        or re.search(site.grammar.writing.throws, site.text(handler)) is not None
    )


def return_early(site: Site) -> Iterator[RepairProposal]:
    """Propose to return what the function gives back elsewhere, or nothing."""
    value = early_result(site) if may_be_guarded(site) else None
    if value is None or must_run_after(site) or _may_drop_exception(site):
        return
    evidence = repair.OTHERWISE if value else repair.NO_RESULT
    if re.search(rf"\bif\b[^\n]*(?:\)\s*\{{?{'|:' if value else ''})\s*return\b", site.text(site.function)):
        evidence = repair.FUNCTION_HABIT
    evidence = repair.FILE_HABIT if habits(site)[Strategy.RETURN] else evidence
    evidence = repair.IN_LOOP if site.round is not None else evidence
    evidence = repair.GOES_ON if is_let_through(site) else evidence
    yield returning(site, value, evidence)


def returning(site: Site, value: str, evidence: str) -> RepairProposal:
    """Propose to leave the function with that value, "" for none."""
    writing, what = site.grammar.writing, f"returns `{value}`" if value else "returns nothing"
    line = site.filled(writing.result, value=value) if value else writing.bare_result
    return RepairProposal(
        Strategy.RETURN, f"Return early if {site.said} is {site.said_null} ({what})", evidence,
        written(guarded(site, line) or ()),
    )  # fmt: skip


def must_run_after(site: Site) -> bool:
    """Tell whether the function calls something after the place that it has to call each time, as React's hooks."""
    start = (site.statement or site.node).start_byte
    rest = site.between(start, site.function.end_byte) if site.function is not None else ""
    pattern = site.grammar.writing.must_run
    return bool(pattern) and re.search(pattern, rest) is not None


def results_of(site: Site, function: Node) -> list[str]:
    """Return what the function's own `return`s give back: their sources, "" for a bare one."""
    nodes = nodes_in(function.child_by_field_name("body") or function, site.grammar.nodes.functions)
    texts = (site.text(node) for node in nodes if node.type == "return_statement")
    return [text.removeprefix("return").strip().rstrip(";").strip() for text in texts]


def early_result(site: Site) -> str | None:
    """Return what an early `return` gives: the constant that the function gives back last; "" where it gives nothing
    back, and None where none would fit."""
    if site.function is None:
        return None
    returned = results_of(site, site.function)
    if not any(returned):
        return ""
    for value in reversed(returned):
        if re.fullmatch(site.grammar.writing.constants, value):
            return value
    nulls, result = site.home.knowledge.nulls, site.function.child_by_field_name(site.grammar.nodes.result)
    return next((null for null in nulls if re.search(rf"\b{null}\b", site.text(result))), None)


def skip(site: Site) -> Iterator[RepairProposal]:
    """Propose to put the statement into an `if` that asks whether the value is there, where nothing else needs what it
    does; or with it those after it, up to the last that uses the value."""
    statement = site.statement
    if statement is None or not site.is_name or site.is_certain:
        return
    if _may_be_left_out(site, statement):
        evidence = repair.AT_HAND if site.handler is not None else repair.NO_NEED
        if site.caught and re.search(rf"\b{re.escape(site.caught)}\b", site.text(statement)):
            evidence = repair.LOST
        yield from _skipped(site, [statement], evidence)
    elif _is_kept(site, statement) and _keeps_to_itself(site, [statement]):
        yield from _skipped(site, [statement], repair.KEPT)
    statements = _using(site, statement)
    if len(statements) > 1 and _keeps_to_itself(site, statements):
        yield from _skipped(site, statements, repair.REST)


def _skipped(site: Site, statements: Sequence[Node], evidence: str) -> Iterator[RepairProposal]:
    writing, sources = site.grammar.writing, [site.text(each) for each in statements]
    is_bound = writing.must_run and any(re.search(writing.must_run, source) for source in sources)
    if (
        is_bound
        or any(held in source for held in releases(site) for source in sources)
        or any(writing.raw in source and "\n" in source for source in sources)
    ):
        return
    opening = site.filled(writing.opening, test=site.test(is_there=True))
    title = f"Skip {'these' if len(statements) > 1 else 'this'} if {site.said} is {site.said_null}"
    edits = indented(site.tree, statements, opening, writing.closing)
    yield RepairProposal(Strategy.NARROW, title, evidence, written(edits))


def _using(site: Site, statement: Node) -> list[Node]:
    """Return a statement, and those after it in its block up to the last that names the value."""
    after = [each for each in site.siblings if each.start_byte >= statement.start_byte]
    named = re.compile(rf"(?<![\w.]){re.escape(site.source)}(?!\w)")
    last = max((at for at, each in enumerate(after) if named.search(site.text(each))), default=0)
    return after[: last + 1] or [statement]


def _may_be_left_out(site: Site, statement: Node) -> bool:
    """Tell whether nothing else gets a value by the statement."""
    done = statement.named_children[0] if statement.type == "expression_statement" else statement
    target = done.child_by_field_name("left") or done.child_by_field_name("argument")
    is_its = target is not None and target.start_byte == site.node.start_byte and target != site.node
    if sum("assignment" in each.type or "update" in each.type for each in nodes_in(done)) > is_its:
        return False
    return done.type in site.grammar.nodes.skipped or is_its


def _is_kept(site: Site, statement: Node) -> bool:
    """Tell whether a statement sets what has a value without it, an attribute or an element; or is a loop."""
    done = statement.named_children[0] if statement.type == "expression_statement" else statement
    target = done.child_by_field_name("left")
    is_element = target is not None and re.search(r"[.\[]", site.text(target)) is not None
    return done.type in site.grammar.nodes.loops or (is_element and site.use is not Use.ASSIGN)


def _keeps_to_itself(site: Site, statements: Sequence[Node]) -> bool:
    """Tell whether nothing behind the statements needs a name that they declare or set, and none of them leaves."""
    function = site.function
    if function is None or any(each.type in _LEAVING for each in statements):
        return False
    rest = site.between(statements[-1].end_byte, function.end_byte)
    for each in (inner for statement in statements for inner in nodes_in(statement, site.grammar.nodes.lazy)):
        if not any(word in each.type for word in _SETS):
            continue
        target = next((part for name in _TARGETS if (part := each.child_by_field_name(name)) is not None), each)
        names = re.findall(r"(?<![.\w])[A-Za-z_$][\w$]*(?![\w.(\[])", site.text(target).partition("=")[0])
        if any(re.search(rf"(?<![.\w]){re.escape(name)}(?!\w)", rest) for name in names):
            return False
    return True

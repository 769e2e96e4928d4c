"""The ways to deal with a null at its place: what each writes, and the evidence for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from breadknife.plugins.nullcheck.repairs.comments import with_comments
from breadknife.plugins.nullcheck.repairs.ecmascript import names
from breadknife.plugins.nullcheck.repairs.ecmascript.evidence import Evidence, calls_hook, early_return
from breadknife.plugins.nullcheck.repairs.ecmascript.expression_edits import (
    chained,
    counted,
    default_for,
    defaulted,
    is_all_of_statement,
    is_compared,
    may_give_undefined,
    non_null,
)
from breadknife.plugins.nullcheck.repairs.ecmascript.nodes import CHANGES, LOOPS, PARTS, own_nodes
from breadknife.plugins.nullcheck.repairs.ecmascript.other_uses import (
    chained_elsewhere,
    goes_on,
    is_read_after,
    is_taken_to_be_there,
    same_reads,
    stores,
)
from breadknife.plugins.nullcheck.repairs.ecmascript.site import THROWING, Site
from breadknife.plugins.nullcheck.repairs.option import Plan
from breadknife.plugins.nullcheck.values import Content, Strategy, Use
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node

_NULL_TEST = re.compile(r"\s*(?:![\w$.]+|[\w$.]+\s*===?\s*(?:null|undefined)|[\w$.]+\.(?:length|size)\s*===?\s*0)\s*")
_SWITCH = frozenset({"switch_statement"})
_THROWS = frozenset({"throw_statement"})
_WRAPPED = frozenset({"await_expression", "call_expression"})


def options(site: Site, evidence: Evidence) -> Iterator[Plan]:
    """What can be done at the place itself."""
    name, null = names.said(site), site.null or "null"
    if (default := default_for(site)) and defaulted(site, default):
        demanded = site.use in (Use.ARGUMENT, Use.RETURN, Use.ASSIGN, Use.ITERATE)
        title = f"Use a default such as `{default}` if {name} is {null}"
        weight, reason = (52, "the place needs a value of that type") if demanded else (30, "the use needs one")
        is_taken_apart = site.use is Use.ITERATE and site.parent.type == "variable_declarator"
        content, is_invented = Content(default=default), is_taken_to_be_there(site) or is_taken_apart
        if is_invented:
            weight = min(weight, 40)
        yield Plan(Strategy.DEFAULT, title, weight, reason, content, is_asked_for=is_invented)
    if chained(site) is not None:
        outcome = "nothing happens" if is_all_of_statement(site) else "undefined"
        weight, reason, is_left_out = 48, "undefined works here, too", False
        if may_give_undefined(site):
            weight, reason = 44, "the return type allows it"
        if is_read_after(site):
            weight, reason = 20, f"{name} is read after it"
        elif chained_elsewhere(site):
            weight, reason = 63, f"{name} is read with `?.` elsewhere"
        elif is_left_out := is_taken_to_be_there(site) and is_all_of_statement(site):
            weight, reason = 20, "its effect would be skipped"
        if stores(site):
            weight, reason, is_left_out = 20, "the stored value would be lost", True
        title = f"Use `?.` ({outcome} if {name} is {null})"
        yield Plan(Strategy.OPTIONAL_CHAIN, title, weight, reason, is_asked_for=is_left_out)
    if made := counted(site):
        # A calculation with it would be silently wrong.
        is_asked, weight = not is_compared(site), 50 if is_compared(site) else 40
        reason = "a missing value counts as empty"
        if is_read_after(site):
            weight, reason = 20, f"{name} is read after it"
        title = f"Use a length of 0 if {name} is {null}"
        yield Plan(Strategy.DEFAULT, title, weight, reason, edits=made, is_asked_for=is_asked)
    yield from _guards(site, evidence, name, null)
    if site.is_typed and site.bang is None and non_null(site) is not None:
        title = f"Claim with `!`: {name} isn't {null} (unchecked)"
        yield Plan(Strategy.NON_NULL, title, 5, "for what only you know")


def _guards(site: Site, evidence: Evidence, name: str, null: str) -> Iterator[Plan]:
    if site.statement is None or not (site.is_name or names.new(site)):
        return
    message = Content("", f"{names.bare(site)} is {null}")
    if site.style.asserts:
        title = f"Assert with `{site.style.asserts}` that {name} isn't {null} (else it throws)"
        weight, reason = 60, f"the file imports `{site.style.asserts}`"
        if evidence.in_tests:
            weight, reason = 85, "this is a test"
        yield Plan(Strategy.ASSERT, title, weight, reason, message)
    function, loop = site.function, site.loop
    yield _raise(site, evidence, name, null, message.message)
    elsewhere = f"the file does so elsewhere when {name} is {null}"
    if loop is not None:
        leads_on = goes_on(site, loop)
        for strategy, word, said in (
            (Strategy.CONTINUE, "continue", "Skip this iteration"),
            (Strategy.BREAK, "break", "Leave the loop"),
        ):
            ends = strategy is Strategy.BREAK
            if not ends and not leads_on:
                continue
            others = _leaves(loop, f"{word}_statement")
            habit = any(_is_for_null(site, loop, other) for other in others)
            weight, reason = (70, f"the loop has a `{word}` already") if habit else (40, "it is in a loop")
            if habit:
                reason = f"the loop {'ends' if ends else 'goes on'} so where another value isn't there"
            if ends and not leads_on and not habit:
                reason = "another iteration would find the same"
            if evidence.guards[strategy]:
                weight, reason = 80, elsewhere
            if others or evidence.guards[strategy] or not (ends and leads_on):
                yield Plan(strategy, f"{said} if {name} is {null}", weight, reason)
    if function is not None and (exit := early_return(site, function)) is not None:
        title = f"Return early if {name} is {null} ({exit.said})"
        weight, reason = (68, elsewhere) if evidence.guards[Strategy.RETURN] else (exit.weight, exit.reason)
        if loop is not None and not evidence.guards[Strategy.RETURN]:
            weight = min(weight, 35)  # the rest of the rounds would be left out
        if site.parent.type in ("pair", "object"):
            weight = min(weight, 35)  # and so would the other fields
        yield Plan(Strategy.RETURN, title, weight, reason, Content(default=exit.value))
    if _narrowed(site) is not None and not is_read_after(site):
        title = f"Skip this if {name} is {null}"
        yield Plan(Strategy.NARROW, title, 33, "nothing after it needs its result", is_asked_for=stores(site))


def _leaves(loop: Node, kind: str) -> list[Node]:
    """The loop's statements of that kind that aren't of another loop, or of a `switch`, in it."""
    others = LOOPS | _SWITCH if kind == "break_statement" else LOOPS
    return own_nodes(loop, frozenset({kind}), others)


def _is_for_null(site: Site, loop: Node, leaving: Node) -> bool:
    """Whether a round is left where something isn't there: another `break` may say that it has been found, another
    `continue` that the round is done."""
    inner, outer = leaving, leaving.parent
    while outer is not None and outer != loop and outer.type != "if_statement":
        inner, outer = outer, outer.parent
    test = outer.child_by_field_name("condition") if outer is not None else None
    if outer is None or test is None or inner != outer.child_by_field_name("consequence"):
        return False
    return any(map(_NULL_TEST.fullmatch, site.text(test)[1:-1].split("||")))


def _raise(site: Site, evidence: Evidence, name: str, null: str, message: str) -> Plan:
    function = site.function
    exception = site.style.exception(site.text(function) if function is not None else "")
    weight, reason = 45, "nothing says what else should happen"
    if site.use in THROWING:
        reason = "it throws anyway, without a message"
    if evidence.caught:
        weight, reason = 60, "a `catch` around it handles that"
    if function is not None and own_nodes(function, _THROWS):
        weight, reason = 65, "the function throws elsewhere"
    if evidence.in_tests:
        weight, reason = 75, "this is a test"
    if evidence.guards[Strategy.RAISE]:
        weight, reason = 80, f"the file throws elsewhere when {name} is {null}"
    return Plan(Strategy.RAISE, f"Throw {exception} if {name} is {null}", weight, reason, Content(exception, message))


def edits(site: Site, strategy: Strategy, content: Content) -> tuple[TextEdit, ...] | None:
    """The edits, or None where the strategy can't be carried out."""
    made = _edits(site, strategy, content)
    if made is None or site.bang is None:
        return made
    end = site.tree.span(site.bang).end
    return (*made, TextEdit(Span(end - 1, end), ""))


def _edits(site: Site, strategy: Strategy, content: Content) -> tuple[TextEdit, ...] | None:
    match strategy:
        case Strategy.DEFAULT:
            return defaulted(site, site.style.literal(content.default))
        case Strategy.OPTIONAL_CHAIN:
            return chained(site)
        case Strategy.NON_NULL:
            return non_null(site)
        case Strategy.NARROW:
            return _narrowed(site)
        case Strategy.RAISE:
            action = f"throw new {content.exception}({site.style.string(content.message)})"
        case Strategy.ASSERT:
            action = ""
        case Strategy.RETURN:
            action = f"return {content.default}".rstrip()
        case Strategy.CONTINUE | Strategy.BREAK:
            action = strategy.value
        case _:
            return None
    return _guarded(site, action, content)


def _guarded(site: Site, action: str, content: Content) -> tuple[TextEdit, ...] | None:
    """A guard before the statement; a result that has no name gets one."""
    statement = site.statement
    name = site.source if site.is_name else names.new(site)
    if statement is None or not name:
        return None
    style, indent = site.style, site.indent
    if action:
        lines = style.exit(_test(site, name), action, indent)
    else:
        message = f", {style.string(content.message)}" if content.message else ""
        lines = [f"{style.asserts}({name} {_operator(site, '!=')}{message}){style.semicolon}"]
    if site.is_name:
        return (_insertion(site, statement, lines), *_closing(site))
    lines = [f"const {name} = {site.source}{style.semicolon}", *lines]
    again = [TextEdit(site.tree.span(node), name) for node in same_reads(site)]
    return (_insertion(site, statement, lines), TextEdit(site.span, name), *again, *_closing(site))


def named_at(site: Site, made: Sequence[TextEdit]) -> int | None:
    """Where, in the first edit's text, the expression stands that was given a name; None where none was."""
    if len(made) > 1 and made[1].span == site.span and made[0].new_text.lstrip(" \t\r\n{").startswith("const "):
        return made[0].new_text.index(" = ") + 3
    return None


def _test(site: Site, name: str) -> str:
    return f"{name} {_operator(site, '==')}"


def _operator(site: Site, equal: str) -> str:
    """What is compared with, exactly where only one of the two can be."""
    return f"{equal}= {site.null}" if site.null in ("null", "undefined") else f"{equal} null"


def _insertion(site: Site, statement: Node, lines: list[str]) -> TextEdit:
    if (room := site.opening) is not None:
        end, indent = site.style.line_break, site.indent
        written = [line if line.startswith(indent) else f"{indent}{line}" for line in lines]
        return TextEdit(room.before, end.join((" {" if room.braces else "", *written, indent)))
    at = site.tree.span(with_comments(site.tree, statement)).start
    # Lines of a block carry the indentation; the statement's own is there already.
    first = [f"{line}{site.style.line_break}" for line in lines]
    text = site.indent.join(
        line if not line.startswith(site.indent) or not site.indent else line[len(site.indent) :] for line in first
    )
    return TextEdit(Span(at, at), text + site.indent)


def _closing(site: Site) -> tuple[TextEdit, ...]:
    """What ends a block that was opened for the check."""
    room = site.opening
    if room is None:
        return ()
    return (TextEdit(room.after, f"{site.style.line_break}{room.indent}{'}' if room.braces else ''}"),)


def _narrowed(site: Site) -> tuple[TextEdit, ...] | None:
    """The statement in an `if` that tests for it."""
    statement = site.statement
    if statement is None or statement.type != "expression_statement" or not site.is_name or site.opening is not None:
        return None
    done = statement.named_children[0] if statement.named_child_count == 1 else statement
    changed = done.type in CHANGES
    left = (done.child_by_field_name("left") or done.child_by_field_name("argument")) if changed else None
    is_changed = (
        left is not None and left.type in PARTS and left in site.path and left.start_byte == site.node.start_byte
    )
    if done.type not in _WRAPPED and not is_changed:
        return None  # what another thing gets is needed there
    if any(_assigns(child) for child in done.named_children) or calls_hook(site, statement):
        return None
    source, span = site.text(statement), site.tree.span(statement)
    if site.tree.text[span.end :].partition("\n")[0].strip():
        return None  # there is more on the line
    if "`" in source and "\n" in source:
        return None  # more indentation would change a template
    style, indent = site.style, site.indent
    test = f"{site.source} {_operator(site, '!=')}"
    starts = (span.start + found.end() for found in re.finditer(r"\n(?=.*\S)", source))
    return (
        TextEdit(Span(span.start, span.start), f"if ({test}) {{{style.line_break}{indent}{style.step}"),
        *(TextEdit(Span(start, start), style.step) for start in starts),
        TextEdit(Span(span.end, span.end), f"{style.line_break}{indent}}}"),
    )


def _assigns(node: Node) -> bool:
    """Whether something else gets a value in an expression, at once or later."""
    return node.type in (*CHANGES, "yield_expression") or any(_assigns(child) for child in node.named_children)

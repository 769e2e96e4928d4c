"""The ways to deal with a null at its place: what each writes, and the evidence for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from breadknife.plugins.nullcheck.comments import with_comments
from breadknife.plugins.nullcheck.ecmascript.evidence import Evidence
from breadknife.plugins.nullcheck.ecmascript.exits import early_return
from breadknife.plugins.nullcheck.ecmascript.expression_edits import (
    chained,
    default_for,
    defaulted,
    is_all_of_statement,
    member_default,
    non_null,
)
from breadknife.plugins.nullcheck.ecmascript.looked_up import looked_up
from breadknife.plugins.nullcheck.ecmascript.other_uses import (
    chained_elsewhere,
    is_handed_on_after,
    is_read_after,
    is_read_again,
)
from breadknife.plugins.nullcheck.ecmascript.outline import FUNCTIONS
from breadknife.plugins.nullcheck.ecmascript.rounds import goes_on
from breadknife.plugins.nullcheck.ecmascript.site import LOOPS, PARTS, THROWING, Site, own_nodes
from breadknife.plugins.nullcheck.values import Content, Strategy, Use
from breadknife.plugins.nullcheck.wording import in_title
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node


@dataclass(frozen=True)
class Option:
    """A strategy that can be carried out at a site."""

    strategy: Strategy
    title: str
    weight: int
    """Evidence for it; the highest comes first."""
    reason: str
    """The evidence in a clause, for people."""
    content: Content = field(default_factory=Content)
    """What is written when no model says better."""
    edits: tuple[TextEdit, ...] = ()
    """Of a declaration's; those of a place are made by `edits`."""
    is_asked_for: bool = False
    """See `Offer`."""

    @property
    def has_content(self) -> bool:
        """Whether a model may say it better."""
        return self.strategy in (Strategy.RAISE, Strategy.ASSERT, Strategy.DEFAULT)


_NAMES = {"match": "match", "exec": "match", "querySelector": "element", "getElementById": "element", "find": "found",
          "getItem": "stored", "get": "value", "pop": "last", "shift": "first", "at": "item"}  # fmt: skip
"""Name of a method -> name for its result."""
_SWITCH = frozenset({"switch_statement"})
_THROWS = frozenset({"throw_statement"})
_WRAPPED = frozenset({"await_expression", "call_expression"})
_NAMED = _WRAPPED | {"subscript_expression", "member_expression"}
_CHANGES = frozenset({"update_expression", "augmented_assignment_expression", "assignment_expression"})


def options(site: Site, evidence: Evidence) -> Iterator[Option]:
    """What can be done at the place itself."""
    name = in_title(site.source) if site.is_name or site.node.type == "member_expression" else "the result"
    null = site.null or "null"
    if (known := looked_up(site)) is not None:
        title = f"Use {in_title(known)}, which is the same and was tested"
        yield Option(Strategy.REUSE, title, 90, f"nothing has changed since {in_title(known)} was tested")
    if (default := member_default(site)) and defaulted(site, default):
        where = "the place calculates with it" if site.path[-2].type == "binary_expression" else "it is passed on"
        weight = 47 if site.path[-2].type == "binary_expression" else 31
        title = f"Use `?.` and a default such as `{default}` if {name} is {null}"
        yield Option(Strategy.DEFAULT, title, weight, where, Content(default=default))
    elif (default := default_for(site)) and defaulted(site, default):
        demanded = site.use in (Use.ARGUMENT, Use.RETURN, Use.ASSIGN, Use.ITERATE)
        title = f"Use a default such as `{default}` if {name} is {null}"
        reason = "the place wants a value of that type" if demanded else "the use calls for one"
        yield Option(Strategy.DEFAULT, title, 52 if demanded else 30, reason, Content(default=default))
    if chained(site) is not None:
        outcome = "nothing happens" if is_all_of_statement(site) else "undefined"
        weight, reason = 48, "undefined does as well here"
        if is_read_again(site):
            weight, reason = 20, f"{name} is read again beside it"
        elif is_handed_on_after(site):
            weight, reason = 20, f"{name} is handed on after it"
        elif is_read_after(site):
            weight, reason = 20, f"{name} is read after it"
        elif chained_elsewhere(site):
            weight, reason = 63, f"{name} is read with `?.` elsewhere"
        yield Option(Strategy.OPTIONAL_CHAIN, f"Use `?.` ({outcome} if {name} is {null})", weight, reason)
    yield from _guards(site, evidence, name, null)
    if site.outline.typed and site.bang is None and non_null(site) is not None:
        title = f"Claim with `!`: {name} isn't {null} (unchecked)"
        yield Option(Strategy.NON_NULL, title, 5, "for what only you know")


def _guards(site: Site, evidence: Evidence, name: str, null: str) -> Iterator[Option]:
    if site.statement is None or not (site.is_name or _new_name(site)):
        return
    message = Content("", f"{_bare_name(site)} is {null}")
    if site.style.asserts:
        title = f"Assert with `{site.style.asserts}` that {name} isn't {null} (else it throws)"
        weight, reason = 60, f"the file imports `{site.style.asserts}`"
        if evidence.in_tests:
            weight, reason = 85, "this is a test"
        yield Option(Strategy.ASSERT, title, weight, reason, message)
    function, loop = site.function, site.loop
    yield _raise(site, evidence, name, null, message.message)
    elsewhere = f"the file does so elsewhere when {name} is {null}"
    if loop is not None:
        leads_on = goes_on(site, loop)
        for strategy, word, said in (
            (Strategy.CONTINUE, "continue", "Skip this round of the loop"),
            (Strategy.BREAK, "break", "Leave the loop"),
        ):
            ends = strategy is Strategy.BREAK
            if not ends and not leads_on:
                continue
            habit = _leaves(loop, f"{word}_statement")
            weight, reason = (70, f"the loop has a `{word}` already") if habit else (40, "it is in a loop")
            if ends and not leads_on and not habit:
                reason = "another round would find the same"
            if evidence.guards[strategy]:
                weight, reason = 80, elsewhere
            if habit or evidence.guards[strategy] or not (ends and leads_on):
                yield Option(strategy, f"{said} if {name} is {null}", weight, reason)
    if function is not None and (exit := early_return(site, function)) is not None:
        title = f"Return early if {name} is {null} ({exit.said})"
        weight, reason = (68, elsewhere) if evidence.guards[Strategy.RETURN] else (exit.weight, exit.reason)
        if loop is not None and not evidence.guards[Strategy.RETURN]:
            weight = min(weight, 35)  # the rest of the rounds would be left out
        yield Option(Strategy.RETURN, title, weight, reason, Content(default=exit.value))
    if _narrowed(site) is not None and not is_read_after(site):
        title = f"Skip this if {name} is {null}"
        yield Option(Strategy.NARROW, title, 33, "nothing after it needs its result")


def _leaves(loop: Node, kind: str) -> bool:
    """Whether the loop has such a statement that isn't of another loop, or of a `switch`, in it."""
    others = LOOPS | _SWITCH if kind == "break_statement" else LOOPS
    return bool(own_nodes(loop, frozenset({kind}), others))


def _raise(site: Site, evidence: Evidence, name: str, null: str, message: str) -> Option:
    function = site.function
    exception = site.style.exception(site.outline.text(function) if function is not None else "")
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
    return Option(Strategy.RAISE, f"Throw {exception} if {name} is {null}", weight, reason, Content(exception, message))


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
        case Strategy.REUSE:
            known = looked_up(site)
            return (TextEdit(site.span, known),) if known is not None else None
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
    name = site.source if site.is_name else _new_name(site)
    if statement is None or not name:
        return None
    style, indent = site.style, site.indent
    if action:
        lines = style.exit(_test(site, name), action, indent)
    else:
        message = f", {style.string(content.message)}" if content.message else ""
        lines = [f"{style.asserts}({name} {_operator(site, '!=')}{message}){style.semicolon}"]
    if site.is_name:
        return (_insertion(site, statement, lines),)
    lines = [f"const {name} = {site.source}{style.semicolon}", *lines]
    return (_insertion(site, statement, lines), TextEdit(site.span, name))


def named_at(site: Site, made: tuple[TextEdit, ...]) -> int | None:
    """Where, in the first edit's text, the expression stands that was given a name; None where none was."""
    if len(made) == 2 and made[1].span == site.span and made[0].new_text.startswith("const "):
        return made[0].new_text.index(" = ") + 3
    return None


def _test(site: Site, name: str) -> str:
    return f"{name} {_operator(site, '==')}"


def _operator(site: Site, equal: str) -> str:
    """What is compared with, exactly where only one of the two can be."""
    return f"{equal}= {site.null}" if site.null in ("null", "undefined") else f"{equal} null"


def _insertion(site: Site, statement: Node, lines: list[str]) -> TextEdit:
    at = site.tree.span(with_comments(site.tree, statement)).start
    # Lines of a block carry the indentation; the statement's own is there already.
    first = [f"{line}{site.style.line_break}" for line in lines]
    text = site.indent.join(
        line if not line.startswith(site.indent) or not site.indent else line[len(site.indent) :] for line in first
    )
    return TextEdit(Span(at, at), text + site.indent)


def _narrowed(site: Site) -> tuple[TextEdit, ...] | None:
    """The statement in an `if` that tests for it."""
    statement = site.statement
    if statement is None or statement.type != "expression_statement" or not site.is_name:
        return None
    done = statement.named_children[0] if statement.named_child_count == 1 else statement
    changed = done.type in _CHANGES
    left = (done.child_by_field_name("left") or done.child_by_field_name("argument")) if changed else None
    is_changed = (
        left is not None and left.type in PARTS and left in site.path and left.start_byte == site.node.start_byte
    )
    if done.type not in _WRAPPED and not is_changed:
        return None  # what another thing gets is needed there
    if any(_assigns(child) for child in done.named_children):
        return None
    source, span = site.outline.text(statement), site.tree.span(statement)
    if site.tree.text[span.end :].partition("\n")[0].strip():
        return None  # there is more on the line
    if "`" in source and "\n" in source:
        return None  # more indentation would change a template
    style, indent = site.style, site.indent
    inner = f"{style.line_break}{indent}{style.step}"
    lines = [line[len(indent) :] if line.startswith(indent) else line for line in source.splitlines()]
    body = inner.join(lines)
    test = f"{site.source} {_operator(site, '!=')}"
    return (TextEdit(span, f"if ({test}) {{{inner}{body}{style.line_break}{indent}}}"),)


def _assigns(node: Node) -> bool:
    """Whether something else gets a value in an expression, at once or later."""
    return node.type in (*_CHANGES, "yield_expression") or any(_assigns(child) for child in node.named_children)


def _bare_name(site: Site) -> str:
    if site.node.type == "subscript_expression" and (given := _new_name(site)):
        return given
    is_named = site.is_name or site.node.type == "member_expression"
    name = site.source if is_named else f"the result of {site.source.partition('(')[0]}"
    if is_named and re.search(r"[(\[]", name):
        name = name.rpartition(".")[2]  # without its brackets the whole couldn't be read
    return re.sub(r"[^\w. ]", "", name) if len(name) <= 60 else "the value"


def _new_name(site: Site) -> str:
    """A name for a call's result or an element that the file doesn't use yet, or "" for what is neither, or long."""
    source, node = site.source, site.node
    if node.type == "parenthesized_expression" and node.named_child_count == 1:
        node = node.named_children[0]
    if node.type not in _NAMED or "\n" in source or any(n.type in FUNCTIONS for n in node.named_children):
        return ""
    if node.type == "subscript_expression":
        if site.parent.type in _CHANGES:
            return ""  # a copy would be changed in its place
        base = _singular(node.child_by_field_name("object"), site)
    elif node.type == "member_expression":  # a getter's
        base = source.rpartition(".")[2].lstrip("#")
        if not base.isidentifier():
            return ""
    else:
        called = re.findall(r"(\w+)\s*(?:<[^()]*>)?\(", source)
        base = next((_NAMES[name] for name in reversed(called) if name in _NAMES), "result")
    for name in (base, f"{base}Value", f"maybe{base[:1].upper()}{base[1:]}"):
        if not re.search(rf"(?<![.\w$]){name}\b", site.tree.text):
            return name
    return ""


def _singular(collection: Node | None, site: Site) -> str:
    """`row` for an element of `rows`."""
    words = re.findall(r"\w+", site.outline.text(collection)) if collection is not None else []
    last = words[-1] if words and words[-1].isidentifier() and words[-1].isascii() else ""
    if last.endswith("ies") and len(last) > 4:
        return f"{last[:-3]}y"
    return last[:-1] if last.endswith("s") and not last.endswith("ss") and len(last) > 3 else "item"

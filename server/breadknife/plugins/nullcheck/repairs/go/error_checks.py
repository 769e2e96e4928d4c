"""The error, or the `ok`, that came with a value: it is looked at before the value is used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from breadknife.plugins.nullcheck.repairs.go import endings
from breadknife.plugins.nullcheck.repairs.go.site import Given, GoSite
from breadknife.plugins.nullcheck.repairs.layout import block, lines_after, on_own_line
from breadknife.plugins.nullcheck.repairs.option import Edits, Option
from breadknife.plugins.nullcheck.values import Content, Strategy, Use
from breadknife.plugins.nullcheck.wording import in_title
from breadknife.text.document import Span, TextEdit, line_break
from breadknife.text.syntax import Node

_TELLING = frozenset({"call_expression", "type_assertion_expression", "index_expression"})
"""Whose second result tells whether there is a first."""
_MAX_SHOWN = 40
"""Longest statement, in code points, that a title shows."""


def error_checks(site: GoSite) -> Iterator[Option]:
    origin = site.given_by()
    if origin is None or not on_own_line(site.tree, origin.statement) or site.use is Use.ASSIGN:
        return
    name = site.text(origin.tells)
    right = origin.statement.child_by_field_name("right")
    if right is None or right.named_children[0].type not in _TELLING:
        return
    is_error = "err" in name.lower()
    if name == "_":
        yield from _ignored(site, origin, right.named_children[0])
    elif is_error or right.named_children[0].type == "index_expression":
        later = _later_check(site, origin, f"{name} != nil" if is_error else f"!{name}")
        if later is not None and later.start_byte > site.node.start_byte:
            otherwise = f"{_left_by(site, later)} if it " + ("isn't nil" if is_error else "is false")
            title = f"Check `{name}` before {in_title(site.source)} is used ({otherwise})"
            yield Option(
                Strategy.CHECK_ERROR,
                title,
                95,
                f"the check of `{name}` comes after the use",
                lambda _: _move(site, origin, later),
            )
        elif is_error and later is None and not _is_looked_at(site, origin, name):
            ending = partial(endings.after_error, site, name)
            says = ending(_wrap_message(site, right.named_children[0])).says
            yield Option(
                Strategy.CHECK_ERROR, f"Check `{name}` ({says} if it isn't nil)", 90,
                f"`{name}` is never looked at before the use",
                lambda said: _check_after(site, origin, f"{name} != nil", ending(said.message)),
                _wrap_content(site, right.named_children[0]),
            )  # fmt: skip


def _ignored(site: GoSite, origin: Given, value: Node) -> Iterator[Option]:
    """`x, _ := f()`: the error, or the `ok`, gets a name and is looked at."""
    declares = origin.statement.type == "short_var_declaration"
    if value.type == "type_assertion_expression":
        ending = endings.early(site) or endings.with_error(site, 'errors.New("unexpected type")')
        if not declares or ending is None or ("errors" in ending.says and "errors" not in site.home.file.imports):
            return
        title = f"Check that the type assertion held ({ending.says} if it didn't)"
        yield Option(
            Strategy.CHECK_ERROR,
            title,
            85,
            "its `ok` is ignored",
            lambda _: _name_and_check(site, origin, "ok", "!ok", ending),
        )
        return
    source = site.text(site.function) if site.function is not None else ""
    if not declares and not re.search(r"\berr error\b|\berr :?=", source):
        return
    ending = endings.after_error(site, "err", _wrap_message(site, value))
    yield Option(
        Strategy.CHECK_ERROR, f"Check the error ({ending.says} if there is one)", 95, "the error is ignored",
        lambda said: _name_and_check(
            site, origin, "err", "err != nil", endings.after_error(site, "err", said.message)
        ),
        _wrap_content(site, value),
    )  # fmt: skip


def _wrap_message(site: GoSite, call: Node) -> str:
    function = call.child_by_field_name("function")
    name = site.text(function).rpartition(".")[2] if function is not None else "call"
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower() if endings.wraps(site) else ""


def _wrap_content(site: GoSite, call: Node) -> Content | None:
    message = _wrap_message(site, call)
    return Content("error", message) if message else None


def _is_looked_at(site: GoSite, origin: Given, name: str) -> bool:
    """Whether a condition between, or around the place, asks for the error: a check above it would take its part."""
    between = site.tree.text[site.tree.span(origin.statement).end : site.span.start]
    return re.search(rf"\b(?:if|switch|for|case)\b[^\n{{]*\b{re.escape(name)}\b", between) is not None


def _later_check(site: GoSite, origin: Given, said: str) -> Node | None:
    """The first `if err != nil { … }`, or `if !ok { … }`, after the value came, among the statements beside it."""
    test = re.compile(rf"if {re.escape(said)} {{")
    for node in site.siblings:
        later = node.start_byte > origin.statement.end_byte and node.type == "if_statement"
        if later and test.match(site.text(node)):
            return node
    return None


def _left_by(site: GoSite, check: Node) -> str:
    """What a check does at its end, for people."""
    block = check.child_by_field_name("consequence")
    statements = block.named_children[0].named_children if block is not None and block.named_child_count else []
    last = site.text(statements[-1]) if statements else ""
    return f"`{last}`" if 0 < len(last) <= _MAX_SHOWN and "\n" not in last else "its own way out"


def _move(site: GoSite, origin: Given, check: Node) -> Edits | None:
    """The whole check goes to where the error comes from. It does nothing when the error is nil, so the path with a
    value stays as it is; a check that needs what is declared between can't go."""
    if check.child_by_field_name("alternative") is not None or not on_own_line(site.tree, check):
        return None
    tree, statement = site.tree, origin.statement
    inside = set(re.findall(r"\w+", tree.source(check)))
    for node in site.siblings:
        if statement.end_byte < node.start_byte < check.start_byte and node.type in (
            "short_var_declaration",
            "var_declaration",
        ):
            left = node.child_by_field_name("left") or node.named_children[0]
            if inside & set(
                re.findall(
                    r"\w+", tree.source(left).partition(" ")[0] if left.type == "var_spec" else tree.source(left)
                )
            ):
                return None
    span, start = tree.span(check), tree.text.rfind("\n", 0, tree.span(check).start)
    if statement not in site.siblings or (
        tree.text[span.end : span.end + 2].strip(" \t\r\n}") != "" and tree.text[span.end] not in "\r\n"
    ):
        return None
    start -= len(line_break(tree.text)) - 1
    return (lines_after(tree, statement, [tree.source(check)]), TextEdit(Span(start, span.end), ""))


def _check_after(site: GoSite, origin: Given, test: str, ending: endings.Ending) -> Edits:
    return (lines_after(site.tree, origin.statement, block(site.tree, f"if {test}", ending.statements)),)


def _name_and_check(site: GoSite, origin: Given, name: str, test: str, ending: endings.Ending) -> Edits:
    return (TextEdit(site.tree.span(origin.tells), name), *_check_after(site, origin, test, ending))

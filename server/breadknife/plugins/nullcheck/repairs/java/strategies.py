"""The ways to deal with a null: what each writes, and which fits a place best by the evidence of its surroundings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise

from breadknife.plugins.nullcheck.repairs.java import missing
from breadknife.plugins.nullcheck.repairs.java.catching import Catch, catch_around
from breadknife.plugins.nullcheck.repairs.java.declarations import annotated, without_annotation
from breadknife.plugins.nullcheck.repairs.java.defaults import defaults
from breadknife.plugins.nullcheck.repairs.java.imports import java_util, with_import
from breadknife.plugins.nullcheck.repairs.java.site import METHODS, JavaSite, call_parts
from breadknife.plugins.nullcheck.repairs.layout import (
    block,
    in_block,
    lines_above,
    lines_after,
    lines_before,
    on_own_line,
)
from breadknife.plugins.nullcheck.repairs.option import Edits, Option
from breadknife.plugins.nullcheck.values import Content, Strategy, Use
from breadknife.plugins.nullcheck.wording import in_comment, in_title
from breadknife.text.document import TextEdit
from breadknife.text.syntax import Node

_THROWABLE = frozenset(
    {"IllegalArgumentException", "IllegalStateException", "NullPointerException", "RuntimeException"}
)
"""Exceptions that need no import, take one message, and that a file's own habit may choose."""
_PLAIN = re.compile(r'null|false|true|-?\d+|""|Optional\.empty\(\)|Collections\.empty\w+\(\)|(?:List|Set|Map)\.of\(\)')


def options(site: JavaSite, ignores: str, in_tests: bool, release: Callable[[], int]) -> list[Option]:
    """What can be done at a site. `ignores` is the checker whose finding is answered, where it has an ignore comment;
    `release` Java's."""
    found = [*without_annotation(site), *_leaving_check(site)]
    if site.use is Use.RETURN:
        found += annotated(site)
    elif not site.is_certain:
        catch = catch_around(site)
        found += [
            *_require(site, in_tests, catch),
            *defaults(site, release, _lets_through(site) is not None),
            *_guards(site, catch),
        ]
        found += catch.written_null() if catch is not None else ()
    if ignores:
        found.append(_ignore(site, ignores))
    return found


def _leaving_check(site: JavaSite) -> Iterator[Option]:
    """`if (x == null) { log(…); }`, and on: the check is there, but doesn't leave."""
    check, value = _check_above(site), _early(site)
    if check is None or (value is None and site.loop is None):
        return
    strategy, leaves = Strategy.RETURN, "return"
    if site.loop is not None:  # its other rounds may go well
        strategy, leaves = (Strategy.CONTINUE, "continue") if site.goes_on else (Strategy.BREAK, "break")
    says = f"{leaves} `{value}`" if value and site.loop is None else leaves
    yield Option(
        strategy, f"Leave when `{site.source}` is null ({says} after the check)", 90,
        f"it is checked in line {check[0].start_point.row + 1}, which goes on",
        lambda _: _guard(site, says.replace("`", "") + ";"),
    )  # fmt: skip


def _check_above(site: JavaSite) -> tuple[Node, Node] | None:
    """A test that lets a null through, and the last statement of its block, after which another may stand."""
    check, done = _lets_through(site) or (None, [])
    return (check, done[-1]) if check is not None and done and on_own_line(site.tree, done[-1]) else None


def _lets_through(site: JavaSite) -> tuple[Node, list[Node]] | None:
    """A test of the value for null among the statements before it, and what it does in its block: it goes on."""
    if not site.is_name:
        return None
    for node, condition, its in site.checks_above():
        statements = its.named_children if its.type == "block" else []
        test = "".join(condition.split())
        tests = test in (f"({site.source}==null)", f"(null=={site.source})")
        between = site.tree.text[site.tree.span(node).end : site.span.start]
        is_set = re.search(rf"(?<![\w.]){re.escape(site.source)}\s*=(?!=)", between) is not None
        if tests and not is_set:
            return node, statements
    return None


# --- at the place ---


def _require(site: JavaSite, in_tests: bool, catch: Catch | None) -> Iterator[Option]:
    what = in_title(site.source) if site.is_name else "the result"
    message, known = f"{_plain(site)} is null", missing.says(*call_parts(site.node))
    weight, reason = 55, "it throws anyway, without a message"
    if catch is not None or site.is_finally:
        weight, reason = 20, "it throws anyway, without a message"  # and drops what was caught
    elif in_tests:
        weight, reason = 85, "this is a test"
    elif _lets_through(site) is not None:
        weight = 25  # where it is null the code goes on, and means to
    elif "requireNonNull(" in site.tree.text:
        weight, reason = 75, "the file does so elsewhere"
    name, add = java_util(site, "Objects")
    yield Option(
        Strategy.ASSERT, f"Require that {what} is not null (NullPointerException if it is)",
        weight, reason,
        lambda said: with_import(
            add, TextEdit(site.span, f"{name}.requireNonNull({site.source}, {known or _quoted(said.message)})")
        ),
        # What names the thing that is missing says more than a model that sees the call alone.
        None if known else Content("NullPointerException", message),
    )  # fmt: skip


def _quoted(message: str) -> str:
    return f'"{message}"'


def _guards(site: JavaSite, catch: Catch | None) -> Iterator[Option]:
    statement = site.statement
    if statement is None or not site.is_name:
        return
    what = in_title(site.source)
    source = site.text(site.method) if site.method is not None else ""
    thrown = [name for name in re.findall(r"\bthrow new (\w+)\(", site.tree.text) if name in _THROWABLE]
    exception = "IllegalArgumentException" if site.is_parameter else "IllegalStateException"
    if thrown and not site.is_parameter:
        exception = Counter(thrown).most_common(1)[0][0]
    weight, reason = 50, "it would throw anyway"
    if "throw new" in source:
        weight, reason = 70, "the method throws elsewhere"
    elif site.is_parameter:
        weight, reason = 70, "it is what the caller passes"
    elif caught := _caught(site):
        exception, weight, reason = caught, 60, f"the {caught} is handled here"
    if _lets_through(site) is not None:
        weight = min(weight, 60)
    because, cause = "", ""
    if site.is_finally:
        weight = 15
    if catch is not None:
        exception, weight, reason = catch.exception(exception), 70, "what was caught isn't dropped"
        because, cause = f" (`{catch.name}` is its cause)", f", {catch.name}"
    yield Option(
        Strategy.RAISE, f"Throw {exception} if {what} is null{because}", weight, reason,
        lambda said: _guard(site, f'throw new {said.exception}("{said.message}"{cause});'),
        Content(exception, f"{_plain(site)} is null"),
    )  # fmt: skip
    check = _check_above(site)
    throws = (catch is not None and catch.is_left_by_throwing) or site.is_finally
    if site.loop is not None and not throws:
        around = site.text(site.loop)
        habit = bool(re.search(r"\bcontinue;", around))
        if check is None and site.goes_on:
            yield Option(
                Strategy.CONTINUE, f"Skip this iteration if {what} is null", 60 if habit else 40,
                "the loop does so elsewhere" if habit else "it is in a loop", lambda _: _guard(site, "continue;"),
            )  # fmt: skip
        breaks = re.search(r"\bbreak;", around) is not None
        if (breaks or not site.goes_on) and (check is None or site.goes_on):
            yield Option(
                Strategy.BREAK, f"Leave the loop if {what} is null", 55 if breaks else 48,
                "the loop does so elsewhere" if breaks else "the next iteration would find the same",
                lambda _: _guard(site, "break;"),
            )  # fmt: skip
    value = _early(site)
    if value is not None and not throws and (check is None or site.loop is not None):
        says = f"returns `{value}`" if value else "returns"
        weight = 30 if value else 35 if site.loop is not None else 45
        yield Option(
            Strategy.RETURN, f"Return early if {what} is null ({says})", weight,
            "the method returns nothing" if not value else "the method returns that elsewhere",
            lambda _: _guard(site, f"return {value};" if value else "return;"),
        )  # fmt: skip
    if statement.type == "expression_statement" and statement.named_children[0].type == "method_invocation":
        is_beside = catch is not None and not catch.names_caught(statement)
        reason = "what was caught is what counts here" if is_beside else "nothing after it needs its result"
        yield Option(
            Strategy.NARROW, f"Skip this if {what} is null", 86 if is_beside or site.is_finally else 42,
            "an exception on its way isn't hidden" if site.is_finally else reason,
            lambda _: in_block(site.tree, f"if ({site.source} != null)", site.statement),
        )  # fmt: skip


def _caught(site: JavaSite) -> str:
    """The exception that a `try` around the place handles, if it is one that says a value is wrong."""
    for inner, outer in pairwise((site.node, *reversed(site.path))):
        if outer.type in METHODS or outer.type == "lambda_expression":
            return ""
        if outer.type.startswith("try_") and outer.child_by_field_name("body") == inner:
            for handler in outer.named_children:
                caught = site.text(handler.named_children[0]) if handler.type == "catch_clause" else ""
                if found := next((name for name in re.findall(r"\w+", caught) if name in _THROWABLE), ""):
                    return found
    return ""


def _early(site: JavaSite) -> str | None:
    """What an early `return` gives, by what the method's others do; None where none would fit."""
    if site.result is None or site.method is None:
        return None
    if site.result == "void":
        return ""
    returned = re.findall(r"\breturn\b\s*([^;]*);", site.text(site.method))
    if site.result == "boolean":  # of its two values it is the one that the method ends with
        returned = returned[-1:]
    for value, _ in Counter(returned).most_common():
        if _PLAIN.fullmatch(value) and (value != "null" or site.nullable(site.method)):
            return value
    return None


def _guard(site: JavaSite, action: str) -> Edits | None:
    if (check := _check_above(site)) is not None:
        return (lines_after(site.tree, check[1], [action]),)
    if site.statement is None:
        return None
    return (lines_above(site.tree, site.statement, block(site.tree, f"if ({site.source} == null)", [action])),)


def _plain(site: JavaSite) -> str:
    if site.is_name:
        return site.source.removeprefix("this.")
    called, _, _ = call_parts(site.node)
    return f"the result of {called}" if called else "the value"


def _ignore(site: JavaSite, tool: str) -> Option:
    """The checker's own annotation on the whole method: none is smaller."""
    name, _, code = tool.partition(" ")
    annotation = "SuppressFBWarnings" if code else "SuppressWarnings"

    def edits(_: Content) -> Edits | None:
        member = site.member
        if member is None or not on_own_line(site.tree, member) or "@Suppress" in site.modifiers(member):
            return None
        reason = f"{in_comment(site.source, 'it')} is never null here"
        written = f'("{name}") // {reason}'
        if code:
            justification = re.sub(r'["\\]', "'", reason)
            written = f'(value = "{code}", justification = "{justification}")'
        return (lines_before(site.tree, member, [f"@{annotation}{written}"]),)

    return Option(
        Strategy.IGNORE,
        f"Tell {name} that it is never null here (`@{annotation}`; nothing changes)",
        0,
        "where the checker is wrong",
        edits,
    )

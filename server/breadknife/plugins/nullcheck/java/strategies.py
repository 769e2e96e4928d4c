"""The ways to deal with a null: what each writes, and which fits a place best by the evidence of its surroundings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from breadknife.plugins.nullcheck.braces.explaining import is_certain
from breadknife.plugins.nullcheck.braces.facts import Fact
from breadknife.plugins.nullcheck.braces.file import Edits, Option
from breadknife.plugins.nullcheck.braces.layout import (
    indent_of,
    line_break,
    lines_after,
    lines_before,
    on_own_line,
    step_of,
)
from breadknife.plugins.nullcheck.comments import with_comments
from breadknife.plugins.nullcheck.java import missing
from breadknife.plugins.nullcheck.java.outline import METHODS, base, is_nullable, modifiers
from breadknife.plugins.nullcheck.java.rules import ZEROS
from breadknife.plugins.nullcheck.java.site import Site
from breadknife.plugins.nullcheck.values import Content, Strategy, Use
from breadknife.plugins.nullcheck.wording import in_comment, in_title
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node

_THROWABLE = frozenset(
    {"IllegalArgumentException", "IllegalStateException", "NullPointerException", "RuntimeException"}
)
"""Exceptions that need no import, take one message, and that a file's own habit may choose."""
_PLAIN = re.compile(r'null|false|true|-?\d+|""|Optional\.empty\(\)|Collections\.empty\w+\(\)|(?:List|Set|Map)\.of\(\)')

_SURE = re.compile(r'new [\w.<>]+\([^()]*\)|this|"[^"]*"(?: \+ [^;?]*)?|String\.valueOf\([^()]*\)|-?\d+|true|false')
"""What is certainly no null."""
_OUTSIDE = frozenset({"getenv", "getHeader", "getParameter", "getCookies", "listFiles", "list"})
"""Calls that ask for what somebody else may leave out; `readLine` isn't one: its null ends something."""


def options(site: Site, fact: Fact | None, ignores: str, in_tests: bool) -> list[Option]:
    """What can be done at a site, best first. `fact` is what the detector knows of it; `ignores` the checker whose
    finding is answered, where it has an ignore comment."""
    found = [*_declaration(site, fact), *_leaving_check(site)]
    if site.use is Use.RETURN:
        found += _annotate(site)
    elif fact is None or not is_certain(fact):
        found += [*_require(site, in_tests), *_default(site, fact), *_guards(site)]
    if ignores:
        found.append(_ignore(site, ignores))
    return sorted(found, key=lambda option: -option.weight)


# --- the declaration ---


def _declaration(site: Site, fact: Fact | None) -> Iterator[Option]:
    """A method or a field is annotated as nullable, but never gives null."""
    node = fact.cause.node if fact is not None and fact.cause is not None else None
    if node is None or node.type not in ("method_declaration", "field_declaration"):
        return
    edit = _without_annotation(site, node)
    declarators = node.children_by_field_name("declarator") or [node]
    name = declarators[0].child_by_field_name("name")
    if edit is None or name is None or len(declarators) > 1:
        return
    written = site.outline.text(name)
    if node.type == "field_declaration" and _is_always_set(site, node, declarators[0], written):
        yield Option(
            Strategy.DROP_NONE, f"`{written}` is never null: drop its annotation (uses need no check)", 94,
            "every assignment gives it a value", lambda _: (edit,),
        )  # fmt: skip
    elif node.type == "method_declaration" and _always_returns(site, node):
        yield Option(
            Strategy.RETURN_TYPE, f"`{written}` never returns null: drop its annotation (callers need no check)", 96,
            "every path of it returns a value", lambda _: (edit,),
        )  # fmt: skip


def _without_annotation(site: Site, node: Node) -> TextEdit | None:
    found = re.search(r"@(?:[\w.]*\.)?(?:Nullable|CheckForNull)\s+", modifiers(site.outline, node) + " ")
    if found is None:
        return None
    start = site.tree.span(node).start + found.start()
    after = site.tree.text[start + len(found[0].rstrip()) :]
    return TextEdit(Span(start, len(site.tree.text) - len(after.lstrip())), "")


def _always_returns(site: Site, method: Node) -> bool:
    body, said = method.child_by_field_name("body"), modifiers(site.outline, method)
    fixed = re.search(r"\b(?:private|static|final)\b", said) and "@Override" not in said
    returned = re.findall(r"\breturn\b\s*([^;]*);", site.outline.text(body)) if body is not None else []
    return bool(fixed and returned) and all(_SURE.fullmatch(value) for value in returned)


def _is_always_set(site: Site, field: Node, declarator: Node, name: str) -> bool:
    """Whether a private field has a value from the start, and gets no other but values."""
    if "private" not in modifiers(site.outline, field) or declarator.child_by_field_name("value") is None:
        return False
    values = re.findall(rf"\b{re.escape(name)}\s*=(?!=)\s*([^;]*);", site.tree.text)
    return all(_SURE.fullmatch(value) for value in values)


def _annotate(site: Site) -> Iterator[Option]:
    """A null is given back: the method says so, where the file has an annotation for it."""
    name, method = next((n for n in ("Nullable", "CheckForNull") if n in site.outline.imports), ""), site.method
    kind = method.child_by_field_name("type") if method is not None else None
    if not name or method is None or kind is None or is_nullable(modifiers(site.outline, method)):
        return
    at = site.tree.span(kind).start
    yield Option(
        Strategy.ANNOTATE, f"Say with `@{name}` that the method may return null (its callers are checked)", 80,
        "it returns null here", lambda _: (TextEdit(Span(at, at), f"@{name} "),),
    )  # fmt: skip


def _leaving_check(site: Site) -> Iterator[Option]:
    """`if (x == null) { log(…); }`, and on: the check is there, but doesn't leave."""
    check, value = _check_above(site), _early(site)
    if check is None or (value is None and site.loop is None):
        return
    # The loop's other rounds may go well.
    strategy, leaves = (Strategy.CONTINUE, "continue") if site.loop is not None else (Strategy.RETURN, "return")
    says = f"{leaves} `{value}`" if value and site.loop is None else leaves
    yield Option(
        strategy, f"Leave when `{site.source}` is null ({says} after the check)", 90,
        f"it is checked in line {check[0].start_point.row + 1}, which goes on",
        lambda _: _guard(site, says.replace("`", "") + ";"),
    )  # fmt: skip


def _check_above(site: Site) -> tuple[Node, Node] | None:
    """A test of the value for null among the statements before it, and the last that it does: it goes on."""
    if not site.is_name:
        return None
    for node in site.siblings:
        if node.end_byte > site.node.start_byte or node.type != "if_statement":
            continue
        condition, block = node.child_by_field_name("condition"), node.child_by_field_name("consequence")
        statements = block.named_children if block is not None and block.type == "block" else []
        if condition is None or not statements or node.child_by_field_name("alternative") is not None:
            continue
        test = "".join(site.outline.text(condition).split())
        tests = test in (f"({site.source}==null)", f"(null=={site.source})")
        between = site.tree.text[site.tree.span(node).end : site.span.start]
        is_set = re.search(rf"(?<![\w.]){re.escape(site.source)}\s*=(?!=)", between) is not None
        if tests and not is_set and on_own_line(site.tree, statements[-1]):
            return node, statements[-1]
    return None


# --- at the place ---


def _require(site: Site, in_tests: bool) -> Iterator[Option]:
    what = in_title(site.source) if site.is_name else "the result"
    message, known = f"{_plain(site)} is null", missing.says(*_call_parts(site.node))
    weight, reason = 55, "it throws anyway, without a message"
    if in_tests:
        weight, reason = 85, "this is a test"
    elif "requireNonNull(" in site.tree.text:
        weight, reason = 75, "the file does so elsewhere"
    name, add = _objects(site)
    yield Option(
        Strategy.ASSERT, f"Require that {what} is not null (NullPointerException if it is)",
        weight, reason,
        lambda said: _with(
            add, TextEdit(site.span, f"{name}.requireNonNull({site.source}, {known or _quoted(said.message)})")
        ),
        # What names the thing that is missing says more than a model that sees the call alone.
        None if known else Content("NullPointerException", message),
    )  # fmt: skip


def _quoted(message: str) -> str:
    return f'"{message}"'


def _objects(site: Site) -> tuple[str, TextEdit | None]:
    """What `java.util.Objects` is called here, and its import where there is none yet."""
    imported = site.outline.imports.get("Objects")
    if imported == "java.util.Objects" or "java.util.*" in site.tree.text:
        return "Objects", None
    add = _import(site, "java.util.Objects") if imported is None else None
    return ("Objects" if add is not None else "java.util.Objects"), add


def _default(site: Site, fact: Fact | None) -> Iterator[Option]:
    kind = fact.type if fact is not None else ""
    outer = site.path[-1]
    default, array = ZEROS.get(base(kind), ""), re.fullmatch(r"([A-Z]\w*)\[\]", kind)
    # What a model would say instead of "" is a message, and no data.
    content = Content(default=default) if default else None
    if not default and base(kind) == "String":
        default = '""'
    elif array and (array[1] == "String" or re.search(rf"\bimport\s+[\w.]+\.{array[1]}\s*;", site.tree.text)):
        default = f"new {array[1]}[0]"
    if not default:
        return
    such = f"a default such as `{default}`" if content else f"`{default}`"
    is_counted = outer.type == "binary_expression" and bool(content)
    what = in_title(site.source) if site.is_name else "there is none"
    called, receiver, given = _call_parts(site.node)
    if (
        called == "get"
        and receiver is not None
        and len(given) == 1
        and fact is not None
        and "Map.get" in str(fact.cause and fact.cause.reason)
    ):
        name = site.node.child_by_field_name("name")
        if name is None:
            return
        at = site.tree.span(given[0]).end
        yield Option(
            Strategy.DEFAULT, f"Use {such} if the key is missing", 72 if is_counted else 45,
            "a map has a method for that",
            lambda said: (
                TextEdit(site.tree.span(name), "getOrDefault"), TextEdit(Span(at, at), f", {said.default or default}")
            ),
            content,
        )  # fmt: skip
    elif called == "getProperty" and len(given) == 1:
        at = site.tree.span(given[0]).end
        yield Option(
            Strategy.DEFAULT, f"Use {such} if it isn't set", 45, "the method takes one",
            lambda said: (TextEdit(Span(at, at), f", {said.default or default}"),), content,
        )  # fmt: skip
    elif called in _OUTSIDE and (len(given) == 1 or array):
        objects, add = _objects(site)
        yield Option(
            Strategy.DEFAULT, f"Use {such} if {'there is none' if array else 'it is not set'}", 45,
            "it may be left out",
            lambda _: _with(add, TextEdit(site.span, f"{objects}.requireNonNullElse({site.source}, {default})")),
        )  # fmt: skip
    elif site.is_name:
        bare = outer.type in ("argument_list", "variable_declarator", "return_statement")
        yield Option(
            Strategy.DEFAULT, f"Use {such} if {what} is null", 35, f"it is a {base(kind)}",
            lambda said: (TextEdit(site.span, _choice(site.source, said.default or default, bare)),), content,
        )  # fmt: skip


def _choice(source: str, default: str, bare: bool) -> str:
    chosen = f"{source} != null ? {source} : {default}"
    return chosen if bare else f"({chosen})"


def _guards(site: Site) -> Iterator[Option]:
    statement = site.statement
    if statement is None or not site.is_name:
        return
    what = in_title(site.source)
    source = site.outline.text(site.method) if site.method is not None else ""
    thrown = [name for name in re.findall(r"\bthrow new (\w+)\(", site.tree.text) if name in _THROWABLE]
    exception = "IllegalArgumentException" if site.is_parameter else "IllegalStateException"
    if thrown and not site.is_parameter:
        exception = Counter(thrown).most_common(1)[0][0]
    weight, reason = 50, "it would throw anyway"
    if "throw new" in source:
        weight, reason = 70, "the method throws elsewhere"
    elif site.is_parameter:
        weight, reason = 70, "a parameter is the caller's"
    elif caught := _caught(site):
        exception, weight, reason = caught, 60, f"the {caught} is handled here"
    yield Option(
        Strategy.RAISE, f"Throw {exception} if {what} is null", weight, reason,
        lambda said: _guard(site, f'throw new {said.exception}("{said.message}");'),
        Content(exception, f"{_plain(site)} is null"),
    )  # fmt: skip
    check = _check_above(site)
    if site.loop is not None:
        around = site.outline.text(site.loop)
        habit = bool(re.search(r"\bcontinue;", around))
        if check is None:
            yield Option(
                Strategy.CONTINUE, f"Skip this round of the loop if {what} is null", 60 if habit else 40,
                "the loop does so elsewhere" if habit else "it is in a loop", lambda _: _guard(site, "continue;"),
            )  # fmt: skip
        if re.search(r"\bbreak;", around):
            yield Option(
                Strategy.BREAK, f"Leave the loop if {what} is null", 55, "the loop does so elsewhere",
                lambda _: _guard(site, "break;"),
            )  # fmt: skip
    value = _early(site)
    if value is not None and (check is None or site.loop is not None):
        says = f"returns `{value}`" if value else "returns"
        weight = 30 if value else 35 if site.loop is not None else 45
        yield Option(
            Strategy.RETURN, f"Return early if {what} is null ({says})", weight,
            "the method gives nothing back" if not value else "the method returns that elsewhere",
            lambda _: _guard(site, f"return {value};" if value else "return;"),
        )  # fmt: skip
    if statement.type == "expression_statement" and statement.named_children[0].type == "method_invocation":
        yield Option(
            Strategy.NARROW,
            f"Skip this if {what} is null",
            42,
            "nothing after it needs its result",
            lambda _: _wrapped(site),
        )


def _caught(site: Site) -> str:
    """The exception that a `try` around the place handles, if it is one that says a value is wrong."""
    for inner, outer in pairwise((site.node, *reversed(site.path))):
        if outer.type in METHODS or outer.type == "lambda_expression":
            return ""
        if outer.type.startswith("try_") and outer.child_by_field_name("body") == inner:
            for handler in outer.named_children:
                caught = site.outline.text(handler.named_children[0]) if handler.type == "catch_clause" else ""
                if found := next((name for name in re.findall(r"\w+", caught) if name in _THROWABLE), ""):
                    return found
    return ""


def _early(site: Site) -> str | None:
    """What an early `return` gives, by what the method's others do; None where none would fit."""
    if site.result is None or site.method is None:
        return None
    if site.result == "void":
        return ""
    returned = re.findall(r"\breturn\b\s*([^;]*);", site.outline.text(site.method))
    if site.result == "boolean":  # of its two values it is the one that the method ends with
        returned = returned[-1:]
    for value, _ in Counter(returned).most_common():
        if _PLAIN.fullmatch(value) and (value != "null" or is_nullable(modifiers(site.outline, site.method))):
            return value
    return None


def _guard(site: Site, action: str) -> Edits | None:
    if (check := _check_above(site)) is not None:
        return (lines_after(site.tree, check[1], [action]),)
    if site.statement is None:
        return None
    lines = [f"if ({site.source} == null) {{", step_of(site.tree) + action, "}"]
    return (lines_before(site.tree, with_comments(site.tree, site.statement), lines),)


def _wrapped(site: Site) -> Edits | None:
    statement = site.statement
    if statement is None or '"""' in site.tree.source(statement):
        return None
    tree, step, end, indent = site.tree, step_of(site.tree), line_break(site.tree), indent_of(site.tree, statement)
    body = tree.source(statement).replace("\n", "\n" + step)
    return (TextEdit(tree.span(statement), f"if ({site.source} != null) {{{end}{indent}{step}{body}{end}{indent}}}"),)


def _call_parts(node: Node) -> tuple[str, Node | None, list[Node]]:
    name, arguments = node.child_by_field_name("name"), node.child_by_field_name("arguments")
    if node.type != "method_invocation" or name is None or arguments is None:
        return "", None, []
    given = [child for child in arguments.named_children if not child.type.endswith("comment")]
    return (name.text or b"").decode(), node.child_by_field_name("object"), given


def _with(add: TextEdit | None, edit: TextEdit) -> Edits:
    return (edit,) if add is None else (add, edit)


def _import(site: Site, name: str) -> TextEdit | None:
    """An import beside the others; None where there is no place for one."""
    end = line_break(site.tree)
    if site.outline.last_import is not None:
        at = site.tree.span(site.outline.last_import).end
        return TextEdit(Span(at, at), f"{end}import {name};")
    if site.outline.package is not None:
        at = site.tree.span(site.outline.package).end
        return TextEdit(Span(at, at), f"{end}{end}import {name};")
    return None


def _plain(site: Site) -> str:
    if site.is_name:
        return site.source.removeprefix("this.")
    called, _, _ = _call_parts(site.node)
    return f"the result of {called}" if called else "the value"


def _ignore(site: Site, tool: str) -> Option:
    """The checker's own annotation on the whole method: none is smaller."""
    name, _, code = tool.partition(" ")
    annotation = "SuppressFBWarnings" if code else "SuppressWarnings"

    def edits(_: Content) -> Edits | None:
        member = site.member
        if member is None or not on_own_line(site.tree, member) or "@Suppress" in modifiers(site.outline, member):
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

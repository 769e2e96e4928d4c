"""A default in the place of a null: by the method that was called, or a choice beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from breadknife.plugins.nullcheck.core.nullness import NOTHING
from breadknife.plugins.nullcheck.repairs.java.imports import java_util, with_import
from breadknife.plugins.nullcheck.repairs.java.site import JavaSite, call_parts
from breadknife.plugins.nullcheck.repairs.option import Option
from breadknife.plugins.nullcheck.values import Content, Strategy
from breadknife.plugins.nullcheck.wording import in_title
from breadknife.text.document import Span, TextEdit

_ZEROS = {"Integer": "0", "Long": "0L", "Boolean": "false", "Double": "0.0", "Float": "0.0f"}
"""Boxed type -> a default in a place that needs a value."""
_OUTSIDE = frozenset({"getenv", "getHeader", "getParameter", "getCookies", "listFiles", "list"})
"""Calls that ask for what somebody else may leave out; `readLine` isn't one: its null ends something."""
_MAP_DEFAULTS, _OPTIONAL, _REQUIRE_ELSE = 8, 8, 9
"""The releases of Java that `Map.getOrDefault`, `Optional` and `Objects.requireNonNullElse` came with."""


def defaults(site: JavaSite, release: Callable[[], int], goes_on: bool) -> Iterator[Option]:
    """`goes_on`: a check before the place lets a null through."""
    fact = site.found.use.fact if site.found is not None else NOTHING
    kind, element = (fact.type.name, fact.type.arguments[:1]) if fact.type is not None else ("", ())
    outer = site.path[-1]
    default, array = _ZEROS.get(kind, ""), element[0].name if kind == "list" and element else ""
    # What a model would say instead of "" is a message, and no data.
    content = Content(default=default) if default else None
    if not default and kind == "String":
        default = '""'
    elif array == "String" or array in site.imports:
        default = f"new {array}[0]"
    if not default:
        return
    such = f"a default such as `{default}`" if content else f"`{default}`"
    is_counted = outer.type == "binary_expression" and bool(content)
    what = in_title(site.source) if site.is_name else "there is none"
    called, receiver, given = call_parts(site.node)
    if (
        called == "get"
        and receiver is not None
        and len(given) == 1
        and fact.origin is not None
        and "Map.get" in fact.origin.why
        and release() >= _MAP_DEFAULTS
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
    elif called in _OUTSIDE and (len(given) == 1 or array) and release() >= _OPTIONAL:
        has_else = release() >= _REQUIRE_ELSE
        name, add = java_util(site, "Objects" if has_else else "Optional")
        chosen = (
            f"{name}.requireNonNullElse({site.source}, {default})"
            if has_else
            else f"{name}.ofNullable({site.source}).orElse({default})"
        )
        yield Option(
            Strategy.DEFAULT, f"Use {such} if {'there is none' if array else 'it is not set'}", 45,
            "it comes from outside, where it may be missing", lambda _: with_import(add, TextEdit(site.span, chosen)),
        )  # fmt: skip
    elif site.is_name:
        bare = outer.type in ("argument_list", "variable_declarator", "return_statement")
        yield Option(
            Strategy.DEFAULT, f"Use {such} if {what} is null", 66 if goes_on else 35,
            f"it is {'an' if kind[0] in 'AEIOU' else 'a'} {kind}",
            lambda said: (TextEdit(site.span, _choice(site.source, said.default or default, bare)),), content,
        )  # fmt: skip


def _choice(source: str, default: str, bare: bool) -> str:
    chosen = f"{source} != null ? {source} : {default}"
    return chosen if bare else f"({chosen})"

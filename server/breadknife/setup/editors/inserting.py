"""Where an editor's file takes breadknife's settings, so that all that it holds already stays as it is."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from breadknife.errors import SettingsError
from breadknife.setup.editors import texts
from breadknife.setup.editors.values import Command, Insertion
from breadknife.text.syntax import Node, SyntaxTree, parse

INDENT = "  "
_TRAILING_COMMA = re.compile(r",(?=(?:\s|//[^\n]*\n|/\*.*?\*/)*[}\]])", re.DOTALL)
"""Zed and Sublime Text allow it, the grammar doesn't."""


def at_the_end(settings: Callable[[Command], str]) -> Callable[[str, Command], Insertion]:
    """Inserts into a file of lines, such as a script."""

    def insertion(text: str, command: Command) -> Insertion:
        return _appended(text, settings(command))

    return insertion


def in_helix(text: str, command: Command) -> Insertion:
    """Insert all but the languages that the file configures already: Helix takes only one table for each."""
    try:
        held = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"it isn't valid TOML ({error}); correct that first") from None
    if "breadknife" in held.get("language-server", {}):
        raise SettingsError("it has a `[language-server.breadknife]` already; take that out first")
    named = {language.get("name") for language in held.get("language", [])}
    left_out = tuple(name for name in texts.HELIX_LANGUAGES if name in named)
    return _appended(text, texts.helix(command, left_out), left_out)


def in_json(values: Callable[[Command], Mapping[str, Any]]) -> Callable[[str, Command], Insertion]:
    """Inserts into JSON with comments: the values go into the objects that are there, before what those hold."""

    def insertion(text: str, command: Command) -> Insertion:
        wanted = values(command)
        if not text.strip():
            return Insertion(len(text), texts.as_json(wanted) + "\n")
        tree = parse(_TRAILING_COMMA.sub(" ", text), "json")
        top = next((node for node in tree.root.named_children if node.type == "object"), None) if tree else None
        if tree is None or top is None or tree.error_count:
            raise SettingsError("it isn't valid JSON; correct that first")
        return _into(tree, top, wanted, depth=1)

    return insertion


def alone(values: Callable[[Command], Mapping[str, Any]]) -> Callable[[str, Command], Insertion]:
    """Fills a file that is breadknife's own."""

    def insertion(text: str, command: Command) -> Insertion:
        if text.strip():
            raise SettingsError("it is there already")
        return Insertion(0, texts.as_json(values(command)) + "\n")

    return insertion


def _into(tree: SyntaxTree, held: Node, wanted: Mapping[str, Any], depth: int) -> Insertion:
    [(key, value)] = wanted.items()
    for pair in held.named_children:
        name, inner = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        if name is not None and inner is not None and json.loads(tree.source(name)) == key:
            if key == "breadknife" or inner.type != "object":
                raise SettingsError(f'it has a "{key}" already, to which breadknife adds nothing; take that out first')
            return _into(tree, inner, value, depth + 1)
    lines = json.dumps({key: value}, indent=len(INDENT), ensure_ascii=False).splitlines()[1:-1]
    written = "\n".join(INDENT * (depth - 1) + line for line in lines)
    has_more = any(child.type == "pair" for child in held.named_children)
    end = "," if has_more else "\n" + INDENT * (depth - 1) if _is_closed_at_once(tree, held) else ""
    return Insertion(tree.offset(held.start_byte) + 1, f"\n{written}{end}")


def _is_closed_at_once(tree: SyntaxTree, held: Node) -> bool:
    return tree.source(held)[1:-1] == ""


def _appended(text: str, settings: str, left_out: tuple[str, ...] = ()) -> Insertion:
    before = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    return Insertion(len(text), f"{before}{settings}\n", left_out)

"""Finds where breadknife's settings go in an editor's file, so that everything else in it stays as it is.

A function `(text, command) -> Insertion` takes the file's text and the command that starts the server. It raises
SettingsError if the settings can't be inserted.
"""

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
"""A comma before a closing bracket, with comments between or not. Editors allow it, the JSON grammar doesn't."""


def at_the_end(settings: Callable[[Command], str]) -> Callable[[str, Command], Insertion]:
    """Return a function that appends the settings to a file of lines, such as a script."""

    def insertion(text: str, command: Command) -> Insertion:
        return _appended(text, settings(command))

    return insertion


def in_helix(text: str, command: Command) -> Insertion:
    """Append the settings, without the languages that the file configures already: Helix takes only one table for
    each."""
    try:
        present = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"it isn't valid TOML ({error}); correct that first") from None
    if "breadknife" in present.get("language-server", {}):
        raise SettingsError("it has a `[language-server.breadknife]` already; take that out first")
    configured = {language.get("name") for language in present.get("language", [])}
    left_out = tuple(name for name in texts.HELIX_LANGUAGES if name in configured)
    return _appended(text, texts.helix(command, left_out), left_out)


def in_json(values: Callable[[Command], Mapping[str, Any]]) -> Callable[[str, Command], Insertion]:
    """Return a function that inserts values into JSON with comments. Each goes into the innermost object that is there
    already, before its other keys."""

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
    """Return a function that writes a file that has nothing but breadknife's settings."""

    def insertion(text: str, command: Command) -> Insertion:
        if text.strip():
            raise SettingsError("it is there already")
        return Insertion(0, texts.as_json(values(command)) + "\n")

    return insertion


def _into(tree: SyntaxTree, present: Node, wanted: Mapping[str, Any], depth: int) -> Insertion:
    """Insert `wanted`, a mapping with one key, into the object `present`, whose own keys are indented `depth` times."""
    [(key, value)] = wanted.items()
    for pair in present.named_children:
        name, inner = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        if name is not None and inner is not None and json.loads(tree.source(name)) == key:
            if key == "breadknife" or inner.type != "object":
                raise SettingsError(f'it has a "{key}" already, to which breadknife adds nothing; take that out first')
            return _into(tree, inner, value, depth + 1)
    lines = json.dumps({key: value}, indent=len(INDENT), ensure_ascii=False).splitlines()[1:-1]  # without the braces
    written = "\n".join(INDENT * (depth - 1) + line for line in lines)
    if any(child.type == "pair" for child in present.named_children):
        end = ","
    elif tree.source(present) == "{}":
        end = "\n" + INDENT * (depth - 1)
    else:  # only blanks or comments, which end the line as they are
        end = ""
    return Insertion(tree.offset(present.start_byte) + 1, f"\n{written}{end}")  # after the opening brace


def _appended(text: str, settings: str, left_out: tuple[str, ...] = ()) -> Insertion:
    """Insert at the end, after a blank line unless the file is empty."""
    before = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    return Insertion(len(text), f"{before}{settings}\n", left_out)

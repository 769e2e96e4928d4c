"""The values that describe a language's syntax: `LanguageSyntax` has a field for each thing that breadknife asks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


def kinds(names: str) -> frozenset[str]:
    """Return node types or other words, which are separated by blanks, as a set."""
    return frozenset(names.split())


class BlockStyle(StrEnum):
    """How a language marks the body of a definition or a loop."""

    INDENT = "indent"
    BRACES = "braces"
    END = "end"
    """By a closing word: `end`, `fi`, `done`."""
    NONE = "none"


@dataclass(frozen=True)
class LanguageSyntax:
    """The syntax of one language, as data. Node types and queries are those of its tree-sitter grammar."""

    id: str
    """LSP language id."""
    grammar: tuple[str, str]
    """Module of the grammar's own wheel, and its function."""
    aliases: tuple[str, ...] = ()
    """Other ids that editors send: Neovim and eglot have `sh` for `shellscript`."""
    suffixes: tuple[str, ...] = ()
    block: BlockStyle = BlockStyle.NONE
    line_comment: str = ""
    """What begins a comment up to the line's end; empty where nothing does."""
    comments: frozenset[str] = frozenset()
    """Node types of comments."""
    strings: frozenset[str] = frozenset()
    """Node types of strings and characters."""
    interpolations: frozenset[str] = frozenset()
    """Node types of code inside a string."""
    statements: frozenset[str] = frozenset()
    """Node types of whole statements, for where a suggestion may end. Where calls are expressions like any other
    (Kotlin, Ruby, Lua), one that is a statement is only known by its parent."""
    line_end_openers: tuple[str, ...] = ()
    """Where a word closes blocks, what the line that opens one ends with. ` then` is also a line's only word, but not
    the end of `strengthen`."""
    line_start_openers: tuple[str, ...] = ()
    """Where a word closes blocks, words that such a line begins with if its end doesn't tell: `def`, `local
    function`."""
    identifiers: frozenset[str] = frozenset()
    """Node types of single names."""
    decorators: frozenset[str] = frozenset()
    """Node types of what may stand in a definition's head and isn't part of its signature."""
    scope: str = ""
    """What begins a @scope (see `definitions`) before its name: Rust's `impl`."""
    wrappers: frozenset[str] = frozenset()
    """Node types around a definition that belong to it: `export_statement`."""
    definitions: str = ""
    """A tree-sitter query: @class, @function, @constant or @type, each with @name, and @container and @docstring where
    there are. The signature ends before @signature_end: the body, or the `end` or `=` that stands in its place. A
    @scope has a @name and isn't a definition (Rust's `impl`). A function in a class, a type or a scope is a method.
    Where two patterns match one name, the first one counts."""
    imports: str = ""
    """A tree-sitter query: @import with @module, one match for each imported @name and its local @alias; without a
    @name the @alias is the module's. @default is the local name of what the module exports by default."""

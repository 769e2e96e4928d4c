"""What is known of a language's syntax."""

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
    id: str
    """LSP language id."""
    grammar: tuple[str, str]
    """Module of the grammar's own wheel, and its function."""
    aliases: tuple[str, ...] = ()
    """Other ids that editors send: Neovim and eglot have `sh` for `shellscript`."""
    suffixes: tuple[str, ...] = ()
    block: BlockStyle = BlockStyle.NONE
    line_comment: str = ""
    comments: frozenset[str] = frozenset()
    """Node types."""
    strings: frozenset[str] = frozenset()
    interpolations: frozenset[str] = frozenset()
    """Node types of code inside a string."""
    statements: frozenset[str] = frozenset()
    """Node types of whole statements, for where a suggestion may end. Where calls are expressions like any other
    (Kotlin, Ruby, Lua), one that is a statement is only known by its parent."""
    openers: tuple[str, ...] = ()
    """What a line ends with that opens a block: `:`, `{`, ` then`."""
    opening_words: tuple[str, ...] = ()
    """What a line begins with that opens a block, where its end doesn't tell: `def`, `local function`."""
    identifiers: frozenset[str] = frozenset()
    """Node types of single names."""
    decorators: frozenset[str] = frozenset()
    """Node types of what may stand in a definition's head and isn't part of its signature."""
    scope: str = ""
    """What begins a @scope (see `definitions`) before its name: Rust's `impl`."""
    wrappers: frozenset[str] = frozenset()
    """Node types around a definition that belong to it: `export_statement`."""
    definitions: str = ""
    """A tree-sitter query: @class, @function, @constant or @type, each with @name, and @container, @docstring and
    @body (where the signature ends) where there are. A @scope has a @name and isn't a definition (Rust's `impl`). A
    function in a class, a type or a scope is a method. Where two patterns match one name, the first one counts."""
    imports: str = ""
    """A tree-sitter query: @import with @module, one match for each imported @name and its local @alias; without a
    @name the @alias is the module's. @default is the local name of what the module exports by default."""

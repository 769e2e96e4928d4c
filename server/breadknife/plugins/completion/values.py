"""What the steps of a completion hand to each other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from breadknife.text.document import Document
from breadknife.text.syntax import SyntaxTree


class Extent(StrEnum):
    """How much to suggest."""

    NOTHING = "nothing"
    LINE = "line"
    """The rest of the line, or one line."""
    STATEMENT = "statement"
    """Up to the statement's end, also over several lines: an argument list, say."""
    BLOCK = "block"


class Where(StrEnum):
    """What the cursor stands in."""

    CODE = "code"
    COMMENT = "comment"
    STRING = "string"
    PROSE = "prose"
    """Text of a Markdown document."""


@dataclass(frozen=True)
class Shape:
    """How much is wanted at one cursor, decided by the syntax around it, before any model is asked."""

    extent: Extent
    where: Where
    indent: int
    """Columns of indentation that lines of a block have at least."""
    before_line: bool = False
    """The cursor is at the very start of a line that has text: what is suggested becomes a line of its own."""
    filled: bool = False
    """The lines that follow belong to the block that the suggestion may open."""
    max_lines: int = 12
    language: str = ""
    """LSP language id: by it strings and comments of what the model writes are known."""
    quote: str = ""
    """What ends the string that the cursor stands in."""
    ahead: str = ""
    """What follows the cursor on its line; the suggestion ends before it would write that itself."""
    unclosed: str = ""
    """The brackets that stand open at the cursor and that nothing after it closes, innermost last."""
    needs_end: bool = False
    """The block that begins at the cursor lacks its `end`."""
    reason: str = ""
    """Why nothing is wanted: a code of `task.reasons`."""

    @property
    def max_tokens(self) -> int:
        return {Extent.NOTHING: 0, Extent.LINE: 64, Extent.STATEMENT: 96, Extent.BLOCK: 160}[self.extent]


@dataclass(frozen=True)
class Draft:
    """What a model wrote, cut to what is wanted, before the filters."""

    text: str
    document: Document
    offset: int
    shape: Shape
    tree: SyntaxTree | None
    """The document's, before the edit; None without a grammar."""
    complete: bool = True
    """Nothing that the model would still write belongs to it."""
    logprobs: tuple[float, ...] = ()
    """Natural logarithms of the probabilities of the tokens that make up `text`."""

"""What the rules about documents look at, in any format."""

from __future__ import annotations

from dataclasses import dataclass

from breadknife.text.document import Span


@dataclass(frozen=True)
class Heading:
    level: int
    text: str
    span: Span


@dataclass(frozen=True)
class Link:
    destination: str
    span: Span
    """Of the destination."""
    image: bool


@dataclass(frozen=True)
class CodeBlock:
    language: str
    """In lower case."""
    lines: tuple[Span, ...]


@dataclass(frozen=True)
class DocumentedFunction:
    """A function and what its documentation says of its parameters, in any language."""

    name: str
    parameters: tuple[str, ...]
    open_ended: bool
    """It takes what has no name of its own (`**options`, `{a, b}`), whose parts may be documented."""
    documented: tuple[tuple[str, Span], ...]
    """The parameters that the documentation names, each with where it does."""
    own: bool = True
    """It isn't merely an overload."""

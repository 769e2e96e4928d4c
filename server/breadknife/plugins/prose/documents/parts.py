"""What rules about whole documents look at, in any format."""

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
    lines: tuple[Span, ...]

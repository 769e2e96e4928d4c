"""What the rules about documents look at, in any format."""

from __future__ import annotations

from dataclasses import dataclass

from breadknife.text.document import Span


@dataclass(frozen=True)
class Heading:
    level: int
    """1 for a title, 2 for a section of it, and so on."""
    text: str
    span: Span


@dataclass(frozen=True)
class Link:
    destination: str
    span: Span
    """Where the destination stands in the document."""
    is_image: bool


@dataclass(frozen=True)
class DocumentedFunction:
    """A function of any language, with its parameters as the signature and as the documentation have them."""

    name: str
    parameters: tuple[str, ...]
    """Those of the signature that have names."""
    open_ended: bool
    """The signature also takes what has no name (`**options`, `{a, b}`): the documentation may name its parts."""
    documented: tuple[tuple[str, Span], ...]
    """The parameters that the documentation names, each with the span of that name."""
    is_overload: bool = False
    """It only declares one of several signatures (Python's `@overload`), so its documentation may be elsewhere."""

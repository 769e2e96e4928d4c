"""What flows between the steps of a recipe: plain frozen values."""

from __future__ import annotations

import math
from dataclasses import dataclass

from breadknife.text.document import Span


@dataclass(frozen=True)
class Symbol:
    """A function, method, class or constant of a document."""

    name: str
    kind: str
    """`function`, `method`, `class`, `constant` or `type`."""
    container: str
    """The class that it stands in; empty at the top level."""
    signature: str
    """Its head, without the body."""
    parameters: tuple[str, ...]
    """Their names, without `self` and `cls`."""
    body: str
    """All of its source, with the head and a docstring."""
    body_lines: int
    """Number of its source's lines that aren't empty, without head and docstring."""
    docstring: str
    """Empty if it has none."""
    span: Span
    """Of `body` in the document, in code points."""


@dataclass(frozen=True)
class Passage:
    """A piece of a text that can be found again."""

    text: str
    source: str = ""
    """The file or URI that it comes from."""
    page: int = 0
    """Counted from 1; 0 if the source has no pages."""
    score: float = 0.0
    """How well it fits what was asked; higher is better. The scale is the step's that found it."""
    title: str = ""
    """Of the source; empty if the step that made it names none."""


@dataclass(frozen=True)
class ModelPrompt:
    """What a model is asked. No text in it can become one of the model's control tokens."""

    text: str
    """The user's message."""
    system: str = ""
    is_raw: bool = False
    """The model continues the text, without its chat template."""


Vector = tuple[float, ...]
"""An embedding of length 1."""


def cosine(first: Vector, second: Vector) -> float:
    """Return the cosine of two vectors of any length; 0 if one is zero."""
    length = math.sqrt(sum(x * x for x in first) * sum(y * y for y in second))
    return sum(x * y for x, y in zip(first, second, strict=True)) / length if length else 0.0

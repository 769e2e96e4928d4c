"""A draft of a suggestion, and what a filter is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from breadknife.plugins.completion.cursor import CursorContext
from breadknife.plugins.completion.shape import Shape
from breadknife.task.values import Silence


@dataclass(frozen=True)
class Draft:
    """What a model wrote, cut to its shape, before the filters."""

    text: str
    cursor: CursorContext
    shape: Shape
    complete: bool = True
    """Nothing that the model would still write belongs to it."""
    logprobs: tuple[float, ...] = ()
    """Natural logarithms of the probabilities of the tokens that make up `text`."""


@dataclass(frozen=True)
class Filter:
    name: str
    reason: str
    """Code in `task.reasons` of a refusal."""
    apply: Callable[[str, Draft], str | Silence | None]
    """Takes a form of the draft, with `\\n` as line breaks. Returns what may be shown of it, None to refuse it, or
    a silence if that has another reason."""
    final: bool = False
    """What it refuses it refuses with whatever more is written, too."""

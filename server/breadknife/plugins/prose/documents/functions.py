"""A function and what its documentation says of its parameters, in any language."""

from __future__ import annotations

from dataclasses import dataclass

from breadknife.text.document import Span


@dataclass(frozen=True)
class DocumentedFunction:
    name: str
    parameters: tuple[str, ...]
    open_ended: bool
    """Takes what has no name of its own: `**options`, `{a, b}`; its parts may be documented."""
    documented: tuple[tuple[str, Span], ...]
    own: bool
    """Not merely an overload."""

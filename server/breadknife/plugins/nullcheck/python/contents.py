"""What an annotation says of what a container holds."""

from __future__ import annotations

from breadknife.plugins.nullcheck.python.annotations import holds_optional
from breadknife.plugins.nullcheck.python.facts import Cause, Contents


def contents(annotation: str, cause: Cause) -> Contents | None:
    """Of a value that is annotated so. `cause`: why what it holds may be None."""
    return Contents(annotation, cause) if holds_optional(annotation) else None

"""Ways to repair a place before they are verified: Go and Java say at once what each writes, the others when asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from breadknife.plugins.nullcheck.values import Content, Strategy
from breadknife.text.document import TextEdit

Edits = tuple[TextEdit, ...]


@dataclass(frozen=True)
class Option:
    """A strategy that can be carried out at a site."""

    strategy: Strategy
    title: str
    weight: int
    """Evidence for it; the highest comes first."""
    reason: str
    edits: Callable[[Content], Edits | None]
    content: Content | None = None
    """What is written when no model says better."""


@dataclass(frozen=True)
class Plan:
    """A strategy that can be carried out at a site: its language makes edits of it and of the content."""

    strategy: Strategy
    title: str
    weight: int
    """Evidence for it; the highest comes first."""
    reason: str
    content: Content = field(default_factory=Content)
    """What is written when no model says better."""
    edits: Edits = ()
    """Those of a declaration, which need no content."""
    is_asked_for: bool = False
    """See `Offer`."""

    @property
    def has_content(self) -> bool:
        """Whether a model may say it better."""
        said = (Strategy.RAISE, Strategy.ASSERT, Strategy.DEFAULT)
        return self.content != Content() and self.strategy in said

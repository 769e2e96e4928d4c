"""A kind of request of the drift plugin: which claims of a document did the change since a commit make false?"""

from __future__ import annotations

from dataclasses import dataclass

from breadknife.task.values import OwnRequest
from breadknife.text.document import Document


@dataclass(frozen=True)
class DriftRequest(OwnRequest):
    """Answer with `Findings`."""

    document: Document
    base: str = ""
    """The commit or branch that is compared with; empty for the one in the settings."""
    with_held: bool = False
    """Whether claims of which somebody has said that they still hold are told, too: for a plugin that would otherwise
    say the same of them."""

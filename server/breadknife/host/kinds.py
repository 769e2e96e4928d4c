"""The kinds of request: their names in receipts, their lanes, and their time limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from breadknife.engine.api import Lane
from breadknife.task.values import (
    ActionRequest,
    CheckRequest,
    CommandRequest,
    CompletionRequest,
    NextEditRequest,
    ResolveRequest,
)


@dataclass(frozen=True)
class RequestKind:
    name: str
    lane: Lane
    seconds: float
    """The time limit of a plugin."""


KINDS: Mapping[type[Any], RequestKind] = {
    CompletionRequest: RequestKind("completion", Lane.TYPING, 30.0),
    NextEditRequest: RequestKind("next edit", Lane.ACTION, 30.0),
    CheckRequest: RequestKind("check", Lane.BACKGROUND, 60.0),
    ActionRequest: RequestKind("action", Lane.ACTION, 60.0),
    ResolveRequest: RequestKind("resolve", Lane.ACTION, 60.0),
    CommandRequest: RequestKind("command", Lane.ACTION, 60.0),
}
"""The first request waits for the model to be loaded; a check of 200,000 lines takes 5 s on two slow cores, 12 s
when others use them too."""

WHOLE_SECONDS = 600.0
"""For a check that waits for every checker: LanguageTool takes 136 s for 1 MB."""

"""The kinds of request: what receipts call them, which lane they take, and how long a plugin may take.

Those below are the ones that editors and the command line ask. Any plugin may define more (`OwnRequest`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from breadknife.engine.api import Lane
from breadknife.task.values import (
    ActionRequest,
    CheckRequest,
    CommandRequest,
    CompletionRequest,
    HoverRequest,
    InlayRequest,
    LensRequest,
    NextEditRequest,
    OwnRequest,
    ResolveRequest,
    WhyRequest,
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
    CommandRequest: RequestKind("command", Lane.ACTION, 600.0),
    HoverRequest: RequestKind("hover", Lane.ACTION, 30.0),
    LensRequest: RequestKind("lens", Lane.BACKGROUND, 60.0),
    InlayRequest: RequestKind("inlay", Lane.BACKGROUND, 60.0),
    WhyRequest: RequestKind("why", Lane.ACTION, 30.0),
}
"""The first request waits for the model to be loaded; a check of 200,000 lines takes 5 s on two slow cores, 12 s
when others use them too. A command or a kind of a plugin's own may read a whole PDF, and tells its progress."""

OWN_SECONDS = 600.0
"""The time limit for a plugin's own kind of request."""
WHOLE_SECONDS = 600.0
"""The time limit for a check that waits for every checker: LanguageTool takes 136 s for 1 MB."""
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def kind_of(request: type[Any], kinds: Mapping[type[Any], RequestKind] = KINDS) -> RequestKind:
    """Return the kind of a request: `Reword` and `RewordRequest` of a plugin's own are both called `reword`."""
    return kinds.get(request) or RequestKind(
        _WORD.sub(" ", request.__name__.removesuffix("Request") or "own").lower(), Lane.ACTION, OWN_SECONDS
    )


def is_kind(request: object) -> bool:
    """Tell whether it is a type of request that a plugin may serve."""
    return request in KINDS or (isinstance(request, type) and issubclass(request, OwnRequest))

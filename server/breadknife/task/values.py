"""What is asked and what is answered, under one name."""

from __future__ import annotations

from breadknife.task.answers import (
    Actions,
    Answer,
    Completions,
    Consulted,
    Done,
    Findings,
    Hover,
    Inlays,
    Lenses,
    OwnAnswer,
    Silence,
)
from breadknife.task.items import (
    Action,
    Command,
    CompletionItem,
    Confidence,
    DocumentEdits,
    Finding,
    Fix,
    Inlay,
    JsonValue,
    Lens,
    NewDocument,
    OpenDocument,
    Origin,
    Related,
    Resource,
    Severity,
    Trigger,
)
from breadknife.task.requests import (
    ActionRequest,
    CheckRequest,
    CommandRequest,
    CompletionRequest,
    HoverRequest,
    InlayRequest,
    LensRequest,
    NextEditRequest,
    OwnRequest,
    Request,
    ResolveRequest,
    WhyRequest,
    document_of,
    place_of,
)

__all__ = [
    "Action", "ActionRequest", "Actions", "Answer", "CheckRequest", "Command", "CommandRequest", "CompletionItem",
    "CompletionRequest", "Completions", "Confidence", "Consulted", "DocumentEdits", "Done", "Finding", "Findings",
    "Fix", "Hover", "HoverRequest", "Inlay", "InlayRequest", "Inlays", "JsonValue", "Lens", "LensRequest", "Lenses",
    "NewDocument", "NextEditRequest", "OpenDocument", "Origin", "OwnAnswer", "OwnRequest", "Related", "Request",
    "ResolveRequest", "Resource", "Severity", "Silence", "Trigger", "WhyRequest", "document_of", "place_of",
]  # fmt: skip

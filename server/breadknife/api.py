"""Everything that a plugin needs, in one module. It only grows: nothing is removed (see docs/plugins.md)."""

from __future__ import annotations

from breadknife.cancel import CancelToken
from breadknife.engine.api import Chunk, Part, Prompt, Sampling, Scores, Trim
from breadknife.errors import BreadknifeError, Cancelled, EngineError, ModelError
from breadknife.task.cascade import Kind, PassedOn, Settled, Step, Verdict, Vetoed
from breadknife.task.plugin import ANY_LANGUAGE, API, Context, Model, Plugin
from breadknife.task.values import (
    Action,
    ActionRequest,
    Actions,
    Answer,
    CheckRequest,
    Command,
    CommandRequest,
    CompletionItem,
    CompletionRequest,
    Completions,
    Confidence,
    DocumentEdits,
    Done,
    Finding,
    Findings,
    Fix,
    Origin,
    Related,
    Request,
    ResolveRequest,
    Severity,
    Silence,
    Trigger,
)
from breadknife.text.document import Document, Span, TextEdit, apply_edits
from breadknife.text.syntax import SyntaxTree

__all__ = [
    "ANY_LANGUAGE", "API", "Action", "ActionRequest", "Actions", "Answer", "BreadknifeError", "CancelToken",
    "Cancelled", "CheckRequest", "Chunk", "Command", "CommandRequest", "CompletionItem", "CompletionRequest",
    "Completions", "Confidence", "Context", "Document", "DocumentEdits", "Done", "EngineError", "Finding", "Findings",
    "Fix", "Kind", "Model", "ModelError", "Origin", "Part", "PassedOn", "Plugin", "Prompt", "Related", "Request",
    "ResolveRequest", "Sampling", "Scores", "Settled", "Severity", "Silence", "Span", "Step", "SyntaxTree", "TextEdit",
    "Trigger", "Trim", "Verdict", "Vetoed", "apply_edits",
]  # fmt: skip

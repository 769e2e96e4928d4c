"""Everything that a plugin needs, in one module. It only grows: nothing is removed (see docs/plugins.md)."""

from __future__ import annotations

from breadknife.cancel import CancelToken
from breadknife.engine.api import Chunk, Classes, Message, Part, Piece, Prompt, Sampling, Scores, Trim
from breadknife.engine.fim import FimForm
from breadknife.errors import (
    BreadknifeError,
    Cancelled,
    EngineError,
    FileRefused,
    ModelError,
    ModelMissing,
    ModelUnfit,
    PluginError,
    PromptTooLong,
)
from breadknife.steps.ports import clean, literal
from breadknife.steps.step import StepContext, StepType
from breadknife.steps.values import ModelPrompt, Passage, Symbol
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
    Consulted,
    DocumentEdits,
    Done,
    Finding,
    Findings,
    Fix,
    Hover,
    HoverRequest,
    Inlay,
    InlayRequest,
    Inlays,
    JsonValue,
    Lens,
    Lenses,
    LensRequest,
    NewDocument,
    NextEditRequest,
    OpenDocument,
    Origin,
    OwnAnswer,
    OwnRequest,
    Related,
    Request,
    ResolveRequest,
    Resource,
    Severity,
    Silence,
    Trigger,
    WhyRequest,
)
from breadknife.text.document import Document, Span, TextEdit, apply_edits
from breadknife.text.syntax import SyntaxTree

__all__ = [
    "ANY_LANGUAGE", "API", "Action", "ActionRequest", "Actions", "Answer", "BreadknifeError", "CancelToken",
    "Cancelled", "CheckRequest", "Chunk", "Classes", "Command", "CommandRequest", "CompletionItem",
    "CompletionRequest", "Completions", "Confidence", "Consulted", "Context", "Document", "DocumentEdits", "Done",
    "EngineError", "FileRefused", "FimForm", "Finding", "Findings", "Fix", "Hover", "HoverRequest", "Inlay",
    "InlayRequest", "Inlays", "JsonValue", "Kind", "Lens", "LensRequest", "Lenses", "Message", "Model",
    "ModelError", "ModelMissing", "ModelPrompt", "ModelUnfit", "NewDocument", "NextEditRequest", "OpenDocument",
    "Origin", "OwnAnswer", "OwnRequest", "Part", "Passage", "PassedOn", "Piece", "Plugin", "PluginError", "Prompt",
    "PromptTooLong", "Related", "Request", "ResolveRequest", "Resource", "Sampling", "Scores", "Settled",
    "Severity", "Silence", "Span", "Step", "StepContext", "StepType", "Symbol", "SyntaxTree", "TextEdit", "Trigger",
    "Trim", "Verdict", "Vetoed", "WhyRequest", "apply_edits", "clean", "literal",
]  # fmt: skip

"""What authors of plugins rely on only grows."""

from __future__ import annotations

import inspect

import pytest

from breadknife import api, testing

VERSION_1 = {
    "ANY_LANGUAGE", "API", "Action", "ActionRequest", "Actions", "Answer", "BreadknifeError", "CancelToken",
    "Cancelled", "CheckRequest", "Chunk", "Command", "CommandRequest", "CompletionItem", "CompletionRequest",
    "Completions", "Context", "Document", "Done", "EngineError", "Finding", "Findings", "Fix", "Kind", "Model",
    "ModelError", "Origin", "Part", "PassedOn", "Plugin", "Prompt", "Related", "Request", "ResolveRequest",
    "Sampling", "Scores", "Settled", "Severity", "Silence", "Span", "Step", "SyntaxTree", "TextEdit", "Trigger",
    "Trim", "Verdict", "Vetoed", "apply_edits",
}  # fmt: skip
VERSION_2 = {
    "Classes", "Confidence", "DocumentEdits", "FileRefused", "Hover", "HoverRequest", "Inlay", "InlayRequest", "Inlays",
    "JsonValue", "Lens", "LensRequest", "Lenses", "Message", "ModelMissing", "ModelUnfit", "NewDocument",
    "NextEditRequest", "OpenDocument", "OwnAnswer", "OwnRequest", "Piece", "PluginError", "PromptTooLong", "Resource",
}  # fmt: skip
FIELDS = {
    "Action": "title kind edits data command findings preferred origin",
    "CompletionItem": "span text origin",
    "CommandRequest": "command root document",
    "Document": "uri language text version",
    "Done": "message result documents shows",
    "Finding": "span source code message severity fixes related",
    "Fix": "title edits preferred origin",
    "Hover": "text span origin markdown",
    "Inlay": "offset text tooltip origin",
    "Lens": "span title command origin",
    "Message": "role text",
    "NewDocument": "text language title origin",
    "OpenDocument": "uri span",
    "Origin": "rule model prompt_tokens cached_tokens output_tokens",
    "Silence": "reason sentence remedy",
    "Step": "name kind takes gives run role escalates memoised",
    "TextEdit": "span new_text",
}
"""In this order: plugins make these values also by position."""


def test_no_name_goes() -> None:
    assert set(api.__all__) >= VERSION_1 | VERSION_2
    assert {"Line", "ask", "document"} <= set(testing.__all__)
    assert [name for name in api.__all__ if not hasattr(api, name)] == []


@pytest.mark.parametrize(("name", "fields"), FIELDS.items())
def test_values_are_made_as_before(name: str, fields: str) -> None:
    known = fields.split()
    parameters = inspect.signature(getattr(api, name)).parameters
    assert list(parameters)[: len(known)] == known
    added = [one for one in list(parameters.values())[len(known) :] if one.default is inspect.Parameter.empty]
    assert added == []

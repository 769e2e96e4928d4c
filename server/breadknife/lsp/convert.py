"""Converts between the host's values (code-point offsets) and LSP's (line and character).

`encoding` is everywhere the position encoding that was agreed on with the client: it says what a character counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import cast

from lsprotocol import types as lsp

from breadknife.task.values import Command, DocumentEdits, Finding, Severity
from breadknife.text.document import Document, Span, TextEdit, edit_title

SOURCE = "breadknife"
"""What editors show beside each finding. Its rule is the code, as `breadknife lint` prints it: `harper/AnA`."""
SEVERITIES = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.INFORMATION: lsp.DiagnosticSeverity.Information,
    Severity.HINT: lsp.DiagnosticSeverity.Hint,
}
_CODECS: dict[str, tuple[str, int]] = {
    lsp.PositionEncodingKind.Utf8: ("utf-8", 1),
    lsp.PositionEncodingKind.Utf16: ("utf-16-le", 2),
    lsp.PositionEncodingKind.Utf32: ("utf-32-le", 4),
}
"""Position encoding -> Python's codec, and the bytes of one of its units."""
_FROM_LSP = {lsp_severity: severity for severity, lsp_severity in SEVERITIES.items()}


def to_offset(document: Document, position: lsp.Position, encoding: str) -> int:
    """Return the offset of a position; one past a line's end is the line's end, one past the last line the document's
    end."""
    if position.line >= document.line_count:
        return len(document.text)
    span = document.line_span(position.line)
    if encoding == lsp.PositionEncodingKind.Utf32:
        return min(span.start + position.character, span.end)
    line = document.slice(span)
    if line.isascii():
        return span.start + min(position.character, len(line))
    codec, width = _CODECS[encoding]
    before = line.encode(codec, "surrogatepass")[: position.character * width]
    return span.start + len(before.decode(codec, "ignore"))


def to_position(document: Document, offset: int, encoding: str) -> lsp.Position:
    """Return the position of an offset."""
    line = document.line_at(offset)
    before = document.text[document.line_starts[line] : offset]
    if encoding == lsp.PositionEncodingKind.Utf32 or before.isascii():
        return lsp.Position(line, len(before))
    codec, width = _CODECS[encoding]
    return lsp.Position(line, len(before.encode(codec, "surrogatepass")) // width)


def as_position(argument: object) -> lsp.Position | None:
    """Return the position that a client passes with a command, as JSON; None if it isn't one."""
    fields = cast("dict[str, object]", argument) if isinstance(argument, dict) else {}
    line, character = fields.get("line"), fields.get("character")
    return lsp.Position(line, character) if isinstance(line, int) and isinstance(character, int) else None


def to_span(document: Document, range: lsp.Range, encoding: str) -> Span:
    """Return the span of a range; empty if its end comes before its start."""
    start = to_offset(document, range.start, encoding)
    return Span(start, max(start, to_offset(document, range.end, encoding)))


def to_range(document: Document, span: Span, encoding: str) -> lsp.Range:
    return lsp.Range(to_position(document, span.start, encoding), to_position(document, span.end, encoding))


def to_text_edit(document: Document, edit: TextEdit, encoding: str) -> lsp.TextEdit:
    return lsp.TextEdit(to_range(document, edit.span, encoding), edit.new_text)


def on_one_line(document: Document, edit: TextEdit, offset: int) -> TextEdit | None:
    """Return the same edit without the other lines that it leaves as they are; None when it changes those too.

    Completions may only replace text of the cursor's line, at `offset`.
    """
    line = document.line_span(document.line_at(offset))
    before = document.text[edit.span.start : line.start]
    after = document.text[line.end : edit.span.end]
    kept = edit.new_text[len(before) : len(edit.new_text) - len(after)]
    if before + kept + after != edit.new_text:
        return None
    return TextEdit(Span(max(edit.span.start, line.start), min(edit.span.end, line.end)), kept)


def to_code_block(text: str, language: str) -> str:
    """Return Markdown that shows a text as it is: its fence is longer than any run of ` in the text."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def to_command(name: str, plugin: str, document: Document, command: Command) -> lsp.Command:
    """Convert a plugin's command for `document`; `name` is the server's command that hands it on to the plugin."""
    arguments: list[lsp.LSPAny] = [plugin, document.uri, command.name, command.title, *command.arguments]
    return lsp.Command(command.title, name, arguments=arguments)


def to_previewed_edit(document: Document, edits: Iterable[TextEdit], about: str, encoding: str) -> lsp.WorkspaceEdit:
    """Return edits among which the user chooses before they are made, for a client with `changeAnnotationSupport`.

    `about` says to the user what the edits are for. VS Code shows a preview if any edit asks for confirmation, and in
    it all edits are ticked but those that ask. So an edit that changes nothing, at the document's end, is the one that
    asks.
    """
    annotations: dict[lsp.ChangeAnnotationIdentifier, lsp.ChangeAnnotation] = {}
    annotated: list[lsp.AnnotatedTextEdit] = []
    for number, edit in enumerate(edits):
        id, converted = str(number), to_text_edit(document, edit, encoding)
        annotated.append(lsp.AnnotatedTextEdit(id, converted.range, converted.new_text))
        annotations[id] = lsp.ChangeAnnotation(edit_title(document, edit), needs_confirmation=False, description=about)
    end = to_position(document, len(document.text), encoding)
    annotated.append(lsp.AnnotatedTextEdit("ask", lsp.Range(end, end), ""))
    annotations["ask"] = lsp.ChangeAnnotation("Untick what you don't want", needs_confirmation=True, description=about)
    identifier = lsp.OptionalVersionedTextDocumentIdentifier(document.uri, document.version)
    changes = [lsp.TextDocumentEdit(identifier, annotated)]
    return lsp.WorkspaceEdit(document_changes=changes, change_annotations=annotations)


def to_workspace_edit(changes: Iterable[DocumentEdits], encoding: str, *, versioned: bool) -> lsp.WorkspaceEdit:
    """Return the edits of several documents as one change.

    `versioned` edits name the version that they were made for (None for a document that isn't open): an editor whose
    document has moved on refuses them. Not every client knows them.
    """
    converted = [
        (change.document, [to_text_edit(change.document, edit, encoding) for edit in change.edits])
        for change in changes
        if change.edits
    ]
    if not versioned:
        return lsp.WorkspaceEdit(changes={document.uri: edits for document, edits in converted})
    return lsp.WorkspaceEdit(
        document_changes=[
            lsp.TextDocumentEdit(lsp.OptionalVersionedTextDocumentIdentifier(document.uri, document.version), edits)
            for document, edits in converted
        ]
    )


def to_diagnostic(
    document: Document, finding: Finding, encoding: str, other: Callable[[str], Document | None] = lambda uri: None
) -> lsp.Diagnostic:
    """Convert a finding.

    `other` returns another document by its URI, or None. A related place there is left out if there is no such
    document, or if it has become too short to have that place.
    """
    related = [
        lsp.DiagnosticRelatedInformation(lsp.Location(there.uri, to_range(there, place.span, encoding)), place.message)
        for place in finding.related
        if (there := document if place.uri in (None, document.uri) else other(place.uri))
        and place.span.end <= len(there.text)
    ]
    return lsp.Diagnostic(
        range=to_range(document, finding.span, encoding),
        severity=SEVERITIES[finding.severity],
        source=SOURCE,
        code=f"{finding.source}/{finding.code}",
        message=finding.message,
        related_information=related or None,
    )


def from_diagnostic(document: Document, diagnostic: lsp.Diagnostic, encoding: str) -> Finding:
    """Convert a diagnostic of any tool's, as an editor sends it back."""
    severity = _FROM_LSP.get(diagnostic.severity) if diagnostic.severity else None
    source, code = diagnostic.source or "", "" if diagnostic.code is None else str(diagnostic.code)
    if source == SOURCE and "/" in code:
        source, _, code = code.partition("/")
    return Finding(
        span=to_span(document, diagnostic.range, encoding),
        source=source,
        code=code,
        message=diagnostic.message,
        severity=severity or Severity.WARNING,
    )

"""Moves findings and places of an older text to where they are in a newer one."""

from __future__ import annotations

from dataclasses import replace

from breadknife.task.values import Finding
from breadknife.text.document import Span, TextEdit
from breadknife.text.tokens import is_of_word


def moved(finding: Finding, edit: TextEdit) -> Finding | None:
    """Return the finding after an edit of its document; None if the edit touches it or one of its fixes.

    An insertion beside a finding touches it only if it continues its first or last word.
    """
    if not edit.new_text and not len(edit.span):
        return finding
    spans = [finding.span, *(fix_edit.span for fix in finding.fixes for fix_edit in fix.edits)]
    if any(_is_touched(span, edit) for span in spans):
        return None
    moved_spans = iter([_moved(span, edit) for span in spans])
    new_span = next(moved_spans)
    fixes = tuple(
        replace(fix, edits=tuple(TextEdit(next(moved_spans), fix_edit.new_text) for fix_edit in fix.edits))
        for fix in finding.fixes
    )
    related = tuple(
        replace(related_place, span=_moved(related_place.span, edit)) if related_place.uri is None else related_place
        for related_place in finding.related
        if related_place.uri is not None or not _is_touched(related_place.span, edit)
    )
    return replace(finding, span=new_span, fixes=fixes, related=related)


def moved_span(span: Span, edit: TextEdit) -> Span | None:
    """Return a place after an edit of its document; None if the edit touches it, as in `moved`."""
    return None if _is_touched(span, edit) else _moved(span, edit)


def _is_touched(span: Span, edit: TextEdit) -> bool:
    """Tell whether an edit changes a span's text, or continues its first or last word from outside."""
    new = edit.new_text
    if span.end == edit.span.start and len(span):
        return not new or is_of_word(new[:1])
    if edit.span.end == span.start and len(span):
        return not new or is_of_word(new[-1:])
    return span.start <= edit.span.end and edit.span.start <= span.end


def _moved(span: Span, edit: TextEdit) -> Span:
    """Return where a span is after an edit that doesn't touch it."""
    return span if span.end <= edit.span.start else span.shifted(len(edit.new_text) - len(edit.span))

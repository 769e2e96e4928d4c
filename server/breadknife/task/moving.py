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
    spans = [finding.span, *(each.span for fix in finding.fixes for each in fix.edits)]
    if any(_is_touched(span, edit) for span in spans):
        return None
    places = iter([_moved(span, edit) for span in spans])
    place = next(places)
    fixes = tuple(
        replace(fix, edits=tuple(TextEdit(next(places), each.new_text) for each in fix.edits)) for fix in finding.fixes
    )
    related = tuple(
        replace(each, span=_moved(each.span, edit)) if each.uri is None else each
        for each in finding.related
        if each.uri is not None or not _is_touched(each.span, edit)
    )
    return replace(finding, span=place, fixes=fixes, related=related)


def moved_span(span: Span, edit: TextEdit) -> Span | None:
    """Return a place after an edit of its document; None if the edit touches it, as in `moved`."""
    return None if _is_touched(span, edit) else _moved(span, edit)


def _is_touched(span: Span, edit: TextEdit) -> bool:
    new = edit.new_text
    if span.end == edit.span.start and len(span):
        return not new or is_of_word(new[:1])
    if edit.span.end == span.start and len(span):
        return not new or is_of_word(new[-1:])
    return span.start <= edit.span.end and edit.span.start <= span.end


def _moved(span: Span, edit: TextEdit) -> Span:
    return span if span.end <= edit.span.start else span.shifted(len(edit.new_text) - len(edit.span))

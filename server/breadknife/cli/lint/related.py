"""Reads the files that explain a finding, beside the one that it is in."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from breadknife.cli.formats.values import RelatedSpan, ReportedFile, ReportedFinding, named_from_here
from breadknife.errors import DocumentError
from breadknife.task.values import Finding
from breadknife.text.document import MARK, read_document, uri_to_path


def report_finding(file: ReportedFile, finding: Finding) -> ReportedFinding:
    """Return a finding with its file, and the spans that explain it."""
    return ReportedFinding(file, finding, tuple(_related(file, finding)))


def _related(file: ReportedFile, finding: Finding) -> Iterator[RelatedSpan]:
    """Yield the spans that explain a finding. Those in files that are gone or too short by now are left out."""
    for related in finding.related:
        is_same_file = related.uri in (None, file.document.uri)
        related_file = file if is_same_file else _read_other(related.uri)
        if related_file is None:
            continue
        text = related_file.document.text
        # Plugins read other files without a byte order mark, so their offsets don't count it.
        shift = len(MARK) if not is_same_file and text.startswith(MARK) else 0
        if related.span.end + shift <= len(text):
            yield RelatedSpan(related_file, related.span.shifted(shift), related.message)


@lru_cache(maxsize=64)  # many findings come from a few declarations
def _read_other(uri: str) -> ReportedFile | None:
    """Read a file that a finding leads to; None if it can't be read."""
    path = uri_to_path(uri)
    try:
        return named_from_here(path, read_document(path)) if path else None
    except DocumentError:
        return None

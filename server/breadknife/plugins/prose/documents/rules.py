"""All rules about whole documents."""

from __future__ import annotations

from breadknife.plugins.prose.documents.acronyms import UNEXPLAINED_ACRONYM
from breadknife.plugins.prose.documents.commands import MISSING_FILE
from breadknife.plugins.prose.documents.docstrings import UNDOCUMENTED_PARAMETER, UNKNOWN_PARAMETER
from breadknife.plugins.prose.documents.headings import HEADING_SKIP
from breadknife.plugins.prose.documents.links import BROKEN_ANCHOR, BROKEN_LINK
from breadknife.plugins.prose.documents.rule import DocumentRule
from breadknife.plugins.prose.documents.terms import TERM_IN_TWO_WAYS

DOCUMENT_RULES: tuple[DocumentRule, ...] = (
    BROKEN_LINK,
    BROKEN_ANCHOR,
    HEADING_SKIP,
    MISSING_FILE,
    UNKNOWN_PARAMETER,
    UNDOCUMENTED_PARAMETER,
    UNEXPLAINED_ACRONYM,
    TERM_IN_TWO_WAYS,
)

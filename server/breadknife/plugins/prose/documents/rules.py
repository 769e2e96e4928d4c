"""All rules about whole documents; `tests/prose/document_rules.toml` has what each fires on."""

from __future__ import annotations

from breadknife.plugins.prose.documents.acronyms import find_unexplained_acronyms
from breadknife.plugins.prose.documents.formats import ANCHORS, HEADINGS, LINKS, PROSE
from breadknife.plugins.prose.documents.headings import find_skipped_levels
from breadknife.plugins.prose.documents.links import find_broken_anchors, find_broken_links
from breadknife.plugins.prose.documents.parameters import DOCUMENTED, find_unknown_parameters
from breadknife.plugins.prose.documents.rule import DocumentRule
from breadknife.plugins.prose.documents.terms import find_terms_in_two_ways
from breadknife.task.values import Severity

UNKNOWN_PARAMETER = "unknown-parameter"
DOCUMENT_RULES = (
    DocumentRule("broken-link", LINKS, "A relative link or an image whose file doesn't exist.", find_broken_links),
    DocumentRule("broken-anchor", ANCHORS, "A link to a heading that doesn't exist.", find_broken_anchors),
    DocumentRule(
        "heading-skip",
        HEADINGS,
        "A heading skips a level, which leaves a gap in outlines and for screen readers.",
        find_skipped_levels,
        Severity.INFORMATION,
    ),
    DocumentRule(
        UNKNOWN_PARAMETER,
        DOCUMENTED,
        "Documentation names a parameter that the signature lacks.",
        find_unknown_parameters,
    ),
    DocumentRule(
        "unexplained-acronym",
        PROSE,
        "An acronym that is used three times or more, is in no dictionary, and is never spelled out.",
        find_unexplained_acronyms,
        Severity.HINT,
        needs_no_tree=True,
    ),
    DocumentRule(
        "term-in-two-ways",
        PROSE,
        "A term that the project also writes differently: a name's capitals, or British or American spelling.",
        find_terms_in_two_ways,
        Severity.HINT,
        needs_no_tree=True,
    ),
)

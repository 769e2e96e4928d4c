"""What each rule is about, in a sentence: for `breadknife lint`, and the reports that it writes."""

from __future__ import annotations

from collections.abc import Mapping

from breadknife.plugins.prose.documents.rule import SOURCE
from breadknife.plugins.prose.documents.rules import DOCUMENT_RULES
from breadknife.plugins.prose.engines.harper import rules_of_harper

_OTHERS: Mapping[str, str] = {
    "languagetool/": "A rule of LanguageTool.",
    "model/": "The small language model finds another wording likelier.",
    "vale/": "A rule of a Vale style of this project.",
}
"""A sentence for all rules of engines that can't list theirs, or have too many."""


def all_rules() -> Mapping[str, str]:
    """Returns a sentence for each rule by its id. Takes half a second where Harper has not been used yet."""
    of_documents = {f"{SOURCE}/{rule.code}": rule.description for rule in DOCUMENT_RULES}
    return {**{f"harper/{rule}": about for rule, about in rules_of_harper().items()}, **of_documents, **_OTHERS}

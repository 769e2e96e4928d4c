"""*Why nothing here?*: explains what a person expects to see at a place, why it isn't there, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.host.host import Host
from breadknife.task.plugin import ANY_LANGUAGE
from breadknife.task.reasons import silence
from breadknife.task.values import Silence, WhyRequest
from breadknife.text.document import Document, Span
from breadknife.text.extract import LANGUAGES, extract
from breadknife.text.languages.documents import FORMATS
from breadknife.text.printable import as_sentence

_PROSE_DOCUMENTS = frozenset(("markdown", "mdx", "html", *(id for each in FORMATS for id in (each.id, *each.aliases))))
"""Documents that are mostly prose: a person expects prose checks also in their markup."""
_VALUE = re.compile(r"[\w$]+(?=\s*(?:\?\.|!\.|->|\.(?=[^\W\d])|\[))")
"""A name of which something is used at once: `x` in `x.y` and `x[0]`."""
_LARGEST = 16 << 20
"""Characters of the largest document that plugins read in the time that somebody waits."""


class Expected(StrEnum):
    """What a person expects at a place. The value is the name of the plugin that would show it."""

    PROSE = "prose"
    COMPLETION = "completion"
    NULL_CHECK = "nullcheck"
    ACTIONS = "recipes"


_NAMES = {
    Expected.PROSE: "the prose check",
    Expected.COMPLETION: "completion",
    Expected.NULL_CHECK: "the null check",
    Expected.ACTIONS: "the menu of actions",
}


@dataclass(frozen=True)
class Explanation:
    expected: str
    """`prose`, `completion`, `nullcheck` or `recipes`; empty if nobody could be asked."""
    silence: Silence

    @property
    def fields(self) -> dict[str, str]:
        """Return the explanation as JSON values: `expected`, `reason`, `sentence` and `remedy`."""
        return {"expected": self.expected, **asdict(self.silence)}

    @property
    def lines(self) -> tuple[str, str]:
        """Return the cause and the remedy as two lines for people."""
        return as_sentence(self.silence.sentence), f"→ {as_sentence(self.silence.remedy)}"


def explain_nothing(
    host: Host, document: Document, span: Span, root: Path | None = None, cancel: CancelToken | None = None
) -> Explanation:
    """Return why nothing is shown at a place of a document. `span` is what is selected, or empty at the cursor. Never
    raises."""
    if len(document.text) > _LARGEST:
        return Explanation("", silence("too-large-file", most=_LARGEST >> 20))
    for expected in _expected(host, document, span):
        reason = _ask_plugin(host, expected, WhyRequest(document, span), root, cancel)
        if reason is not None:
            return Explanation(expected, reason)
    return Explanation("", silence("nothing-expected"))


def _expected(host: Host, document: Document, span: Span) -> Iterator[Expected]:
    """Yield what a person may expect at a place, the likeliest first."""
    if span:
        yield Expected.ACTIONS
    if document.language in _PROSE_DOCUMENTS or _is_prose(host, document, span):
        yield Expected.PROSE
        return
    if _is_value(document, span.start):
        yield Expected.NULL_CHECK
    yield Expected.COMPLETION


def _is_prose(host: Host, document: Document, span: Span) -> bool:
    """Tell whether a place of code is in a comment or a text that is read as prose."""
    if document.language not in LANGUAGES:
        return False
    texts = extract(document, host.tree(document), CancelToken())
    return any(text.start <= span.start <= text.end and text.segments for text in texts)


def _is_value(document: Document, offset: int) -> bool:
    """Tell whether a place is in a name of which something is used at once."""
    line = document.line_span(document.line_at(offset))
    return any(match.start() <= offset <= match.end() for match in _VALUE.finditer(document.text, line.start, line.end))


def _ask_plugin(
    host: Host, expected: Expected, request: WhyRequest, root: Path | None, cancel: CancelToken | None
) -> Silence | None:
    """Return what the plugin says, or what keeps it from saying anything; None if nobody has a reason."""
    document = request.document
    plugin = next((plugin for plugin in host.registry.plugins if plugin.name == expected.value), None)
    if plugin is None:
        return None
    languages = plugin.serves.get(WhyRequest, frozenset())
    if not {ANY_LANGUAGE, document.language} & languages:
        return silence("not-covered", what=_NAMES[expected], language=document.language)
    if plugin.name in host.settings_for(document, root).disabled:
        return silence("disabled", plugin=_NAMES[expected], name=plugin.name)
    [receipt] = host.ask(request, cancel, root=root, plugin=plugin.name).receipts
    if receipt.reason == "no-opinion":
        return None
    return Silence(receipt.reason, receipt.sentence, receipt.remedy)

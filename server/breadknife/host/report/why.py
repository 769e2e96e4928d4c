"""*Why nothing here?*: says for a place what a person expects to see there, why it isn't there, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
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
"""Documents that are mostly prose: of their markup, too, somebody expects prose."""
_VALUE = re.compile(r"[\w$]+(?=\s*(?:\?\.|!\.|->|\.(?=[^\W\d])|\[))")
"""A name of which something is used at once: `x` in `x.y` and `x[0]`."""
_LARGEST = 16 << 20
"""Characters of a document. A larger one isn't read by any plugin in the time that somebody waits."""


class Expected(StrEnum):
    """What a person expects at a place. The value is the name of the plugin that would show it."""

    PROSE = "prose"
    COMPLETION = "completion"
    NULL_CHECK = "nullcheck"
    ACTIONS = "recipes"


_WORDS = {
    Expected.PROSE: "the prose check",
    Expected.COMPLETION: "completion",
    Expected.NULL_CHECK: "the null check",
    Expected.ACTIONS: "the menu of actions",
}


@dataclass(frozen=True)
class Why:
    expected: str
    """`prose`, `completion`, `nullcheck` or `recipes`; empty where nobody could be asked."""
    reason: str
    """A stable code: see `breadknife.task.reasons`."""
    sentence: str
    remedy: str

    @classmethod
    def of(cls, expected: str, why: Silence) -> Why:
        return cls(expected, why.reason, why.sentence, why.remedy)

    @property
    def lines(self) -> tuple[str, str]:
        """Return the cause and the remedy as two lines for people."""
        return as_sentence(self.sentence), f"→ {as_sentence(self.remedy)}"


def why_nothing(
    host: Host, document: Document, span: Span, root: Path | None = None, cancel: CancelToken | None = None
) -> Why:
    """Return why nothing is shown at a place of a document. `span` is what is selected, or empty at the cursor. Never
    raises."""
    if len(document.text) > _LARGEST:
        return Why.of("", silence("too-large-file", most=_LARGEST >> 20))
    for expected in _expected(host, document, span):
        said = _asked(host, expected, WhyRequest(document, span), root, cancel)
        if said is not None:
            return said
    return Why.of("", silence("nothing-expected"))


def _expected(host: Host, document: Document, span: Span) -> Iterator[Expected]:
    """What may be expected at a place, the likeliest first."""
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
    found = extract(document, host.tree(document), CancelToken())
    return any(each.start <= span.start <= each.end and each.segments for each in found)


def _is_value(document: Document, offset: int) -> bool:
    line = document.line_span(document.line_at(offset))
    return any(match.start() <= offset <= match.end() for match in _VALUE.finditer(document.text, line.start, line.end))


def _asked(
    host: Host, expected: Expected, request: WhyRequest, root: Path | None, cancel: CancelToken | None
) -> Why | None:
    """What the plugin says, or what keeps it from saying anything; None where nobody has a reason."""
    document = request.document
    plugin = next((each for each in host.registry.plugins if each.name == expected.value), None)
    if plugin is None:
        return None
    languages = plugin.serves.get(WhyRequest, frozenset())
    if not {ANY_LANGUAGE, document.language} & languages:
        return Why.of(expected, silence("not-covered", what=_WORDS[expected], language=document.language))
    if plugin.name in host.settings_for(document, root).disabled:
        return Why.of(expected, silence("disabled", plugin=_WORDS[expected], name=plugin.name))
    reply = host.ask(request, cancel, root=root, plugin=plugin.name)
    [receipt] = reply.receipts
    if receipt.reason == "no-opinion":
        return None
    return Why(expected, receipt.reason, receipt.sentence, receipt.remedy)

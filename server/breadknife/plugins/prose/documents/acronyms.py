"""An acronym that a document uses again and again and never explains."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from breadknife.plugins.prose.documents.rule import PROSE, DocumentRule, Example, Subject
from breadknife.task.values import Finding, Severity
from breadknife.text.document import Span
from breadknife.text.patterns import read_pattern

_ACRONYM = re.compile(r"(?<![\w./-])[A-Z]{3,5}(?:s\b|(?![\w/-]|\.\w))")
_FEWEST_USES = 3
"""Used once or twice it is a name in passing; the reader meets this one again."""
_FAMILIAR = 5
"""Documents of the project that use it: then it is what the project is about."""
_NO_ACRONYMS = frozenset(("TODO", "FIXME", "XXX", "NOTE", "HACK"))


def _unexplained(subject: Subject, finding: Callable[..., Finding]) -> Iterator[Finding]:
    uses: dict[str, list[Span]] = {}
    for paragraph in subject.paragraphs:
        if paragraph.text.isupper():
            continue
        for match in _ACRONYM.finditer(paragraph.text):
            span = Span(match.start(), match.end())
            if not paragraph.touches_markup(span):
                uses.setdefault(match[0].removesuffix("s"), []).append(paragraph.source_span(span))
    prose = "\n".join(paragraph.text for paragraph in subject.paragraphs)
    for acronym, spans in uses.items():
        if len(spans) < _FEWEST_USES or acronym in _NO_ACRONYMS or _files(subject, acronym) >= _FAMILIAR:
            continue
        if not subject.knows(acronym) and not _explains(prose, acronym):
            yield finding(spans[0], f"“{acronym}” is used {len(spans)} times here and never explained.")


def _files(subject: Subject, acronym: str) -> int:
    return sum(count for way, count in subject.ways(acronym).items() if way.removesuffix("s") == acronym)


def _explains(prose: str, acronym: str) -> bool:
    """Whether words with these initials stand somewhere, or the acronym beside brackets, or "stands for"."""
    # A document's letters make this pattern: of `AAAAZ`, `re` would try each way to leave out an `a` of "a a a a a".
    initials = r"[\w]*[\s-]+(?:(?:of|the|and|for|to|in|a)\s+)*".join(acronym)
    beside = rf"\w\s+\(\W*{acronym}s?\W*\)|\b{acronym}s?\W*\s\(|\b{acronym}\W*\s(?:stands|is short)\b"
    return any(read_pattern(each).is_in(prose) for each in (rf"(?i)\b{initials}", beside))


UNEXPLAINED_ACRONYM = DocumentRule(
    "unexplained-acronym",
    PROSE,
    "An acronym that is used three times or more, is in no dictionary, and is never spelled out.",
    _unexplained,
    Severity.HINT,
    prose_alone=True,
    fires=(Example("The QZX runs first. Each QZX has a name.\n\nStart the QZX by hand.\n"),),
    silent=(
        Example("The quick zone exchange (QZX) runs first. Each QZX has a name. Start the QZX.\n"),
        Example("The QZX (a quick thing) runs first. Each QZX has a name. Start the QZX.\n"),
        Example("QZX stands for nothing. Each QZX has a name. Start the QZX.\n"),
        Example("The QZX runs first. Each QZX has a name.\n"),
        Example("Use `QZX`, then `QZX`, then `QZX` again.\n"),
        Example("Each TODO is a TODO, and no other TODO.\n"),
        Example("The QZX runs. Each QZX has a QZX.\n", tuple((f"{name}.md", "A QZX runs.\n") for name in "abcde")),
        Example("THE QZX AND THE QZX AND THE QZX\n"),
        Example("Quick zones of exchange matter. The QZE runs. The QZE ends. The QZE rests.\n"),
    ),
)

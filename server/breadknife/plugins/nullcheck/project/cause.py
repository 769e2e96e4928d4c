"""One null that gets to several places of a file: the same repair at all of them, verified together."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from itertools import islice

from breadknife.plugins.nullcheck.values import NullFile, NullLanguage, Offer, Place, Strategy
from breadknife.plugins.nullcheck.verify.oracle.comparing import are_new
from breadknife.plugins.nullcheck.wording import in_title
from breadknife.project.values import Project
from breadknife.task.values import Finding
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.syntax import parse

AT_PLACES = frozenset({
    Strategy.ASSERT, Strategy.RAISE, Strategy.RETURN, Strategy.CONTINUE, Strategy.BREAK, Strategy.WALRUS,
    Strategy.NARROW, Strategy.DEFAULT, Strategy.OPTIONAL_CHAIN, Strategy.CHECK_ERROR,
})  # fmt: skip
"""What is written at a place itself. The others change the declaration, which ends all by itself."""
MOST = 50
"""Places."""
_LOOKED_AT = 8


def with_same_cause(place: Place, findings: Sequence[Finding]) -> list[Finding]:
    """The file's own findings whose null comes from where that of `place` comes from; it is one of them."""
    here = next((finding for finding in findings if finding.span == place.span), None)
    cause = cause_of(here) if here else None
    if cause is None:
        return []
    return [finding for finding in findings if cause_of(finding) == cause]


def is_alike_elsewhere(file: NullFile, place: Place, offer: Offer) -> bool:
    """Whether what an offer says can be written at another place of the same cause, too. Menus can't wait for more than
    a few to be looked at."""
    others = (file.place(finding) for finding in with_same_cause(place, file.findings()))
    some = islice((other for other in others if other is not None and other.span != place.span), _LOOKED_AT)
    return any(_alike(file, other, offer.strategy, _form(file, place, offer)) for other in some)


def likewise(file: NullFile, place: Place, offer: Offer) -> str:
    """For an offer whose title names the value: what it is called at other places of the same cause."""
    findings = with_same_cause(place, file.findings())
    spans = (place.span, *(finding.span for finding in findings))
    here, *others = dict.fromkeys(in_title(file.tree.text[span.start : span.end]) for span in spans)
    if not others or here not in offer.title:
        return ""
    return f", likewise {others[0]}{' and others' if len(others) > 1 else ''}"


def repaired_everywhere(
    file: NullFile, language: NullLanguage, document: Document, project: Project | None, place: Place, way: Strategy
) -> tuple[TextEdit, ...] | None:
    """The edits that end the findings with the same cause in the same way, wherever it can be written; None where that
    can't be verified."""
    same = with_same_cause(place, file.findings())
    cause = cause_of(same[0]) if same else None
    if cause is None or len(same) > MOST:
        return None
    first = _alike(file, place, way)
    form = _form(file, place, first) if first is not None else ""
    now, current, left = document, file, same
    while left:
        edits = _one_for_each_scope(current, left, way, form)
        if not edits:
            break
        if cause[0] is None:  # the edits move nothing in another file
            cause = (None, cause[1].shifted(_shift(cause[1], edits)))
        now = now.edited(edits)
        tree = parse(now.text, now.language)
        if tree is None:
            return None
        current = language.open(now, tree, project)
        before, left = len(left), [finding for finding in current.findings() if cause_of(finding) == cause]
        if len(left) >= before:
            return None
    made = changed_lines(document.text, now.text)
    ended = len(same) - len(left)
    is_fresh = are_new(file.findings(), current.findings(), made)
    if is_fresh or len(current.findings()) > len(file.findings()) - ended:  # the cause's own line has changed
        return None
    return made


def changed_lines(old: str, new: str) -> tuple[TextEdit, ...]:
    """One text as edits of another, in whole lines."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    starts = [0]
    for line in before:
        starts.append(starts[-1] + len(line))
    changes = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return tuple(
        TextEdit(Span(starts[first], starts[last]), "".join(after[start:end]))
        for kind, first, last, start, end in changes
        if kind != "equal"
    )


def _form(file: NullFile, place: Place, offer: Offer) -> str:
    """What an offer says, whatever the value is called."""
    return offer.title.replace(in_title(file.tree.text[place.span.start : place.span.end]), "``")


def _alike(file: NullFile, place: Place, way: Strategy, form: str = "") -> Offer | None:
    """What says the same at a place: what leaves one function, or does for a value, may not fit another."""
    offer = next((each for each in file.offers(place) if each.strategy is way), None)
    return offer if offer is not None and form in ("", _form(file, place, offer)) else None


def _one_for_each_scope(file: NullFile, findings: Sequence[Finding], way: Strategy, form: str) -> list[TextEdit]:
    """An edit in one function may end its other findings too: those come in the next round."""
    edits, scopes = list[TextEdit](), list[Span]()
    for finding in findings:
        place = file.place(finding)
        if place is None or any(scope.touches(place.span) for scope in scopes):
            continue
        offer = _alike(file, place, way, form)
        if offer is None:
            continue
        scope = offer.within or Span(0, len(file.tree.text))
        if not any(scope.touches(other) for other in scopes):
            scopes.append(scope)
            edits += offer.edits
    return edits


def cause_of(finding: Finding) -> tuple[str | None, Span] | None:
    """Where its null comes from; None where it comes from the place itself."""
    return (finding.related[0].uri, finding.related[0].span) if finding.related else None


def _shift(span: Span, edits: Sequence[TextEdit]) -> int:
    return sum(len(edit.new_text) - len(edit.span) for edit in edits if edit.span.end <= span.start)

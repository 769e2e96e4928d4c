"""`source.fixAll.breadknife`: makes every fix that is right without a person who chooses it.

Preferred fixes come with the findings. Other findings are repaired one after the other, since one repair may end what
others are about: the best action is made if it may be made unasked and passes every check, and the text is checked
again. A hint is left alone: it is about what can hardly happen.
"""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from breadknife.lsp.features.diagnostics import Diagnostics
from breadknife.lsp.server import BreadknifeServer
from breadknife.task.values import Action, ActionRequest, CheckRequest, Finding, Findings, ResolveRequest, Severity
from breadknife.text.document import Document, Span, TextEdit

SECONDS = 8.0
"""After which no further repair is begun: an editor may be waiting with a save."""
MOST = 50
"""Repairs of one document at a time."""


@dataclass(frozen=True)
class Fixed:
    edits: Sequence[TextEdit]
    count: int
    """Fixes that these edits are."""


async def fix_all(server: BreadknifeServer, diagnostics: Diagnostics, document: Document) -> Fixed:
    """Return every safe fix of a document; empty where there is none."""
    until = asyncio.get_running_loop().time() + SECONDS
    by_plugin = await diagnostics.findings_of_each(document)
    findings = sorted((finding for group in by_plugin.values() for finding in group), key=lambda finding: finding.span)
    plain = safe_edits(findings)
    now, repairs = document.edited(plain), 0
    for plugin, group in by_plugin.items():
        if any(map(_is_open, group)):
            now, more = await _repaired(server, now, plugin, until, MOST - repairs)
            repairs += more
    if repairs == 0:
        return Fixed(plain, len(plain))
    return Fixed(tuple(line_edits(document, now)), len(plain) + repairs)


async def _repaired(
    server: BreadknifeServer, document: Document, plugin: str, until: float, most: int
) -> tuple[Document, int]:
    """The document after one plugin's repairs, and how many those are."""
    left_alone = set[tuple[str, str]]()
    count = 0
    while count < most and asyncio.get_running_loop().time() < until:
        reply = await server.ask(CheckRequest(document, all_fixes=False), plugin=plugin)
        findings = (item for _, answer in reply.answers if isinstance(answer, Findings) for item in answer.items)
        finding = next((item for item in findings if _is_open(item) and _name(item) not in left_alone), None)
        if finding is None:
            break
        edits = await _unasked(server, document, plugin, finding)
        if edits is None:
            left_alone.add(_name(finding))
            continue
        document, count = document.edited(edits), count + 1
    return document, count


async def _unasked(
    server: BreadknifeServer, document: Document, plugin: str, finding: Finding
) -> Sequence[TextEdit] | None:
    """The edits of the first action that nothing objects to, as long as all before it may be made unasked, too."""
    reply = await server.ask(ActionRequest(document, finding.span, (finding,), invoked=False), plugin=plugin)
    for _, action in reply.actions:
        if finding not in action.findings:
            continue
        if not action.unasked:
            return None  # What is best is for a person to choose; what comes after it isn't right unasked.
        unasked = replace(action, data={**action.data, "unasked": 1})
        resolved = await server.ask(ResolveRequest(document, unasked), plugin=plugin)
        sure = next((made for _, made in resolved.actions if _is_sure(made)), None)
        if sure is not None:
            return sure.edits
    return None


def _is_open(finding: Finding) -> bool:
    """Tell whether a repair is looked for: the finding has no fixes of its own."""
    return not finding.fixes and finding.severity in (Severity.ERROR, Severity.WARNING)


def _is_sure(action: Action) -> bool:
    """Tell whether everything that should look at an action's edits has, and they are of this document alone."""
    return bool(action.edits) and not action.elsewhere and not action.unchecked


def _name(finding: Finding) -> tuple[str, str]:
    """It may have moved: what is before it was repaired."""
    return finding.code, finding.message


def safe_edits(findings: Sequence[Finding]) -> list[TextEdit]:
    """Return the edits of the preferred fixes that need no other file, without those that would overlap an earlier
    one."""
    edits: list[TextEdit] = []
    end = 0
    for finding in findings:
        fix = next((fix for fix in finding.fixes if fix.preferred and not fix.elsewhere), None)
        if fix and all(edit.span.start >= end for edit in fix.edits):
            edits += fix.edits
            end = max((edit.span.end for edit in fix.edits), default=end)
    return edits


def line_edits(before: Document, after: Document) -> Iterator[TextEdit]:
    """Yield what makes one text of the other, in whole lines: cursors and marks elsewhere stay where they are."""
    old, new = before.text.splitlines(keepends=True), after.text.splitlines(keepends=True)
    starts = list(accumulate(map(len, old), initial=0))
    for tag, first, last, start, end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield TextEdit(Span(starts[first], starts[last]), "".join(new[start:end]))

"""`source.fixAll.breadknife`: makes every fix that is right without a person to choose it.

Preferred fixes come with the findings. Other findings are repaired one after the other, since one repair may end
others: the plugin's best action is made if it may be made unasked (`Action.unasked`) and passes every check, and the
text is checked again. A hint is left alone: it is about what can hardly happen.
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
    """All safe fixes of a document, as edits of its text."""

    edits: Sequence[TextEdit]
    count: int
    """How many fixes the edits make: one may need several."""


async def fix_all(server: BreadknifeServer, diagnostics: Diagnostics, document: Document) -> Fixed:
    """Return every safe fix of a document; empty where there is none."""
    until = asyncio.get_running_loop().time() + SECONDS
    by_plugin = await diagnostics.findings_of_each(document)
    findings = sorted((finding for group in by_plugin.values() for finding in group), key=lambda finding: finding.span)
    fix_edits = safe_edits(findings)
    fixed, repairs = document.edited(fix_edits), 0
    for plugin, group in by_plugin.items():
        if any(map(_needs_repair, group)):
            fixed, more_repairs = await _repair(server, fixed, plugin, until, MOST - repairs)
            repairs += more_repairs
    if repairs == 0:
        return Fixed(fix_edits, len(fix_edits))
    return Fixed(tuple(line_edits(document, fixed)), len(fix_edits) + repairs)


async def _repair(
    server: BreadknifeServer, document: Document, plugin: str, until: float, most: int
) -> tuple[Document, int]:
    """Return the document after at most `most` of one plugin's repairs, and how many those are. None is begun after
    `until`, a time of the event loop's clock."""
    left_alone = set[tuple[str, str]]()
    count = 0
    while count < most and asyncio.get_running_loop().time() < until:
        reply = await server.ask(CheckRequest(document, all_fixes=False), plugin=plugin)
        findings = (item for _, answer in reply.answers if isinstance(answer, Findings) for item in answer.items)
        finding = next((item for item in findings if _needs_repair(item) and _name(item) not in left_alone), None)
        if finding is None:
            break
        edits = await _unasked_edits(server, document, plugin, finding)
        if edits is None:
            left_alone.add(_name(finding))
            continue
        document, count = document.edited(edits), count + 1
    return document, count


async def _unasked_edits(
    server: BreadknifeServer, document: Document, plugin: str, finding: Finding
) -> Sequence[TextEdit] | None:
    """Return the edits of the first action for a finding that passes every check, if it and all before it may be made
    unasked; else None."""
    reply = await server.ask(ActionRequest(document, finding.span, (finding,), invoked=False), plugin=plugin)
    for _, action in reply.actions:
        if finding not in action.findings:
            continue
        if not action.unasked:
            return None  # the better action is for a person to choose, so no worse one is made for them
        unasked = replace(action, data={**action.data, "unasked": 1})
        resolved = await server.ask(ResolveRequest(document, unasked), plugin=plugin)
        checked = next((action for _, action in resolved.actions if _is_fully_checked(action)), None)
        if checked is not None:
            return checked.edits
    return None


def _needs_repair(finding: Finding) -> bool:
    """Tell whether a repair is looked for: the finding has no fixes of its own."""
    return not finding.fixes and finding.severity in (Severity.ERROR, Severity.WARNING)


def _is_fully_checked(action: Action) -> bool:
    """Tell whether an action's edits have passed every check, and change this document alone."""
    return bool(action.edits) and not action.elsewhere and not action.unchecked


def _name(finding: Finding) -> tuple[str, str]:
    """Return what a finding is known by after repairs before it, which may have moved it."""
    return finding.code, finding.message


def safe_edits(findings: Sequence[Finding]) -> list[TextEdit]:
    """Return the edits of the preferred fixes that change no other file, without fixes that would overlap an earlier
    one. The findings are in the order of the document."""
    edits: list[TextEdit] = []
    end = 0
    for finding in findings:
        fix = next((fix for fix in finding.fixes if fix.preferred and not fix.elsewhere), None)
        if fix and all(edit.span.start >= end for edit in fix.edits):
            edits += fix.edits
            end = max((edit.span.end for edit in fix.edits), default=end)
    return edits


def line_edits(before: Document, after: Document) -> Iterator[TextEdit]:
    """Yield the edits that make one text of the other, in whole lines: cursors and marks elsewhere stay where they
    are."""
    old, new = before.text.splitlines(keepends=True), after.text.splitlines(keepends=True)
    offsets = list(accumulate(map(len, old), initial=0))  # where each old line starts
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            yield TextEdit(Span(offsets[old_start], offsets[old_end]), "".join(new[new_start:new_end]))

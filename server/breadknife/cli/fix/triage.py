"""`breadknife null triage`: the groups of another checker's findings, for people and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from breadknife.cli.fix.telling import as_json, name_of, origin_as_json, where_declared, where_found
from breadknife.cli.fix.workspace import findings, opened
from breadknife.cli.output import counted, print_json, say
from breadknife.plugins.nullcheck.project.repairs import Repairs
from breadknife.plugins.nullcheck.project.reported import FindingSources
from breadknife.plugins.nullcheck.project.triage import FindingClass, TriageGroup, VerifiedPatch, groups_of

SCHEMA = 1
"""Of `--json`, which docs/fix.md describes. It changes when a field's meaning does."""
_LONGEST_DIFF = 12
"""Lines of a patch that are shown."""
_MEANINGS = {
    FindingClass.CAN_HAPPEN: "the null can get there",
    FindingClass.UNCLEAR: "read how it is called",
    FindingClass.LIFE_CYCLE: "the declaration says more or less than the code",
    FindingClass.NOISE: "the checker doesn't see what excludes the null",
}


def run(sources: FindingSources, top: int, *, is_json: bool, offline: bool) -> int:
    """Print the findings in groups of one cause each, of every sort at most `top` groups.

    Return the exit code: 0 no findings, 1 findings, 2 a file couldn't be read or checked.
    """
    folder = Path.cwd()
    with opened(offline=offline) as repairs:
        told = findings(repairs, sources, folder)
        groups = groups_of(repairs, told, folder)
        if is_json:
            listed = [_as_json(group, repairs, folder) for group in groups]
            print_json({"schema": SCHEMA, "findings": len(told.found), **_counts(groups), "groups": listed})
        else:
            _show(groups, len(told.found), sources, top, repairs, folder)
    return 2 if told.failed else 1 if told.found else 0


def _counts(groups: Sequence[TriageGroup]) -> dict[str, int]:
    """Return the number of groups of each sort. Those whose declaration disagrees with the code (`Sort.LIFE_CYCLE`) are
    `patches` if one change of it is surely right, else `by_hand`."""
    sorts = Counter(group.sorted.sort for group in groups)
    patches = sum(group.sorted.sort is FindingClass.LIFE_CYCLE and group.patch is not None for group in groups)
    return {
        "patches": patches,
        "bugs": sorts[FindingClass.CAN_HAPPEN],
        "unclear": sorts[FindingClass.UNCLEAR],
        "by_hand": sorts[FindingClass.LIFE_CYCLE] - patches,
        "noise": sorts[FindingClass.NOISE],
    }


def _as_json(group: TriageGroup, repairs: Repairs, folder: Path) -> dict[str, Any]:
    patch = group.patch
    return {
        "sort": group.sorted.sort,
        "why": group.sorted.why,
        "chance": round(group.sorted.chance, 2),
        **origin_as_json(repairs, group.cause.origin, folder),
        "count": len(group.cause.findings),
        "patch": {"title": patch.title, "diff": patch.diff, "ended": patch.ended} if patch else None,
        "findings": [as_json(repairs, found, folder) for found in group.cause.findings],
    }


def _show(
    groups: Sequence[TriageGroup], count: int, sources: FindingSources, top: int, repairs: Repairs, folder: Path
) -> None:
    counts = _counts(groups)
    parts = [
        f"{counts['patches']} patch{'' if counts['patches'] == 1 else 'es'}",
        counted(counts["bugs"], "bug"),
        *(f"{counts[key]} {key.replace('_', ' ')}" for key in ("unclear", "by_hand") if counts[key]),
        f"{counts['noise']} noise",
    ]
    say(f"{counted(count, 'finding')} → {', '.join(parts)}")
    for sort in FindingClass:
        of_sort = [group for group in groups if group.sorted.sort is sort]
        if of_sort:
            say()
            say(f"{sort.capitalize()} ({len(of_sort)}): {_MEANINGS[sort]}")
        for group in islice(of_sort, top):
            _show_group(group, repairs, folder)
        if len(of_sort) > top:
            say(f"  {len(of_sort) - top} more (--top)")
    if any(group.patch for group in groups):
        say()
        say(f"To make the repairs: breadknife fix --from {sources.report if sources.report != '-' else 'FILE'} --write")


def _show_group(group: TriageGroup, repairs: Repairs, folder: Path) -> None:
    origin, found = group.cause.origin, group.cause.findings
    place = where_declared(repairs, origin, found[0], folder)
    more = f" ({counted(len(found), 'finding')})" if len(found) > 1 else ""
    if group.sorted.sort is FindingClass.NOISE:
        say(f"  {place}  {name_of(origin)}{more}: {group.sorted.why}")
        return
    say(f"  {place}  {name_of(origin)}{more}")
    say(f"    {group.sorted.why}")
    uses = [where_found(repairs, finding, folder) for finding in found[:3]]
    if uses != [place]:
        more_uses = f" and {len(found) - len(uses)} more" if len(found) > len(uses) else ""
        say(f"    Used at {', '.join(uses)}{more_uses}")
    if group.patch:
        _show_patch(group.patch, len(found))


def _show_patch(patch: VerifiedPatch, count: int) -> None:
    """Print a patch, and how many of the group's `count` findings it ends."""
    ends = f" (ends {patch.ended} of {count})" if count > 1 else ""
    say(f"    → {patch.title}{ends}")
    lines = (line for line in patch.diff.splitlines() if not line.startswith(("+++", "---")))
    shown = [line for line in lines if line.startswith(("+", "-"))]
    for line in shown[:_LONGEST_DIFF]:
        say(f"      {line.expandtabs(4)}")
    if len(shown) > _LONGEST_DIFF:
        say(f"      … {len(shown) - _LONGEST_DIFF} more lines")
